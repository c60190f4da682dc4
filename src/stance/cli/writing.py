"""What commands that write share: not over an input, how wide a table is, a text whole or not at all."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from stance.cli.telling import tell
from stance.errors import UsageError
from stance.files import atomic_write

__all__ = ["check_not_input", "terminal_width", "write_text"]


def check_not_input(output: Path | None, inputs: Iterable[Path], option: str = "-o") -> None:
    """See that what is written is none of what is read; inputs are files, or folders as a whole.

    Raises:
        UsageError: it is.
    """
    if output is not None and output.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{option} {output} is one of the inputs: choose another name")


def terminal_width() -> int:
    """The columns of the terminal; 100 where standard output is none, so that a file is the same anywhere."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100


def write_text(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file, whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    if output is None and sys.stdout.isatty():
        tell(text)
    elif output is None:
        click.echo(text)
    else:
        atomic_write(output, text if text.endswith("\n") else f"{text}\n")
