"""Tokens for formats that mark whole tokens: cut wherever a mark begins or ends.

They are no linguist's tokens. White space between two of them is none; but where a mark begins
or ends with white space, that is one too, since such formats could not mark it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

__all__ = ["tokens"]

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


def tokens(
    text: str, start: int, end: int, marks: Iterable[tuple[int, int]], *, spaces: bool = False
) -> list[tuple[int, int]]:
    """The (start, end) of the tokens between two offsets of a text, in order, none empty.

    Every mark (start, end) that lies there begins and ends with a token. With `spaces` all
    white space is a token, except a single space, which a format notes at the token before it.
    """
    own = [(first, last) for first, last in marks if start <= first and last <= end]
    firsts, lasts = {first for first, _ in own}, {last for _, last in own}
    cuts = sorted(firsts | lasts)
    return [
        (left, right)
        for left, right in _pieces(text, start, end, cuts)
        if left in firsts
        or right in lasts
        or not text[left:right].isspace()
        or (spaces and (text[left:right] != " " or left == start))
    ]


def _pieces(text: str, start: int, end: int, cuts: list[int]) -> Iterator[tuple[int, int]]:
    place = 0
    for match in _PIECE.finditer(text, start, end):
        left, right = match.span()
        while place < len(cuts) and cuts[place] <= left:
            place += 1
        stop = place
        while stop < len(cuts) and cuts[stop] < right:
            stop += 1
        yield from pairwise([left, *cuts[place:stop], right])
        place = stop
