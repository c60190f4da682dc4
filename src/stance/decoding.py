"""Bytes to text: encodings, line ends left alone, NFC."""

from __future__ import annotations

import codecs
import re
import unicodedata

from stance.errors import ArticleError

__all__ = ["clean", "decode"]

# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHERS = {
    b"%PDF-": "a PDF",
    b"{\\rtf": "rich text (RTF)",
    b"PK\x03\x04": "a ZIP archive, as .docx and .epub are",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}
"""How files begin that are often given another ending, and what they are."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")

# What text from the press comes in where it is not Unicode. Guessing among more goes wrong on short texts.
_OLD_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "shift_jis", "gb18030", "big5"]


def decode(data: bytes) -> str:
    """Read bytes as text: by their mark UTF-8, 16 or 32, else UTF-8, else an older encoding if it is plain.

    Raises:
        ArticleError: the bytes are binary, or in no encoding that can be told.
    """
    for beginning, what in _OTHERS.items():
        if data.startswith(beginning):
            raise ArticleError(f"{what}, expected text: save its text as .txt")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding))
    if b"\x00" in data:
        raise ArticleError("binary data (it has NUL bytes), expected text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def clean(text: str) -> str:
    """NFC; a lone surrogate, which no file can hold, becomes U+FFFD. Everything else stays, line ends too."""
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text))


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleError(f"not {encoding} as its first bytes say (byte {error.start})") from error


def _checked(text: str) -> str:
    if "\x00" in text:
        raise ArticleError("binary data (it has NUL characters), expected text")
    return text


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OLD_ENCODINGS).best()
    text = str(best) if best is not None else ""
    # Control characters tell bytes that only happen to fit.
    if best is None or best.chaos > 0.1 or _CONTROLS.search(text):
        raise ArticleError("encoding unknown, expected UTF-8; save the file as UTF-8 and run again")
    return text
