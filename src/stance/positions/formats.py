"""Positions out: a table, JSON, CSV, or one page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping

from stance.positions.table import table_lines
from stance.positions.values import COLUMNS, Positions

__all__ = ["ENDINGS", "FORMATS", "render"]


def _table(found: Positions, width: int, precision: str | None) -> str:
    return "".join(f"{line}\n" for line in table_lines(found, width, precision))


def _json(found: Positions, precision: str | None) -> str:
    told = {**found.to_dict(), "shift_precision": precision}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _csv(found: Positions) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for position in found.positions:
        cells = position.to_dict().values()
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in cells])
    return stream.getvalue()


def _html(found: Positions, precision: str | None) -> str:
    from stance.positions.page import page

    return page(found, precision)


FORMATS: Mapping[str, Callable[[Positions, int, str | None], str]] = {
    "table": _table,
    "json": lambda found, _, precision: _json(found, precision),
    "csv": lambda found, *_: _csv(found),
    "html": lambda found, _, precision: _html(found, precision),
}
"""Every format by its name: it takes the terminal's width, and how far the list of shifts can be trusted."""

ENDINGS = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html", ".txt": "table"}
"""The format that each ending asks for."""


def render(found: Positions, name: str, *, width: int = 100, precision: str | None = None) -> bytes:
    """The positions in one of `FORMATS`, as UTF-8, for a terminal of this width."""
    return FORMATS[name](found, width, precision).encode("utf-8", "replace")
