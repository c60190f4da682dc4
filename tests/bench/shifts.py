"""How many of the shifts that `stance positions` finds are right, on held-out predictions.

Run from the root of the repository::

    python -m tests.bench.shifts [MODEL]

Shifts are found in the predictions for the composed articles (`heldout.jsonl` of the model folder), the
articles of each invented world in the order of their ids; one is right where both ends have the right
speaker and stance in the gold.
"""

from __future__ import annotations

import sys
from pathlib import Path

from stance.heldoutfile import load_heldout
from stance.positions.precision import shift_precision


def main(folder: Path) -> None:
    """Print the figure, without and with what the model flagged for review."""
    rows = load_heldout(folder)
    print(f"not flagged: {shift_precision(rows).told()}")  # noqa: T201
    print(f"with --unsure: {shift_precision(rows, unsure=True).told()}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models/serbia-arms"))
