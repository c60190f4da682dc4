"""The figures: accuracy, macro-F1, attribution and span F1, with bootstrap intervals.

Everything is counted per article first (a `Tally`), so that a figure and its bootstrap interval are the
same function of the same counts, summed over all articles or over a sample of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.heldout import HeldOut, Pair, Range
from stance.labels import ROLES, STANCES

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = [
    "CLUSTERS",
    "METRICS",
    "RESAMPLES",
    "ClassScore",
    "Figure",
    "Sampler",
    "attributions",
    "class_scores",
    "figures",
    "matched_spans",
    "tally",
    "tally_pairs",
]

RESAMPLES = 1000
CLUSTERS = 10
"""With fewer articles than this a bootstrap over articles says little: counts are given, no interval."""

IOU = 0.5

Tally = Mapping[str, "Array"]
"""Counts per article by name; the first axis is the article."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A score from 0 to 1 (None where nothing can be scored), its counts and its 95 % interval.

    `right` of `total` where the score is a share, else both are None. Few articles have no interval.
    """

    value: float | None
    right: int | None = None
    total: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one label is found; `support` is its number in the gold, `predicted` in the predictions."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


def attributions(row: HeldOut) -> tuple[set[Pair], set[Pair]]:
    """The sets of (role, stance) of a sentence, gold and predicted."""
    return (
        {(mark.role, mark.stance) for mark in row.gold_marks},
        {(mark.role, mark.stance) for mark in row.predicted_marks},
    )


def matched_spans(gold: Sequence[Range], predicted: Sequence[Range]) -> int:
    """How many spans pair off one to one with an intersection over union of a half or more."""
    if not gold or not predicted:
        return 0
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    fits = np.array([[_iou(left, right) >= IOU for right in predicted] for left in gold])
    chosen = linear_sum_assignment(fits, maximize=True)
    return int(fits[chosen].sum())


def _iou(left: Range, right: Range) -> float:
    shared = max(0, min(left[1], right[1]) - max(left[0], right[0]))
    union = left[1] - left[0] + right[1] - right[0] - shared
    return shared / union if union else float(left == right)


def tally_pairs(articles: Sequence[str], gold: Sequence[Pair], predicted: Sequence[Pair]) -> Tally:
    """Primary labels per article: confusions `speaker`, `stance` (gold, predicted), `joint` (right, n)."""
    import numpy as np

    number = {article: index for index, article in enumerate(dict.fromkeys(articles))}
    speaker = np.zeros((len(number), len(ROLES), len(ROLES)))
    stance = np.zeros((len(number), len(STANCES), len(STANCES)))
    joint = np.zeros((len(number), 2))
    for article, left, right in zip(articles, gold, predicted, strict=True):
        at = number[article]
        speaker[at, ROLES.index(left[0]), ROLES.index(right[0])] += 1
        stance[at, STANCES.index(left[1]), STANCES.index(right[1])] += 1
        joint[at] += (left == right, 1)
    return {"speaker": speaker, "stance": stance, "joint": joint}


def tally(rows: Sequence[HeldOut]) -> Tally:
    """As `tally_pairs`, and `attribution`, `source`, `cue`: (right, predicted, gold) per article."""
    import numpy as np

    articles = [row.article for row in rows]
    pairs = tally_pairs(articles, [row.gold_primary for row in rows], [row.predicted_primary for row in rows])
    number = {article: index for index, article in enumerate(dict.fromkeys(articles))}
    found = {name: np.zeros((len(number), 3)) for name in ("attribution", "source", "cue")}
    for row in rows:
        gold, predicted = attributions(row)
        found["attribution"][number[row.article]] += (len(gold & predicted), len(predicted), len(gold))
        for name in ("source", "cue"):
            found[name][number[row.article]] += _span_counts(row, name)
    return {**pairs, **found}


def _span_counts(row: HeldOut, name: str) -> tuple[int, int, int]:
    gold, predicted = (
        sorted({getattr(mark, name) for mark in marks} - {None})
        for marks in (row.gold_marks, row.predicted_marks)
    )
    return matched_spans(gold, predicted), len(predicted), len(gold)


def _share(right: Array, total: Array) -> Array:
    import numpy as np

    out: Array = np.full(np.shape(right), np.nan)
    np.divide(right, total, out=out, where=np.asarray(total) > 0)
    return out


def _accuracy(confusion: Array) -> Array:
    return _share(confusion.trace(axis1=-2, axis2=-1), confusion.sum((-2, -1)))


def _macro_f1(confusion: Array) -> Array:
    """The unweighted mean of F1 over the labels that occur in the gold of each sample."""
    import numpy as np

    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    gold = confusion.sum(-1)
    f1 = _share(2 * right, gold + confusion.sum(-2))
    occurs = gold > 0
    return _share(np.where(occurs, f1, 0).sum(-1), occurs.sum(-1).astype(float))


def _f1(counts: Array) -> Array:
    return _share(2 * counts[..., 0], counts[..., 1] + counts[..., 2])


def _span_f1(counts: Array) -> Array:
    """As `_f1`, but undefined for a system that gives no spans at all."""
    import numpy as np

    return np.where(counts[..., 1] > 0, _f1(counts), np.nan)


METRICS: Mapping[str, tuple[str, Callable[[Array], Array]]] = {
    "joint_accuracy": ("joint", lambda counts: _share(counts[..., 0], counts[..., 1])),
    "speaker_accuracy": ("speaker", _accuracy),
    "stance_accuracy": ("stance", _accuracy),
    "speaker_macro_f1": ("speaker", _macro_f1),
    "stance_macro_f1": ("stance", _macro_f1),
    "attribution_precision": ("attribution", lambda counts: _share(counts[..., 0], counts[..., 1])),
    "attribution_recall": ("attribution", lambda counts: _share(counts[..., 0], counts[..., 2])),
    "attribution_f1": ("attribution", _f1),
    "source_f1": ("source", _span_f1),
    "cue_f1": ("cue", _span_f1),
}
"""Each figure: what it is counted from, and how."""

_COUNTS: Mapping[str, Callable[[Array], tuple[float, float]]] = {
    "joint_accuracy": lambda counts: (counts[0], counts[1]),
    "speaker_accuracy": lambda counts: (counts.trace(), counts.sum()),
    "stance_accuracy": lambda counts: (counts.trace(), counts.sum()),
    "attribution_precision": lambda counts: (counts[0], counts[1]),
    "attribution_recall": lambda counts: (counts[0], counts[2]),
}


class Sampler:
    """The bootstrap's samples of the articles of a set, the same for all figures, so that they pair."""

    def __init__(self, articles: int, seed: int) -> None:
        import numpy as np

        self.weights: Array | None = None
        if articles >= CLUSTERS:
            rng = np.random.default_rng(seed)
            self.weights = rng.multinomial(articles, [1 / articles] * articles, size=RESAMPLES)

    def values(self, name: str, counts: Tally) -> Array | None:
        """One value of the metric per resample, or None where there are too few articles."""
        if self.weights is None:
            return None
        import numpy as np

        source, metric = METRICS[name]
        return metric(np.tensordot(self.weights, counts[source], axes=1))

    @staticmethod
    def interval(values: Array | None) -> tuple[float | None, float | None]:
        """The 95 % percentile interval of the resampled values."""
        import numpy as np

        if values is None or np.isnan(values).all():
            return None, None
        low, high = np.nanquantile(values, [0.025, 0.975])
        return float(low), float(high)


def figures(counts: Tally, sampler: Sampler) -> dict[str, Figure]:
    """Every metric that the counts allow, with its interval."""
    out = {}
    for name, (source, metric) in METRICS.items():
        if source in counts:
            total = counts[source].sum(0)
            value = float(metric(total[None])[0])
            right, n = _COUNTS[name](total) if name in _COUNTS else (None, None)
            low, high = sampler.interval(sampler.values(name, counts))
            out[name] = Figure(
                None if math.isnan(value) else value,
                None if right is None else int(right),
                None if n is None else int(n),
                low,
                high,
            )
    return out


def class_scores(
    gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]
) -> tuple[ClassScore, ...]:
    """Precision, recall, F1 of each label that occurs in gold or predictions, in the order of `labels`."""
    from sklearn.metrics import precision_recall_fscore_support

    used = [label for label in labels if label in {*gold, *predicted}]
    if not used:
        return ()
    columns = precision_recall_fscore_support(gold, predicted, labels=used, zero_division=0)
    return tuple(
        ClassScore(label, float(p), float(r), float(f1), int(n), list(predicted).count(label))
        for label, p, r, f1, n in zip(used, *columns, strict=True)
    )
