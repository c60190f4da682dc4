"""Record the shipped model's held-out figures as the floors.

    python -m tests.floors [--lower]

Without `--lower` a figure that lies under its floor is refused, and nothing is written.
"""

from __future__ import annotations

import json
import sys

from stance.files import atomic_write
from tests.floors import FLOORS, data, fallen, measured, recorded


def main(arguments: list[str]) -> int:
    """Write the floors; 2 where that would lower one without leave."""
    figures = measured()
    faults = fallen(figures, recorded()["figures"]) if FLOORS.exists() else []
    if faults and "--lower" not in arguments:
        sys.stderr.write(
            "\n".join([*faults, "to lower the floors all the same:  python -m tests.floors --lower\n"])
        )
        return 2
    atomic_write(FLOORS, json.dumps({"data": data(), "figures": figures}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
