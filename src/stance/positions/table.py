"""Positions for the terminal: who holds which, and the shifts with their sentences."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from stance.labels import POSITIONS
from stance.output.terminal import clean, shorten
from stance.output.words import WORDING
from stance.positions.values import Line, Position, Positions, Shift
from stance.positions.words import (
    KIND_WORDS,
    date_note,
    figures,
    marks,
    reading,
    said,
    span_of,
    stance_words,
    turn,
    when,
)
from stance.wording import counted

__all__ = ["table_lines"]

NARROWEST = 80
_SPEAKER = 17  # "pentagon_document"
_COUNT, _OUTLETS = 5, 8
_SIGNS = tuple(WORDING[stance].sign for stance in POSITIONS)
_DATES = 26  # "  2023-04-13 to 2025-06-23"


def table_lines(found: Positions, width: int, precision: str | None = None) -> Iterator[str]:
    """The lines of the table, without line ends; none is longer than `width` (80 at least)."""
    width = max(width, NARROWEST)
    yield figures(found)
    if not found.lines:
        return
    topics = dict.fromkeys(line.topic for line in found.lines)
    for topic in topics:
        yield ""
        yield clean(f"topic {topic or 'not told'}")
        yield _line("speaker", "holder", (*_SIGNS, "outlets"), "dates", width)
        yield from (_row(line, width) for line in found.lines if line.topic == topic)
    yield ""
    yield counted(len(found.shifts), "change") + " of position" + ("" if found.shifts else " found")
    for shift in found.shifts:
        yield from _shift(shift, width)
    yield ""
    legend = ", ".join(f"{WORDING[stance].sign} {stance} = {WORDING[stance].words}" for stance in POSITIONS)
    undated = f"{counted(len(found.undated), 'position')} undated." if found.undated else ""
    measured = f"The list of changes, measured: {precision}." if precision else ""
    for note in (f"{legend}.", reading(found), f"{date_note(found)} {undated}".strip(), measured):
        yield from textwrap.wrap(note, width)


def _line(speaker: str, holder: str, counts: Sequence[object], dates: str, width: int) -> str:
    room = width - _SPEAKER - 1 - _COUNT * len(POSITIONS) - _OUTLETS - _DATES
    *stances, outlets = counts
    cells = "".join(f"{cell:>{_COUNT}}" for cell in stances) + f"{outlets:>{_OUTLETS}}"
    names = f"{shorten(speaker, _SPEAKER):<{_SPEAKER}} {shorten(holder, room):<{room}}"
    return f"{names}{cells}  {dates}".rstrip()


def _row(line: Line, width: int) -> str:
    counts = (*(len(line.of(stance)) or "·" for stance in POSITIONS), line.outlets)
    return _line(line.speaker, line.holder or "(not named)", counts, span_of(line), width)


def _shift(shift: Shift, width: int) -> Iterator[str]:
    yield ""
    who = shift.speaker if shift.holder is None else f"{shift.speaker} ({shift.holder})"
    yield from textwrap.wrap(clean(f"{KIND_WORDS[shift.kind]}: {who}: {turn(shift)}"), width)
    for end in (shift.start, shift.end):
        yield from _end(end, width)


def _end(position: Position, width: int) -> Iterator[str]:
    notes = "".join(f"; {note}" for note in marks(position))
    place = f"{when(position)}, {position.article}, sentence {position.sentence}"
    head = f"{WORDING[position.stance].sign} {place}: {stance_words(position)}{notes}"
    yield from textwrap.wrap(clean(head), width, initial_indent="  ", subsequent_indent="    ")
    indent = "      "
    yield from textwrap.wrap(clean(said(position)), width, initial_indent=indent, subsequent_indent=indent)
