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
    total = sum(sizes)
    mean, variance = predicted, 0.0
    for found, size in zip(errors, sizes, strict=True):
        count = len(found)
        average = sum(found) / count
        mean += size / total * average
        if count < size:
            spread = sum((error - average) ** 2 for error in found) / (count - 1)
            variance += (size / total) ** 2 * (1 - count / size) * spread / count
    return mean, math.sqrt(variance)


def interval(
    predicted: float | None, errors: Sequence[Sequence[int]], sizes: Sequence[int]
) -> tuple[float, float]:
    """A 95 % interval of `difference`, whose errors are -1, 0 or 1; it has a width while some are unseen.

    The normal interval has no width where the sample shows no error, and is too narrow where it
    shows few. So the shares of errors upward and downward get an exact interval each
    (Clopper-Pearson with the design's effective sample size: Korn and Graubard 1998, Survey
    Methodology 24, 193-201), and the two are put together as one of a difference (MOVER: Zou and
    Donner 2008, Statistics in Medicine 27, 1693-1702). Without `predicted` the errors are hits (0
    or 1), and the interval is the exact one of their share.
    """
    if predicted is None:
        return _limits(errors, sizes)[1:]
    mean, _ = difference(predicted, errors, sizes)
    up, down = (_limits([[int(e == sign) for e in found] for found in errors], sizes) for sign in (1, -1))
    low = mean - math.hypot(up[0] - up[1], down[2] - down[0])
    high = mean + math.hypot(up[2] - up[0], down[0] - down[1])
    return min(1.0, max(0.0, low)), min(1.0, max(0.0, high))


def _limits(hits: Sequence[Sequence[int]], sizes: Sequence[int]) -> tuple[float, float, float]:
    """The share of hits in a population and its exact limits, from a stratified sample.

    The effective sample size rests on rates that are drawn towards a half by one observation
    (Jeffreys' prior): a large stratum that shows no hit in ten is no stratum without any.
    """
    from scipy.stats import beta

    total = sum(sizes)
    share = smooth = spread = 0.0
    for found, size in zip(hits, sizes, strict=True):
        count, weight = len(found), size / total
        rate = sum(found) / count if count == size else (sum(found) + 0.5) / (count + 1)
        share += weight * sum(found) / count
        smooth += weight * rate
        spread += weight**2 * (1 - count / size) * rate * (1 - rate) / count
    if not spread:  # all was looked at
        return share, share, share
    seen = smooth * (1 - smooth) / spread
    low = float(beta.ppf(OUTSIDE, share * seen, (1 - share) * seen + 1)) if share else 0.0
    high = float(beta.ppf(1 - OUTSIDE, share * seen + 1, (1 - share) * seen)) if share < 1 else 1.0
    return share, min(low, share), max(high, share)


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
