"""`stance label`: files, folders and standard input to labelled rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from stance.cli.labelling import PART_SIZE, LabelSettings, label
from stance.cli.options import (
    OUTPUT,
    SECONDS,
    column_options,
    jobs_option,
    model_option,
    take_columns,
    topic_option,
)
from stance.cli.telling import tell
from stance.cli.writing import terminal_width
from stance.corpus import Shard
from stance.errors import UsageError
from stance.output.formats import FORMATS
from stance.output.options import WriteOptions

__all__ = ["command"]


class ShardType(click.ParamType[Shard]):
    """`I/N`, the I-th of N parts."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The part that the text names; a bad one is click's usage error."""
        try:
            return value if isinstance(value, Shard) else Shard.parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


@click.command("label")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="OUT", type=OUTPUT, help="Write to this file; the format follows its ending."
)
@click.option("--format", metavar="|".join(FORMATS), help="The format.  [default: by OUT's ending, or table]")
@model_option
@topic_option
@jobs_option
@click.option(
    "--cluster",
    metavar="ADDRESS|local",
    help="Label on the workers of this Dask scheduler, or of one of its own with --jobs workers.",
)
@click.option("--shard", type=ShardType(), help="Label only every N-th article, beginning with the I-th.")
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=SECONDS,
    help="An article that takes longer is stopped, and told as failed.",
)
@click.option(
    "--parts", is_flag=True, help="OUT is a folder: one file per --part-size articles, and a manifest."
)
@click.option(
    *("--part-size",),
    metavar="N",
    type=click.IntRange(1, 1_000_000_000),
    default=PART_SIZE,
    show_default=True,
    help="Articles that are labelled and written as one part of a .csv, .jsonl, .parquet or .sqlite.",
)
@click.option("--attributions-only", is_flag=True, help="Leave out sentences in which nobody speaks.")
@click.option("--no-text", is_flag=True, help="Leave out the sentences' text.")
@click.option(
    "--excel",
    is_flag=True,
    help="CSV for Excel: a byte-order mark, and an apostrophe before text that begins with = + - @ or a tab, "
    "which Excel would run as a formula. (Always so in .xlsx; never in other CSV.)",
)
@click.option(
    "--errors", metavar="FILE", type=OUTPUT, help="Also write failed articles to this file, as JSON Lines."
)
@click.option(
    "--corrections",
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Apply the corrections of this file, or of the corrections.csv in this folder.  "
    "[default: OUT's own, such as labels.corrections.csv beside labels.csv]",
)
@column_options
def command(**options: Any) -> int:
    """Label files, folders or standard input (-).

    Reads .txt, .md, .html and tables with a text column (.jsonl, .csv, .parquet); prints a table,
    or writes what -o or --format asks for. An article that cannot be labelled is told on
    standard error, the others are written, and the exit code is 1.

    \b
    Examples:
      stance label article.txt
      stance label articles/ -o labels.csv
      cat article.txt | stance label - --format jsonl
      stance label archive/ -o labels.parquet --jobs 8 --time-limit 60

    A run that writes .csv, .jsonl, .parquet or .sqlite may be killed at any time: the same command
    goes on where it was.
    """
    columns = take_columns(options)
    write = WriteOptions(
        attributions_only=options.pop("attributions_only"),
        text=not options.pop("no_text"),
        excel=options.pop("excel"),
        parts=options.pop("parts"),
        width=terminal_width(),
    )
    settings = LabelSettings(read=columns, write=write, **options)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    try:
        failures = label(settings, stdin, stdout, lambda line: tell(line, err=True))
    except KeyboardInterrupt:
        if settings.output is None:
            raise click.Abort("Interrupted; the output is not complete.") from None
        from stance.corpus.parts import PARTS

        if settings.output.with_name(f"{settings.output.name}{PARTS}").is_dir() or settings.output.is_dir():
            raise click.Abort("Interrupted; the same command goes on from here.") from None
        raise
    return 1 if failures else 0
