"""What the annotation page shows: values made of a desk's lines and offers, for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from stance.labels import NONE, STANCES
from stance.output.pieces import Piece, attributed
from stance.output.words import WORDING, Wording
from stance.web.desk import MODEL, READINGS, Desk
from stance.web.offers import Offer
from stance.web.sheets import Version
from stance.web.steps import Line

__all__ = ["Count", "Named", "Progress", "Shown", "counts", "progress", "shown"]


@dataclass(frozen=True)
class Named:
    """What one of two readings says of a sentence; `offer` is None where it does not say."""

    source: str
    name: str
    offer: Offer | None


@dataclass(frozen=True)
class Shown:
    """A sentence on the page. `gap` is the text between it and the one before in its paragraph."""

    id: str
    line: Line
    gap: str
    first: bool
    pieces: tuple[Piece, ...]
    suggestion: Offer | None
    readings: tuple[Named, ...]

    @property
    def stance(self) -> str:
        """The stance whose colour the sentence bears: its first position, or else `none`."""
        stances = [mark.stance for mark in self.line.marks]
        return next((stance for stance in stances if stance != NONE), NONE) if stances else ""

    @property
    def unsure(self) -> bool:
        """Whether the model is."""
        return bool(self.suggestion and self.suggestion.unsure and not self.line.sentence.furniture)

    @property
    def differs(self) -> bool:
        """Whether the readings differ, or else the model from what is marked."""
        if self.readings:
            first, second = (named.offer for named in self.readings)
            return not _agree(first, second)
        mine = Offer(self.line.marks, self.line.sentence.furniture)
        return bool(self.suggestion) and not self.line.is_open and not _agree(mine, self.suggestion)

    @property
    def state(self) -> str:
        """What is marked, in a few words, for those who do not see the colours."""
        if self.line.sentence.furniture:
            return "furniture"
        if self.line.marks:
            return ", ".join(f"{mark.speaker} {WORDING[mark.stance].words}" for mark in self.line.marks)
        return "not labelled" if self.line.is_open else "nobody speaks"


@dataclass(frozen=True)
class Count:
    """How often a label was given; `wording` of a stance."""

    label: str
    number: int
    wording: Wording | None = None


@dataclass(frozen=True)
class Progress:
    """Sentences that are labelled, of those that are to be labelled (furniture is not)."""

    done: int
    total: int


def shown(desk: Desk, number: int, version: Version) -> Iterator[Shown]:
    """The sentences of an article as the page shows them."""
    text = desk.sheets[number].article.text
    paragraph, end = -1, 0
    for line in version.lines:
        sentence = line.sentence
        first = sentence.paragraph != paragraph
        yield Shown(
            id=f"s{sentence.start}-{sentence.end}",
            line=line,
            gap="" if first else text[end : sentence.start],
            first=first,
            pieces=attributed(sentence, line.marks),
            suggestion=desk.offer(number, MODEL, sentence),
            readings=tuple(
                Named(source, name, desk.offer(number, source, sentence))
                for source, name in zip(READINGS, desk.names, strict=False)
            ),
        )
        paragraph, end = sentence.paragraph, sentence.end


def counts(desk: Desk, number: int, version: Version) -> tuple[Count, ...]:
    """The running count per label."""
    marks = [mark for line in version.lines for mark in line.marks]
    speakers, stances = (Counter(getattr(mark, name) for mark in marks) for name in ("speaker", "stance"))
    topic = desk.sheets[number].topic
    lines = version.lines
    nobody = sum(not (line.marks or line.is_open or line.sentence.furniture) for line in lines)
    furniture = sum(line.sentence.furniture for line in lines)
    told = [Count(label, speakers[label]) for label in topic.labels if label != NONE]
    if not topic.is_open:
        told += [Count(stance, stances[stance], WORDING[stance]) for stance in STANCES]
    return (*told, Count("nobody", nobody), Count("furniture", furniture))


def progress(version: Version) -> Progress:
    """How far an article is."""
    to_do = [line for line in version.lines if not line.sentence.furniture]
    return Progress(sum(not line.is_open for line in to_do), len(to_do))


def _agree(first: Offer | None, second: Offer | None) -> bool:
    if first is None or second is None:
        return first is second
    return first.labels == second.labels and first.furniture == second.furniture
