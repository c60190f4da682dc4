"""One sentence in several places: near-duplicates, found with MinHash and checked by their words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from stance.lexicon import fold

__all__ = ["copies", "same_words", "words_of"]

SHORTEST = 8
"""Words that a sentence must have to be taken for a copy unless it is the same to the letter.

A short sentence ("He denied that.") is said of many things.
"""
SIMILAR = 0.6
"""Least share of word pairs in common: a dateline, a title or a name may differ in wire copy.

On sentences of 20 to 30 words that leaves room for three changed words.
"""
HASHES = 64
BANDS = (16, 4)
"""Bands of hashes and hashes in each: pairs with half of their shingles in common are compared."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def copies(texts: Sequence[str | None]) -> list[int]:
    """The group of each text, told by the place of its first member; None is like nothing else."""
    words = [words_of(text) for text in texts]
    exact: dict[tuple[str, ...], int] = {}
    groups = [
        exact.setdefault(own, place) if len(own) >= SHORTEST else place for place, own in enumerate(words)
    ]
    firsts = list(exact.values())
    for left, right in _similar([_shingles(words[place]) for place in firsts]):
        first, second = sorted((_root(groups, firsts[left]), _root(groups, firsts[right])))
        groups[second] = first
    return [_root(groups, place) for place in range(len(groups))]


def same_words(left: str | None, right: str | None) -> bool:
    """Whether two sentences are the same but for case, diacritics and punctuation."""
    return left is not None and right is not None and words_of(left) == words_of(right)


def words_of(text: str | None) -> tuple[str, ...]:
    """The words of a sentence, folded."""
    return tuple(fold(word) for word in _WORD.findall(text or ""))


def _shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(itertools.pairwise(words))


def _similar(sets: Sequence[frozenset[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    """Pairs that have enough in common, each once."""
    if len(sets) < 2:
        return
    from datasketch import MinHash, MinHashLSH

    hashes = MinHash.bulk([[" ".join(pair).encode() for pair in own] for own in sets], num_perm=HASHES)
    # The hashes err towards too many pairs: what they miss is lost, what they add is checked.
    index = MinHashLSH(num_perm=HASHES, params=BANDS)
    for place, (own, hashed) in enumerate(zip(sets, hashes, strict=True)):
        for other in sorted(index.query(hashed)):
            if len(own & sets[other]) >= SIMILAR * len(own | sets[other]):
                yield other, place
        index.insert(place, hashed)


def _root(groups: list[int], place: int) -> int:
    """The first member of a place's group; the way there is shortened."""
    while groups[place] != place:
        groups[place] = groups[groups[place]]
        place = groups[place]
    return place
