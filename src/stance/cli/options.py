"""Options that several commands share."""

from __future__ import annotations

import getpass
import math
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from stance.articles import ReadOptions

__all__ = [
    "FOLDER",
    "OUTPUT",
    "SECONDS",
    "column_options",
    "jobs_option",
    "model_option",
    "seed_option",
    "take_columns",
    "topic_option",
    "user_name",
]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUTPUT = click.Path(path_type=Path)


class _Seconds(click.FloatRange):
    """A time that timers can count, which `nan` is not, though it passes as in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds; what is no such time is click's usage error."""
        seconds = float(super().convert(value, param, ctx))
        return self.fail(f"{value} is no time.", param, ctx) if math.isnan(seconds) else seconds


SECONDS = _Seconds(0, 1_000_000_000, min_open=True)

Function = TypeVar("Function", bound=Callable[..., Any])


jobs_option = click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that label."
)


def column_options(function: Function) -> Function:
    """Add `--text-column NAME` and its like; `take_columns` takes them up."""
    told = "The title of a table's row is a sentence, too: put it before the text."
    function = click.option("--with-title", is_flag=True, help=told)(function)
    for entry in reversed([entry for entry in fields(ReadOptions) if entry.name.endswith("_column")]):
        told = f"Column of a table with the {entry.name.removesuffix('_column')}.  [default: guessed]"
        flag = f"--{entry.name.replace('_', '-')}"
        function = click.option(flag, metavar="NAME", help=told)(function)
    return function


def take_columns(options: dict[str, Any]) -> ReadOptions:
    """Take what `column_options` added out of a command's options."""
    return ReadOptions(**{entry.name: options.pop(entry.name) for entry in fields(ReadOptions)})


def model_option(function: Function) -> Function:
    """Add `--model DIR`."""
    told = "A model folder.  [default: the one that comes along]"
    return click.option("--model", metavar="DIR", type=FOLDER, help=told)(function)


def seed_option(function: Function) -> Function:
    """Add `--seed N`."""
    told = "Seed of everything random."
    return click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help=told)(function)


def topic_option(function: Function) -> Function:
    """Add `--topic TOML`."""
    told = "A topic file, or a built-in topic: serbia-arms, open.  [default: the model's]"
    return click.option("--topic", metavar="TOML", help=told)(function)


def user_name() -> str:
    """What an annotator is called who gives no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return "annotator"
