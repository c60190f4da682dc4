"""Where lies what the package brings along: beside the installed code, or in its place in a checkout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

__all__ = ["shipped"]


def shipped(installed: str, checkout: str) -> Path:
    """The folder `installed` of the installed package, or `checkout` under the root of the repository."""
    place = Path(str(resources.files("stance"))) / installed
    return place if place.exists() else Path(__file__).parents[2] / checkout
