"""Quotations, paired over sentences and paragraphs.

Straight, curly, low („…“), angle («…», »…«) and single marks, and dialogue after a dash at the
start of a paragraph. An unbalanced mark never raises: a quotation that is not closed ends with
its paragraph, and goes on in the next one where that begins with an opening mark, as newspapers
print a long quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from stance.records import Sentence

__all__ = ["Quotation", "find_quotations"]

_OPENERS = {"“": "”“", "„": "“”", "‟": "”", "«": "»", "‚": "’‘", "‹": "›", "‘": "’", "»": "«", "”": "”"}
_MARKS = frozenset([*_OPENERS, *"\"'＂’›"])
_SINGLE = frozenset("'‘‚‹")
_STOPS = frozenset(".,!?…")
_TURN = re.compile(" [—–―] ")
_SPEAKS = re.compile("[—―] ")
_DECADE = re.compile(r"\d\ds\b")
_CLOSING_SINGLE = re.compile(r"(?<=\S)['’‘›](?!\w)")
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
    if _SPEAKS.match(text, start, end):
        return list(_dialogue(text, start, end)), False
    found: list[Quotation] = []
    opened: tuple[int, str] | None = None
    for at in range(start, end):
        mark = text[at]
        if mark not in _MARKS:
            continue
        if opened and _closes(text, at, opened, end):
            found.append(Quotation(opened[0], at))
            opened = None
        elif opened is None and _opens(text, at, start, end):
            opened = (at + 1, _OPENERS.get(mark, mark))
        elif opened and mark == "“" and opened[1] == _OPENERS["“"] and _opens(text, at, start, end):
            found.append(Quotation(opened[0], at))  # the mark that should have closed it is missing
            opened = (at + 1, _OPENERS[mark])
    if opened:
        found.append(Quotation(opened[0], end))
    return found, opened is not None


def _opens(text: str, at: int, start: int, end: int) -> bool:
    mark = text[at]
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if before.isalnum():
        return False
    if after.isspace():
        return mark in "“„«" and at + 1 < end
    if mark in "”»" and before in _STOPS:  # the space behind a closing mark is missing
        return False
    return mark not in _SINGLE or _is_closed(text, at, end)


def _is_closed(text: str, at: int, end: int) -> bool:
    """Whether a single mark opens a quotation: another one closes it, and it is no apostrophe ('90s)."""
    if _DECADE.match(text, at + 1):
        return False
    return _CLOSING_SINGLE.search(text, at + 2, min(end, at + _LONGEST_SINGLE)) is not None


def _closes(text: str, at: int, opened: tuple[int, str], end: int) -> bool:
    if text[at] not in opened[1]:
        return False
    before, after = text[at - 1], text[at + 1] if at + 1 < end else " "
    if text[at] in "'’":
        return not after.isalnum()
    if text[at] == "“" and "”" in opened[1]:  # a second curly opener closes only where it cannot open
        return not before.isspace() and not after.isalnum()
    return not (before.isspace() and after.isalnum())


def _dialogue(text: str, start: int, end: int) -> Iterator[Quotation]:
    """What is said between dashes: every other part, the first of them speech."""
    turns = [match.span() for match in _TURN.finditer(text, start, end)]
    begins = [start + 2, *(after for _, after in turns)]
    ends = [*(before for before, _ in turns), end]
    for begin, stop in list(zip(begins, ends, strict=True))[::2]:
        yield Quotation(begin, stop)
