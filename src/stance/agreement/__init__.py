"""How far annotators agree: per cent, kappa, alpha, F1, spans, and where they do not.

Annotators are compared over sentences, each told by its article and offsets, by their primary
labels (see `primary`), by the sets of all their attributions, and by the words that they marked.
A sentence that an annotator has no row for (or one without a speaker) is missing for them, and
counts neither for nor against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stance.agreement.coefficients import fleiss_kappa, krippendorff_alpha
from stance.agreement.intervals import ARTICLES, Figure, Resampler
from stance.agreement.readings import COLUMNS, Marked, primary, read_readings
from stance.agreement.results import (
    Agreement,
    Disagreement,
    LabelAgreement,
    PairScore,
    Score,
    SpanAgreement,
)
from stance.agreement.scoring import Shared, attribution_f1, disagreements, label_scores, score, span_scores
from stance.errors import UsageError

__all__ = [
    "COLUMNS",
    "Agreement",
    "Disagreement",
    "Figure",
    "LabelAgreement",
    "Marked",
    "PairScore",
    "Score",
    "SpanAgreement",
    "agree",
    "fleiss_kappa",
    "krippendorff_alpha",
    "primary",
]

FACETS = ("speaker", "stance", "both")


def agree(paths: Sequence[Path], resamples: int = 1000, seed: int = 0) -> Agreement:
    """Compare annotators, each a CSV file of annotations or a folder of such files.

    The 95 % intervals are percentiles of a bootstrap over articles, or over sentences where
    fewer than ten articles are shared; `Agreement.clusters` says which.

    Raises:
        AnnotationError: a file is broken; every bad row is named.
        UsageError: there are fewer than two, or no sentence that two of them marked.
    """
    if len(paths) < 2:
        raise UsageError(f"agreement takes two annotators or more, found {len(paths)}")
    readings = read_readings(paths)
    counts = Counter(unit for reading in readings for unit in reading.marks)
    units = sorted(unit for unit, count in counts.items() if count > 1)
    if not units:
        names = " and ".join(reading.name for reading in readings)
        raise UsageError(f"{names} share no sentence, expected rows with the same article, start and end")
    articles = list(dict.fromkeys(unit[0] for unit in units))
    by_article = len(articles) >= ARTICLES
    clusters = [articles.index(unit[0]) if by_article else at for at, unit in enumerate(units)]
    shared = Shared.of(readings, units, clusters, Resampler(max(clusters) + 1, resamples, seed))
    return Agreement(
        annotators=tuple(reading.name for reading in readings),
        articles=len(articles),
        sentences=len(units),
        unshared=len(counts) - len(units),
        clusters="articles" if by_article else "sentences",
        scores=tuple(score(shared, facet) for facet in FACETS),
        labels=tuple(label for facet in FACETS[:2] for label in label_scores(shared, facet)),
        attribution_f1=attribution_f1(shared),
        spans=tuple(span_scores(shared, name) for name in ("source", "cue")),
        disagreements=tuple(disagreements(shared)),
        strange=tuple(line for reading in readings for line in reading.strange()),
    )
