"""CSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from stance.output.options import WriteOptions
from stance.output.rows import FLAT_COLUMNS, ExtraColumns, flatten, rows
from stance.output.spool import Spool
from stance.records import LabelledArticle

__all__ = ["guarded", "write_csv", "write_jsonl"]


def write_jsonl(results: Iterable[LabelledArticle], out: IO[bytes], options: WriteOptions) -> None:
    """One JSON object a line, in UTF-8, as they come."""
    for result in results:
        for row in rows(result, attributions_only=options.attributions_only, text=options.text):
            out.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def write_csv(results: Iterable[LabelledArticle], out: IO[bytes], options: WriteOptions) -> None:
    """RFC 4180 in UTF-8, written when all is labelled: the last article may bring a new column."""
    extras = ExtraColumns()
    cell = _excel_cell if options.excel else _cell
    stream = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="", write_through=True)
    try:
        with Spool[dict[str, Any]]() as spool:
            for row in flat_rows(results, extras, options):
                spool.add(row)
            if options.excel:
                stream.write("\ufeff")
            writer = csv.writer(stream)
            columns = (*FLAT_COLUMNS, *extras.names)
            writer.writerow(map(cell, columns))
            writer.writerows([cell(row.get(column)) for column in columns] for row in spool)
    finally:
        stream.detach()  # the caller's stream stays open


def flat_rows(
    results: Iterable[LabelledArticle], extras: ExtraColumns, options: WriteOptions
) -> Iterator[dict[str, Any]]:
    """Flat rows with the user's own columns behind ours; `extras` learns their names."""
    for result in results:
        own = extras.rename(result.article.extra)
        for row in rows(result, attributions_only=options.attributions_only, text=options.text):
            yield {**flatten(row), **own}


def guarded(value: object) -> object:
    """The value, with an apostrophe before text that a spreadsheet would run as a formula."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _excel_cell(value: object) -> object:
    return guarded(_cell(value))
