"""How far the list of shifts can be trusted: measured on held-out predictions."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.labels import NONE
from stance.positions.gather import positions
from stance.positions.inputs import told_detail
from stance.positions.values import Position

if TYPE_CHECKING:
    from stance.heldout import HeldOut, Mark

__all__ = ["Precision", "shift_precision"]

DAY_ONE = datetime.date(2000, 1, 1)


@dataclass(frozen=True)
class Precision:
    """Of `total` shifts in `worlds` invented stories (`articles` articles), `right` have both ends right."""

    right: int
    total: int
    worlds: int
    articles: int

    @property
    def value(self) -> float | None:
        """The share that is right, None where there are none."""
        return self.right / self.total if self.total else None

    def told(self) -> str:
        """The figure in words."""
        share = f" ({self.value:.0%})" if self.value is not None else ""
        return (
            f"{self.right} of {self.total} shifts{share} right at both ends, speaker and stance, "
            f"on {self.worlds} invented stories of {self.articles} articles, predicted held out"
        )


def shift_precision(rows: Sequence[HeldOut], *, unsure: bool = False) -> Precision:
    """Find shifts in the held-out predictions of the composed articles, and count those that are right.

    The articles of a world stand in the order of their ids, one a day. A shift is right where the
    gold has its speaker with its stance in both sentences.
    """
    worlds: dict[str, list[HeldOut]] = defaultdict(list)
    for row in rows:
        if row.set == "composed":
            worlds[row.topic].append(row)
    right = total = articles = 0
    for world in worlds.values():
        names = sorted({row.article for row in world})
        days = {name: (DAY_ONE + datetime.timedelta(at)).isoformat() for at, name in enumerate(names)}
        gold = {(row.article, row.sentence): row.gold_marks for row in world}
        found = positions(
            (
                _label(row, mark, days[row.article])
                for row in world
                for mark in row.predicted_marks
                if mark.stance != NONE
            ),
            unsure=unsure,
        )
        articles += len(names)
        total += len(found.shifts)
        right += sum(_is_right(gold, shift.start) and _is_right(gold, shift.end) for shift in found.shifts)
    return Precision(right, total, len(worlds), articles)


def _is_right(gold: dict[tuple[str, int], tuple[Mark, ...]], end: Position) -> bool:
    marks = gold[end.article, end.sentence]
    return any((mark.speaker, mark.stance) == (end.speaker, end.stance) for mark in marks)


def _label(row: HeldOut, mark: Mark, day: str) -> dict[str, Any]:
    """A prediction as a row of labels; held-out rows lack the detail, which the words tell again."""
    return {
        "article": row.article,
        "topic": row.topic,
        "date": day,
        "date_source": "metadata",
        "sentence": row.sentence,
        "text": row.text,
        "start": row.start,
        "end": row.end,
        "role": mark.role,
        "speaker": mark.speaker or mark.role,
        "holder": mark.holder,
        "mention": mark.mention,
        "stance": mark.stance,
        # Only "no longer" and "not directly" matter to shifts, and words take their time to read.
        "detail": told_detail(row.text, mark.stance) if mark.stance == "denies" else None,
        "review": mark.review,
    }
