"""The desk at which an annotator works: articles, what is marked in them, undo, saving. No HTTP here.

Every step is saved at once. A save carries the digest of the file version that the page saw; where the
file holds something else by now (another tab, an editor, another desk), nothing is written and the
differences are told.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from stance.errors import AnnotationError, UsageError
from stance.records import Attribution, Sentence
from stance.web.offers import Offer, Reading
from stance.web.sheets import Sheet, Version, locked
from stance.web.steps import Hand, Line, Lines, Step, apply

__all__ = ["MODEL", "READINGS", "Change", "Conflict", "Desk", "Place", "describe"]

MODEL = "model"
READINGS = ("a", "b")
"""The sources of offers: the model, or the two readings that are adjudicated."""

REMEMBERED = 300
"""Versions of an article that conflicts can be explained against."""


@dataclass(frozen=True)
class Place:
    """A sentence on the desk: the article's number, and the sentence's offsets."""

    article: int
    start: int
    end: int


@dataclass(frozen=True)
class Change:
    """A sentence that differs from what the page saw; empty words where it is not there."""

    text: str
    before: str
    after: str


@dataclass(frozen=True)
class Conflict:
    """Why nothing was saved: what changed in the file, or why it cannot be read any more."""

    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class _Memory:
    """What the desk knows of an article from this session."""

    seen: OrderedDict[str, Lines] = field(default_factory=OrderedDict)
    undo: list[tuple[Version, str]] = field(default_factory=list)  # the version before, the digest after

    def remember(self, version: Version) -> Version:
        self.seen[version.digest] = version.lines
        self.seen.move_to_end(version.digest)
        while len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        return version


class Desk:
    """A session of one annotator over some articles.

    `sources` tell what the model or the readings say of an article; without `model` no suggestion
    exists anywhere (blind). `names` are the two readings' names. `queue` has the sentences to
    annotate next, the most worthwhile first.
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        annotator: str,
        sources: Mapping[str, Callable[[Sheet], Reading | None]],
        names: Sequence[str] = (),
        queue: Sequence[Place] = (),
    ) -> None:
        self.sheets = tuple(sheets)
        self.annotator = annotator
        self.sources = dict(sources)
        self.names = tuple(names)
        self.queue = tuple(queue)
        self._memories = [_Memory() for _ in self.sheets]
        self._readings: dict[tuple[int, str], Reading | None] = {}
        self._saving = threading.Lock()
        self._asking = threading.Lock()

    def look(self, number: int) -> Version:
        """The article as its file is now.

        Raises:
            AnnotationError: the file is broken; every bad row is named.
        """
        return self._memories[number].remember(self.sheets[number].read())

    def offer(self, number: int, source: str, sentence: Sentence) -> Offer | None:
        """What a source says of a sentence; the model is asked once per article."""
        reading = self.reading(number, source)
        return reading.offer(sentence) if reading else None

    def reading(self, number: int, source: str) -> Reading | None:
        """What a source says of an article; None if nothing, or if there is no such source."""
        if source not in self.sources:
            return None
        with self._asking:
            if (number, source) not in self._readings:
                self._readings[number, source] = self.sources[source](self.sheets[number])
            return self._readings[number, source]

    def save(self, number: int, digest: str, step: Step) -> Version | Conflict:
        """Do a step on the version with this digest and write the file.

        Raises:
            UsageError: the step makes no sense, or the file cannot be written; nothing is changed.
        """
        sheet = self.sheets[number]
        hand = Hand(sheet.article, sheet.topic, self.annotator, partial(self.offer, number))
        if step.kind == "take":  # the model may need a while, and nobody shall wait for that
            self.reading(number, step.choice or "")
        undo = self._memories[number].undo

        def done(before: Version, after: Version) -> None:
            if before.digest != after.digest:
                undo.append((before, after.digest))

        return self._write(number, digest, lambda now: sheet.version(now, apply(now.lines, step, hand)), done)

    def undo(self, number: int, digest: str) -> Version | Conflict:
        """Put the file back to what it was before the last step, to the byte.

        Raises:
            UsageError: there is no such step in this session, or the file cannot be written.
        """
        undo = self._memories[number].undo
        return self._write(number, digest, lambda now: _undone(undo, now), lambda _before, _after: undo.pop())

    def changes(self, number: int, digest: str) -> Conflict | None:
        """What changed in the file since a page saw it; None if nothing."""
        try:
            return self._conflict(number, digest, self.sheets[number].read())
        except AnnotationError as error:
            return Conflict(problems=error.problems)

    def seen(self, number: int, digest: str) -> Lines:
        """The lines of a version that this session read or wrote; empty if it did not."""
        return self._memories[number].seen.get(digest, ())

    def can_undo(self, number: int) -> bool:
        """Whether this session has a step to undo."""
        return bool(self._memories[number].undo)

    def next_place(self, after: Place | None = None) -> Place | None:
        """The first sentence of the queue that is still open; `after` one that is skipped.

        Raises:
            AnnotationError: a file is broken.
        """
        waiting: dict[int, list[Place]] = {}
        for wanted in self.queue:
            number = wanted.article
            if number not in waiting:
                lines = self.look(number).lines
                waiting[number] = [Place(number, *line.place) for line in lines if line.is_open]
            # The sentence may have been cut anew since it was ranked.
            for place in waiting[number]:
                if place.start < wanted.end and wanted.start < place.end and place != after:
                    return place
        return None

    def _write(
        self,
        number: int,
        digest: str,
        change: Callable[[Version], Version],
        done: Callable[[Version, Version], object],
    ) -> Version | Conflict:
        sheet, memory = self.sheets[number], self._memories[number]
        try:
            with self._saving, locked(sheet.folder):
                now = memory.remember(sheet.read())
                if conflict := self._conflict(number, digest, now):
                    return conflict
                new = change(now)
                # Editors take no lock: look once more just before the old file goes.
                if (latest := sheet.read()).digest != now.digest:
                    return self._conflict(number, now.digest, latest) or Conflict()
                if new.digest != now.digest or not sheet.path.exists():
                    sheet.write(new)
                done(now, new)
        except AnnotationError as error:
            return Conflict(problems=error.problems)
        except OSError as error:
            raise UsageError(f"{sheet.path}: cannot write ({error.strerror})") from error
        return memory.remember(new)

    def _conflict(self, number: int, digest: str, now: Version) -> Conflict | None:
        if digest == now.digest:
            return None
        seen = self._memories[number].seen.get(digest)
        # Other articles of the same file, or columns of one's own, may have changed: no harm.
        return None if seen == now.lines else Conflict(_changes(seen or (), now.lines))


