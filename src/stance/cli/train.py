"""`stance train`: annotations to a model folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stance.cli.options import FOLDER, OUTPUT, seed_option
from stance.cli.progress import steps
from stance.cli.telling import tell

__all__ = ["command", "train"]

MOST_JOBS = 2
"""Processes that are started unasked."""


def train(report: Callable[[str, int, int], None], **settings: Any) -> Path:
    """Train a model and return its folder; `settings` are those of `TrainSettings`.

    Raises:
        UsageError: annotations or topic are broken, or there is nothing to train on.
    """
    from stance.training import TrainSettings
    from stance.training import train as fit

    return fit(TrainSettings(**settings), report)


@click.command("train")
@click.option("--annotations", type=FOLDER, help="Your annotations: articles.csv and one CSV per article.")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=OUTPUT,
    default=Path("model"),
    show_default=True,
    help="The model folder.",
)
@click.option("--topic", metavar="TOML", help="The model's topic: a file, or serbia-arms, open.")
@click.option(
    "--no-base",
    "use_base",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Train on your annotations alone, without the built-in articles.",
)
@seed_option
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Processes that fit; more change no figure.  [default: one per core, at most 2; 1 with --no-base]",
)
@click.option("--encoder", type=FOLDER, help="A folder of 'stance finetune'.  [default: the shipped encoder]")
def command(jobs: int | None, **settings: Any) -> None:
    """Train a model on the built-in articles and your annotations.

    Predicts every article out of fold, calibrates on that, and writes a model folder with its
    held-out scores.

    \b
    Example:
      stance train --annotations annotations/ -o my-model
    """
    with steps() as report:
        folder = train(report, jobs=jobs or _jobs(settings["use_base"]), **settings)
    tell(f"Wrote {folder}. Look at its scores:  stance evaluate --model {folder}", err=True)


def _jobs(use_base: bool) -> int:
    """Processes that are worth their start; each holds all articles, about 1.1 GiB with the built-in ones."""
    return min(os.cpu_count() or 1, MOST_JOBS) if use_base else 1
