"""Offsets as tools count them, and code points of the NFC-normalised text as we do."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cached_property

__all__ = ["Offsets"]


class Offsets:
    """A tool's text and its offsets: code points, or UTF-16 units as Java and JavaScript count.

    `text` is the text in NFC, which the offsets of the project belong to.
    """

    def __init__(self, raw: str, *, utf16: bool = False) -> None:
        self.raw = raw
        self.utf16 = utf16
        self.text = unicodedata.normalize("NFC", raw)

    @cached_property
    def _astral(self) -> list[int]:
        """Code points that take two units in UTF-16, by their place in the raw text."""
        if not self.utf16 or self.raw.isascii():
            return []
        return [place for place, character in enumerate(self.raw) if character > "\uffff"]

    @cached_property
    def _pairs(self) -> list[int]:
        """Where each surrogate pair begins, in UTF-16 units."""
        return [place + earlier for earlier, place in enumerate(self._astral)]

    def point(self, offset: int) -> int | None:
        """A tool's offset as a code point of `text`; None outside it or inside a character."""
        pairs = bisect_left(self._pairs, offset)
        place = offset - pairs
        inside = pairs and self._pairs[pairs - 1] == offset - 1
        if inside or not 0 <= place <= len(self.raw):
            return None
        if self.raw == self.text:
            return place
        head, tail = (unicodedata.normalize("NFC", part) for part in (self.raw[:place], self.raw[place:]))
        return len(head) if head + tail == self.text else None

    def unit(self, point: int) -> int:
        """A code point of the text as the tool's offset; the raw text must be in NFC."""
        return point + bisect_left(self._astral, point)
