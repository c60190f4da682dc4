"""A random sample of sentences, stratified by what the model says of them and how sure it is."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stance.labels import NONE, leading
from stance.records import LabelledArticle

__all__ = ["Candidate", "Drawn", "candidates", "draw"]

Label = tuple[str, str]

BANDS = (0.6, 0.9)
"""Where the confidence bands part: unsure, likely, sure."""

FEWEST = 5
"""Sentences that are drawn from every stratum at least (all, where it has fewer).

A variance wants more than two; with five, a stratum that is wrong one time in four shows it three
times in four.
"""

LEAST_DEVIATION = 0.1
"""The standard deviation of an error (right or wrong) that is reckoned with even where the model is sure."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the corpus: its place, the primary label predicted, and how sure the model is.

    `topic` is the digest of the topic that it was labelled under.
    """

    article: str
    sentence: int
    paragraph: int
    start: int
    end: int
    text: str
    label: Label
    confidence: float
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn sentence; it stands for `weight` = `size` / `taken` sentences of its stratum."""

    candidate: Candidate
    stratum: int
    size: int
    taken: int

    @property
    def weight(self) -> float:
        """One over the probability of being drawn."""
        return self.size / self.taken


def candidates(result: LabelledArticle) -> Iterator[Candidate]:
    """The sentences of a labelled article, without page furniture.

    The confidence is that of the primary attribution's whole label, or that nobody speaks.
    """
    lines = zip(result.sentences, result.attributions, result.nobody_confidence, strict=True)
    for sentence, attributions, nobody in lines:
        if sentence.furniture:
            continue
        first = leading(attributions)
        label, sure = (NONE, NONE), nobody
        if first:  # an annotator is believed
            label, sure = (first.speaker, first.stance), 1.0 if first.confidence is None else first.confidence
        place = (sentence.index, sentence.paragraph, sentence.start, sentence.end)
        yield Candidate(result.article.id, *place, sentence.text, label, sure, result.topic_sha256)


def _band(candidate: Candidate) -> int:
    return sum(candidate.confidence >= edge for edge in BANDS)


LEVELS: Sequence[Callable[[Candidate], tuple[Hashable, ...]]] = (
    lambda one: (*one.label, _band(one)),
    lambda one: (one.label[1], _band(one)),
    lambda one: (one.label[1],),
    lambda _: (),
)
"""What a stratum has in common, from the finest division to none."""


def draw(population: Iterable[Candidate], n: int, seed: int = 0) -> list[Drawn]:
    """A stratified random sample of `n` sentences (all, if there are fewer), in their order.

    Strata are the finest of `LEVELS` (speaker, stance and confidence band; stance and band;
    stance; none) whose least shares, `FEWEST` sentences each, take no more than half the sample.
    The rest goes where errors are to be expected: Neyman's allocation, by size times the
    deviation that the calibrated confidence tells, in whole numbers by Wright's method (2012, The
    American Statistician 66, 217-224). Within a stratum every sentence is as likely as another.
    Strata are numbered as they come up in the sample, so that a number betrays no label.
    """
    import numpy as np

    everything = list(population)
    groups = _strata(everything, n)
    taken = _allocate([[everything[at].confidence for at in group] for group in groups], n)
    rng = np.random.default_rng(seed)
    chosen: dict[int, int] = {}
    for number, (group, count) in enumerate(zip(groups, taken, strict=True)):
        chosen |= {group[at]: number for at in rng.choice(len(group), count, replace=False).tolist()}
    names: dict[int, int] = {}
    return [
        Drawn(everything[at], names.setdefault(group, len(names) + 1), len(groups[group]), taken[group])
        for at, group in sorted(chosen.items())
    ]


def _strata(everything: Sequence[Candidate], n: int) -> list[list[int]]:
    groups: dict[tuple[Hashable, ...], list[int]] = {}
    for level in LEVELS:
        groups = {}
        for at, one in enumerate(everything):
            groups.setdefault(level(one), []).append(at)
        if sum(min(FEWEST, len(group)) for group in groups.values()) <= n / 2:
            break
    return [groups[key] for key in sorted(groups, key=str)]


def _allocate(strata: Sequence[Sequence[float]], n: int) -> list[int]:
    """How many of each stratum, given the confidences in it."""
    sizes = [len(confidences) for confidences in strata]
    taken = [min(FEWEST, size) for size in sizes]
    if sum(taken) > n:  # one stratum, and fewer than `FEWEST` asked for
        return [min(n, size) for size in sizes]
    rest = min(n, sum(sizes)) - sum(taken)
    weights = [size * _deviation(confidences) for size, confidences in zip(sizes, strata, strict=True)]

    def priority(at: int) -> float:
        return -weights[at] / math.sqrt(taken[at] * (taken[at] + 1))

    heap = [(priority(at), at) for at in range(len(sizes)) if taken[at] < sizes[at]]
    heapq.heapify(heap)
    for _ in range(rest):
        _, at = heapq.heappop(heap)
        taken[at] += 1
        if taken[at] < sizes[at]:
            heapq.heappush(heap, (priority(at), at))
    return taken


def _deviation(confidences: Sequence[float]) -> float:
    mean = sum(confidences) / len(confidences)
    return max(LEAST_DEVIATION, math.sqrt(max(0.0, mean * (1 - mean))))
