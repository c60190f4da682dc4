"""Parquet and Excel workbooks: the flat columns, each with its type."""

from __future__ import annotations

import datetime
import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from stance.errors import UsageError
from stance.output.options import WriteOptions
from stance.output.rows import BOOLEANS, FLAT_COLUMNS, FLOATS, INTEGERS, ExtraColumns, stored
from stance.output.spool import Spool
from stance.output.text import flat_rows, guarded
from stance.records import LabelledArticle

__all__ = ["flat_schema", "write_parquet", "write_xlsx"]

ROW_GROUP = 10_000
XLSX_ROWS = 1_048_576  # the sheet's limit, header included
EPOCH = datetime.datetime(1980, 1, 1)  # zip knows no earlier day


def write_parquet(results: Iterable[LabelledArticle], path: Path, options: WriteOptions) -> None:
    """One Parquet file; the user's own columns keep the type that all their values share."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    extras = ExtraColumns()
    samples: dict[str, dict[type, object]] = {}
    with Spool[dict[str, Any]]() as spool:
        for row in flat_rows(results, extras, options):
            for column in row.keys() - set(FLAT_COLUMNS):
                if row[column] is not None:
                    samples.setdefault(column, {}).setdefault(type(row[column]), row[column])
            spool.add(row)
        own = {column: _arrow_column(samples.get(column, {})) for column in extras.names}
        types = {column: kind for column, (kind, _) in own.items()}
        schema = pa.schema([*flat_schema(), *types.items()])
        casts = {column: cast for column, (_, cast) in own.items() if cast}
        with pq.ParquetWriter(path, schema) as writer:
            for batch in _batches(spool, ROW_GROUP):
                for row in batch:
                    for column, cast in casts.items():
                        row[column] = None if row.get(column) is None else cast(row[column])
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def flat_schema() -> list[tuple[str, Any]]:
    """The flat columns with their Arrow types."""
    return [(column, _arrow_type(column)) for column in FLAT_COLUMNS]


def _arrow_type(column: str) -> Any:
    import pyarrow as pa

    for columns, kind in ((INTEGERS, pa.int64()), (BOOLEANS, pa.bool_()), (FLOATS, pa.float64())):
        if column in columns:
            return kind
    return pa.string()


def _arrow_column(samples: Mapping[type, object]) -> tuple[Any, Callable[[Any], object] | None]:
    """The Arrow type of a user's column with such values, and the cast that gives them one type."""
    import pyarrow as pa

    if not samples:
        return pa.string(), None
    if Decimal in samples:  # one tells neither how wide nor how exact the others are
        return pa.string(), str
    if samples.keys() == {int, float}:
        return pa.float64(), float
    try:
        return (pa.array(list(samples.values())).type, None) if len(samples) == 1 else (pa.string(), str)
    except pa.ArrowException:
        return pa.string(), str


def write_xlsx(results: Iterable[LabelledArticle], path: Path, options: WriteOptions) -> None:
    """A workbook with one sheet; text that looks like a formula is guarded.

    Raises:
        UsageError: there are more rows than a sheet holds.
    """
    from openpyxl import Workbook

    extras = ExtraColumns()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("attributions")
    sheet.freeze_panes = "A2"
    with Spool[dict[str, Any]]() as spool:
        for number, row in enumerate(flat_rows(results, extras, options), 2):
            if number > XLSX_ROWS:
                raise UsageError(
                    f"an Excel sheet holds {XLSX_ROWS} rows; use --attributions-only, or a .parquet"
                )
            spool.add(row)
        columns = (*FLAT_COLUMNS, *extras.names)
        sheet.append([_sheet_cell(column) for column in columns])
        for row in spool:
            sheet.append([_sheet_cell(row.get(column)) for column in columns])
    book.save(path)
    _without_clock(path)


def _sheet_cell(value: object) -> object:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    value = guarded(str(value) if isinstance(value, bytes) else stored(value))
    return ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def _without_clock(path: Path) -> None:
    """Write the workbook anew with a fixed time, so that the same labels give the same bytes."""
    with zipfile.ZipFile(path) as book:
        parts = [(name, book.read(name)) for name in book.namelist()]
    stamp = EPOCH.isoformat().encode() + b"Z"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts:
            told = data
            if name == "docProps/core.xml":
                told = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            book.writestr(zipfile.ZipInfo(name, EPOCH.timetuple()[:6]), told, zipfile.ZIP_DEFLATED)


def _batches(spool: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(spool)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
