"""The list of errors: what was missed, what was made up, and who or what was mistaken for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.heldout import HeldOut, Pair
from stance.labels import SOURCE_ROLES, STANCES
from stance.scores import attributions

__all__ = ["CATEGORIES", "EXAMPLES", "Mistake", "mistakes", "wrong_pairs"]

CATEGORIES = ("missed attribution", "spurious attribution", "wrong speaker", "wrong stance")

EXAMPLES = 200
"""As many sentences are listed of a set other than the seeds."""


@dataclass(frozen=True)
class Mistake:
    """A sentence with errors: (category, gold, predicted) each, a side being None where there is none."""

    row: HeldOut
    errors: tuple[tuple[str, Pair | None, Pair | None], ...]


def wrong_pairs(gold: set[Pair], predicted: set[Pair]) -> Iterator[tuple[str, Pair | None, Pair | None]]:
    """Pair off what differs between two sets of (role, stance): first by role, then by stance, then by order.

    A pair of one role has the wrong stance, any other the wrong speaker; what is left over is missed or
    spurious.
    """
    left, right = _ordered(gold - predicted), _ordered(predicted - gold)
    for shared, category in (
        (slice(0, 1), "wrong stance"),
        (slice(1, 2), "wrong speaker"),
        (slice(0, 0), "wrong speaker"),
    ):
        for one in list(left):
            two = next((other for other in right if other[shared] == one[shared]), None)
            if two is not None:
                left.remove(one)
                right.remove(two)
                yield category, one, two
    yield from (("missed attribution", one, None) for one in left)
    yield from (("spurious attribution", None, two) for two in right)


def _ordered(pairs: set[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (SOURCE_ROLES.index(pair[0]), STANCES.index(pair[1])))


def mistakes(
    rows: Sequence[HeldOut], limit: int | None, seed: int
) -> tuple[Mapping[str, int], int, tuple[Mistake, ...]]:
    """Errors by category, the number of sentences with one, and those sentences: all or a random `limit`."""
    found = []
    for row in rows:
        errors = tuple(wrong_pairs(*attributions(row)))
        if errors:
            found.append(Mistake(row, errors))
    counted = Counter(category for mistake in found for category, _, _ in mistake.errors)
    shown = found
    if limit is not None and len(found) > limit:
        import numpy as np

        picked = np.random.default_rng(seed).choice(len(found), limit, replace=False)
        shown = [found[at] for at in sorted(picked)]
    return {category: counted[category] for category in CATEGORIES}, len(found), tuple(shown)
