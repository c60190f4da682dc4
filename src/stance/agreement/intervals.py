"""Bootstrap intervals over clusters: articles where there are enough of them, else sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["ARTICLES", "Figure", "Resampler"]

ARTICLES = 10
"""With fewer articles than this a bootstrap over articles says little; sentences are drawn instead."""

BATCH = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % percentile interval; None where it is not defined.

    There is no interval either where every draw gives the same (all agree everywhere): a
    bootstrap cannot tell how seldom a disagreement would have been to be missed.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Resampler:
    """Draws clusters with replacement; the draws are the same for every figure of a seed."""

    clusters: int
    resamples: int = 1000
    seed: int = 0

    def figure(self, of: Callable[[Sequence[Array]], Array], counts: Sequence[Array]) -> Figure:
        """A figure of summed counts, with its interval.

        `counts` are arrays whose first axis is the cluster. `of` gets one array per entry, of
        shape (samples, ...) with the clusters summed, and returns (samples,).
        """
        import numpy as np

        value = float(of([part.sum(0)[None] for part in counts])[0])
        if np.isnan(value):
            return Figure(None)
        values = self._values(of, counts)
        if len(values) == 0 or np.ptp(values) < 1e-12:
            return Figure(value)
        low, high = np.quantile(values, [0.025, 0.975])
        return Figure(value, float(low), float(high))

    def _values(self, of: Callable[[Sequence[Array]], Array], counts: Sequence[Array]) -> Array:
        """One value per resample in which the figure is defined; none where one cluster is all."""
        import numpy as np

        if self.clusters < 2:
            return np.zeros(0)
        rng = np.random.default_rng(self.seed)
        shares = [1 / self.clusters] * self.clusters
        found = []
        for done in range(0, self.resamples, BATCH):
            weights = rng.multinomial(self.clusters, shares, size=min(BATCH, self.resamples - done))
            found.append(of([np.tensordot(weights, part, axes=1) for part in counts]))
        values: Array = np.concatenate(found)
        defined: Array = values[~np.isnan(values)]
        return defined
