"""`stance verify`: is a model folder whole, safe and compatible."""

from __future__ import annotations

from pathlib import Path

import click

from stance.cli.telling import tell
from stance.errors import ModelError

__all__ = ["command", "verify"]


def verify(folder: Path) -> str:
    """The digest of a sound model folder.

    Raises:
        ModelError: there is no such folder, or it has problems, one per line.
    """
    from stance.heldoutfile import load_heldout
    from stance.model import load
    from stance.storage import verify as check

    if problems := check(folder):
        raise ModelError("\n".join(problems))
    model = load(folder)
    model.encoder.check()
    load_heldout(folder)
    return model.digest


@click.command("verify")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
def command(folder: Path | None) -> None:
    """Check that a model folder, by default the shipped one, is whole, safe and compatible.

    Prints its digest, which tells damage; who made the model it tells only where
    its maker has published it.

    \b
    Example:
      stance verify my-model/
    """
    from stance.storage import default_folder

    chosen = folder or default_folder()
    tell(f"{chosen}: fine, {verify(chosen)}")
