"""From an annotated sample and the model's labels to shares with intervals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stance.errors import UsageError
from stance.labels import NONE, STANCES
from stance.sample.drawing import Label

__all__ = ["Answer", "Estimate", "Place", "Share", "difference", "estimate", "interval"]

Place = tuple[str, int, int]
OUTSIDE = 0.025
"""The probability that is left outside an interval on either side."""


@dataclass(frozen=True)
class Answer:
    """An annotated sentence: its place, the annotator's primary label, its stratum and that one's size."""

    place: Place
    label: Label
    stratum: int
    size: int


@dataclass(frozen=True)
class Share:
    """The share of sentences with a primary label, from 0 to 1.

    `predicted` is the share by the model alone (None where that has no meaning), `share` the
    corrected one with its standard error and 95 % interval (see `interval`); `seen` counts the
    sampled sentences on which it rests: those to which the annotator or the model gave the label.
    """

    facet: str
    label: str
    predicted: float | None
    share: float
    error: float
    low: float
    high: float
    seen: int


@dataclass(frozen=True)
class Estimate:
    """Shares over the `sentences` of a corpus, from `annotated` of `sampled` drawn sentences.

    The facets are `stance`, `speaker` and `both`; `right` is the share of sentences of which the
    model gets stance, speaker or both right.
    """

    sentences: int
    sampled: int
    annotated: int
    shares: tuple[Share, ...]
    right: tuple[Share, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return {"schema": 1, **asdict(self)}

    def table(self) -> str:
        """The same for the terminal."""
        return "\n".join(_table(self))


FACETS: Mapping[str, Callable[[Label], str]] = {
    "stance": lambda label: label[1],
    "speaker": lambda label: label[0],
    "both": " ".join,
}


def estimate(frame: Mapping[Place, Label], answers: Sequence[Answer], sampled: int) -> Estimate:
    """The shares of stances and speakers in a corpus, corrected for the model's errors.

    `frame` has the model's primary label of every sentence of the corpus, `answers` the annotated
    part of a sample that `draw` drew from it. The estimator is `difference`, its interval `interval`.

    Raises:
        UsageError: a stratum has too few answers to tell a variance.
    """
    strata = _strata(answers)
    shares, right = [], []
    for facet, part in FACETS.items():
        predicted = Counter(part(label) for label in frame.values())
        truths = {answer.place: part(answer.label) for answer in answers}
        guesses = {place: part(frame[place]) for place in truths}
        for label in sorted({*predicted, *truths.values()}, key=_order):
            errors = [
                [(truths[place] == label) - (guesses[place] == label) for place in places]
                for places, _ in strata
            ]
            seen = sum(label in (truths[place], guesses[place]) for place in truths)
            model = predicted[label] / len(frame)
            shares.append(_share(facet, label, model, errors, [size for _, size in strata], seen))
        hits = [[int(truths[place] == guesses[place]) for place in places] for places, _ in strata]
        right.append(_share(facet, "right", None, hits, [size for _, size in strata], len(answers)))
    return Estimate(len(frame), sampled, len(answers), tuple(shares), tuple(right))


def difference(
    predicted: float, errors: Sequence[Sequence[float]], sizes: Sequence[int]
) -> tuple[float, float]:
    """A mean over a finite population and its standard error: the stratified difference estimator.

    `predicted` is the mean of the predictions over the whole population, `errors` has truth minus
    prediction of the sampled units of each stratum (a simple random sample without replacement),
    `sizes` the strata's sizes N_h. With N the population's size, n_h the sample's and e_h the
    errors of stratum h, the mean is

        predicted + sum_h (N_h / N) * mean(e_h)

    without bias whatever the predictions are worth, and its variance is estimated by

        sum_h (N_h / N)^2 * (1 - n_h / N_h) * var(e_h) / n_h

    with var(e_h) over n_h - 1 degrees of freedom; a stratum that was taken whole adds nothing.
    (Cochran 1977, Sampling Techniques, chapters 5 and 7; Särndal, Swensson and Wretman 1992, Model
    Assisted Survey Sampling, chapter 6. With one stratum and N much larger than n it is the
    prediction-powered mean of Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, Science 382,
    669-674; stratified, Fisch and others 2024, arXiv 2406.04291.)
    """
    mean, variance = predicted, 0.0
    for (average, spread), weight, count, left in _parts(errors, sizes):
        mean += weight * average
        variance += weight**2 * left * spread / count
    return mean, math.sqrt(variance)


def interval(
    predicted: float | None, errors: Sequence[Sequence[int]], sizes: Sequence[int]
) -> tuple[float, float]:
    """A 95 % interval of `difference`, whose errors are -1, 0 or 1; it is never empty while some are unseen.

    The normal interval has no width where the sample shows no error, and is too narrow where it
    shows few. So the shares of errors upward and downward get an exact interval each
    (Clopper-Pearson with the design's effective sample size: Korn and Graubard 1998, Survey
    Methodology 24, 193-201; where none is seen, Kish's, of the weights alone), and the two are put
    together as one of a difference (MOVER: Zou and Donner 2008, Statistics in Medicine 27, 1693-1702).
    Without `predicted` the errors are hits (0 or 1), and the interval is the exact one of their share.
    """
    if predicted is None:
        hits = _limits(errors, sizes)
        return hits.low, hits.high
    mean, _ = difference(predicted, errors, sizes)
    up, down = (
        _limits([[float(error == sign) for error in found] for found in errors], sizes) for sign in (1, -1)
    )
    low = mean - math.hypot(up.share - up.low, down.high - down.share)
    high = mean + math.hypot(up.high - up.share, down.share - down.low)
    return max(0.0, low), min(1.0, high)


@dataclass(frozen=True)
class _Limits:
    share: float
    low: float
    high: float


def _limits(hits: Sequence[Sequence[float]], sizes: Sequence[int]) -> _Limits:
    """The share of hits in a population with its exact interval, from a stratified sample."""
    from scipy.stats import beta

    share, error = difference(0.0, hits, sizes)
    open_weight = sum(weight for _, weight, _, left in _parts(hits, sizes) if left)
    spread = sum(weight**2 * left / count for _, weight, count, left in _parts(hits, sizes))
    if not spread:  # all was looked at
        return _Limits(share, share, share)
    seen = share * (1 - share) / error**2 if error else open_weight**2 / spread
    found = share * seen
    low = float(beta.ppf(OUTSIDE, found, seen - found + 1)) if found else 0.0
    high = float(beta.ppf(1 - OUTSIDE, found + 1, seen - found)) if found < seen else 1.0
    if not error:  # what was looked at whole has no more of them
        high = share + (high - share) * open_weight
    return _Limits(share, min(low, share), max(high, share))


def _parts(
    values: Sequence[Sequence[float]], sizes: Sequence[int]
) -> Iterator[tuple[tuple[float, float], float, int, float]]:
    """Of each stratum the values' mean and variance, its share of all, its sample, the share not sampled."""
    total = sum(sizes)
    for found, size in zip(values, sizes, strict=True):
        count = len(found)
        average = sum(found) / count
        spread = sum((value - average) ** 2 for value in found) / (count - 1) if count < size else 0.0
        yield (average, spread), size / total, count, 1 - count / size


def _strata(answers: Sequence[Answer]) -> list[tuple[list[Place], int]]:
    """The places answered in each stratum, and its size; sentences not annotated count as drawn no more."""
    strata: dict[int, tuple[list[Place], int]] = {}
    for answer in answers:
        strata.setdefault(answer.stratum, ([], answer.size))[0].append(answer.place)
    for number, (places, size) in strata.items():
        if len(places) < min(2, size):
            raise UsageError(
                f"stratum {number} has {len(places)} annotated sentence of {size}, expected two or more: "
                "annotate more of the sample"
            )
    return list(strata.values())


def _share(
    facet: str,
    label: str,
    predicted: float | None,
    errors: Sequence[Sequence[int]],
    sizes: Sequence[int],
    seen: int,
) -> Share:
    mean, error = difference(predicted or 0.0, errors, sizes)
    low, high = interval(predicted, errors, sizes)
    return Share(facet, label, predicted, min(1.0, max(0.0, mean)), error, low, high, seen)


def _order(label: str) -> tuple[bool, int, str]:
    return label == NONE, STANCES.index(label) if label in STANCES else 0, label


def _table(found: Estimate) -> Iterator[str]:
    left = found.sampled - found.annotated
    unmarked = f", {left} not annotated yet" if left else ""
    yield f"{found.sentences} sentences, {found.annotated} of {found.sampled} sampled annotated{unmarked}"
    yield "Shares of the sentences' primary labels, with 95 % intervals."
    facet = None
    for share in found.shares:
        if share.facet != facet:
            facet = share.facet
            yield ""
            yield f"{facet:<30}{'model':>8}{'corrected':>11}  interval"
        ends = f"{share.low:.1%} to {share.high:.1%}"
        yield f"{share.label:<30}{share.predicted or 0:>8.1%}{share.share:>11.1%}  {ends}"
    yield ""
    for share in found.right:
        yield f"{f'{share.facet} right':<38}{share.share:>11.1%}  {share.low:.1%} to {share.high:.1%}"
