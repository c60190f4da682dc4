"""From raw to calibrated probabilities, and from when on a label wants a second look."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Calibration"]


@dataclass(frozen=True)
class Calibration:
    """From raw to calibrated probabilities, and when a label wants a second look.

    `speaker` and `nobody` are the slope and intercept of a logistic curve over the raw
    probability's logit (Platt 1999), fitted on held-out predictions. A row is marked for
    review where its confidence is under `review`, a sentence without attribution where its
    confidence is under `review_nobody`.
    """

    speaker: tuple[float, float] = (1.0, 0.0)
    nobody: tuple[float, float] = (1.0, 0.0)
    review: float = 0.0
    review_nobody: float = 0.0

    def of_speaker(self, raw: float) -> float:
        """The calibrated probability that a source speaks."""
        return _logistic(self.speaker, raw)

    def of_nobody(self, raw: float) -> float:
        """The calibrated probability that nobody but the reporter speaks."""
        return _logistic(self.nobody, raw)


def _logistic(curve: tuple[float, float], raw: float) -> float:
    bounded = min(max(raw, 1e-6), 1 - 1e-6)
    score = curve[0] * math.log(bounded / (1 - bounded)) + curve[1]
    return 1 / (1 + math.exp(-max(score, -700.0)))  # exp overflows beyond
