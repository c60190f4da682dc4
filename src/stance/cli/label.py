"""`stance label`: files, folders and standard input to labelled rows."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from stance.articles import ArticleFailure, ReadOptions, read_articles
from stance.cli.options import OUTPUT, model_option, topic_option
from stance.cli.progress import progress
from stance.corpus import ModelLabeller, Shard, label_corpus
from stance.errors import UsageError
from stance.files import atomic_path
from stance.output.options import WriteOptions
from stance.records import LabelledArticle

if TYPE_CHECKING:
    from stance.corrections import Corrector
    from stance.model import Model

__all__ = ["LabelSettings", "command", "label"]

FORMAT_NAMES = ("table", "csv", "jsonl", "html", "parquet", "sqlite", "xlsx")


class ShardType(click.ParamType[Shard]):
    """`I/N`, the I-th of N parts."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The part that the text names; a bad one is click's usage error."""
        try:
            return value if isinstance(value, Shard) else Shard.parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True)
class LabelSettings:
    """What to label and how; the fields are the command's options."""

    paths: tuple[str, ...]
    output: Path | None = None
    format: str | None = None
    model: Path | None = None
    topic: str | None = None
    jobs: int = 1
    shard: Shard | None = None
    errors: Path | None = None
    corrections: Path | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)


def label(
    settings: LabelSettings, stdin: BinaryIO, stdout: BinaryIO, tell: Callable[[str], None]
) -> list[ArticleFailure]:
    """Label articles and write them; returns those that failed, each told as it comes up.

    Everything that can be wrong with the settings is found before an article is labelled.

    Raises:
        UsageError: the command cannot run as asked; nothing is written.
    """
    from stance.output.formats import choose_format, write_results
    from stance.topic import load_topic

    chosen = choose_format(settings.format, settings.output, settings.write)
    _check_overwrite(settings)
    topic = load_topic(settings.topic) if settings.topic else None
    inputs = read_articles(settings.paths, settings.read, stdin)
    labeller = ModelLabeller(settings.model, topic)
    correct = _corrector(settings, labeller.model())
    failures: list[ArticleFailure] = []

    def labelled() -> Iterator[LabelledArticle]:
        quiet = settings.output is None and chosen.name == "table"
        results = label_corpus(inputs, labeller, settings.jobs, settings.shard)
        for result in progress(results, "articles", quiet=quiet):
            if isinstance(result, ArticleFailure):
                failures.append(result)
                tell(f"{result.article}: {result.reason}")
            else:
                yield correct(result) if correct else result

    with ExitStack() as stack:
        errors = stack.enter_context(atomic_path(settings.errors)) if settings.errors else None
        write_results(chosen, labelled(), settings.output, stdout, settings.write)
        if errors:
            lines = (json.dumps(vars(failure), ensure_ascii=False) + "\n" for failure in failures)
            errors.write_bytes("".join(lines).encode("utf-8", "replace"))
    for line in correct.told() if correct else ():
        tell(line)
    return failures


def _corrector(settings: LabelSettings, model: Model) -> Corrector | None:
    """What applies the corrections: of the file asked for, or of the one that lies beside the output."""
    from stance.corrections import Corrector, corrections_path, read_corrections

    beside = corrections_path(settings.output) if settings.output else None
    path = settings.corrections or (beside if beside and beside.is_file() else None)
    if path is None:
        return None
    if path.is_dir():
        path = corrections_path(path)
    return Corrector(read_corrections(path, model.topic.labels), path.name)


def _check_overwrite(settings: LabelSettings) -> None:
    inputs = {Path(path).resolve() for path in settings.paths if path != "-"}
    if settings.corrections:
        inputs.add(settings.corrections.resolve())
    for option, target in (("-o", settings.output), ("--errors", settings.errors)):
        if target and target.resolve() in inputs:
            raise UsageError(f"{option} {target} is one of the inputs: choose another name")
    if settings.errors and settings.output and settings.errors.resolve() == settings.output.resolve():
        raise UsageError(f"-o and --errors are both {settings.output}: choose two names")


def _column_options(function: Callable[..., int]) -> Callable[..., int]:
    for entry in reversed(fields(ReadOptions)):
        what = entry.name.removesuffix("_column")
        flag = f"--{entry.name.replace('_', '-')}"
        option = click.option(
            flag, metavar="NAME", help=f"Column of a table with the {what}.  [default: guessed]"
        )
        function = option(function)
    return function


@click.command("label")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="OUT", type=OUTPUT, help="Write to this file; the format follows its ending."
)
@click.option(
    "--format", metavar="|".join(FORMAT_NAMES), help="The format.  [default: by OUT's ending, or table]"
)
@model_option
@topic_option
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that label.")
@click.option("--shard", type=ShardType(), help="Label only every N-th article, beginning with the I-th.")
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
@_column_options
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
    """
    columns = {entry.name: options.pop(entry.name) for entry in fields(ReadOptions)}
    write = WriteOptions(
        attributions_only=options.pop("attributions_only"),
        text=not options.pop("no_text"),
        excel=options.pop("excel"),
        width=shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100,
    )
    settings = LabelSettings(read=ReadOptions(**columns), write=write, **options)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    try:
        failures = label(settings, stdin, stdout, lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        if settings.output is None:
            raise click.Abort("Interrupted; the output is not complete.") from None
        raise
    return 1 if failures else 0
