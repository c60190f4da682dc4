"""`stance agree`: how far annotators agree."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.cli.options import OUTPUT
from stance.cli.telling import tell
from stance.cli.writing import check_not_input, write_text
from stance.errors import UsageError
from stance.output.choice import choose

if TYPE_CHECKING:
    from stance.agreement import Agreement

__all__ = ["agree", "command"]


def _json(agreement: Agreement) -> str:
    return json.dumps(agreement.to_json(), ensure_ascii=False, indent=2)


FORMATS: dict[str, Callable[[Agreement], str]] = {
    "table": lambda agreement: agreement.table(),
    "json": _json,
    "html": lambda agreement: agreement.to_html(),
}
ENDINGS = {".json": "json", ".html": "html", ".htm": "html", ".txt": "table"}


def agree(paths: tuple[Path, ...]) -> Agreement:
    """Compare annotators, each a file or a folder.

    Raises:
        UsageError: there are fewer than two, a file is broken, or they share no sentence.
    """
    from stance.agreement import agree as compare

    return compare(paths)


@click.command("agree")
@click.argument("paths", metavar="A B [C...]", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="The format.  [default: by OUT's ending, or table]",
)
@click.option("-o", "--output", metavar="OUT", type=OUTPUT, help="Write to this file.")
def command(paths: tuple[Path, ...], form: str | None, output: Path | None) -> None:
    """Measure how far annotators agree.

    A, B, ... are files or folders of annotations, one per annotator. A sentence that one of them
    has not marked counts neither for nor against.

    Per cent, Cohen's kappa (of every pair, and their mean), Fleiss' kappa (sentences that all
    marked) and Krippendorff's alpha (all, with gaps) for speaker, stance and both, over the
    sentences' primary labels, with 95 % bootstrap intervals over articles (over sentences, where
    fewer than ten articles are shared); each label against the rest; F1 over attributions and over
    the words marked as source and cue; and every disagreement with its text.

    \b
    Examples:
      stance agree annotations/readings/anna annotations/readings/ben
      stance agree anna.csv ben.csv carla.csv -o agreement.html
    """
    if len(paths) < 2:
        raise UsageError(f"agreement takes two annotators or more, found {len(paths)}")
    check_not_input(output, paths)
    chosen = choose(form, output, FORMATS, ENDINGS, "agreement.html")
    found = agree(paths)
    write_text(FORMATS[chosen](found), output)
    for line in found.strange:
        tell(line, err=True)
    if len(paths) == 2 and all(path.is_dir() for path in paths):
        told = shlex.join(["stance", "annotate", "--adjudicate", *map(str, paths)])
        tell(f"To choose between the two, sentence by sentence:  {told}", err=True)
