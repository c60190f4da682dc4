"""`stance topic`: start a topic of one's own, check one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import click

from stance.articles import ReadOptions, read_articles
from stance.cli.options import OUTPUT, column_options, take_columns
from stance.cli.telling import tell
from stance.errors import UsageError
from stance.files import atomic_write
from stance.labels import SOURCE_ROLES
from stance.lexicon import fold
from stance.topic import BUILT_IN, Topic, load_topic, parse_topic

__all__ = ["check", "command", "fit", "new"]


def new(name: str, output: Path) -> None:
    """Write a commented topic file to fill in.

    Raises:
        UsageError: the name is none, or the file exists already.
    """
    if not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", name):
        raise UsageError(f"name is {name!r}, expected small letters, digits and hyphens, such as grain-deal")
    if name in BUILT_IN:
        raise UsageError(f"{name} is a built-in topic: choose another name")
    if output.exists():
        raise UsageError(f"{output} exists already: choose another file with -o")
    atomic_write(output, _template().replace("NAME", name))


def _template() -> str:
    return resources.files("stance").joinpath("templates", "topic.toml").read_text("utf-8")


def check(topic: Topic) -> Iterator[str]:
    """What a topic says, and what will not work well with it."""
    yield f"{topic.name}: {topic.allegation or 'no allegation: sources are found, no stance is given'}"
    for role in SOURCE_ROLES:
        labels = [speaker.label for speaker in topic.speakers if speaker.role == role]
        yield f"  {role}: {', '.join(labels) or f'none of its own, labelled {topic.label_of(role)}'}"
    for speaker in topic.speakers:
        if speaker.role in SOURCE_ROLES[:3] and not (speaker.name or speaker.aliases or speaker.descriptions):
            yield f"  note: {speaker.label} has no name, alias or description, and will hardly be found"
    yield from (f"  note: {fault}" for fault in _shared(topic))
    left = ", ".join(_left(topic))
    if left:
        yield f"  note: still the example's: {left}; put your own there, or remove it"
    if topic.allegation and not topic.terms:
        yield "  note: there are no terms, so whether an article is about the topic cannot be told well"


def _left(topic: Topic) -> Iterator[str]:
    """What a topic still has of the example that a new file is filled with."""
    example = parse_topic(_template())
    if topic.allegation == example.allegation:
        yield "the allegation"
    yield from (party for party, names in example.parties.items() if {*names} & {*topic.parties[party]})
    given = {speaker.name for speaker in example.speakers if speaker.name}
    yield from (speaker.label for speaker in topic.speakers if speaker.name in given)
    yield from (source.name for source in topic.sources if source in example.sources)


def fit(topic: Topic, paths: Sequence[Path], read: ReadOptions) -> Iterator[str]:
    """What a topic finds in articles, and what it never finds.

    Raises:
        UsageError: a path is no article or folder of articles.
    """
    from stance.castcheck import check_cast

    found = check_cast(topic, read_articles(paths, read))
    about = found.articles - len(found.off_topic)
    yield f"in the articles: {about} of {found.articles} on the topic, {found.sentences} sentences"
    for label, (times, articles) in found.named.items():
        if any(speaker.label == label and speaker.name for speaker in topic.speakers):
            yield f"  {label}: mentions {times}, in {articles} of {found.articles} articles"
    for place, words in found.never.items():
        yield f"  never found, {place}: {_some(words)}"
    for told, ids in (("off the topic", found.off_topic), ("not read", found.unreadable)):
        if ids:
            yield f"  {told}: {_some(ids)}"


def _shared(topic: Topic) -> Iterator[str]:
    """Names that two speakers of a topic have: every mention goes to the first of them."""
    owners: dict[str, str] = {}
    for speaker in topic.speakers:
        names = (speaker.name, *speaker.aliases, *speaker.descriptions, *speaker.metonyms)
        for name in filter(None, names):
            first = owners.setdefault(fold(name), speaker.label)
            if first != speaker.label:
                yield f"{name!r} is a name of {first} and of {speaker.label}, and all mentions go to {first}"


def _some(words: Sequence[str], most: int = 8) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


@click.group("topic", no_args_is_help=False)
def command() -> None:
    """Start a topic of your own (new), check one (check).

    A topic file states the allegation, who speaks and under which names: see the comments in a
    new one.

    \b
    Example:
      stance topic new grain-deal
    """


@command.command("new")
@click.argument("name")
@click.option("-o", "--output", metavar="FILE", type=OUTPUT, help="The file to write.  [default: NAME.toml]")
def new_command(name: str, output: Path | None) -> None:
    """Write a topic file to fill in.

    \b
    Example:
      stance topic new grain-deal
    """
    output = output or Path(f"{name}.toml")
    new(name, output)
    tell(f"Wrote {output}. Fill it in, then run  stance topic check {output}", err=True)


@command.command("check")
@click.argument("topic", metavar="TOML")
@click.argument("paths", metavar="[ARTICLES]...", nargs=-1, type=click.Path(path_type=Path))
@column_options
def check_command(topic: str, paths: tuple[Path, ...], **options: Any) -> None:
    """Check a topic file and print what it says.

    With articles (files or folders, as for label) also how well it fits them: who is named how
    often, what of the file never occurs, which articles are off the topic. That needs no model.

    \b
    Examples:
      stance topic check grain-deal.toml
      stance topic check grain-deal.toml articles/
    """
    loaded = load_topic(topic)
    for line in check(loaded):
        tell(line)
    for line in fit(loaded, paths, take_columns(options)) if paths else ():
        tell(line)
