"""What goes wrong in the focal sentences of the contrast families: those that no sibling shares.

Run from the root of the repository::

    python -m tests.bench.focal [MODEL]

Prints, of the model's held-out predictions (`heldout.jsonl`), how many primary labels are right, the errors
by category as `stance evaluate` counts them for whole sets, and which stance is taken for which.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stance.folds import family_of
from stance.heldout import HeldOut
from stance.heldoutfile import load_heldout
from stance.mistakes import mistakes


def focal_of(rows: Sequence[HeldOut]) -> list[HeldOut]:
    """The rows of the contrast families that no sibling shares."""
    contrast = [row for row in rows if row.set == "contrast"]
    seen = Counter((family_of(row.article), row.text) for row in contrast)
    return [row for row in contrast if seen[family_of(row.article), row.text] == 1]


def main(folder: Path) -> None:
    """Print the figures."""
    rows = focal_of(load_heldout(folder))
    right = sum(row.gold_primary == row.predicted_primary for row in rows)
    categories, sentences, found = mistakes(rows, None, 0)
    errors = [error for mistake in found for error in mistake.errors]
    taken = Counter(
        f"{gold[1]} taken for {heard[1]}"
        for category, gold, heard in errors
        if category == "wrong stance" and gold and heard
    )
    lines = [
        f"{right:,} of {len(rows):,} primary labels right; {len(errors):,} errors in {sentences:,} sentences"
    ]
    for counts in (categories, dict(taken.most_common())):
        lines += ["", *(f"{count:5,}  {name}" for name, count in counts.items())]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models/serbia-arms"))
