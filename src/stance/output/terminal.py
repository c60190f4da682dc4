"""What keeps a stranger's text in its place on a terminal."""

from __future__ import annotations

import unicodedata

__all__ = ["clean", "shorten"]


def clean(text: str) -> str:
    """A text in one line, without what would steer the terminal: an article may hold escape sequences."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)


def shorten(text: str, width: int) -> str:
    """A clean text of `width` characters at most; what is longer ends in an ellipsis."""
    text = clean(text)
    return text if len(text) <= width else text[: width - 1] + "…"
