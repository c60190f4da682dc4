"""From readings to figures: counts per cluster, then the coefficients over their sums."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.agreement import coefficients as c
from stance.agreement.intervals import Figure, Resampler
from stance.agreement.readings import Marked, Range, Reading, Unit
from stance.agreement.results import Disagreement, LabelAgreement, PairScore, Score, SpanAgreement
from stance.labels import NONE

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Shared", "attribution_f1", "disagreements", "label_scores", "score", "span_scores"]

Values = tuple[Hashable | None, ...]


@dataclass(frozen=True)
class Counted:
    """The counts of one facet, clusters first; `pairs` are those annotators who share sentences."""

    labels: tuple[Hashable, ...]
    pairs: tuple[tuple[int, int], ...]
    confusions: tuple[Array, ...]
    coincidences: Array
    whole: Array
    whole_units: int
    used: tuple[Counter[Hashable], ...]


@dataclass(frozen=True)
class Shared:
    """Readings, the sentences that two or more of them have, the cluster of each, the resampler."""

    readings: tuple[Reading, ...]
    units: tuple[Unit, ...]
    clusters: Array
    resampler: Resampler
    facets: dict[str, Counted]

    @classmethod
    def of(
        cls,
        readings: Sequence[Reading],
        units: Sequence[Unit],
        clusters: Sequence[int],
        resampler: Resampler,
    ) -> Shared:
        """Count all facets of some readings."""
        import numpy as np

        primaries = [[reading.primary(unit) for reading in readings] for unit in units]
        values: dict[str, list[Values]] = {
            "speaker": [tuple(label and label[0] for label in unit) for unit in primaries],
            "stance": [tuple(label and label[1] for label in unit) for unit in primaries],
            "both": [tuple(unit) for unit in primaries],
        }
        numbers = np.array(clusters)
        facets = {facet: _count(found, numbers) for facet, found in values.items()}
        return cls(tuple(readings), tuple(units), numbers, resampler, facets)

    def pairs(self) -> Iterator[tuple[Reading, Reading, list[tuple[int, Unit]]]]:
        """Every two annotators, with the sentences that both marked and the cluster of each."""
        for one, other in itertools.combinations(self.readings, 2):
            both = [
                (int(cluster), unit)
                for cluster, unit in zip(self.clusters, self.units, strict=True)
                if unit in one.marks and unit in other.marks
            ]
            if both:
                yield one, other, both


def _count(values: Sequence[Values], clusters: Array) -> Counted:
    codes, labels = c.encode(values)
    size, observers = len(labels), range(codes.shape[1])
    complete = (codes != c.MISSING).all(axis=1)
    partners = itertools.combinations(observers, 2)
    pairs = tuple(pair for pair in partners if (codes[:, pair] != c.MISSING).all(axis=1).any())
    masked = codes.copy()
    masked[~complete] = c.MISSING
    return Counted(
        labels=tuple(labels),
        pairs=pairs,
        confusions=tuple(c.confusions(codes, pair, clusters, size) for pair in pairs),
        coincidences=c.coincidences(codes, clusters, size),
        whole=c.coincidences(masked, clusters, size),
        whole_units=int(complete.sum()),
        used=tuple(Counter(labels[code] for code in codes[:, at] if code != c.MISSING) for at in observers),
    )


def score(shared: Shared, facet: str) -> Score:
    """All coefficients of one facet."""
    counted, draw = shared.facets[facet], shared.resampler.figure
    names = [reading.name for reading in shared.readings]
    pairs = [
        PairScore(
            annotators=(names[one], names[other]),
            sentences=int(found.sum()),
            agreement=float(c.observed(found)),
            kappa=c.plain(c.cohen(found)),
        )
        for (one, other), found in zip(
            counted.pairs, (table.sum(0) for table in counted.confusions), strict=True
        )
    ]
    return Score(
        facet=facet,
        agreement=draw(lambda tables: _mean([c.observed(table) for table in tables]), counted.confusions),
        kappa=draw(lambda tables: _mean([c.cohen(table) for table in tables]), counted.confusions),
        fleiss=draw(lambda tables: c.fleiss(tables[0]), [counted.whole]),
        alpha=draw(lambda tables: c.krippendorff(tables[0]), [counted.coincidences]),
        whole=counted.whole_units,
        pairs=tuple(pairs),
    )


def label_scores(shared: Shared, facet: str) -> Iterator[LabelAgreement]:
    """Every label of a facet against all others, `none` last."""
    counted = shared.facets[facet]
    tables = [table.sum(0) for table in counted.confusions]
    pooled, coincidences = sum(tables), counted.coincidences.sum(0)
    for at, label in sorted(enumerate(counted.labels), key=lambda item: (item[1] == NONE, str(item[1]))):
        kappas = [c.cohen(c.one_against_rest(table, at)) for table in tables]
        yield LabelAgreement(
            facet=facet,
            label=str(label),
            counts=tuple(used[label] for used in counted.used),
            f1=c.plain(c.specific(pooled, at)) or 0.0,
            kappa=c.plain(_mean(kappas)),
            alpha=c.plain(c.krippendorff(c.one_against_rest(coincidences, at))),
        )


def attribution_f1(shared: Shared) -> Figure:
    """F1 over the sets of (sentence, speaker, stance), pooled over the pairs."""
    found = _empty(shared)
    for one, other, units in shared.pairs():
        for cluster, unit in units:
            found[cluster] += _hits(one.labels(unit), other.labels(unit))
    return shared.resampler.figure(_f1, [found])


def span_scores(shared: Shared, name: str) -> SpanAgreement:
    """How far the words agree that were marked as `source` or `cue`."""
    exact, overlap = _empty(shared), _empty(shared)
    for one, other, units in shared.pairs():
        for cluster, unit in units:
            ours, theirs = (_spans(reading.marks[unit], name) for reading in (one, other))
            exact[cluster] += _hits(ours, theirs)
            overlap[cluster] += _hits(_covered(ours), _covered(theirs))
    counts, unplaced = [], 0
    for reading in shared.readings:
        marks = [mark for unit in shared.units if unit in reading.marks for mark in reading.marks[unit]]
        placed = sum(getattr(mark, f"{name}_at") is not None for mark in marks)
        unplaced += sum(getattr(mark, name) != "" for mark in marks) - placed
        counts.append(placed)
    draw = shared.resampler.figure
    return SpanAgreement(name, draw(_f1, [exact]), draw(_f1, [overlap]), tuple(counts), unplaced)


def disagreements(shared: Shared) -> Iterator[Disagreement]:
    """The sentences whose sets of labels differ, in the order of articles and text."""
    for unit in shared.units:
        having = [reading for reading in shared.readings if unit in reading.marks]
        if len({reading.labels(unit) for reading in having}) > 1:
            marks = (
                reading.sorted_marks(unit) if unit in reading.marks else None for reading in shared.readings
            )
            yield Disagreement(*unit, having[0].texts[unit], tuple(marks))


def _spans(marks: Sequence[Marked], name: str) -> frozenset[Range]:
    places = (getattr(mark, f"{name}_at") for mark in marks)
    return frozenset(place for place in places if place is not None)


def _covered(spans: frozenset[Range]) -> frozenset[int]:
    return frozenset(at for span in spans for at in range(*span))


def _hits(ours: frozenset[Any], theirs: frozenset[Any]) -> tuple[int, int]:
    return len(ours & theirs), len(ours) + len(theirs)


def _empty(shared: Shared) -> Array:
    import numpy as np

    return np.zeros((shared.resampler.clusters, 2))


def _f1(tables: Sequence[Array]) -> Array:
    (counts,) = tables
    return c.ratio(2 * counts[..., 0], counts[..., 1])


def _mean(values: Sequence[Array]) -> Array:
    """The mean over the pairs in which the figure is defined."""
    import numpy as np

    stacked = np.stack(values)
    defined = ~np.isnan(stacked)
    return c.ratio(np.where(defined, stacked, 0).sum(0), defined.sum(0))
