"""`stance audit`: annotations that are broken or suspicious."""

from __future__ import annotations

from pathlib import Path

import click

from stance.cli.options import FOLDER

__all__ = ["audit", "command"]


def audit(folders: tuple[Path, ...], fix: bool) -> tuple[list[str], list[str]]:
    """What is broken in folders of annotations, and what deserves a second look, one line each."""
    from stance.audit import audit as find_broken
    from stance.audit import second_looks

    broken = [line for folder in folders for line in find_broken(folder, fix)]
    return broken, [line for folder in folders for line in second_looks(folder)]


@click.command("audit")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--fix", is_flag=True, help="Fill in offsets of sources and cues that occur once in their sentence."
)
def command(paths: tuple[Path, ...], fix: bool) -> int:
    """Find annotations that are broken or suspicious, one line each.

    A PATH is a folder of annotations. The exit code is 1 where something is broken; what merely
    deserves a second look leaves it at 0.

    \b
    Example:
      stance audit annotations/ --fix
    """
    broken, suspicious = audit(paths, fix)
    for line in (*broken, *suspicious):
        click.echo(line)
    click.echo(f"{len(broken)} broken, {len(suspicious)} for a second look", err=True)
    return 1 if broken else 0
