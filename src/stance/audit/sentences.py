"""The sentences of a folder of annotations as they stand in its rows, broken rows left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stance.annotations import row_files
from stance.labels import FURNITURE, NONE
from stance.rows import ROW_COLUMNS, Row, read_table, whole_number

__all__ = ["Label", "Marked", "count_open", "marked_sentences", "told"]

Label = tuple[str, str]


@dataclass(frozen=True)
class Marked:
    """One sentence with its rows, at least one; furniture and what is not marked yet is left out."""

    article: str
    start: int
    end: int
    text: str
    rows: tuple[Row, ...]

    @property
    def labels(self) -> tuple[Label, ...]:
        """The speaker and stance of every attribution, in the order of the rows."""
        return tuple((row["speaker"], row["stance"]) for row in self.rows if row["speaker"] != NONE)


def marked_sentences(folder: Path) -> list[Marked]:
    """The marked sentences of a folder, in the order of files and rows."""
    groups: dict[tuple[str, int, int], list[Row]] = {}
    for row in (row for path in row_files(folder) for row in read_table(path, ROW_COLUMNS, [])):
        start, end = (whole_number(row, name, []) for name in ("start", "end"))
        if (
            start is not None
            and end is not None
            and row["speaker"] not in (FURNITURE, "")
            and not row.is_open
        ):
            groups.setdefault((row["article"], start, end), []).append(row)
    return [Marked(*place, rows[0]["text"], tuple(rows)) for place, rows in groups.items()]


def count_open(folder: Path) -> int:
    """How many sentences of a folder nobody has looked at."""
    rows = (row for path in row_files(folder) for row in read_table(path, ROW_COLUMNS, []))
    return sum(row.is_open for row in rows)


def told(labels: tuple[Label, ...]) -> str:
    """Labels as they stand in a message."""
    return ", ".join(" ".join(label) for label in dict.fromkeys(labels)) or "nobody"
