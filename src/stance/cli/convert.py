"""`stance convert`: annotations from one tool's format to another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from stance.cli.options import OUTPUT
from stance.cli.telling import tell
from stance.errors import UsageError
from stance.formats import FormatOptions, choose_input, choose_output, read_annotated, write_annotated
from stance.wording import counted

__all__ = ["command", "convert", "parse_columns"]


def convert(
    source: Path,
    target: Path,
    names: tuple[str | None, str | None],
    options: FormatOptions,
) -> tuple[str, list[str]]:
    """Convert a file or folder; what was done in one line, and what was left out, one line each.

    `names` are the formats of the source and the target, None where the path tells.

    Raises:
        UsageError: a path or a format is wrong, or records are bad (all are named); nothing is written.
    """
    origin, goal = choose_input(names[0], source), choose_output(names[1], target)
    if options.columns and origin != "table":
        raise UsageError(f"--map is for a plain table, and {source} is read as {origin}: add --from table")
    if target.exists() and target.samefile(source):
        raise UsageError(f"{target} is both IN and OUT: choose another name for OUT")
    reading = read_annotated(origin, source, options)
    if not reading.articles:
        raise UsageError(f"{source} holds no article in the format {origin}: name another with --from")
    notes = write_annotated(goal, target, reading.articles)
    sentences = sum(len(article.sentences) for article in reading.articles)
    marks = sum(len(own) for article in reading.articles for own in article.attributions)
    numbers = {"article": len(reading.articles), "sentence": sentences, "attribution": marks}
    told = ", ".join(counted(number, what) for what, number in numbers.items())
    return f"Wrote {target}: {told} ({origin} to {goal})", [*reading.notes, *notes]


def parse_columns(maps: Iterable[str]) -> dict[str, str]:
    """`speaker=actor` to {"speaker": "actor"}.

    Raises:
        UsageError: one is no FIELD=COLUMN, or names a field twice.
    """
    columns: dict[str, str] = {}
    for item in maps:
        field, equals, column = item.partition("=")
        if not (field and equals and column):
            raise UsageError(f"--map {item}: expected FIELD=COLUMN, such as --map speaker=actor")
        if columns.setdefault(field, column) != column:
            raise UsageError(f"--map {item}: {field} is {columns[field]} already, expected one column for it")
    return columns


def _format_option(
    flag: str, which: str, default: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    told = f"The format of {which}.  [default: by its {default}]"
    return click.option(f"--{flag}", f"{flag}_format", metavar="F", help=told)


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=OUTPUT)
@_format_option("from", "IN", "looks")
@_format_option("to", "OUT", "ending; none is a folder of csv")
@click.option(
    "--topic", metavar="TOML", help="The topic of articles that name none: a file, or serbia-arms, open."
)
@click.option("--annotator", metavar="NAME", default="", help="Who marked what has no annotator in IN.")
@click.option(
    "--map",
    "maps",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="A plain table's column for a field: article, text, sentence, speaker, stance, source, cue, ...",
)
def command(source: Path, target: Path, maps: tuple[str, ...], **options: Any) -> None:
    """Convert annotations from one tool's format to another's.

    F is one of csv (a folder of annotations), doccano, doccano-spans (without relations),
    labelstudio, prodigy, brat, inception, conll, and, for IN, table (CSV or JSON Lines with columns
    of its own) and text (articles that nobody has annotated, as label reads them). OUT is a new
    folder for csv, brat and inception, else a file.

    Offsets are checked against the text, and every bad record is named. What a format cannot hold
    is said, one line each, on standard error.

    \b
    Examples:
      stance convert annotations/ tasks.json --to labelstudio
      stance convert export.jsonl annotations-2/ --from doccano --topic grain-deal.toml --annotator ada
      stance convert articles/ blank/ --from text --topic serbia-arms
      stance convert coded.csv annotations-3/ --from table --map speaker=actor --topic serbia-arms
    """
    formats = (options["from_format"], options["to_format"])
    told = FormatOptions(options["topic"], options["annotator"], parse_columns(maps))
    done, notes = convert(source, target, formats, told)
    for note in notes:
        tell(note, err=True)
    tell(done, err=True)
