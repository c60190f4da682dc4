"""`stance sample`: a blind sample to annotate, and from it shares corrected for the model's errors."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from stance.articles import Archive, ArticleFailure, ReadOptions
from stance.cli.options import (
    FOLDER,
    OUTPUT,
    column_options,
    jobs_option,
    model_option,
    seed_option,
    take_columns,
    topic_option,
)
from stance.cli.progress import progress
from stance.cli.telling import tell
from stance.cli.writing import check_not_input, write_text
from stance.corpus import ModelLabeller, label_corpus
from stance.errors import UsageError
from stance.labels import NONE
from stance.output.choice import choose
from stance.rows import format_table
from stance.topic import DEFAULT_TOPIC, load_topic

if TYPE_CHECKING:
    from stance.sample import Candidate, Estimate

__all__ = ["SampleSettings", "command", "estimate", "sample"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHEET = Path("sample.csv")


@dataclass(frozen=True)
class SampleSettings:
    """What to sample from, how many sentences, and where to write them."""

    paths: tuple[str, ...]
    count: int
    output: Path = SHEET
    seed: int = 0
    model: Path | None = None
    topic: str | None = None
    jobs: int = 1
    read: ReadOptions = field(default_factory=ReadOptions)


def sample(
    settings: SampleSettings, stdin: BinaryIO, tell: Callable[[str], None]
) -> tuple[int, list[ArticleFailure]]:
    """Label articles, draw a sample, write it and its weights; how many were drawn, and what failed.

    Raises:
        UsageError: the files are there already or cannot be written, or there is nothing to label.
    """
    from stance.sample import candidates, draw, weights_path, write_sample

    for path in (settings.output, weights_path(settings.output)):
        if path.exists():
            raise UsageError(f"{path} exists already and may hold annotations: choose another name with -o")
    topic = load_topic(settings.topic) if settings.topic else None
    inputs = Archive(settings.paths, settings.read, stdin)
    labeller = ModelLabeller(settings.model, topic)
    labeller.model()
    failures: list[ArticleFailure] = []
    off_topic = count = 0

    def population() -> Iterator[Candidate]:
        for result in progress(label_corpus(inputs, labeller, settings.jobs), "articles"):
            if isinstance(result, ArticleFailure):
                failures.append(result)
                tell(f"{result.article}: {result.reason}")
            else:
                nonlocal off_topic, count
                off_topic, count = off_topic + (not result.on_topic), count + 1
                yield from candidates(result)

    drawn = draw(population(), settings.count, settings.seed)
    if not drawn:
        raise UsageError("no sentence to draw from: give articles that can be labelled")
    write_sample(settings.output, drawn)
    for note in inputs.notes:
        tell(note)
    if off_topic:
        name = labeller.model().topic.name
        tell(f"{off_topic} of {count} articles are not about {name}; another story needs --topic")
    return len(drawn), failures


def estimate(sheet: Path, labels: Sequence[Path], topic: str | None, folder: Path | None) -> Estimate:
    """The shares of stances and speakers, from an annotated sample and the labels of all sentences.

    The sample is annotated in its sheet, or in a folder of annotations.

    Raises:
        UsageError: a file is broken, or sample and labels are not of the same corpus.
    """
    from stance.sample import estimate as correct
    from stance.sample import read_answers, read_frame

    frame = read_frame(labels)
    loaded = load_topic(topic or DEFAULT_TOPIC)
    speakers = loaded.labels
    # Labels of another topic that was not named cannot be told from slips of the pen.
    if frame.topics:
        known = loaded.sha256 in frame.topics
    else:
        known = bool(topic) or {speaker for speaker, _ in frame.labels.values()} <= {*speakers, NONE}
    if topic and not known:
        raise UsageError(f"the labels are of another topic than {topic}: name theirs, or label with this one")
    answers, sampled = read_answers(sheet, frame, speakers if known else (), folder)
    return correct(frame.labels, answers, sampled)


def _csv(found: Estimate) -> str:
    from stance.sample import Share

    return format_table([field.name for field in fields(Share)], map(astuple, (*found.shares, *found.right)))


FORMATS: dict[str, Callable[[Estimate], str]] = {
    "table": lambda found: found.table(),
    "json": lambda found: json.dumps(found.to_json(), ensure_ascii=False, indent=2),
    "csv": _csv,
}
ENDINGS = {".json": "json", ".csv": "csv", ".txt": "table"}


@click.command("sample")
@click.argument("paths", metavar="PATH...", nargs=-1)
@click.option("-n", "count", metavar="N", type=click.IntRange(1), help="How many sentences to draw.")
@click.option(
    "-o", "--output", metavar="FILE", type=OUTPUT, help=f"The sample.  [default: {SHEET}]  Or the estimate."
)
@seed_option
@click.option("--estimate", "sheet", metavar="FILE", type=FILE, help="An annotated sample to estimate from.")
@click.option(
    "--labels",
    metavar="LABELS...",
    type=FILE,
    multiple=True,
    help="With --estimate: what label wrote for all the articles, in one file or several.",
)
@click.option(
    "--annotations",
    metavar="DIR",
    type=FOLDER,
    help="With --estimate: where 'stance annotate --sample FILE' saved it.  [default: FILE is filled in]",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="The estimate's format.  [default: table]"
)
@model_option
@topic_option
@jobs_option
@column_options
def command(**options: Any) -> int:
    """Draw a random sample of sentences to annotate blind, or estimate from one.

    Labels the articles and draws N sentences, stratified by predicted label and confidence. The
    file holds no labels, so that they cannot sway the annotator: go through its sentences on the
    page of stance annotate, or fill in speaker and stance. The weights lie beside it, in
    FILE.weights.csv. Two hundred sentences are a good start.

    With --estimate it tells the shares of stances and speakers in all the articles, corrected for
    the model's errors, with 95 % intervals; LABELS are what label wrote for the same articles. As
    csv a row has the share predicted by the model, the corrected share with its standard error
    (error) and interval (low, high), and the sampled sentences with the label that it rests on (seen).

    \b
    Examples:
      stance sample articles/ -n 200 -o sample.csv
      stance annotate articles/ --sample sample.csv --annotations sampled
      stance label articles/ -o labels.csv
      stance sample --estimate sample.csv --annotations sampled --labels labels.csv
    """
    if options["sheet"] is not None:
        _estimate(options)
        return 0
    paths, count, output = options["paths"], options["count"], options["output"] or SHEET
    if not paths or count is None or options["labels"] or options["form"] or options["annotations"]:
        raise UsageError("a draw takes PATH... and -n N, an estimate --estimate FILE and --labels LABELS")
    others = {name: options[name] for name in ("seed", "model", "topic", "jobs")}
    settings = SampleSettings(paths, count, output, read=take_columns(options), **others)
    drawn, failures = sample(settings, sys.stdin.buffer, lambda line: tell(line, err=True))
    for line in (f"Wrote {drawn} sentences to {output}. Then:", *_next_steps(settings)):
        tell(line, err=True)
    return 1 if failures else 0


def _next_steps(settings: SampleSettings) -> Iterator[str]:
    """The commands that lead from a drawn sample to the shares, as a shell takes them."""
    sheet, stem = settings.output, settings.output.stem
    place, labels = sheet.with_name(f"{stem}-annotations"), sheet.with_name(f"{stem}-labels.csv")
    columns = [
        word
        for entry in fields(settings.read)
        if (value := getattr(settings.read, entry.name))
        for word in (f"--{entry.name.replace('_', '-')}", *([] if value is True else [value]))
    ]
    model = ["--model", settings.model] if settings.model else []
    own = settings.topic or (settings.model and settings.model / "topic.toml")
    topic = ["--topic", own] if own else []
    kept = ["--annotations", place]
    steps = {
        "annotate it on a page": ["annotate", *settings.paths, "--sample", sheet, *kept, *topic, *columns],
        "label everything": ["label", *settings.paths, "-o", labels, *model, *topic, *columns],
        "tell the shares": ["sample", "--estimate", sheet, *kept, "--labels", labels, *topic],
    }
    for told, words in steps.items():
        yield f"  {told}:  {shlex.join(['stance', *map(str, words)])}"
    yield "  (or fill in speaker and stance in the file, and leave --annotations out)"


def _estimate(options: Mapping[str, Any]) -> None:
    from stance.sample import weights_path

    # A shell's wildcard gives several files after --labels: all but the first arrive as paths.
    files = (*options["labels"], *(FILE.convert(path, None, None) for path in options["paths"]))
    if not files:
        raise UsageError("--estimate takes the labels of all the articles: add --labels LABELS")
    if options["count"] is not None:
        raise UsageError("-n is for a draw: leave it out, or leave out --estimate")
    sheet, folder = options["sheet"], options["annotations"]
    kept = [*folder.glob("*.csv")] if folder else []
    check_not_input(options["output"], (sheet, weights_path(sheet), *kept, *files))
    form = choose(options["form"], options["output"], FORMATS, ENDINGS, "estimate.csv")
    found = estimate(sheet, files, options["topic"], folder)
    write_text(FORMATS[form](found).rstrip("\n"), options["output"])
