"""`stance explain`: why a sentence got its label."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import BinaryIO

import click

from stance.articles import ArticleFailure, ReadOptions, read_articles
from stance.cli.options import model_option, topic_option
from stance.errors import ArticleError, UsageError
from stance.topic import load_topic

__all__ = ["command", "explain"]


def explain(path: str, sentence: int, model: Path | None, topic: str | None, stdin: BinaryIO) -> list[str]:
    """The lines that explain one sentence of the one article in a file.

    Raises:
        UsageError: the file holds no article or several, or the article has no such sentence.
    """
    from stance.model import load

    chosen = load_topic(topic) if topic else None
    found = list(itertools.islice(read_articles([path], ReadOptions(), stdin), 2))
    if len(found) != 1:
        count = "several articles" if found else "no article"
        raise UsageError(f"{path} holds {count}, expected one: give the file of one article")
    (article,) = found
    if isinstance(article, ArticleFailure):
        raise ArticleError(f"{article.article}: {article.reason}")
    return load(model, chosen).explain(article, sentence).lines()


@click.command("explain")
@click.argument("path", metavar="PATH")
@click.option(
    "--sentence",
    metavar="N",
    type=click.IntRange(0),
    required=True,
    help="Its number, as label prints it (from 0).",
)
@model_option
@topic_option
def command(path: str, sentence: int, model: Path | None, topic: str | None) -> None:
    """Say why a sentence got its label.

    Prints the probabilities and what decided them.

    \b
    Example:
      stance explain article.txt --sentence 14
    """
    for line in explain(path, sentence, model, topic, sys.stdin.buffer):
        click.echo(line)
