"""Dates as they are known: a day, a month or a year, from its first day to its last."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Period"]

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days that a date may mean; `2023-04` begins on the first of April and ends on the 30th."""

    first: datetime.date
    last: datetime.date

    @staticmethod
    def parse(text: str | None) -> Period | None:
        """The period of an ISO 8601 date, whole or partial; None for anything else."""
        return _parse(text) if text else None

    @property
    def is_day(self) -> bool:
        """Whether the date is told to the day."""
        return self.first == self.last

    def before(self, other: Period) -> bool:
        """Whether all of this lies before the other: April is not before the 13th of April."""
        return self.last < other.first

    def within(self, other: Period) -> bool:
        """Whether this is a part of the other, or the same."""
        return other.first <= self.first and self.last <= other.last


@lru_cache(maxsize=4096)
def _parse(text: str) -> Period | None:
    match = _ISO.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = datetime.date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day is not None:
        return Period(first, first)
    end = month or 12
    return Period(first, first.replace(month=end, day=calendar.monthrange(first.year, end)[1]))
