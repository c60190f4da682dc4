"""Files to articles: text, Markdown, HTML, tables with a text column, any of them gzipped, standard input.

What the user got wrong (no such path, unknown format or column) is a `UsageError` before anything is read;
what is wrong with one article is an `ArticleFailure` in its place, and the others go on.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from stance.columns import TABLES, Row, column_names, find_columns
from stance.dates import date_in_name, date_in_text, parse_date
from stance.decoding import clean, decode
from stance.errors import ArticleError, UsageError
from stance.inputs import PAGES, STDIN, TEXTS, find_inputs, kind_of, names_of, open_input
from stance.records import Article
from stance.webpages import decode_page, extract, looks_like_page

__all__ = ["STDIN", "ArticleFailure", "ReadOptions", "find_inputs", "read_articles", "read_document"]

_SNIFFED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_UNSTOPPED = re.compile(r"[^.;:,…\s][\s\"'”’»)\]]*$")
_HEADLINE_WORDS = 25


@dataclass(frozen=True)
class ReadOptions:
    """Which columns of a table hold what; None: guessed by their names."""

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    title_column: str | None = None
    outlet_column: str | None = None
    url_column: str | None = None


@dataclass(frozen=True)
class ArticleFailure:
    """An article that cannot be read: its id and, in one line, why."""

    article: str
    reason: str


def read_articles(
    paths: Sequence[str], options: ReadOptions | None = None, stdin: IO[bytes] | None = None
) -> Iterator[Article | ArticleFailure]:
    """Read articles one by one, in the order of the paths; ids are unique.

    The paths and the tables' columns are checked in this call, the articles are read as they are asked for.

    Raises:
        UsageError: see `find_inputs`; or a table lacks a column that the user names or a text column.
    """
    wanted = {use.removesuffix("_column"): name for use, name in asdict(options or ReadOptions()).items()}
    inputs = find_inputs(paths)
    if STDIN in inputs and stdin is None:
        raise UsageError("-: there is no standard input here")
    columns = {path: _columns(path, wanted) for path in inputs if kind_of(path) in TABLES}
    return _unique(_read_all(inputs, columns, stdin))


def _columns(path: Path, wanted: Mapping[str, str | None]) -> dict[str, str] | None:
    """What each column holds; None: the table cannot be read, which is told in its turn."""
    try:
        with open_input(path) as file:
            names = column_names(kind_of(path), file)
    except (OSError, EOFError, zlib.error, UnicodeError, ArticleError):
        return None
    # An empty table has no columns to complain of.
    return find_columns(names, wanted, str(path)) if names else None


def _read_all(
    inputs: Sequence[Path], columns: Mapping[Path, Mapping[str, str] | None], stdin: IO[bytes] | None
) -> Iterator[Article | ArticleFailure]:
    names = names_of(inputs)
    for path in inputs:
        try:
            if kind_of(path) in TABLES:
                yield from _rows(path, names[path], columns[path])
            elif path == STDIN and stdin is not None:
                yield read_document(stdin.read(), "stdin", "")
            else:
                with open_input(path) as file:
                    yield read_document(file.read(), names[path], kind_of(path), path.name)
        except ArticleError as error:
            yield ArticleFailure(names[path], str(error))
        except (OSError, EOFError, UnicodeError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            yield ArticleFailure(names[path], f"cannot be read ({reason})")


def _unique(found: Iterator[Article | ArticleFailure]) -> Iterator[Article | ArticleFailure]:
    """Repeated ids get a number: `a`, `a#2`, `a#3`."""
    seen: Counter[str] = Counter()
    for item in found:
        if isinstance(item, ArticleFailure):
            yield item
            continue
        name = item.id
        while seen[name]:
            seen[item.id] += 1
            name = f"{item.id}#{seen[item.id]}"
        seen[name] += 1
        yield item if name == item.id else replace(item, id=name)


def read_document(data: bytes, name: str, kind: str, file: str = "") -> Article:
    """The article in the bytes of a file called `file`, under the id `name`.

    `kind` is the file's ending; where it is empty (standard input), a page is told from a text by its
    beginning.

    Raises:
        ArticleError: the bytes are empty, binary, of an unknown encoding, or a page without an article.
    """
    text = clean(decode(data) if kind in TEXTS else decode_page(data))
    if kind in PAGES or (not kind and looks_like_page(text)):
        text, facts = extract(text)
        return _article(name, clean(text), facts, file)
    if not text.strip():
        raise ArticleError("empty, expected text")
    return _article(name, text, {"title": _headline(text)}, file)


def _rows(path: Path, name: str, columns: Mapping[str, str] | None) -> Iterator[Article | ArticleFailure]:
    with open_input(path) as opened:
        # Parquet is read from its end, which a gzip stream cannot seek to cheaply.
        file = io.BytesIO(opened.read()) if isinstance(opened, gzip.GzipFile) else opened
        number = 0
        for number, row in enumerate(TABLES[kind_of(path)](file), 1):
            own = f"{name}-{number}"
            try:
                yield _row(row, columns or {"text": "text"}, own)
            except ArticleError as error:
                yield ArticleFailure(own, str(error))
        if not number:
            raise ArticleError("empty, expected a table with a text column")


def _row(row: Row | ArticleError, columns: Mapping[str, str], name: str) -> Article:
    if isinstance(row, ArticleError):
        raise row
    cells = {use: row.get(column) for use, column in columns.items()}
    text = cells.pop("text", None)
    if text is not None and not isinstance(text, str):
        raise ArticleError(f"column {columns['text']!r} holds {type(text).__name__}, expected text")
    if not text or not text.strip():
        raise ArticleError(f"no text in column {columns.get('text', 'text')!r}")
    if "\x00" in text or re.search("[\udc80-\udcff]", text):
        raise ArticleError(f"column {columns['text']!r} holds no text but binary data or an unknown encoding")
    own = cells.pop("id", None)
    extra = {key: value for key, value in row.items() if key not in columns.values()}
    return _article(name if own is None or own == "" else str(own), clean(text), cells, extra=extra)


def _article(
    name: str, text: str, facts: Mapping[str, object], file: str = "", extra: Row | None = None
) -> Article:
    """An article with its best date: of the metadata, else of its first lines, else of its file's name."""
    dates = {
        "metadata": parse_date(facts.get("date")),
        "text": date_in_text(text),
        "filename": date_in_name(file),
    }
    source = next((source for source, date in dates.items() if date), None)
    words = {use: _words(facts.get(use)) for use in ("title", "outlet", "url")}
    return Article(
        name, text, **words, date=dates[source] if source else None, date_source=source, extra=extra or {}
    )


def _words(value: object) -> str | None:
    return clean(str(value)).strip() or None if value is not None else None


def _headline(text: str) -> str | None:
    """The first line, where it looks like a headline: short, no full stop, and more text below."""
    first, _, rest = text.strip().partition("\n")
    first = re.sub(r"^#{1,6}\s+", "", first.strip())
    alone = not rest.split("\n", 1)[0].strip() or len(rest.split("\n", 1)[0]) > 100
    short = len(first.split()) <= _HEADLINE_WORDS and _UNSTOPPED.search(first)
    return first if rest.strip() and short and alone else None
