"""Parts of an output made one file, or alike, in memory that does not grow with their number."""

from __future__ import annotations

import codecs
import csv
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stance.columns import lift_cell_limit
from stance.files import atomic_path
from stance.output.binary import ROW_GROUP, flat_schema
from stance.output.rows import FLAT_COLUMNS

__all__ = ["join_csv", "join_lines", "join_parquet", "settle_parquet"]


def join_lines(parts: Sequence[Path], target: Path) -> None:
    """One file of lines after the other."""
    with target.open("wb") as joined:
        for path in parts:
            with path.open("rb") as part:
                shutil.copyfileobj(part, joined)


def join_csv(parts: Sequence[Path], target: Path) -> None:
    """One table with the columns of all parts; for a spreadsheet if the parts are."""
    columns = dict.fromkeys(name for path in parts for name in _header(path))
    encoding = "utf-8-sig" if any(map(_is_marked, parts[:1])) else "utf-8"
    with target.open("w", encoding=encoding, newline="") as joined:
        writer = csv.DictWriter(joined, list(columns) or list(FLAT_COLUMNS))
        writer.writeheader()
        for path in parts:
            with _csv(path) as rows:
                writer.writerows(rows)


def _is_marked(path: Path) -> bool:
    with path.open("rb") as part:
        return part.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8


def _header(path: Path) -> Sequence[str]:
    with _csv(path) as rows:
        return rows.fieldnames or ()


@contextmanager
def _csv(path: Path) -> Iterator[csv.DictReader[str]]:
    lift_cell_limit()
    with path.open(encoding="utf-8-sig", newline="") as part:
        yield csv.DictReader(part)


def join_parquet(parts: Sequence[Path], target: Path) -> None:
    """One Parquet file with the columns of all parts, in row groups of a useful size."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _common_schema(parts)
    with pq.ParquetWriter(target, schema) as writer:
        waiting: list[Any] = []
        for table in (_fitted(_read(path), schema) for path in parts):
            waiting.append(table)
            if sum(each.num_rows for each in waiting) >= ROW_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        writer.write_table(pa.concat_tables([*waiting, schema.empty_table()]))


def settle_parquet(parts: Sequence[Path]) -> None:
    """Give all parts the same columns; those that have them already stay as they are."""
    import pyarrow.parquet as pq

    schema = _common_schema(parts)
    for path in parts:
        if pq.read_schema(path) != schema:
            table = _fitted(_read(path), schema)
            with atomic_path(path) as temporary:
                pq.write_table(table, temporary)


def _common_schema(parts: Iterable[Path]) -> Any:
    """The schema with every part's columns; a user's column has the type that all its values share."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own: dict[str, list[Any]] = {}
    last: Any = None
    for path in parts:
        schema = pq.read_schema(path)
        if schema == last:
            continue
        last = schema
        for name in schema.names[len(FLAT_COLUMNS) :]:
            own.setdefault(name, []).append(schema.field(name).type)
    mixed = {name for name, types in own.items() if len(set(types)) > 1}
    for name in mixed:
        own[name] = list(_kinds_with_values(parts, name))
    return pa.schema([*flat_schema(), *((name, _shared(types)) for name, types in own.items())])


def _kinds_with_values(parts: Iterable[Path], name: str) -> Iterator[Any]:
    """The types of a column, without those parts in which it is empty, whose type says nothing."""
    import pyarrow.parquet as pq

    for path in parts:
        if name in pq.read_schema(path).names:
            column = _read(path, [name]).column(name)
            if column.null_count < len(column):
                yield column.type


def _shared(types: Sequence[Any]) -> Any:
    import pyarrow as pa

    kinds = set(types)
    if kinds == {pa.int64(), pa.float64()}:
        return pa.float64()
    return kinds.pop() if len(kinds) == 1 else pa.string()


def _fitted(table: Any, schema: Any) -> Any:
    """The table with these columns; what has another type becomes its words."""
    import pyarrow as pa

    return pa.table([_column(table, field) for field in schema], schema=schema)


def _column(table: Any, field: Any) -> Any:
    import pyarrow as pa

    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    column = table.column(field.name)
    if column.type == field.type or column.null_count == len(column):
        return column.cast(field.type) if column.type == field.type else pa.nulls(len(column), field.type)
    if pa.types.is_string(field.type):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], field.type)
    return column.cast(field.type)


def _read(path: Path, columns: Sequence[str] | None = None) -> Any:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read(columns=columns)
