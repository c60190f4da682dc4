"""Do the confidences keep their word: calibration, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["BINS", "Bin", "Reliability", "RiskCoverage", "reliability", "risk_coverage"]

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram: its edges, its size, the mean confidence and the share right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against being right; `ece` is the expected calibration error over bins of equal mass."""

    n: int
    ece: float | None
    confidence: float | None
    accuracy: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of wrong rows among the surest: points of (coverage, risk); `aurc` is the area below."""

    n: int
    aurc: float | None
    points: tuple[tuple[float, float], ...]


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> Reliability:
    """Expected calibration error over ten bins of equal mass (fewer where confidences tie)."""
    import numpy as np

    if not confidences:
        return Reliability(0, None, None, None, ())
    sure, hit = np.asarray(confidences, float), np.asarray(right, float)
    edges = np.unique(np.quantile(sure, np.linspace(0, 1, BINS + 1)))
    place = np.searchsorted(edges[1:-1], sure, side="right")
    bins = []
    for at in np.unique(place):
        inside = place == at
        here, share = sure[inside], hit[inside]
        bins.append(
            Bin(
                float(here.min()),
                float(here.max()),
                int(inside.sum()),
                float(here.mean()),
                float(share.mean()),
            )
        )
    ece = sum(each.n * abs(each.confidence - each.accuracy) for each in bins) / len(sure)
    return Reliability(len(sure), ece, float(sure.mean()), float(hit.mean()), tuple(bins))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> RiskCoverage:
    """Risk at every coverage that a threshold on the confidence can reach, thinned to about fifty points.

    Rows of equal confidence are taken together, so the order of the rows does not matter.
    """
    import numpy as np

    if not confidences:
        return RiskCoverage(0, None, ())
    sure, wrong = np.asarray(confidences, float), 1 - np.asarray(right, float)
    order = np.argsort(-sure, kind="stable")
    last = np.flatnonzero(np.append(np.diff(sure[order]) != 0, True))
    taken = last + 1
    coverage, risk = taken / len(sure), wrong[order].cumsum()[last] / taken
    area = float((np.diff(coverage, prepend=0) * risk).sum())
    keep = np.unique(np.linspace(0, len(last) - 1, min(len(last), 51)).round().astype(int))
    points = tuple((float(coverage[at]), float(risk[at])) for at in keep)
    return RiskCoverage(len(sure), area, points)
