"""`stance explain`: why a sentence got its label."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click

from stance.articles import ArticleFailure, ReadOptions, id_of, read_articles
from stance.cli.options import column_options, model_option, take_columns, topic_option
from stance.cli.telling import tell
from stance.corrector import Corrector
from stance.errors import ArticleError, UsageError
from stance.records import LabelledArticle

__all__ = ["ExplainSettings", "command", "explain"]


@dataclass(frozen=True)
class ExplainSettings:
    """What to explain; the fields are the command's options."""

    path: str
    sentence: int
    article: str | None = None
    model: Path | None = None
    topic: str | None = None
    corrections: Path | None = None
    read: ReadOptions = field(default_factory=ReadOptions)


def explain(settings: ExplainSettings, stdin: BinaryIO) -> tuple[list[str], list[str]]:
    """The lines that explain one sentence of the article in a file, or of that with an id among several.

    With them notes on corrections of the article that could not be used.

    Raises:
        AnnotationError: a correction is broken.
        UsageError: the file holds no such article, or several, or the article has no such sentence.
    """
    from stance.model import load

    model = load(settings.model, settings.topic)
    found = read_articles([settings.path], settings.read, stdin)
    wanted = settings.article
    if wanted is not None:
        # Ids are unique: what comes after is not read.
        found = itertools.islice((item for item in found if id_of(item) == wanted), 1)
    first = list(itertools.islice(found, 2))
    if len(first) != 1:
        named = "" if wanted is None else f" with the id {wanted!r}"
        count = "several articles" if first else f"no article{named}"
        raise UsageError(f"{settings.path} holds {count}, expected one: choose one with --article ID")
    (article,) = first
    if isinstance(article, ArticleFailure):
        raise ArticleError(f"{article.article}: {article.reason}")
    lines = model.explain(article, settings.sentence).lines()
    if settings.corrections is None:
        return lines, []
    corrector = Corrector.read(settings.corrections, model.topic.labels)
    lines[1:1] = _corrected(corrector(model.label(article)), settings.sentence)
    return lines, [note for note in corrector.told() if note.startswith(f"{article.id}: ")]


def _corrected(result: LabelledArticle, sentence: int) -> list[str]:
    """What an annotator made of the sentence's label, which the model does not know of; nothing, maybe."""
    annotator = result.annotators[sentence] if result.annotators else None
    if annotator is None:
        return []
    found = ", ".join(f"{one.speaker} {one.stance}" for one in result.attributions[sentence])
    nobody = "page furniture" if result.sentences[sentence].furniture else "nobody speaks"
    return [f"  corrected by {annotator}: {found or nobody}; what follows is the model's own reading"]


@click.command("explain")
@click.argument("path", metavar="PATH")
@click.option(
    "--sentence",
    metavar="N",
    type=click.IntRange(0),
    required=True,
    help="Its number, as label prints it (from 0).",
)
@click.option(
    "--corrections",
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Also tell what was corrected in this file, or in the corrections.csv of this folder.",
)
@click.option("--article", metavar="ID", help="Its article, where PATH holds several.")
@model_option
@topic_option
@column_options
def command(**options: Any) -> None:
    """Say why a sentence got its label.

    Prints the label, the probabilities and what decided them.

    \b
    Examples:
      stance explain article.txt --sentence 14
      stance explain articles.csv --article 2023-04-13-reuters --sentence 3
    """
    lines, notes = explain(ExplainSettings(read=take_columns(options), **options), sys.stdin.buffer)
    for line in lines:
        tell(line)
    for note in notes:
        tell(note, err=True)