def _undone(undo: list[tuple[Version, str]], now: Version) -> Version:
    if not undo:
        raise UsageError("there is nothing to undo in this session")
    before, after = undo[-1]
    if after != now.digest:
        undo.clear()
        raise UsageError("the file was changed elsewhere since your last step, which cannot be undone")
    return before


def describe(line: Line) -> str:
    """What is marked in a sentence, in a few words."""
    if line.sentence.furniture:
        return "furniture"
    if not line.marks:
        return "unlabelled" if line.is_open else "nobody speaks"
    return "; ".join(_words(mark) for mark in line.marks)


def _words(mark: Attribution) -> str:
    spans = (("source", mark.source), ("cue", mark.cue))
    told = ", ".join(f"{name} “{span.text}”" for name, span in spans if span)
    return f"{mark.speaker} {mark.stance}" + (f" ({told})" if told else "")


def _changes(seen: Lines, now: Lines) -> tuple[Change, ...]:
    before, after = ({line.place: line for line in lines} for lines in (seen, now))
    found = []
    for place in sorted({*before, *after}) if seen else ():
        old, new = before.get(place), after.get(place)
        if old is None or new is None or _facts(old) != _facts(new):
            text = (new or old or now[0]).sentence.text
            found.append(Change(text, describe(old) if old else "", describe(new) if new else ""))
    return tuple(found)


def _facts(line: Line) -> tuple[object, ...]:
    return line.marks, line.annotator, line.sentence.furniture
