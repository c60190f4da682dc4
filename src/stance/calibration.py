"""Do the confidences keep their word: calibration, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stance.heldout import HeldOut, Mark
from stance.scores import Figure, attributions

__all__ = [
    "BINS",
    "Bin",
    "Reliability",
    "RiskCoverage",
    "calibrations",
    "reliability",
    "reviewed",
    "risk_coverage",
    "row_confidences",
]

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


def reliability(told: Sequence[tuple[float, bool]]) -> Reliability:
    """Expected calibration error over ten bins of equal mass (fewer where confidences tie).

    `told` has each confidence, and whether what it is in was right.
    """
    import numpy as np

    if not told:
        return Reliability(0, None, None, None, ())
    sure, hit = np.array(told, float).T
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


def risk_coverage(told: Sequence[tuple[float, bool]]) -> RiskCoverage:
    """Risk at every coverage that a threshold on the confidence can reach, thinned to about fifty points.

    `told` has each confidence, and whether what it is in was right. Rows of equal confidence are taken
    together, so the order of the rows does not matter.
    """
    import numpy as np

    if not told:
        return RiskCoverage(0, None, ())
    sure, hit = np.array(told, float).T
    wrong = 1 - hit
    order = np.argsort(-sure, kind="stable")
    last = np.flatnonzero(np.append(np.diff(sure[order]) != 0, True))
    taken = last + 1
    coverage, risk = taken / len(sure), wrong[order].cumsum()[last] / taken
    area = float((np.diff(coverage, prepend=0) * risk).sum())
    keep = np.unique(np.linspace(0, len(last) - 1, min(len(last), 51)).round().astype(int))
    points = tuple((float(coverage[at]), float(risk[at])) for at in keep)
    return RiskCoverage(len(sure), area, points)


def _marks(rows: Sequence[HeldOut]) -> list[tuple[HeldOut, Mark]]:
    return [(row, mark) for row in rows for mark in row.predicted_marks]


def _right(row: HeldOut, mark: Mark) -> bool:
    return (mark.role, mark.stance) in attributions(row)[0]


def calibrations(rows: Sequence[HeldOut]) -> dict[str, Reliability]:
    """How far the confidences keep their word, by what they are in.

    `speaker`: is it in the gold of the sentence? `stance`: is it right, given that? `row`: are both?
    `nobody`: is there none where none is told?
    """
    speaker, stance = [], []
    for row, mark in _marks(rows):
        known = mark.role in {each.role for each in row.gold_marks}
        if mark.speaker_confidence is not None:
            speaker.append((mark.speaker_confidence, known))
        if mark.stance_confidence is not None and known:
            stance.append((mark.stance_confidence, _right(row, mark)))
    nobody = [
        (row.nobody_confidence, not row.gold_marks)
        for row in rows
        if row.nobody_confidence is not None and not row.predicted_marks and not row.furniture_predicted
    ]
    pairs = {"speaker": speaker, "stance": stance, "row": row_confidences(rows), "nobody": nobody}
    return {name: reliability(each) for name, each in pairs.items()}


def row_confidences(rows: Sequence[HeldOut]) -> list[tuple[float, bool]]:
    """How sure the system is of each whole attribution, and whether it is right."""
    told = ((mark.row_confidence, _right(row, mark)) for row, mark in _marks(rows))
    return [(sure, hit) for sure, hit in told if sure is not None]


def reviewed(rows: Sequence[HeldOut], review: bool) -> Figure:
    """The share of right attributions among those that are marked for review, or among the others."""
    hits = [_right(row, mark) for row, mark in _marks(rows) if mark.review is review]
    return Figure(sum(hits) / len(hits) if hits else None, sum(hits), len(hits))
