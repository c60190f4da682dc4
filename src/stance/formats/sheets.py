"""A sheet: an article as annotation tools hold it, a text with marked stretches and links.

Tools know no attributions. They know stretches of text with a label, and links between two of
them. So an attribution is a mark on the words of its source, with speaker and stance; where no
words name the source, it is a mark on the whole sentence, and `unnamed`. Its cue is a second
mark, linked to the first. Furniture is a mark on the sentence.

Where a mark has one label and nothing else, the label is `speaker/stance` (`vucic/denies`),
`speaker/stance/unnamed`, `cue` or `furniture`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.annotations import article_fields
from stance.labels import FURNITURE
from stance.records import Attribution, Sentence, Span
from stance.rows import ARTICLE_COLUMNS, Row
from stance.topic import BUILT_IN

__all__ = [
    "ATTRIBUTION",
    "CUE",
    "FACTS",
    "UNNAMED",
    "Link",
    "Mark",
    "Passage",
    "Sheet",
    "entry_of",
    "facts_of",
    "format_label",
    "parse_label",
    "to_sheet",
]

ATTRIBUTION, CUE, UNNAMED = "attribution", "cue", "unnamed"

FACTS = (*ARTICLE_COLUMNS, "topic_toml")
"""What is told of an article: the columns of `articles.csv`, and the topic file's text."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of text; offsets are code points of the sheet's text.

    `kind` is `attribution`, `cue` or `furniture`; `annotator` is None where the tool does not
    say; `where` names the mark's place (`path:line: `...) in messages.
    """

    key: str
    kind: str
    start: int
    end: int
    speaker: str = ""
    stance: str = ""
    unnamed: bool = False
    annotator: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An attribution's cue: the keys of the two marks, in either order."""

    head: str
    child: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence's place, its paragraph (from 0) and who marked it."""

    start: int
    end: int
    paragraph: int
    annotator: str = ""


@dataclass(frozen=True)
class Sheet:
    """An article as a tool holds it.

    `entry` has the fields `FACTS`; `passages` is None where the tool knows no sentences;
    `annotator` marked what has no annotator of its own.
    """

    entry: Row
    text: str
    passages: tuple[Passage, ...] | None
    marks: tuple[Mark, ...]
    links: tuple[Link, ...] = ()
    annotator: str = ""


def to_sheet(annotated: AnnotatedArticle) -> Sheet:
    """An article as a sheet: its marks in the order of the text, cues after their attributions.

    The keys are `f1` (furniture), `a1` (attribution), `c1` (cue), ...; attributions with the
    same cue share its mark.
    """
    passages, marks, links = [], [], []
    numbers = {"f": 0, "a": 0, "c": 0}

    def key(letter: str) -> str:
        numbers[letter] += 1
        return f"{letter}{numbers[letter]}"

    for sentence, attributions, annotator in zip(
        annotated.sentences, annotated.attributions, annotated.annotators, strict=True
    ):
        passages.append(Passage(sentence.start, sentence.end, sentence.paragraph, annotator))
        if sentence.furniture:
            marks.append(Mark(key("f"), FURNITURE, sentence.start, sentence.end))
        heads = [_head(key("a"), item, sentence) for item in attributions]
        cues: dict[Span, Mark] = {}
        for head, item in zip(heads, attributions, strict=True):
            if item.cue:
                if item.cue not in cues:
                    cues[item.cue] = Mark(key("c"), CUE, item.cue.start, item.cue.end)
                links.append(Link(head.key, cues[item.cue].key))
        marks += [*heads, *cues.values()]
    entry = entry_of(Path(), 0, facts_of(annotated))
    return Sheet(entry, annotated.article.text, tuple(passages), tuple(marks), tuple(links))


def _head(key: str, item: Attribution, sentence: Sentence) -> Mark:
    place = item.source or sentence
    return Mark(
        key=key,
        kind=ATTRIBUTION,
        start=place.start,
        end=place.end,
        speaker=item.speaker,
        stance=item.stance,
        unnamed=item.source is None,
        annotator=item.labelled_by,
    )


def facts_of(annotated: AnnotatedArticle) -> dict[str, str]:
    """What is told of an article, without what is empty; the keys are among `FACTS`."""
    topic = annotated.topic
    name = annotated.topic_path or topic.name
    facts = article_fields(annotated.article, name, annotated.file)
    facts["topic_toml"] = "" if name in BUILT_IN else topic.text
    return {fact: value for fact, value in facts.items() if value}


def entry_of(path: Path, line: int, facts: Mapping[str, object]) -> Row:
    """What is told of an article as a row of the list of articles; what is missing is empty."""
    return Row(path, line, {fact: str(facts.get(fact) or "") for fact in FACTS})


def format_label(mark: Mark) -> str:
    """The one label that says what a mark is."""
    if mark.kind != ATTRIBUTION:
        return mark.kind
    return f"{mark.speaker}/{mark.stance}" + (f"/{UNNAMED}" if mark.unnamed else "")


def parse_label(label: str) -> tuple[str, str, str, bool]:
    """A label's kind, speaker, stance and whether its source is unnamed; a stance may be missing."""
    if label in (CUE, FURNITURE):
        return label, "", "", False
    named, _, last = label.rpartition("/")
    unnamed = bool(named) and last == UNNAMED
    speaker, slash, stance = (named if unnamed else label).rpartition("/")
    return ATTRIBUTION, (speaker if slash else stance), (stance if slash else ""), unnamed
