"""Positions out: a table, JSON, CSV, or one page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stance.errors import UsageError
from stance.positions.table import table_lines
from stance.positions.values import COLUMNS, Positions

__all__ = ["FORMATS", "choose_format", "render"]


@dataclass(frozen=True)
class RenderOptions:
    """`width` is the terminal's; `precision` says how far the list of shifts can be trusted."""

    width: int = 100
    precision: str | None = None


def _table(found: Positions, options: RenderOptions) -> str:
    return "".join(f"{line}\n" for line in table_lines(found, options.width, options.precision))


def _json(found: Positions, options: RenderOptions) -> str:
    told = {**found.to_dict(), "shift_precision": options.precision}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _csv(found: Positions, options: RenderOptions) -> str:  # noqa: ARG001  # all formats take the same
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for position in found.positions:
        cells = position.to_dict().values()
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in cells])
    return stream.getvalue()


def _html(found: Positions, options: RenderOptions) -> str:
    from stance.positions.page import page

    return page(found, options.precision)


FORMATS: Mapping[str, Callable[[Positions, RenderOptions], str]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "html": _html,
}
"""Every format by its name."""

_ENDINGS = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html", ".txt": "table"}


def choose_format(name: str | None, output: Path | None) -> str:
    """The format that `--format` and `-o` ask for.

    Raises:
        UsageError: the ending is unknown, or the two disagree.
    """
    if output is None:
        return name or "table"
    if output.is_dir():
        raise UsageError(f"{output} is a folder, expected a file: try  -o {output / 'positions.html'}")
    by_ending = _ENDINGS.get(output.suffix.lower())
    if name and by_ending and name != by_ending:
        raise UsageError(f"{output} ends in {output.suffix!r} but --format is {name}: drop one of the two")
    if not (name or by_ending):
        found = f"ends in {output.suffix!r}" if output.suffix else "has no ending"
        raise UsageError(f"{output} {found}, expected one of {', '.join(_ENDINGS)}, or --format")
    return name or by_ending or "table"


def render(found: Positions, name: str, *, width: int = 100, precision: str | None = None) -> bytes:
    """The positions in one of `FORMATS`, as UTF-8."""
    return FORMATS[name](found, RenderOptions(width, precision)).encode("utf-8", "replace")
