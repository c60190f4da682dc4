"""What each annotator marked: files or folders of annotations to readings that can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stance.annotated import topic_of
from stance.annotations import ARTICLES, row_files
from stance.errors import AnnotationError, TopicError, did_you_mean
from stance.labels import FURNITURE, NONE, SOURCE_ROLES, STANCES
from stance.rows import Row, only_place, read_table, whole_number
from stance.topic import DEFAULT_TOPIC, Topic, load_topic

__all__ = ["COLUMNS", "Label", "Marked", "Range", "Reading", "Unit", "primary", "read_readings"]

COLUMNS = ("article", "start", "end", "text", "speaker", "stance")

Label = tuple[str, str]
Unit = tuple[str, int, int]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marked:
    """One attribution as an annotator marked it: words of source and cue, and where they stand.

    The offsets are those of the article; None where there are no words, or where they stand
    more than once and the row does not say which is meant.
    """

    speaker: str
    stance: str
    source: str = ""
    cue: str = ""
    source_at: Range | None = None
    cue_at: Range | None = None

    @property
    def label(self) -> Label:
        """The speaker and the stance."""
        return self.speaker, self.stance


@dataclass(frozen=True)
class Reading:
    """What one annotator marked: the attributions of each sentence, and its text.

    `order` has the speakers' labels in the order that decides the primary one; `known` is whether they
    are those of the articles' own topics, and not of the default one; `nameless` counts the rows of
    `none` without an annotator that are taken for read.
    """

    name: str
    marks: Mapping[Unit, tuple[Marked, ...]]
    texts: Mapping[Unit, str]
    order: tuple[str, ...] = ()
    known: bool = False
    nameless: int = 0

    def strange(self) -> Iterator[str]:
        """Speakers and stances that are none of the topic's, one line each: slips of the pen, it may be."""
        known = {"speaker": self.order if self.known else (), "stance": STANCES}
        found = Counter(
            (what, label)
            for marks in self.marks.values()
            for mark in marks
            for what, label in zip(known, mark.label, strict=True)
            if known[what] and label not in known[what]
        )
        for (what, label), times in found.items():
            told = f"{self.name}: {what} {label!r} ({times}×) is none of the topic's"
            yield f"{told}{did_you_mean(label, known[what])}, counted as it is"
        if self.nameless:
            told = f"{self.nameless} rows of none are taken for sentences that were read"
            yield f"{self.name} names no annotator: {told}"

    def sorted_marks(self, unit: Unit) -> tuple[Marked, ...]:
        """The attributions of a sentence, that of the primary label first."""
        return tuple(sorted(self.marks[unit], key=lambda mark: _rank(mark.label, self.order)))

    def labels(self, unit: Unit) -> frozenset[Label]:
        """The set of labels of a sentence."""
        return frozenset(mark.label for mark in self.marks[unit])

    def primary(self, unit: Unit) -> Label | None:
        """The label that stands for a sentence, None where the annotator has no row for it."""
        return primary(self.labels(unit), self.order) if unit in self.marks else None


def primary(labels: Iterable[Label], order: Sequence[str]) -> Label:
    """The label that stands for a sentence: by the speakers' order, a position before `none`."""
    return min(labels, key=lambda label: _rank(label, order), default=(NONE, NONE))


def _rank(label: Label, order: Sequence[str]) -> tuple[int, bool, str, str]:
    speaker, stance = label
    at = order.index(speaker) if speaker in order else len(order)
    return at, stance == NONE, speaker, stance


def read_readings(paths: Sequence[Path]) -> list[Reading]:
    """Read annotators, each a CSV file of annotations or a folder of such files.

    Raises:
        AnnotationError: a file is broken; every bad row is named.
    """
    problems: list[str] = []
    topics = _topics(paths)
    order = _speakers([topic for topic in topics if topic] or [load_topic(DEFAULT_TOPIC)])
    known = bool(topics) and None not in topics
    readings = [
        replace(_read(path, name, order, problems), known=known)
        for path, name in zip(paths, _names(paths), strict=True)
    ]
    if problems:
        raise AnnotationError(problems)
    return readings


def _speakers(topics: Iterable[Topic]) -> tuple[str, ...]:
    """The speakers' labels by role."""
    roles = {role: role for role in SOURCE_ROLES}
    roles |= {speaker.label: speaker.role for topic in topics for speaker in topic.speakers}
    return tuple(sorted(roles, key=lambda label: SOURCE_ROLES.index(roles[label])))


def _topics(paths: Sequence[Path]) -> list[Topic | None]:
    """The topics of the articles that are listed beside the annotations; None for one that is broken."""
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    lists = [folder / ARTICLES for folder in folders if (folder / ARTICLES).exists()]
    rows = [row for listed in lists for row in read_table(listed, ("article", "topic"), [])]
    found: list[Topic | None] = []
    for row in {(row.path, row["topic"]): row for row in rows}.values():
        try:
            found.append(topic_of(row))
        except TopicError:  # what is wrong with a topic is no matter of how far readers agree
            found.append(None)
    return found


def _names(paths: Sequence[Path]) -> list[str]:
    names = [path.resolve().stem if path.is_file() else path.resolve().name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def _read(path: Path, name: str, order: tuple[str, ...], problems: list[str]) -> Reading:
    files = [path]
    if path.is_dir():
        files = row_files(path)
        if not files:
            problems.append(f"{path}: no annotations here, expected CSV files with {','.join(COLUMNS)}")
    marks: dict[Unit, list[Marked]] = {}
    texts = {}
    looked_at = [row for file in files for row in _looked_at(read_table(file, COLUMNS, problems))]
    for row in looked_at:
        start, end = (whole_number(row, name, problems) for name in ("start", "end"))
        if start is None or end is None:
            continue
        unit = (row["article"], start, end)
        texts[unit] = row["text"]
        own = marks.setdefault(unit, [])
        if row["speaker"] not in (NONE, FURNITURE):
            own.append(_marked(row))
    nameless = sum(row.is_open for row in looked_at)
    return Reading(name, {unit: tuple(own) for unit, own in marks.items()}, texts, order, nameless=nameless)


def _looked_at(rows: Sequence[Row]) -> list[Row]:
    """The rows of sentences that somebody has looked at.

    Where a table names no annotator at all, as a filled-in sample, every speaker in it was put there, `none`
    too, unless there is nothing else.
    """
    named = any(row.fields.get("annotator") for row in rows)
    filled = any(row["speaker"] not in ("", NONE, FURNITURE) for row in rows)
    return [row for row in rows if row["speaker"] and not (row.is_open and (named or not filled))]


def _marked(row: Row) -> Marked:
    # A table that is compared needs no spans: their columns may be missing.
    source, cue = row.fields.get("source", ""), row.fields.get("cue", "")
    places = (_place(row, "source", source), _place(row, "cue", cue))
    return Marked(row["speaker"], row["stance"], source, cue, *places)


def _place(row: Row, name: str, words: str) -> Range | None:
    if not words:
        return None
    told = [row.fields.get(f"{name}_{end}", "") for end in ("start", "end")]
    # Others than those of the words might span more letters than there is memory for.
    if all(re.fullmatch("[0-9]{1,9}", each) for each in told) and int(told[1]) - int(told[0]) == len(words):
        return int(told[0]), int(told[1])
    at = only_place(words, row["text"])
    return None if at is None else (int(row["start"]) + at, int(row["start"]) + at + len(words))
