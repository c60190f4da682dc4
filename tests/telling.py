"""What the scripts among the tests print with."""

from __future__ import annotations

import sys


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
