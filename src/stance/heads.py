"""Stored arrays to probabilities: the classifiers, without scikit-learn.

A head is a linear model over named features. Most are on or off: one that is on weighs its inverse
document frequency, and a candidate's weights have length one together (TF-IDF with L2 norm, Salton
and Buckley 1988). Those of the encoder and the confidences have values, which count as they are:
`scores = intercept + sum of the weights / length + sum of weights x values`, then softmax. Features
that were never seen in training count nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stance.labels import SOURCE_ROLES, STANCES

__all__ = ["CLASSES", "HEADS", "QUESTIONS", "Given", "Head", "valued"]

CLASSES: Mapping[str, tuple[str, ...]] = {
    "source": ("no", "yes"),
    "role": SOURCE_ROLES,
    "running": ("no", "yes"),
    "stance": STANCES,
    "row": ("no", "yes"),
}
"""What each head may answer; one that learnt from few articles may know less roles and stances."""

HEADS = tuple(CLASSES)

QUESTIONS = ("source", "role", "running", "stance")
"""The heads that hear who speaks and what they do; `row` tells whether what they told is right."""

Floats = NDArray[np.float32]

Given: TypeAlias = Iterable[str] | Mapping[str, float]


@dataclass(frozen=True)
class Head:
    """A linear classifier: `weights` is features x classes, `intercept` one per class.

    `idf` has each feature's inverse document frequency, zero for one with values; `weights` are
    already multiplied by it. Features are given with their values, or as names that are on.
    `temperature` divides the scores before they become probabilities; it is fitted on held-out
    predictions (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """

    classes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: Floats
    idf: Floats
    intercept: Floats
    temperature: float = 1.0

    def scores(self, features: Given) -> NDArray[np.float64]:
        """Raw scores, one per class."""
        rows, gains = self._gains(features)
        return self.intercept + self.weights[rows].T.astype(np.float64) @ gains

    def probabilities(self, features: Given) -> dict[str, float]:
        """The probability of each class; they add up to one."""
        scores = self.scores(features) / self.temperature
        exp = np.exp(scores - scores.max())
        return dict(zip(self.classes, (exp / exp.sum()).tolist(), strict=True))

    def reasons(self, features: Given, label: str) -> list[tuple[str, float]]:
        """The known features, with what each adds to `label` over the classes' mean; largest first."""
        column = self.classes.index(label)
        centred = self.weights[:, column] - self.weights.mean(axis=1)
        rows, gains = self._gains(features)
        names = [name for name in valued(features) if name in self.vocabulary]
        told = zip(names, (centred[rows] * gains).tolist(), strict=True)
        return sorted(told, key=lambda gain: -abs(gain[1]))

    def _gains(self, features: Given) -> tuple[list[int], NDArray[np.float64]]:
        """The rows of the known features, and what their weights are multiplied by."""
        known = self.vocabulary.get
        given = [(row, value) for name, value in valued(features).items() if (row := known(name)) is not None]
        rows = [row for row, _ in given]
        gains = np.array([value for _, value in given])
        on = self.idf[rows] > 0
        length = float(np.sqrt(np.square(self.idf[rows], dtype=np.float64).sum())) or 1.0
        return rows, np.where(on, 1.0 / length, gains)


def valued(features: Given) -> Mapping[str, float]:
    """Features with their values; of mere names each has the value one."""
    return features if isinstance(features, Mapping) else dict.fromkeys(features, 1.0)
