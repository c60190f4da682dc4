"""The audit of annotations: what is broken, what deserves a second look, and what can be mended.

Broken rows are those that `read_annotations` refuses. A second look is a hint and no fault:
the words of a row seem to speak against its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from stance.annotations import read_annotations, row_files
from stance.errors import AnnotationError
from stance.files import atomic_write
from stance.labels import NONE
from stance.rows import ROW_COLUMNS, SPANS, Row, format_table, only_place, read_table, shorten

__all__ = ["audit", "fill_offsets", "second_looks"]


def audit(folder: Path, fix: bool) -> list[str]:
    """Every broken row of a folder of annotations, one line each; none if all is well.

    With `fix`, offsets of spans that are missing and can be told from the words are filled in first.

    Raises:
        UsageError: a file that had to be mended cannot be written.
    """
    if fix:
        for path in row_files(folder):
            fill_offsets(path)
    try:
        read_annotations(folder)
    except AnnotationError as error:
        return list(error.problems)
    return []


def fill_offsets(path: Path) -> int:
    """Fill in the offsets of spans whose words occur once in their sentence; how many were filled.

    A file with broken lines stays as it is, since writing it would lose them.

    Raises:
        UsageError: the file cannot be written.
    """
    problems: list[str] = []
    rows = read_table(path, ROW_COLUMNS, problems)
    if problems or not rows:
        return 0
    filled = [_filled(row) for row in rows]
    count = sum(len(new) for new in filled)
    if count:
        records = ({**row.fields, **new}.values() for row, new in zip(rows, filled, strict=True))
        atomic_write(path, format_table(rows[0].fields, records))
    return count // 2


def second_looks(folder: Path) -> list[str]:
    """Rows whose words seem to speak against their label, one line each; hints, not faults."""
    rows = [row for path in row_files(folder) for row in read_table(path, ROW_COLUMNS, [])]
    return [line for row in rows for line in _doubts(row)]


def _filled(row: Row) -> dict[str, str]:
    new: dict[str, str] = {}
    if not row["start"].isdecimal():
        return new
    for name in SPANS:
        words = row[name]
        place = only_place(words, row["text"]) if words else None
        if place is not None and not row[f"{name}_start"] and not row[f"{name}_end"]:
            start = int(row["start"]) + place
            new |= {f"{name}_start": str(start), f"{name}_end": str(start + len(words))}
    return new


# The stance, words of the cue that go badly with it, and what they suggest. A cue says little on
# its own ("could no longer deny" confirms), so these are hints.
_CUES = (
    ("confirms", r"\b(may|might|possibly|perhaps|whether|denied|denies|unclear)\b", "another stance"),
    ("denies", r"\b(may|might|perhaps|admit\w*|acknowledge\w*|accuse\w*)\b", "another stance"),
    ("hedges", r"^(denied|denies|rejected|dismissed|accused|acknowledged|admitted)$", "a position"),
    (NONE, r"\b(no comment|(declined|refused) to comment|did not respond)\b", "a hedge"),
)
_SAYING = re.compile(r"\b(said|told|according to|denied|claimed|alleged|accused)\b", re.I)


def _doubts(row: Row) -> Iterator[str]:
    for stance, words, suggests in _CUES:
        found = re.search(words, row["cue"], re.IGNORECASE) if row["stance"] == stance else None
        if found:
            yield row.problem(
                f"look again: {stance}, but the cue has {found[0]!r}, which suggests {suggests}"
            )
    saying = _SAYING.search(row["text"]) if row["speaker"] == NONE else None
    if saying:
        yield row.problem(f"look again: nobody speaks, but {shorten(row['text'])} has {saying[0]!r}")
