"""Stored arrays to probabilities: the four classifiers, without scikit-learn.

A head is a linear model over named binary features: `scores = intercept + sum of the weights of
the features that are on`, then softmax (several classes) or the logistic function (two).
Unknown features count nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEADS", "Head"]

HEADS = ("source", "role", "running", "stance")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A linear classifier: `weights` is features x classes, `intercept` one per class.

    `temperature` divides the scores before they become probabilities; it is fitted on held-out
    predictions (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """

    classes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: Floats
    intercept: Floats
    temperature: float = 1.0

    def scores(self, features: Iterable[str]) -> Floats:
        """Raw scores, one per class."""
        vocabulary, weights = self.vocabulary, self.weights
        rows = [index for index in map(vocabulary.get, dict.fromkeys(features)) if index is not None]
        total: Floats = self.intercept + weights[rows].sum(axis=0, dtype=np.float64)
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
        gains = [(name, float(self.weights[row, column] - self.weights[row].mean())) for name, row in known]
        return sorted(gains, key=lambda gain: -abs(gain[1]))
