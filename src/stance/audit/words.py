"""Rows whose words seem to speak against their label."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from stance.annotations import row_files
from stance.labels import FURNITURE, NONE
from stance.rows import ROW_COLUMNS, Row, read_table, shorten

__all__ = ["second_looks"]


def second_looks(folder: Path) -> list[str]:
    """Rows whose words seem to speak against their label, one line each; hints, not faults."""
    rows = [row for path in row_files(folder) for row in read_table(path, ROW_COLUMNS, [])]
    return [*(line for row in rows for line in _doubts(row)), *_unnamed(rows)]


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
    saying = _SAYING.search(row["text"]) if row["speaker"] == NONE and not row.is_open else None
    if saying:
        yield row.problem(f"look again: nobody speaks, but {shorten(row['text'])} has {saying[0]!r}")


def _unnamed(rows: Sequence[Row]) -> Iterator[str]:
    """Attributions without source words that run on from nothing."""
    before: tuple[str, set[str] | None] = ("", set())
    places = itertools.groupby(rows, key=lambda row: (row["article"], row["start"], row["end"]))
    for (article, *_), marks in places:
        spoken = before[1] if before[0] == article else set()
        rows_here = list(marks)
        own = [row for row in rows_here if row["speaker"] not in (NONE, FURNITURE, "")]
        for row in own:
            if not row["source"] and spoken is not None and row["speaker"] not in spoken:
                yield row.problem(
                    f"look again: {row['speaker']} has no source words here and does not speak in the "
                    "sentence before; mark the words that name the source"
                )
        # Of a sentence that nobody has looked at, nobody knows who speaks in it.
        is_open = any(row.is_open or not row["speaker"] for row in rows_here)
        before = article, None if is_open else {row["speaker"] for row in own}
