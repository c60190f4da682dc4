"""`stance positions`: who takes which position, when, with the evidence."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from stance.cli.options import OUTPUT
from stance.cli.telling import tell
from stance.cli.writing import check_not_input, terminal_width
from stance.errors import ModelError
from stance.files import atomic_write
from stance.output.choice import choose
from stance.positions.formats import ENDINGS, FORMATS, render

__all__ = ["command", "positions"]


def positions(
    paths: Sequence[Path], output: Path | None, form: str | None, unsure: bool, width: int
) -> tuple[bytes, int]:
    """The positions that label files tell, in a format; written to `output` where there is one.

    With them the number of articles that have none, since they are not about their topic.

    Raises:
        UsageError: a file cannot be read, holds no labels, or the output does not fit.
    """
    from stance.positions.gather import positions as gather

    chosen = choose(form, output, FORMATS, ENDINGS, "positions.html")
    check_not_input(output, paths)
    found = gather(paths, unsure=unsure)
    precision = _precision(found.models, unsure) if found.shifts and chosen != "csv" else None
    rendered = render(found, chosen, width=width, precision=precision)
    if output:
        atomic_write(output, rendered)
    return rendered, found.off_topic


def _precision(models: Sequence[str], unsure: bool) -> str | None:
    """What held-out predictions say of the list of shifts, where the model that comes along labelled."""
    from stance.heldoutfile import load_heldout
    from stance.positions.precision import shift_precision
    from stance.storage import default_folder

    folder = default_folder()
    try:
        manifest = (folder / "manifest.json").read_bytes()
        if f"sha256:{hashlib.sha256(manifest).hexdigest()}" not in models:
            return None
        return shift_precision(load_heldout(folder), unsure=unsure).told()
    except (OSError, ModelError):
        return None  # the positions stand without it


@click.command("positions")
@click.argument(
    "paths",
    metavar="LABELS...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "-o", "--output", metavar="OUT", type=OUTPUT, help="Write to this file; the format follows its ending."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="The format.  [default: by OUT's ending, or table]",
)
@click.option(
    "--unsure", is_flag=True, help="Let shifts rest on labels that the model marked for review, too."
)
def command(paths: tuple[Path, ...], output: Path | None, form: str | None, unsure: bool) -> None:
    """Tell who takes which position, when, and with which words.

    LABELS are files that label wrote: .jsonl, .csv, .parquet or .sqlite. Finds shifts (another
    position later), contradictions (within an article or a day) and changes of practice ("yes, but no
    longer").

    \b
    Examples:
      stance positions labels.jsonl
      stance positions 2023.csv 2024.csv -o positions.html
    """
    rendered, off_topic = positions(paths, output, form, unsure, terminal_width())
    if output is None:
        sys.stdout.buffer.write(rendered)
        sys.stdout.buffer.flush()
    if off_topic:
        articles = "1 article is" if off_topic == 1 else f"{off_topic} articles are"
        tell(
            f"{articles} not about the topic of the labels, and nobody has a position there; another story "
            "is labelled with --topic",
            err=True,
        )
