"""Sheets to annotated articles: every fault named with its place, nothing dropped in silence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from stance.annotated import (
    AnnotatedArticle,
    article_of,
    cached_topic,
    check_facts,
    text_faults,
    topic_of,
)
from stance.errors import AnnotationError, TopicError
from stance.formats.sheets import ATTRIBUTION, CUE, Mark, Sheet
from stance.formats.values import FormatOptions, Reading
from stance.labels import FURNITURE, NONE, STANCES
from stance.records import Article, Attribution, Sentence
from stance.rows import Row, shorten, unknown
from stance.topic import BUILT_IN, Topic, parse_topic

__all__ = ["Findings", "assemble"]


_NOBODY = (
    "no annotator in the file, so sentences without a mark count as not looked at: say who with --annotator"
)


@dataclass(frozen=True)
class Findings:
    """What a reader collects: faults, notes, and what it leaves out or takes for granted how often."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    granted: Counter[str] = field(default_factory=Counter)


def assemble(sheets: Sequence[Sheet], options: FormatOptions, findings: Findings) -> Reading:
    """The articles of some sheets.

    Raises:
        AnnotationError: a sheet is bad, or `findings` has problems already; all are named.
    """
    signed = (replace(sheet, annotator=sheet.annotator or options.annotator) for sheet in sheets)
    articles = [_article(sheet, options, findings) for sheet in signed]
    if findings.problems:
        raise AnnotationError(findings.problems)
    granted = (f"{what} ({times}×)" for what, times in findings.granted.items())
    left_out = (f"left out: {what} ({times}×)" for what, times in findings.left_out.items())
    found = tuple(article for article in articles if article)
    return Reading(found, (*findings.notes, *granted, *left_out))


def _article(sheet: Sheet, options: FormatOptions, findings: Findings) -> AnnotatedArticle | None:
    entry, problems = sheet.entry, findings.problems
    before = len(problems)
    if not entry["article"]:
        problems.append(entry.problem("article is empty, expected an id"))
    try:
        sheet.text.encode()
    except UnicodeEncodeError as error:
        problems.append(entry.problem(f"the text has half a character at {error.start}, expected Unicode"))
        return None
    problems += check_facts(entry)
    topic = _topic(entry, options, problems)
    sentences = _sentences(sheet, findings)
    digest = Article("", sheet.text).sha256
    known = entry if entry["sha256"] else replace(entry, fields={**entry.fields, "sha256": digest})
    if len(problems) == before:
        problems += text_faults(known, sheet.text, sentences)
    if not sentences:
        problems.append(entry.problem(f"{entry['article']} has no sentence, expected a text with one"))
    marked = _Marked(sheet, sentences, topic, problems)
    attributions, sentences = marked.attributions(), marked.sentences
    if topic is None or len(problems) > before:
        return None
    if not (entry["sha256"] or sheet.annotator or any(p.annotator for p in sheet.passages or ())):
        findings.granted[_NOBODY] += 1
    return AnnotatedArticle(
        article=article_of(entry, sheet.text),
        topic=topic,
        sentences=sentences,
        attributions=attributions,
        annotators=tuple(_annotators(sheet, attributions)),
        topic_path=entry["topic"] or _path(options, topic),
        file=entry["file"],
    )


def _annotators(sheet: Sheet, attributions: Sequence[tuple[Attribution, ...]]) -> Iterator[str]:
    """Who marked each sentence: who marked its first attribution, else who had it before, else anybody."""
    names = [passage.annotator for passage in sheet.passages or ()] or [""] * len(attributions)
    for own, name in zip(attributions, names, strict=True):
        yield own[0].labelled_by if own else name or sheet.annotator


def _path(options: FormatOptions, topic: Topic) -> str:
    return options.topic or f"topics/{topic.name}.toml"


_parse_topic = lru_cache(maxsize=512)(parse_topic)


