"""Where the held-out labels go wrong, by category.

Run from the root of the repository::

    python -m tests.bench.errors [MODEL]

For the seeds, the composed articles, the contrast families and their focal sentences (those that no
sibling shares): how often the primary label fails because nobody is heard, somebody is heard where nobody
speaks, another speaker is heard, or the stance is another; which stances are taken for which; and what the
attributions that are missed or too many are, beside the primary one.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from stance.folds import family_of
from stance.heldout import HeldOut
from stance.heldoutfile import load_heldout
from stance.labels import NONE

SHOWN = 8
"""How many of the pairs of stances are printed."""


def focal_of(rows: Sequence[HeldOut]) -> list[HeldOut]:
    """The rows of the contrast families that no sibling shares."""
    contrast = [row for row in rows if row.set == "contrast"]
    seen = Counter((family_of(row.article), row.text) for row in contrast)
    return [row for row in contrast if seen[family_of(row.article), row.text] == 1]


def failing(row: HeldOut) -> str | None:
    """Why the primary label is wrong; None where it is right."""
    (gold, stance), (heard, taken) = row.gold_primary, row.predicted_primary
    if gold == heard:
        return None if stance == taken else "another stance"
    if heard == NONE:
        return "nobody is heard"
    return "somebody is heard where nobody speaks" if gold == NONE else "another speaker"


def beside(row: HeldOut) -> Iterator[str]:
    """The attributions that are missed or too many where the primary label is right."""
    if failing(row) is None:
        gold, heard = (
            {(mark.role, mark.stance) for mark in marks} for marks in (row.gold_marks, row.predicted_marks)
        )
        yield from ["a source beside it missed"] * len(gold - heard)
        yield from ["a source beside it too many"] * len(heard - gold)


def told(name: str, rows: Sequence[HeldOut]) -> Iterator[str]:
    """The lines about a set."""
    reasons = Counter(filter(None, map(failing, rows)))
    wrong = sum(reasons.values())
    yield f"{name}: {wrong:,} of {len(rows):,} wrong"
    for reason, count in reasons.most_common():
        yield f"  {count:5,}  {count / wrong:4.0%}  {reason}"
    taken = Counter(
        f"{row.gold_primary[1]} taken for {row.predicted_primary[1]}"
        for row in rows
        if failing(row) == "another stance"
    )
    for pair, count in taken.most_common(SHOWN):
        yield f"         {count:5,}  {pair}"
    for kind, count in Counter(kind for row in rows for kind in beside(row)).most_common():
        yield f"  {count:5,}        {kind}"


def main(folder: Path) -> None:
    """Print the categories of each set."""
    rows = load_heldout(folder)
    sets = {name: [row for row in rows if row.set == name] for name in ("seeds", "composed", "contrast")}
    for name, part in {**sets, "focal sentences": focal_of(rows)}.items():
        sys.stdout.write("\n".join(told(name, part)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models/serbia-arms"))
