"""Per cent, Cohen's and Fleiss' kappa, Krippendorff's alpha, each a function of tables of counts.

Everything is counted per cluster (an article, or a sentence) first, so that a figure and its
bootstrap interval are the same function of the same counts. Two tables carry all four figures:

- the *confusions* of two annotators: how often one said a where the other said b;
- Krippendorff's *coincidences*: the confusions of all pairs, both ways round, each weighted by
  1 / (m - 1) in a sentence that m annotators marked, so that every value counts once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = [
    "cohen",
    "coincidences",
    "confusions",
    "encode",
    "fleiss",
    "fleiss_kappa",
    "krippendorff",
    "krippendorff_alpha",
    "observed",
    "one_against_rest",
    "plain",
    "ratio",
    "specific",
]

MISSING = -1


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha for nominal data; None is a missing value.

    Each unit has the values that the observers gave it; those with fewer than two do not
    count. None where nothing varies, so that chance agreement is not defined.
    """
    return plain(krippendorff(_coincidences_of(list(units))))


def fleiss_kappa(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Fleiss' kappa over the units that all observers gave a value; None as in `krippendorff_alpha`."""
    whole = [unit for unit in units if None not in unit]
    return plain(fleiss(_coincidences_of(whole)))


def encode(units: Sequence[Sequence[Hashable | None]]) -> tuple[Array, list[Hashable]]:
    """Values as numbers (units by observers, `MISSING` for None), and the label of each number."""
    import numpy as np

    numbers: dict[Hashable, int] = {}
    width = max(map(len, units), default=0)
    codes = np.full((len(units), width), MISSING)
    for at, unit in enumerate(units):
        for observer, value in enumerate(unit):
            if value is not None:
                codes[at, observer] = numbers.setdefault(value, len(numbers))
    return codes, list(numbers)


def confusions(codes: Array, pair: tuple[int, int], clusters: Array, labels: int) -> Array:
    """How often one observer gave a and the other b: an array (clusters, labels, labels)."""
    return _pair_counts(codes, pair, clusters, labels, weighted=False)


def coincidences(codes: Array, clusters: Array, labels: int) -> Array:
    """Krippendorff's coincidences, an array (clusters, labels, labels); see the module."""
    import numpy as np

    total = np.zeros((int(clusters.max(initial=-1)) + 1, labels, labels))
    for pair in itertools.combinations(range(codes.shape[1]), 2):
        counts = _pair_counts(codes, pair, clusters, labels, weighted=True)
        total += counts + counts.swapaxes(-1, -2)
    return total


def _pair_counts(
    codes: Array, pair: tuple[int, int], clusters: Array, labels: int, *, weighted: bool
) -> Array:
    import numpy as np

    both = (codes[:, pair] != MISSING).all(axis=1)
    ours, theirs = codes[both][:, pair].T
    marked = (codes[both] != MISSING).sum(axis=1)
    out = np.zeros((int(clusters.max(initial=-1)) + 1, labels, labels))
    np.add.at(out, (clusters[both], ours, theirs), 1 / (marked - 1) if weighted else 1)
    return out


def observed(counts: Array) -> Array:
    """The share on which both agree: confusions (..., labels, labels) to (...); nan for none."""
    return ratio(counts.trace(axis1=-2, axis2=-1), counts.sum((-2, -1)))


def cohen(counts: Array) -> Array:
    """Cohen's kappa (1960): confusions (..., labels, labels) to (...); nan where chance alone agrees."""
    size = counts.sum((-2, -1))
    chance = ratio((counts.sum(-1) * counts.sum(-2)).sum(-1), size * size)
    return _beyond_chance(observed(counts), chance)


def fleiss(counts: Array) -> Array:
    """Fleiss' kappa (1971): coincidences of fully marked units (..., labels, labels) to (...).

    The trace over the sum is the mean agreement per unit, the margins are how often each label was given.
    """
    shares = ratio(counts.sum(-1), counts.sum((-2, -1))[..., None])
    return _beyond_chance(observed(counts), (shares * shares).sum(-1))


def krippendorff(counts: Array) -> Array:
    """Krippendorff's alpha for nominal data: coincidences (..., labels, labels) to (...)."""
    margins = counts.sum(-1)
    size = margins.sum(-1)
    differ = size - counts.trace(axis1=-2, axis2=-1)
    return 1 - ratio((size - 1) * differ, size * size - (margins * margins).sum(-1))


def specific(counts: Array, label: int) -> Array:
    """Specific agreement on one label, 2 * both / (one + other): confusions to (...)."""
    return ratio(2 * counts[..., label, label], counts[..., label, :].sum(-1) + counts[..., :, label].sum(-1))


def one_against_rest(counts: Array, label: int) -> Array:
    """The table (..., 2, 2) of one label against all others."""
    import numpy as np

    both = counts[..., label, label]
    ours, theirs = counts[..., label, :].sum(-1), counts[..., :, label].sum(-1)
    rest = counts.sum((-2, -1)) - ours - theirs + both
    rows = np.stack([both, ours - both], -1), np.stack([theirs - both, rest], -1)
    return np.stack(rows, -2)


def ratio(part: Array, whole: Array) -> Array:
    """The one over the other, nan where the other is (next to) nothing."""
    import numpy as np

    out: Array = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 1e-9)
    return out


def _beyond_chance(agreement: Array, chance: Array) -> Array:
    return ratio(agreement - chance, 1 - chance)


def _coincidences_of(units: Sequence[Sequence[Hashable | None]]) -> Array:
    import numpy as np

    codes, labels = encode(units)
    summed: Array = coincidences(codes, np.arange(len(units)), len(labels)).sum(0)
    return summed


def plain(value: Array) -> float | None:
    """A single figure, None where it is not defined."""
    return None if math.isnan(value) else float(value)
