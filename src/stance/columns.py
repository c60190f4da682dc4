"""Tables of articles (JSON Lines, CSV, Parquet): their columns, and their rows one by one."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from stance.decoding import decode
from stance.errors import ArticleError, MissingExtra, UsageError, did_you_mean

__all__ = [
    "GUESSES",
    "TABLES",
    "Row",
    "are_labels",
    "column_names",
    "count_rows",
    "find_columns",
    "lift_cell_limit",
]

Row = Mapping[str, object]

GUESSES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "fulltext", "articletext", "articlebody", "maintext",
             "plaintext", "story", "document"),
    "id": ("id", "articleid", "docid", "documentid", "uuid", "guid", "slug"),
    "date": ("date", "published", "publishedat", "publishdate", "publicationdate", "datepublished",
             "pubdate", "publishedtime", "created", "createdat", "datetime", "timestamp", "time"),
    "title": ("title", "headline", "articletitle", "heading"),
    "outlet": ("outlet", "source", "publisher", "sitename", "publication", "newspaper", "site", "domain"),
    "url": ("url", "link", "uri", "permalink", "articleurl", "sourceurl", "webpage"),
}  # fmt: skip
"""Names that columns have in the wild, the likeliest first; case and punctuation do not count."""

LABELLED = {"article", "sentence", "start", "end", "text", "speaker", "stance"}
"""Columns that labels and annotations have in every table that is written here."""

_LOOK_AHEAD = 50
"""Rows of a JSON Lines file whose keys are taken for its columns."""


def find_columns(names: Sequence[str], wanted: Mapping[str, str | None], where: str) -> dict[str, str]:
    """Which column holds what (`text`, `id`, `date`, ...): as the user says, else by its name.

    Raises:
        UsageError: the user names a column that is not there, or one twice; or none looks like the text.
    """
    found: dict[str, str] = {}
    for use, name in wanted.items():
        if name is None:
            continue
        if name not in names:
            hint = did_you_mean(name, names)
            raise UsageError(f"{where}: no column {name!r}, found {_listed(names)}{hint}")
        if name in found.values():
            uses = " and ".join(f"--{each}-column" for each in (*found, use) if wanted[each] == name)
            raise UsageError(f"{where}: column {name!r} is named by {uses}, expected one of them")
        found[use] = name
    free = {_simple(name): name for name in reversed(names) if name not in found.values()}
    for use, guesses in GUESSES.items():
        guessed = next((free[guess] for guess in guesses if guess in free), None)
        if guessed is not None:
            found.setdefault(use, guessed)
    if "text" not in found:
        raise UsageError(
            f"{where}: no column looks like the text, found {_listed(names)}; name it with --text-column"
        )
    return found


def are_labels(names: Collection[str]) -> bool:
    """Whether a table with these columns holds labelled or annotated sentences, and so no articles."""
    return set(names) >= LABELLED


def column_names(kind: str, file: IO[bytes]) -> tuple[str, ...]:
    """The columns of a table, as far as its beginning tells.

    Raises:
        ArticleError: the file is no such table.
        MissingExtra: a Parquet file needs pyarrow, which is not installed.
    """
    if kind == ".parquet":
        return tuple(_parquet(file).schema_arrow.names)
    if kind == ".csv":
        with _csv_table(file) as table:
            return tuple(table.names)
    rows = (
        row for row in itertools.islice(_read_jsonl(file), _LOOK_AHEAD) if not isinstance(row, ArticleError)
    )
    return tuple(dict.fromkeys(itertools.chain.from_iterable(rows)))


def count_rows(kind: str, file: IO[bytes]) -> int | None:
    """The number of rows, where the file tells it without being read; else None."""
    return int(_parquet(file).metadata.num_rows) if kind == ".parquet" else None


def lift_cell_limit() -> None:
    """Let the cells of a CSV hold whole articles; the csv module's own limit is 128 KiB."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def _read_jsonl(file: IO[bytes]) -> Iterator[Row | ArticleError]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(decode(line).removeprefix("\ufeff"))
        except (ValueError, RecursionError, ArticleError) as error:
            yield ArticleError(f"line {number} is no JSON ({error})")
            continue
        yield row if isinstance(row, dict) else ArticleError(f"line {number} is no JSON object")


