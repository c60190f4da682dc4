"""Sentences of nearly the same words with different labels.

Alike are two sentences whose words and pairs of neighbouring words overlap by `ALIKE` or more
(Jaccard). To find them without comparing all with all, sentences are compared only where they
share one of their rarest words or pairs: two sets of which the shares `ALIKE` are common must
meet there (the prefix filter of Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity
search). The result is exact.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stance.audit.sentences import Marked, told

__all__ = ["ALIKE", "Twins", "find_twins"]

ALIKE = 0.8
"""The share of words and pairs in common from which on two sentences are alike.

One word of fifteen changed leaves four in five. By this the composed contrast families, which are
made to differ in a word or two, give 99 pairs in 8,072 sentences; at 0.6 they give 262, most of
which differ in more than their label's reason.
"""

FEWEST = 4
"""Words that a sentence must have: "He said so." is alike everywhere and says nothing."""

Shingle = str | tuple[str, str]


@dataclass(frozen=True)
class Twins:
    """A sentence, the one before it that is most like it and has other labels, how like they are."""

    sentence: Marked
    other: Marked
    alike: float

    def line(self) -> str:
        """One line with both places."""
        place = f"{self.other.rows[0].path}:{self.other.rows[0].line}"
        labels = f"{told(self.sentence.labels)}, but {told(self.other.labels)}"
        return self.sentence.rows[0].problem(f"look again: {labels} at {place}, {_difference(self)}")


def find_twins(sentences: Sequence[Marked]) -> list[Twins]:
    """For each sentence the likest before it that has other labels, in the order of the sentences."""
    sets = [_shingles(sentence.text) for sentence in sentences]
    frequency = Counter(shingle for found in sets for shingle in found)
    index: dict[Shingle, list[int]] = {}
    twins = []
    for at, found in enumerate(sets):
        prefix = sorted(found, key=lambda shingle: (frequency[shingle], str(shingle)))
        prefix = prefix[: len(found) - math.ceil(ALIKE * len(found)) + 1]
        best = max(
            ((alike, -other) for other, alike in _alike(at, prefix, index, sets)
             if set(sentences[other].labels) != set(sentences[at].labels)),
            default=None,
        )  # fmt: skip
        if best:
            twins.append(Twins(sentences[at], sentences[-best[1]], best[0]))
        for shingle in prefix:
            index.setdefault(shingle, []).append(at)
    return twins


def _alike(
    at: int, prefix: Sequence[Shingle], index: dict[Shingle, list[int]], sets: Sequence[set[Shingle]]
) -> Iterator[tuple[int, float]]:
    for other in {other for shingle in prefix for other in index.get(shingle, ())}:
        common = len(sets[at] & sets[other])
        share = common / (len(sets[at]) + len(sets[other]) - common)
        if share >= ALIKE:
            yield other, share


def _shingles(text: str) -> set[Shingle]:
    words = _words(text)
    return {*words, *itertools.pairwise(words)} if len(words) >= FEWEST else set()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _difference(twins: Twins) -> str:
    """The words in which two sentences differ, as a message tells them."""
    ours, theirs = (_words(sentence.text) for sentence in (twins.sentence, twins.other))
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    changes = [
        f"{' '.join(ours[a:b]) or '-'} / {' '.join(theirs[c:d]) or '-'}"
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]
    return f"with other words only in {'; '.join(changes)}" if changes else "with the same words"
