"""`stance finetune`: the encoder's weights to an encoder that knows sources and stances."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from stance.cli.options import FOLDER, OUTPUT, seed_option
from stance.cli.progress import steps
from stance.cli.telling import tell
from stance.errors import MissingExtra

__all__ = ["command", "finetune"]


def finetune(weights: Path, output: Path, seed: int, report: Callable[[str, int, int], None]) -> Path:
    """Fine-tune an encoder and return its folder.

    Raises:
        MissingExtra: PyTorch or ONNX is not installed.
        UsageError: the weights are missing or of another kind.
    """
    try:
        from stance.finetuning.run import FinetuneSettings
        from stance.finetuning.run import finetune as run
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", "encoder", "fine-tuning the encoder") from error
    return run(FinetuneSettings(weights, output, seed=seed), report)


@click.command("finetune")
@click.argument("weights", type=FOLDER)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=OUTPUT,
    default=Path("encoder"),
    show_default=True,
    help="Where the encoder goes; what is finished there is not done again.",
)
@seed_option
def command(weights: Path, output: Path, seed: int) -> None:
    """Fine-tune the encoder on the built-in articles, six hours or more on two cores.

    WEIGHTS is a folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2. In each of three stages
    it learns from the primer first; from there four networks are tuned on the composed articles, each
    without those of one fold. The encoder is the mean of all their weights. Then train a model on it with
    'stance train --encoder DIR'.

    \b
    Example:
      stance finetune all-MiniLM-L6-v2/ -o encoder/
    """
    with steps() as report:
        folder = finetune(weights, output, seed, report)
    tell(f"Wrote {folder}. Train a model on it:  stance train --encoder {folder}", err=True)
