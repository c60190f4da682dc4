"""What an annotator can do to a sentence: pure functions from the lines of an article to new ones.

A step names its sentence by the offsets that the page saw, and never touches another one than
that (and its neighbour, to join them). What makes no sense is refused in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from stance.errors import UsageError
from stance.labels import NONE, STANCES
from stance.records import Article, Attribution, Sentence, Span
from stance.topic import Topic
from stance.web.offers import Offer

__all__ = ["Hand", "Line", "Lines", "Step", "apply"]


@dataclass(frozen=True)
class Line:
    """A sentence with what is marked in it; an empty `annotator` means that nobody looked at it."""

    sentence: Sentence
    marks: tuple[Attribution, ...] = ()
    annotator: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the sentence still waits for an annotator."""
        return not (self.marks or self.annotator or self.sentence.furniture)

    @property
    def place(self) -> tuple[int, int]:
        """The offsets that identify the sentence."""
        return self.sentence.start, self.sentence.end


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Step:
    """One thing done to the sentence at `start`:`end`.

    `kind` is a key of the table of steps below. `mark` is the number of an attribution in the
    sentence, None for a new one. `part` (`source`, `cue`) is the span to clear, `at` the offset
    in the article to split at, `choice` whose labels to take (`model`, `a`, `b`).
    """

    kind: str
    start: int
    end: int
    mark: int | None = None
    speaker: str | None = None
    stance: str | None = None
    source: Span | None = None
    cue: Span | None = None
    part: str | None = None
    at: int | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Hand:
    """Who marks what: the article, its topic, the annotator, and what others say of a sentence."""

    article: Article
    topic: Topic
    annotator: str
    offer: Callable[[str, Sentence], Offer | None]


def apply(lines: Lines, step: Step, hand: Hand) -> Lines:
    """The lines after a step.

    Raises:
        UsageError: the step makes no sense; nothing is changed.
    """
    if step.kind not in _STEPS:
        raise UsageError(f"step is {step.kind!r}, expected one of {', '.join(_STEPS)}")
    at = next((at for at, line in enumerate(lines) if line.place == (step.start, step.end)), None)
    if at is None:
        raise UsageError(f"there is no sentence at {step.start}:{step.end}: reload the page")
    width, new = _STEPS[step.kind](lines, at, step, hand)
    after = (*lines[:at], *new, *lines[at + width :])
    return tuple(
        line
        if line.sentence.index == number
        else replace(line, sentence=replace(line.sentence, index=number))
        for number, line in enumerate(after)
    )


_Outcome = tuple[int, tuple[Line, ...]]
"""How many lines are replaced, and by which."""