def _topic(entry: Row, options: FormatOptions, problems: list[str]) -> Topic | None:
    name = entry["topic"]
    try:
        if entry["topic_toml"]:
            return _parse_topic(entry["topic_toml"], name or "topic_toml")
        if name:
            return topic_of(entry)
        if options.topic:
            return cached_topic(options.topic)
    except TopicError as error:
        problems += [entry.problem(fault) for fault in str(error).splitlines()]
        return None
    listed = " or ".join(BUILT_IN)
    problems.append(entry.problem(f"{entry['article']} names no topic, expected --topic FILE, {listed}"))
    return None


def _sentences(sheet: Sheet, findings: Findings) -> tuple[Sentence, ...]:
    if sheet.passages is None:
        from stance.parsing import split

        findings.granted["no sentences in the file: the text was split into them"] += 1
        return tuple(_with_markers(split(sheet.text), sheet.text))
    found: list[Sentence] = []
    end = paragraph = 0
    for number, passage in enumerate(sheet.passages):
        told = f"sentence {number} is at {passage.start}:{passage.end}, paragraph {passage.paragraph}"
        if not end <= passage.start < passage.end <= len(sheet.text) or passage.paragraph < paragraph:
            expected = f"{end} <= start < end <= {len(sheet.text)} and a paragraph from {paragraph} on"
            findings.problems.append(sheet.entry.problem(f"{told}, expected {expected}"))
            continue
        text = sheet.text[passage.start : passage.end]
        found.append(Sentence(len(found), passage.paragraph, passage.start, passage.end, text))
        end, paragraph = passage.end, passage.paragraph
    return tuple(found)


def _with_markers(sentences: Sequence[Sentence], text: str) -> Iterator[Sentence]:
    # The splitter takes the number off a list item; annotations leave no word out.
    end = 0
    for sentence in sentences:
        word = re.search(r"\w", text[end : sentence.start])
        start = end + word.start() if word else sentence.start
        yield replace(sentence, start=start, text=text[start : sentence.end])
        end = sentence.end


