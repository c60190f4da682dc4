"""What commands print, but for labels: line by line, without what would steer the terminal."""

from __future__ import annotations

import click

from stance.output.terminal import clean

__all__ = ["tell"]


def tell(text: str, *, err: bool = False) -> None:
    """Print a text; what an article, a file name or a speaker's name holds beside it stays text."""
    click.echo("\n".join(map(clean, text.split("\n"))), err=err)
