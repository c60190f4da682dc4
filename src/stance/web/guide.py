"""The annotators' guide as a page: the folder's GUIDELINES.md, or a summary that the package carries."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["find_guide", "render_guide"]

GUIDE = "GUIDELINES.md"


def find_guide(folder: Path) -> Path | None:
    """The guide of a folder of annotations: its own, or that of a folder it lies in, two levels up."""
    home = folder.absolute()
    places = [place / GUIDE for place in (home, *home.parents[:2])]
    return next((place for place in places if place.is_file()), None)


def render_guide(path: Path) -> str:
    """Markdown as HTML; raw HTML in it is shown as text, headings can be linked to.

    Raises:
        OSError: the file cannot be read.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(path.read_bytes().decode("utf-8", "replace"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", f"guide-{_slug(inline.content)}")
        for child in opening.children or ():
            _adapt(child)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html


def _slug(title: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    plain = unicodedata.normalize("NFC", title.lower())
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _adapt(token: Token) -> None:
    target = token.attrGet("href") if token.type == "link_open" else None
    if isinstance(target, str) and target.startswith("#"):
        token.attrSet("href", f"#guide-{target[1:]}")
    if token.type == "image":  # the page loads nothing from elsewhere
        token.attrSet("src", "")