def _read_csv(file: IO[bytes]) -> Iterator[Row | ArticleError]:
    with _csv_table(file) as table:
        yield from table


def _read_parquet(file: IO[bytes]) -> Iterator[Row | ArticleError]:
    batches = _parquet(file).iter_batches(batch_size=256)
    from pyarrow import ArrowException

    try:
        for batch in batches:
            yield from batch.to_pylist()
    # Besides its own: dates out of range, time zones that nobody knows, text that is no UTF-8.
    except (ArrowException, OSError, ValueError, OverflowError, LookupError) as error:
        yield ArticleError(f"damaged Parquet file ({_first_line(error)})")


TABLES: Mapping[str, Callable[[IO[bytes]], Iterator[Row | ArticleError]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
"""How the rows of each kind of table are read; a row that cannot be read is an error in its place."""


@contextmanager
def _csv_table(file: IO[bytes]) -> Iterator[_CsvTable]:
    lift_cell_limit()
    # Looked at, not read: what is unpacked on the way cannot go back.
    mark = cast(io.BufferedReader, file).peek(2)[:2]
    encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # Bytes that are no UTF-8 are carried as surrogates and mended field by field.
    lines = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
    try:
        yield _CsvTable(lines)
    finally:
        lines.detach()  # the file is closed by the one who opened it


class _CsvTable:
    """The columns of a CSV, and its rows one by one; a row that cannot be read is an error in its place.

    Raises:
        ArticleError: the header is no CSV.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        header = _mended(next(lines, ""))
        self._delimiter = max(",;\t|", key=header.count)
        self._line = ""
        noted = self._noted(itertools.chain([header], lines))
        self._reader = csv.reader(noted, delimiter=self._delimiter, strict=True)
        self.names: list[str] = []
        self.names = self._row() or []

    def __iter__(self) -> Iterator[Row | ArticleError]:
        while True:
            number = self._reader.line_num + 1
            try:
                row = self._row()
            except ArticleError as error:
                yield error
                continue
            if row is None:
                return
            # A row may end in empty cells more than the header, as spreadsheets leave them.
            if any(cell.strip() for cell in row[len(self.names) :]):
                told = f"put a cell that holds {self._delimiter!r} in quotation marks"
                yield ArticleError(f"line {number} has more cells than the header; {told}")
            elif row:
                yield dict(itertools.zip_longest(self.names, map(_mended, row[: len(self.names)])))

    def _noted(self, lines: Iterable[str]) -> Iterator[str]:
        for self._line in lines:
            yield self._line

    def _row(self) -> list[str] | None:
        number = self._reader.line_num + 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            cells = self._line.rstrip("\r\n").split(self._delimiter)
            # A table that quotes nothing may hold a cell such as  "Never," he said
            quoted = any(cell.startswith('"') and cell.endswith('"') for cell in cells)
            if self._reader.line_num == number and len(cells) == len(self.names) and not quoted:
                return cells
            where = f"line {number} begins a row that is no CSV ({error}, line {self._reader.line_num})"
            told = "close the quotation mark that opens a cell, and double those inside"
            raise ArticleError(f"{where}; {told}") from error


def _mended(text: str) -> str:
    if re.search("[\udc80-\udcff]", text):
        with suppress(ArticleError):
            return decode(text.encode("utf-8", "surrogateescape"))
    return text


def _parquet(file: IO[bytes]) -> Any:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtra("pyarrow", "tables", "reading Parquet") from error
    try:
        return ParquetFile(file)
    except (ArrowException, OSError) as error:
        raise ArticleError(f"no Parquet file ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _simple(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
