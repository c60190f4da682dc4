"""Dates of articles: only whole ones (day, month and year), and only where they are sure.

`04/05/2023` may be April or May and is left alone; `13/04/2023`, `4/13/2023` and `13.4.2023` are read.
"""

from __future__ import annotations

import datetime
import re

__all__ = ["date_in_name", "date_in_text", "parse_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_FORMS = tuple(
    re.compile(rf"(?i)(?<![\w.]){form}(?!\w)")
    for form in (
        rf"{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?",
        rf"{_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})",
        rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_DAY}(?: of)?[ -]{_MONTH},?[ -]{_YEAR}",
        rf"(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})\. ?{_YEAR}",
        rf"(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}",
    )
)
_IN_NAME = re.compile(rf"(?<!\d){_YEAR}(?P<mark>[-_.]?)(?P<month>\d{{2}})(?P=mark)(?P<day>\d{{2}})(?!\d)")

_HEAD_LINES = 6
_HEAD_WORDS = 9
"""A line so short is a byline or a time; in a longer one a date is that of some event."""
_DATELINE = re.compile(r"^[^.!?]{0,70}?(?:\([A-Za-z .]{2,20}\) ?)?(?:[—–]| - |: )")
_UPPER_START = re.compile(r"^[A-ZÀ-Ž]{3}")


def parse_date(value: object) -> str | None:
    """The date in a table's cell or in metadata (text, date or datetime), in ISO 8601, or None."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return _first(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def date_in_text(text: str) -> str | None:
    """The date that the first lines of an article give it: on a short line, or in the dateline."""
    lines = (line.strip() for line in text[:4000].splitlines())
    for line in [line for line in lines if line][:_HEAD_LINES]:
        dateline = _DATELINE.match(line) if _UPPER_START.match(line) else None
        head = line if len(line.split()) <= _HEAD_WORDS else dateline.group() if dateline else ""
        if found := _first(head):
            return found
    return None


def date_in_name(name: str) -> str | None:
    """The date in a file's name: `2023-04-13`, `2023_04_13` or `20230413`."""
    dates = (_date(match["year"], match["month"], match["day"]) for match in _IN_NAME.finditer(name))
    return next((date for date in dates if date), None)


def _first(text: str) -> str | None:
    """The first whole date in a text, whatever its form."""
    found = [
        (match.start(), date) for form in _FORMS for match in form.finditer(text) if (date := _read(match))
    ]
    return min(found)[1] if found else None


def _read(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    if "first" not in parts:
        return _date(parts["year"], parts["month"], parts["day"])
    orders = {_date(parts["year"], *order) for order in (match.group(1, 2), match.group(2, 1))} - {None}
    return orders.pop() if len(orders) == 1 else None


def _date(year: str, month: str, day: str) -> str | None:
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return datetime.date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None
