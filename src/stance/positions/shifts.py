"""Another position: later (a shift), no longer (a change of practice), at once (a contradiction).

Only evidence that a person reviewed, or that the model did not flag, takes part; so does only a
line that stands for one speaker. A document is left out: what differs is how it is told. Who does not
comment takes no other position.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from stance.positions.copies import same_words
from stance.positions.values import CHANGE_OF_PRACTICE, CONTRADICTION, SHIFT, Evidence, Line, Position, Shift

__all__ = ["shifts_of"]

OPPOSITE = {"confirms": "denies", "denies": "confirms"}
NO_LONGER = "no_longer"
NO_COMMENT = "no_comment"
NOT_DIRECTLY = "not_directly"
"""A denial that leaves room for what the holder confirms beside it."""

Step = tuple[Position, ...]
"""The statements of one date, in the order of articles and sentences."""


def shifts_of(line: Line, *, unsure: bool = False) -> Iterator[Shift]:
    """The shifts, changes of practice and contradictions of a holder, in the order of their dates.

    With `unsure`, positions that the model flagged for review take part too. A date that lies
    within another (`2023-04-13` in `2023-04`) is neither before nor after it.
    """
    if not line.single or line.role == "document":
        return
    ends = [each for entry in line.evidence if (each := _end(entry, unsure)) and each.period]
    sure = [each for each in ends if each.detail != NO_COMMENT]
    steps = [tuple(group) for _, group in itertools.groupby(sure, key=lambda each: each.period)]
    for number, step in enumerate(steps):
        earlier = next((other for other in reversed(steps[:number]) if _before(other, step)), ())
        pairs = [*_later(earlier, step), *_at_once(step)]
        for start, end, kind in pairs:
            if not same_words(start.text, end.text):
                yield Shift(line.speaker, line.holder, kind, start, end)


def _end(evidence: Evidence, unsure: bool) -> Position | None:
    """The place of a statement that a shift can rest on: the first whose label is sure."""
    return next((each for each in evidence.places if unsure or each.sure), None)


def _before(earlier: Step, later: Step) -> bool:
    first, second = earlier[0].period, later[0].period
    return first is not None and second is not None and first.before(second)


def _later(earlier: Step, later: Step) -> Iterator[tuple[Position, Position, str]]:
    """From the last opposite statement of one date to the first of each new stance of a later one."""
    known = {each.stance for each in earlier}
    fresh = {each.stance: each for each in reversed(later) if each.stance not in known}
    for end in sorted(fresh.values(), key=later.index):
        start = next((each for each in reversed(earlier) if each.stance == OPPOSITE.get(end.stance)), None)
        start = start or next(iter(reversed(earlier)), None)
        if start:
            yield start, end, _kind(start, end)
    halted = next((each for each in later if each.detail == NO_LONGER), None)
    if halted and "denies" in known and not any(each.detail == NO_LONGER for each in earlier):
        confirmed = next((each for each in reversed(earlier) if each.stance == "confirms"), None)
        if confirmed:
            yield confirmed, halted, CHANGE_OF_PRACTICE


def _kind(start: Position, end: Position) -> str:
    halted = start.stance == "confirms" and end.detail == NO_LONGER
    return CHANGE_OF_PRACTICE if halted else SHIFT


def _at_once(step: Step) -> Iterator[tuple[Position, Position, str]]:
    """Within a day, or within an article where only the month or the year is known."""
    period = step[0].period
    by_article = itertools.groupby(step, key=lambda each: each.article)
    units: Sequence[Step] = [step] if period and period.is_day else [tuple(group) for _, group in by_article]
    for unit in units:
        plain = {each.stance: each for each in reversed(unit) if _is_plain(each)}
        halted = [each for each in unit if each.detail == NO_LONGER]
        if "confirms" in plain and "denies" in plain:
            yield *_first_turn([each for each in unit if _is_plain(each)]), CONTRADICTION
        if "confirms" in plain and halted:
            after = unit[unit.index(plain["confirms"]) :]
            yield (
                plain["confirms"],
                next((each for each in after if each in halted), halted[0]),
                CHANGE_OF_PRACTICE,
            )


def _first_turn(statements: Sequence[Position]) -> tuple[Position, Position]:
    """The first two neighbours that say yes and no."""
    pairs = itertools.pairwise(statements)
    return next((start, end) for start, end in pairs if start.stance != end.stance)


def _is_plain(position: Position) -> bool:
    return position.stance in OPPOSITE and position.detail not in (NO_LONGER, NOT_DIRECTLY)
