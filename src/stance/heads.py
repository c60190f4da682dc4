"""Stored arrays to probabilities: the four classifiers, without scikit-learn.

A head is a linear model over named features that are on or off. A feature that is on weighs its
inverse document frequency, and a candidate's weights have length one together (TF-IDF with L2
norm, Salton and Buckley 1988): `scores = intercept + sum of the features' weights / length`, then
softmax. Features that were never seen in training count nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.labels import SOURCE_ROLES, STANCES

__all__ = ["CLASSES", "HEADS", "Head"]

CLASSES: Mapping[str, tuple[str, ...]] = {
    "source": ("no", "yes"),
    "role": SOURCE_ROLES,
    "running": ("no", "yes"),
    "stance": STANCES,
}
"""What each head may answer; one that learnt from few articles may know less roles and stances."""

HEADS = tuple(CLASSES)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A linear classifier: `weights` is features x classes, `intercept` one per class.

    `idf` has each feature's inverse document frequency; `weights` are already multiplied by it.
    `temperature` divides the scores before they become probabilities; it is fitted on held-out
    predictions (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """

    classes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: Floats
    idf: Floats
    intercept: Floats
    temperature: float = 1.0

    def scores(self, features: Iterable[str]) -> Floats:
        """Raw scores, one per class."""
        known = map(self.vocabulary.get, dict.fromkeys(features))
        rows = [index for index in known if index is not None]
        total: Floats = self.intercept + self.weights[rows].sum(axis=0, dtype=np.float64) / self._length(rows)
        return total

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each class; they add up to one."""
        scores = self.scores(features) / self.temperature
        exp = np.exp(scores - scores.max())
        return dict(zip(self.classes, (exp / exp.sum()).tolist(), strict=True))

    def reasons(self, features: Iterable[str], label: str) -> list[tuple[str, float]]:
        """The features that are on, with what each adds to `label` over the classes' mean; largest first."""
        column = self.classes.index(label)
        known = [(name, self.vocabulary[name]) for name in dict.fromkeys(features) if name in self.vocabulary]
        centred = self.weights[:, column] - self.weights.mean(axis=1)
        length = self._length([row for _, row in known])
        return sorted(
            ((name, float(centred[row] / length)) for name, row in known), key=lambda gain: -abs(gain[1])
        )

    def _length(self, rows: list[int]) -> float:
        return float(np.sqrt(np.square(self.idf[rows], dtype=np.float64).sum())) or 1.0
