"""`stance agree`: how far annotators agree."""

from __future__ import annotations

import json
from pathlib import Path

import click

from stance.agreement import agree
from stance.errors import UsageError

__all__ = ["command"]

FORMATS = ("table", "json")


@click.command("agree")
@click.argument("paths", metavar="A B [C...]", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="The format."
)
def command(paths: tuple[Path, ...], form: str) -> None:
    """Measure how far annotators agree.

    A, B, ... are files or folders of annotations, one per annotator.

    Per cent, Cohen's kappa (mean over pairs) and Krippendorff's alpha for speaker, stance and both,
    over the sentences' primary labels; per label; F1 over attributions; and the disagreements.

    \b
    Example:
      stance agree annotations/readings/anna annotations/readings/ben
    """
    if len(paths) < 2:
        raise UsageError(f"agreement takes two annotators or more, found {len(paths)}")
    agreement = agree(paths)
    if form == "json":
        click.echo(json.dumps(agreement.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(agreement.table())
