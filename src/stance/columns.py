"""Tables of articles (JSON Lines, CSV, Parquet): their columns, and their rows one by one."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

from stance.decoding import decode
from stance.errors import ArticleError, MissingExtra, UsageError, did_you_mean

__all__ = ["GUESSES", "TABLES", "Row", "are_labels", "column_names", "count_rows", "find_columns"]

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
        UsageError: the user names a column that is not there, or none looks like the text.
    """
    found: dict[str, str] = {}
    simple = {_simple(name): name for name in reversed(names)}
    for use, guesses in GUESSES.items():
        named = wanted.get(use)
        if named is not None and named not in names:
            hint = did_you_mean(named, names)
            raise UsageError(f"{where}: no column {named!r}, found {_listed(names)}{hint}")
        column = named or next((simple[guess] for guess in guesses if guess in simple), None)
        if column is not None and column not in found.values():
            found[use] = column
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
        with _csv_reader(file) as reader:
            return tuple(reader.fieldnames or ())
    rows = (
        row for row in itertools.islice(_read_jsonl(file), _LOOK_AHEAD) if not isinstance(row, ArticleError)
    )
    return tuple(dict.fromkeys(itertools.chain.from_iterable(rows)))


def count_rows(kind: str, file: IO[bytes]) -> int | None:
    """The number of rows, where the file tells it without being read; else None."""
    return int(_parquet(file).metadata.num_rows) if kind == ".parquet" else None


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
    with _csv_reader(file) as reader:
        try:
            for row in reader:
                yield {str(name): _mended(value) for name, value in row.items() if name is not None}
        except csv.Error as error:
            yield ArticleError(f"line {reader.line_num} is no CSV ({error})")


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
def _csv_reader(file: IO[bytes]) -> Iterator[csv.DictReader[str]]:
    # A field may hold a whole article; the module's own limit is 128 KiB.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    # Looked at, not read: what is unpacked on the way cannot go back.
    mark = cast(io.BufferedReader, file).peek(2)[:2]
    encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # Bytes that are no UTF-8 are carried as surrogates and mended field by field.
    lines = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
    try:
        header = lines.readline()
        delimiter = max(",;\t|", key=header.count)
        yield csv.DictReader(itertools.chain([header], lines), delimiter=delimiter)
    finally:
        lines.detach()  # the file is closed by the one who opened it


def _mended(value: object) -> object:
    if isinstance(value, str) and re.search("[\udc80-\udcff]", value):
        try:
            return decode(value.encode("utf-8", "surrogateescape"))
        except ArticleError:
            return value
    return value


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
