"""Quotations, paired over sentences and paragraphs.

Straight, curly, low („…“), angle («…», »…«) and single marks, and dialogue after a dash at the
start of a paragraph. An unbalanced mark never raises: a quotation that is not closed ends with
its paragraph, and goes on in the next one where that begins with an opening mark, as newspapers
print a long quotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from stance.records import Sentence

__all__ = ["Quotation", "find_quotations"]

_OPENERS = {"“": "”“", "„": "“”", "‟": "”", "«": "»", "‚": "’‘", "‹": "›", "‘": "’", "»": "«", "”": "”"}
_CLOSERS = frozenset("”“»«’›‘")
_STRAIGHT = frozenset("\"'＂")
_DASHES = ("— ", "– ", "― ")
_LONGEST_SINGLE = 300
"""Characters that single marks may span; farther apart they are apostrophes."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """The stretch between two outermost marks, without them; `end` is exclusive.

    `continues` says that it goes on from the quotation before it, in the paragraph above.
    """

    start: int
    end: int
    continues: bool = False


def find_quotations(text: str, sentences: Sequence[Sentence]) -> tuple[Quotation, ...]:
    """The quotations of an article, in order; page furniture is passed over."""
    found: list[Quotation] = []
    unclosed = False
    read = (sentence for sentence in sentences if not sentence.furniture)
    for _, group in groupby(read, key=lambda sentence: sentence.paragraph):
        paragraph = list(group)
        quotations, open_at_end = _pair(text, paragraph[0].start, paragraph[-1].end)
        if unclosed and quotations and not text[paragraph[0].start : quotations[0].start - 1].strip():
            quotations[0] = Quotation(quotations[0].start, quotations[0].end, continues=True)
        found += quotations
        unclosed = open_at_end
    return tuple(found)


def _pair(text: str, start: int, end: int) -> tuple[list[Quotation], bool]:
    """The quotations of one paragraph, and whether the last one stays open."""
    if text.startswith(_DASHES, start):
        return [_dialogue(text, start, end)], False
    found: list[Quotation] = []
    opened: tuple[int, str] | None = None
    for at in range(start, end):
        mark = text[at]
        if mark not in _OPENERS and mark not in _CLOSERS and mark not in _STRAIGHT:
            continue
        if opened and _closes(text, at, opened, end):
            found.append(Quotation(opened[0], at))
            opened = None
        elif opened is None and _opens(text, at, start, end):
            opened = (at + 1, _OPENERS.get(mark, mark))
        elif opened and mark == "“" and _opens(text, at, start, end) and opened[1] in '”“"':
            found.append(Quotation(opened[0], at))  # the mark that should have closed it is missing
            opened = (at + 1, _OPENERS[mark])
    if opened:
        found.append(Quotation(opened[0], end))
    return found, opened is not None


def _opens(text: str, at: int, start: int, end: int) -> bool:
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if after.isspace() or before.isalnum():
        return text[at] in "“„«" and not before.isalnum() and at + 1 < end
    if text[at] in "'‘‚‹":
        closers = "'’‘›"
        stop = min(end, at + _LONGEST_SINGLE)
        return any(
            text[i] in closers and not text[i + 1 : i + 2].isalnum() and not text[i - 1].isspace()
            for i in range(at + 2, stop)
        )
    return True


def _closes(text: str, at: int, opened: tuple[int, str], end: int) -> bool:
    if text[at] not in opened[1]:
        return False
    before, after = text[at - 1], text[at + 1] if at + 1 < end else " "
    if text[at] in "'’":
        return not after.isalnum()
    if text[at] == "“" and "”" in opened[1]:  # a second curly opener closes only where it cannot open
        return not before.isspace() and not after.isalnum()
    return not (before.isspace() and after.isalnum())


def _dialogue(text: str, start: int, end: int) -> Quotation:
    closing = min((at for dash in _DASHES if (at := text.find(f" {dash}", start + 2, end)) > 0), default=end)
    return Quotation(start + 2, closing)
