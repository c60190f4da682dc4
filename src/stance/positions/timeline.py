"""The timeline: a row per holder, a mark per date and stance, drawn in per cent of the width.

Places are shares of the page's width and letters keep their size, so the plot reads on a phone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.output.words import WORDING
from stance.positions.periods import Period
from stance.positions.values import Line, Position, Shift
from stance.positions.words import KIND_WORDS, turn
from stance.wording import counted

__all__ = ["Timeline", "timeline"]

ROWS = 10
"""Holders that the plot shows; the page lists all."""
TICKS = 5
"""Most dates on the axis: more would overlap on a phone."""
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
LEFT, RIGHT = 4.0, 96.0
HEAD, ROW = 22, 74
LANES = {"confirms": 28, "hedges": 43, "denies": 58}
"""How far under a row's top each stance lies: presenting as true above, rejecting below."""
LONGEST = 44


@dataclass(frozen=True)
class Mark:
    """A stance at a date; `left` and `right` are the ends of a month or a year, `x` lies between."""

    x: float
    left: float
    right: float
    y: int
    stance: str
    told: str
    target: str


@dataclass(frozen=True)
class Link:
    """A shift, from mark to mark."""

    x1: float
    y1: int
    x2: float
    y2: int
    kind: str
    told: str


@dataclass(frozen=True)
class Row:
    """A holder's strip; `y` is its top."""

    y: int
    name: str
    target: str
    lanes: tuple[int, ...]
    marks: tuple[Mark, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Timeline:
    """The plot; `ticks` are places and dates, `left_out` counts holders beyond `ROWS`."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    left_out: int


@dataclass(frozen=True)
class Scale:
    """From days to per cent of the width."""

    first: datetime.date
    last: datetime.date

    def at(self, day: datetime.date) -> float:
        """The place of a day; the middle where there is only one."""
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 0.5
        return round(LEFT + (RIGHT - LEFT) * share, 2)

    def middle(self, period: Period) -> float:
        """The place of a date that may be a month or a year."""
        return round((self.at(period.first) + self.at(period.last)) / 2, 2)


def timeline(
    lines: Sequence[tuple[int, Line]], shifts: Sequence[Shift], targets: Mapping[tuple[int, str | None], str]
) -> Timeline | None:
    """The plot of some lines with their numbers, or None where nothing is dated.

    `targets` are the anchors of a line's dates on the page, by line and date.
    """
    dated = [(number, line) for number, line in lines if line.dates]
    periods = [each.first.period for _, line in dated for each in line.evidence]
    known = [period for period in periods if period]
    if not known:
        return None
    scale = Scale(min(period.first for period in known), max(period.last for period in known))
    rows = tuple(
        Row(
            y=(top := HEAD + at * ROW),
            name=_cut(line.name),
            target=f"h{number}",
            lanes=tuple(top + lane for lane in LANES.values()),
            marks=tuple(_marks(number, line, scale, top, targets)),
            links=tuple(_links(line, shifts, scale, top)),
        )
        for at, (number, line) in enumerate(dated[:ROWS])
    )
    return Timeline(rows, tuple(_ticks(scale)), HEAD + ROW * len(rows), len(dated) - len(rows))


def _marks(
    number: int, line: Line, scale: Scale, top: int, targets: Mapping[tuple[int, str | None], str]
) -> Iterator[Mark]:
    for stance, lane in LANES.items():
        by_date: dict[Period, list[Position]] = {}
        for entry in line.of(stance):
            if entry.first.period:
                by_date.setdefault(entry.first.period, []).append(entry.first)
        for period, found in by_date.items():
            date = found[0].date
            told = f"{date}: {WORDING[stance].words}, {counted(len(found), 'sentence')}"
            ends = (scale.at(period.first), scale.at(period.last))
            yield Mark(scale.middle(period), *ends, top + lane, stance, told, targets[number, date])


def _links(line: Line, shifts: Sequence[Shift], scale: Scale, top: int) -> Iterator[Link]:
    names = (line.speaker, line.holder)
    for shift in shifts:
        start, end = shift.start.period, shift.end.period
        if (shift.speaker, shift.holder) == names and shift.end.topic == line.topic and start and end:
            told = f"{KIND_WORDS[shift.kind]}: {turn(shift)}"
            ends = [(scale.middle(start), shift.start), (scale.middle(end), shift.end)]
            (x1, first), (x2, second) = ends
            yield Link(x1, top + LANES[first.stance], x2, top + LANES[second.stance], shift.kind, told)


def _ticks(scale: Scale) -> Iterator[tuple[float, str]]:
    """Places and names of months or years, at most `TICKS`; of the only day there is its date."""
    if scale.first == scale.last:
        yield scale.at(scale.first), scale.first.isoformat()
        return
    month, end = _month(scale.first), _month(scale.last)
    step = next((step for step in MONTHS if (end - month) // step < TICKS), MONTHS[-1])
    starts = [each for each in range(month, end + 1) if each % step == 0]
    days = [datetime.date(each // 12, each % 12 + 1, 1) for each in starts]
    shown = [day for day in days if scale.first <= day] or [scale.first]
    for day in shown:
        yield scale.at(day), day.isoformat()[: 4 if step >= 12 else 7 if day.day == 1 else 10]


def _month(day: datetime.date) -> int:
    return day.year * 12 + day.month - 1


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
