"""The article in an HTML page, by trafilatura. Nothing is ever fetched."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stance.decoding import decode
from stance.errors import ArticleError

__all__ = ["decode_page", "extract", "looks_like_page"]

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252"}
"""What browsers read where a page declares an encoding that has no curly quotation marks."""


def looks_like_page(text: str) -> bool:
    """Whether a text begins as an HTML page does."""
    return bool(_PAGE.match(text))


def decode_page(data: bytes) -> str:
    """Read the bytes of a page: UTF-8 where they are, else as the page declares, else as `decode` guesses.

    Raises:
        ArticleError: see `decode`.
    """
    try:
        return decode(data) if _is_utf8(data) or b"\x00" in data else data.decode(_declared(data))
    except (LookupError, UnicodeError):
        return decode(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(data: bytes) -> str:
    match = _CHARSET.search(data[:2048])
    name = codecs.lookup(match[1].decode("ascii") if match else "").name
    return _WIDER.get(name, name)


def extract(html: str) -> tuple[str, dict[str, str | None]]:
    """The article's text, one paragraph a line, and what the page says of title, outlet, url and date.

    Raises:
        ArticleError: the page is empty or holds no article.
    """
    if not html.strip():
        raise ArticleError("empty, expected an HTML page")
    with _quiet():
        from trafilatura import bare_extraction

        page: Any = bare_extraction(html, with_metadata=True, include_comments=False)
    if page is None or not (page.text or "").strip():
        raise ArticleError("no article text found in the page")
    return page.text, {"title": page.title, "outlet": page.sitename, "url": page.url, "date": page.date}


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the messages of the HTML libraries: what failed is told by our own."""
    loggers = [logging.getLogger(name) for name in ("trafilatura", "htmldate", "courlan", "justext")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