class _Marked:
    """The marks of a sheet, sorted into its sentences."""

    def __init__(
        self, sheet: Sheet, sentences: tuple[Sentence, ...], topic: Topic | None, problems: list[str]
    ) -> None:
        self.sheet, self.sentences, self.topic, self.problems = sheet, sentences, topic, problems
        self._check_keys()
        self._starts = [sentence.start for sentence in sentences]
        self._heads = {mark.key: mark for mark in sheet.marks if mark.kind == ATTRIBUTION}
        self._cues = {mark.key: mark for mark in sheet.marks if mark.kind == CUE}
        self._home = {mark.key: self._find(mark) for mark in (*self._heads.values(), *self._cues.values())}
        self._furniture()
        self._cue_of = self._linked()

    def attributions(self) -> tuple[tuple[Attribution, ...], ...]:
        """The attributions of each sentence, in the order of the marks."""
        found: list[list[Attribution]] = [[] for _ in self.sentences]
        seen: set[tuple[int, str, tuple[int, int] | None]] = set()
        for mark in self._heads.values():
            home = self._home[mark.key]
            if home is None or not self._label_is_fine(mark):
                continue
            place = (home, mark.speaker, None if mark.unnamed else (mark.start, mark.end))
            if place in seen:
                told = f"{mark.speaker} with the source {self._words(mark)}"
                self._fault(mark, f"{told} stands twice, expected one per source and sentence")
            seen.add(place)
            found[home].append(self._attribution(mark, home))
        return tuple(map(tuple, found))

    def _attribution(self, mark: Mark, home: int) -> Attribution:
        sentence, cue = self.sentences[home], self._cue_of.get(mark.key)
        passages = self.sheet.passages
        told = self.sheet.annotator or (passages[home].annotator if passages else "")
        return Attribution(
            role=self.topic.role_of(mark.speaker) if self.topic else "",
            speaker=mark.speaker,
            stance=mark.stance,
            source=None if mark.unnamed else sentence.span(mark.start, mark.end),
            cue=sentence.span(cue.start, cue.end) if cue else None,
            labelled_by=told if mark.annotator is None else mark.annotator,
        )

    def _find(self, mark: Mark) -> int | None:
        home = bisect_right(self._starts, mark.start) - 1
        if home >= 0 and mark.start < mark.end <= self.sentences[home].end:
            return home
        self._fault(mark, f"{self._words(mark)} at {mark.start}:{mark.end}, expected it inside one sentence")
        return None

    def _label_is_fine(self, mark: Mark) -> bool:
        before = len(self.problems)
        labels = tuple(label for label in self.topic.labels if label != NONE) if self.topic else ()
        if labels and mark.speaker not in labels:
            self._fault(mark, unknown("speaker", mark.speaker, labels))
        if not mark.stance:
            self._fault(mark, f"{mark.speaker!r} has no stance, expected a label such as {labels[0]}/denies"
                        if labels else f"{mark.speaker!r} has no stance")  # fmt: skip
        elif mark.stance not in STANCES:
            self._fault(mark, unknown("stance", mark.stance, STANCES))
        return len(self.problems) == before

    def _check_keys(self) -> None:
        # Links name marks by their keys, and of marks with the same one only the last would be left.
        seen: set[str] = set()
        for mark in self.sheet.marks:
            if mark.key in seen:
                self._fault(mark, f"the id {mark.key} stands twice, expected one for each mark")
            seen.add(mark.key)

    def _furniture(self) -> None:
        sentences = list(self.sentences)
        spoken = {self._home[key] for key in self._heads}
        for mark in self.sheet.marks:
            if mark.kind != FURNITURE:
                continue
            covered = [s.index for s in sentences if mark.start <= s.start and s.end <= mark.end]
            if not covered:
                self._fault(mark, f"furniture at {mark.start}:{mark.end} covers no whole sentence")
            for index in covered:
                sentences[index] = replace(sentences[index], furniture=True)
                if index in spoken:
                    self._fault(mark, "furniture holds an attribution, expected one or the other")
        if self.sheet.passages is None:
            # The splitter's own guess gives way to what an annotator marked.
            sentences = [replace(s, furniture=s.furniture and s.index not in spoken) for s in sentences]
        self.sentences = tuple(sentences)

    def _linked(self) -> dict[str, Mark]:
        found: dict[str, Mark] = {}
        used = set()
        for link in self.sheet.links:
            ends = (link.head, link.child) if link.head in self._heads else (link.child, link.head)
            head, cue = self._heads.get(ends[0]), self._cues.get(ends[1])
            if head is None or cue is None:
                self.problems.append(f"{link.where}the link joins {link.head} and {link.child}, "
                                     "expected an attribution and a cue")  # fmt: skip
                continue
            used.add(cue.key)
            if self._home[head.key] != self._home[cue.key]:
                self._fault(cue, f"the cue {self._words(cue)} is not in the sentence of its attribution")
            elif found.setdefault(head.key, cue) is not cue:
                self._fault(cue, f"the cue {self._words(cue)} is the second of its attribution, expected one")
        for cue in self._cues.values():
            if cue.key not in used:
                found.update(self._lonely(cue, found))
        return found

    def _lonely(self, cue: Mark, taken: dict[str, Mark]) -> Iterator[tuple[str, Mark]]:
        home = self._home[cue.key]
        heads = [key for key in self._heads if home is not None and self._home[key] == home]
        if len(heads) == 1 and heads[0] not in taken:
            yield heads[0], cue
        elif home is not None:
            told = f"the cue {self._words(cue)} is linked to no attribution"
            self._fault(cue, f"{told}, and its sentence has {len(heads)}: expected a link")

    def _words(self, mark: Mark) -> str:
        return shorten(self.sheet.text[mark.start : mark.end])

    def _fault(self, mark: Mark, what: str) -> None:
        self.problems.append(f"{mark.where}{what}")
