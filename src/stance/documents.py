"""One article: of a file's bytes, a page or a table's row, with its title and its best date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from stance.columns import Row
from stance.dates import date_in_name, date_in_text, parse_date
from stance.decoding import clean, decode
from stance.errors import ArticleError
from stance.inputs import PAGES, TEXTS
from stance.records import Article
from stance.webpages import decode_page, extract, looks_like_page

__all__ = ["of_row", "read_document", "row_id"]

_UNSTOPPED = re.compile(r"[^.;:,…\s][\s\"'”’»)\]]*$")
_HEADLINE_WORDS = 25


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


def of_row(
    row: Row | ArticleError, columns: Mapping[str, str], name: str, *, with_title: bool = False
) -> Article:
    """The article in a table's row, under the id `name`; `columns` tells which column holds what.

    With `with_title` its text begins with its title.

    Raises:
        ArticleError: the row cannot be read, or holds no text.
    """
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
    cells.pop("id", None)
    extra = {key: value for key, value in row.items() if key not in columns.values()}
    article = _article(name, clean(text), cells, extra=extra)
    return _titled(article) if with_title else article


def _titled(article: Article) -> Article:
    """An article whose text begins with its title, where it has one and does not do so already."""
    title = " ".join((article.title or "").split())
    first = " ".join(article.text.strip().partition("\n")[0].split())
    if not title or first.casefold() == title.casefold():
        return article
    return replace(article, text=f"{title}\n\n{article.text}")


def row_id(row: Row | ArticleError, columns: Mapping[str, str]) -> str:
    """The id in a row, which it has whether or not it can be read else; empty where it has none."""
    own = row.get(columns["id"]) if "id" in columns and not isinstance(row, ArticleError) else None
    return "" if own is None else clean(str(own))


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
