"""`stance evaluate`: the held-out report of a model."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from stance.cli.options import OUTPUT, model_option
from stance.cli.telling import tell

__all__ = ["command", "evaluate"]


def evaluate(model: Path | None, predictions: Path | None, output: Path | None) -> str:
    """Score a model's out-of-fold predictions, or another system's rows on the same gold.

    Writes `report.html` and `metrics.json` into `output` and returns the terminal's report.

    Raises:
        UsageError: the model folder or the predictions cannot be read.
    """
    from stance import evaluation, report
    from stance.storage import default_folder

    if output is not None:
        report.require_plots()
    rows = evaluation.load_heldout(model or default_folder())
    scores = evaluation.evaluate(rows, predictions, command=_command(model, predictions, output))
    if output is not None:
        report.write(scores, output)
    return report.terminal(scores)


def _command(model: Path | None, predictions: Path | None, output: Path | None) -> str:
    """What the user ran, for the report that tells how each figure can be had again."""
    options = {"--model": model, "--predictions": predictions, "-o": output}
    told = [part for option, value in options.items() if value for part in (option, str(value))]
    return shlex.join(["stance", "evaluate", *told])


@click.command("evaluate")
@model_option
@click.option(
    "--predictions",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Score these rows (JSON Lines, as label writes them) instead of the model's.",
)
@click.option(
    "-o", "--output", metavar="DIR", type=OUTPUT, help="Also write report.html and metrics.json here."
)
def command(model: Path | None, predictions: Path | None, output: Path | None) -> None:
    """Report how well a model does on articles that it has not seen.

    Rests on the out-of-fold predictions that training left in the model folder, which must be whole.

    \b
    Example:
      stance evaluate -o report/
    """
    tell(evaluate(model, predictions, output))