def _label(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:
    """A new attribution, or another speaker, stance or span for one that is there."""
    line = lines[at]
    _no_furniture(line)
    old = None if step.mark is None else _mark(line, step.mark)
    speaker = step.speaker or (old.speaker if old else "")
    stance = step.stance or (old.stance if old else "")
    known = [label for label in hand.topic.labels if label != NONE]
    if speaker not in known:
        raise UsageError(f"speaker is {speaker!r}, expected one of {', '.join(known)}")
    if stance not in STANCES:
        raise UsageError(f"stance is {stance!r}, expected one of {', '.join(STANCES)}")
    new = Attribution(
        role=hand.topic.role_of(speaker),
        speaker=speaker,
        stance=stance,
        source=_span(line.sentence, step.source) or (old.source if old else None),
        cue=_span(line.sentence, step.cue) or (old.cue if old else None),
        labelled_by=hand.annotator,
    )
    number = len(line.marks) if step.mark is None else step.mark
    return 1, (_marked(line, (*line.marks[:number], new, *line.marks[number + 1 :]), hand),)


def _clear(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:
    """An attribution without its source or its cue."""
    line = lines[at]
    old = _mark(line, step.mark)
    cleared = {"source": replace(old, source=None), "cue": replace(old, cue=None)}
    if step.part not in cleared:
        raise UsageError(f"part is {step.part!r}, expected source or cue")
    new = replace(cleared[step.part], labelled_by=hand.annotator)
    number = step.mark or 0
    return 1, (_marked(line, (*line.marks[:number], new, *line.marks[number + 1 :]), hand),)


def _delete(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:
    """One attribution less; a sentence that loses its last one is open again."""
    line = lines[at]
    gone = _mark(line, step.mark)
    left = tuple(mark for mark in line.marks if mark is not gone)
    return 1, (_marked(line, left, hand) if left else Line(line.sentence),)


def _nobody(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:  # noqa: ARG001
    """Nobody but the reporter speaks."""
    _no_furniture(lines[at])
    return 1, (Line(lines[at].sentence, (), hand.annotator),)


def _furniture(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:  # noqa: ARG001
    """Furniture becomes a sentence, a sentence furniture."""
    sentence = lines[at].sentence
    flag = not sentence.furniture
    return 1, (Line(replace(sentence, furniture=flag), (), hand.annotator if flag else ""),)


def _take(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:
    """What the model or a reading says of the sentence, as one's own."""
    sentence = lines[at].sentence
    offer = hand.offer(step.choice or "", sentence)
    if offer is None:
        raise UsageError("there is nothing to take over for this sentence")
    roles = {label: hand.topic.role_of(label) for label in hand.topic.labels}
    marks = [
        Attribution(
            roles[mark.speaker], mark.speaker, mark.stance, mark.source, mark.cue, labelled_by=hand.annotator
        )
        for mark in offer.marks
        if mark.speaker in roles
    ]
    line = Line(replace(sentence, furniture=offer.furniture))
    return 1, (_marked(line, _distinct(marks), hand),)


def _join(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:  # noqa: ARG001
    """A sentence and the next one as one."""
    if at + 1 == len(lines):
        raise UsageError("this is the last sentence, there is none to join it with")
    first, second = lines[at].sentence, lines[at + 1].sentence
    sentence = replace(
        first,
        end=second.end,
        text=hand.article.text[first.start : second.end],
        furniture=first.furniture and second.furniture,
    )
    marks = _distinct([*lines[at].marks, *lines[at + 1].marks])
    return 2, (_marked(Line(sentence), marks, hand) if marks else Line(sentence),)


def _split(lines: Lines, at: int, step: Step, hand: Hand) -> _Outcome:
    """A sentence in two; each attribution goes where its cue (or else its source) stands."""
    line, where = lines[at], step.at
    whole = line.sentence
    if where is None or not whole.start < where < whole.end:
        raise UsageError("put the caret inside the sentence, where the new one begins")
    parts = [_part(whole, whole.start, where), _part(whole, where, whole.end)]
    if not all(any(letter.isalnum() for letter in part.text) for part in parts):
        raise UsageError("each part needs at least one word: put the caret between two words")
    new = []
    for part in parts:
        marks = tuple(_inside(mark, part) for mark in line.marks if _belongs(mark, part, parts[0]))
        new.append(_marked(Line(part), marks, hand) if marks else Line(part))
    return 1, tuple(new)


_STEPS: dict[str, Callable[[Lines, int, Step, Hand], _Outcome]] = {
    "label": _label,
    "clear": _clear,
    "delete": _delete,
    "nobody": _nobody,
    "furniture": _furniture,
    "take": _take,
    "join": _join,
    "split": _split,
}


def _mark(line: Line, number: int | None) -> Attribution:
    if number is None or not 0 <= number < len(line.marks):
        raise UsageError("there is no such attribution in this sentence")
    return line.marks[number]


def _marked(line: Line, marks: tuple[Attribution, ...], hand: Hand) -> Line:
    seen: set[tuple[str, Span | None]] = set()
    for mark in marks:
        if (mark.speaker, mark.source) in seen:
            source = f"the source “{mark.source.text}”" if mark.source else "no source"
            raise UsageError(
                f"{mark.speaker} with {source} stands twice: mark the first one's source, then add the other"
            )
        seen.add((mark.speaker, mark.source))
    return Line(line.sentence, marks, hand.annotator)


def _distinct(marks: Iterable[Attribution]) -> tuple[Attribution, ...]:
    found: dict[tuple[str, Span | None], Attribution] = {}
    for mark in marks:
        found.setdefault((mark.speaker, mark.source), mark)
    return tuple(found.values())


def _no_furniture(line: Line) -> None:
    if line.sentence.furniture:
        raise UsageError("this is page furniture and is not labelled: press f first if it is a sentence")


def _span(sentence: Sentence, span: Span | None) -> Span | None:
    """The span that the page names, checked against the text, grown to whole words."""
    if span is None:
        return None
    if not sentence.start <= span.start < span.end <= sentence.end:
        raise UsageError("select words inside the sentence")
    if sentence.span(span.start, span.end).text != span.text:
        raise UsageError("the selected words are not those of the article: reload the page")
    text, start, end = sentence.text, span.start - sentence.start, span.end - sentence.start
    while start < end and text[start] in _AROUND:
        start += 1
    while start < end and text[end - 1] in _AROUND:
        end -= 1
    if start == end:
        raise UsageError("select at least one word")
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return sentence.span(sentence.start + start, sentence.start + end)


# The guide: without surrounding quotation marks and commas. A full stop may belong to "U.S.".
_AROUND = ' \t\r\n\xa0\u200b\ufeff"“”„«»‘,;:'


def _part(whole: Sentence, start: int, end: int) -> Sentence:
    text = whole.text[start - whole.start : end - whole.start]
    first = start + len(text) - len(text.lstrip())
    return replace(whole, start=first, end=first + len(text.strip()), text=text.strip())


def _belongs(mark: Attribution, part: Sentence, first: Sentence) -> bool:
    anchor = mark.cue or mark.source
    return part is first if anchor is None else part.start <= anchor.start < part.end


def _inside(mark: Attribution, part: Sentence) -> Attribution:
    kept = {
        name: span if span and part.start <= span.start and span.end <= part.end else None
        for name, span in (("source", mark.source), ("cue", mark.cue))
    }
    return replace(mark, source=kept["source"], cue=kept["cue"])
