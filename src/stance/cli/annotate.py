"""`stance annotate`: a local page to read articles and label their sentences."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from stance.articles import ArticleFailure
from stance.cli.options import (
    FOLDER,
    OUTPUT,
    column_options,
    model_option,
    take_columns,
    topic_option,
    user_name,
)
from stance.cli.telling import tell
from stance.errors import UsageError

if TYPE_CHECKING:
    from stance.web.asked import DeskOptions

__all__ = ["annotate", "command", "does_more_pay"]

ADJUDICATED = "adjudicated"


def annotate(
    options: DeskOptions,
    port: int,
    announce: Callable[[str], None],
    stdin: BinaryIO,
    tell: Callable[[str], None],
) -> list[ArticleFailure]:
    """Serve the page until it is told to stop; returns the articles that could not be read.

    Raises:
        UsageError: the desk cannot be opened as asked, or the port is taken.
    """
    from stance.web import need_web

    need_web("stance annotate")
    from stance.web.annotate import annotate_app
    from stance.web.opening import open_desk
    from stance.web.server import run

    failures: list[ArticleFailure] = []

    def failed(failure: ArticleFailure) -> None:
        failures.append(failure)
        tell(f"{failure.article}: {failure.reason}")

    desk = open_desk(options, stdin, failed)
    if options.next:  # it takes its time, and the page need not wait for it
        threading.Thread(target=lambda: tell(does_more_pay(options.annotations)), daemon=True).start()
    run(annotate_app(desk), "127.0.0.1", port, announce)
    return failures


def does_more_pay(folder: Path) -> str:
    """Whether more annotation pays, in a line, by the learning curve of the finished articles."""
    from stance.annotations import ARTICLES, read_annotations
    from stance.learning import FEWEST, when_to_stop

    try:
        every = read_annotations(folder) if (folder / ARTICLES).exists() else []
        finished = [one for one in every if not one.open_sentences]
        if len(finished) >= FEWEST:
            return f"{when_to_stop(finished).sentence()} (Measured without the built-in articles.)"
    except UsageError as error:
        return f"Whether more annotation pays cannot be told: {str(error).splitlines()[0]}"
    told = f"{len(finished)} articles are labelled to the end"
    return f"{told}; from {FEWEST} on you are told here whether more annotation pays."


@click.command("annotate")
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@click.option(
    "--annotations",
    metavar="DIR",
    type=OUTPUT,
    default=Path("annotations"),
    show_default=True,
    help="The folder to write to; what it lists is annotated where no PATH is given.",
)
@click.option(
    "--annotator",
    metavar="NAME",
    help="Your name in the files.  [default: your user name, or adjudicated]",
)
@topic_option
@model_option
@click.option("--blind", is_flag=True, help="No suggestions: for a second annotator.")
@click.option("--next", is_flag=True, help="Begin with the sentences that are most worth annotating.")
@click.option(
    "--sample",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only the sentences that 'stance sample' drew, in their articles, without suggestions.",
)
@click.option(
    "--adjudicate",
    metavar="A B",
    nargs=2,
    type=FOLDER,
    help="Decide between two readings, each a folder of annotations.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port to listen on.  [default: any free one]"
)
@click.option("--no-browser", is_flag=True, help="Open no browser; go to the address that is printed.")
@column_options
def command(port: int, no_browser: bool, adjudicate: tuple[Path, Path] | None, **options: Any) -> int:
    """Label articles on a local page, sentence by sentence.

    Opens a page on this machine (127.0.0.1) to mark who speaks and what they do to the allegation,
    one key each. Every step is saved at once to DIR, a CSV file per article. Ctrl-C ends it.

    \b
    Examples:
      stance annotate articles/ --annotations my-annotations
      stance annotate articles/ --annotations my-annotations --next
      stance annotate articles/ --annotations readings/ben --annotator ben --blind
      stance annotate articles/ --annotations sampled --sample sample.csv
      stance annotate --adjudicate readings/anna readings/ben
    """
    if adjudicate and (options["model"] or options["next"] or options["blind"] or options["sample"]):
        raise UsageError(
            "--adjudicate shows two readings and no model: leave out --model, --next, --blind and --sample"
        )
    if options["sample"] and (options["model"] or options["next"]):
        raise UsageError("--sample is annotated without a model: leave out --model and --next")
    if adjudicate and adjudicate[0].resolve() == adjudicate[1].resolve():
        raise UsageError(f"--adjudicate takes two readings, found {adjudicate[0]} twice")
    from stance.web.asked import DeskOptions

    if options["annotator"] is None:
        options["annotator"] = ADJUDICATED if adjudicate else user_name()
    chosen = DeskOptions(readings=adjudicate, read=take_columns(options), **options)

    def announce(url: str) -> None:
        tell(
            f"Annotating at {url} as {chosen.annotator}, saved to {chosen.annotations}. Ctrl-C ends it.",
            err=True,
        )
        if not no_browser:
            # Some browsers take the thread that opens them.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    failures = annotate(chosen, port, announce, sys.stdin.buffer, lambda line: tell(line, err=True))
    return 1 if failures else 0
