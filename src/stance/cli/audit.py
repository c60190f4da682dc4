"""`stance audit`: annotations that are broken or suspicious."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.cli.options import FOLDER
from stance.cli.telling import tell
from stance.wording import counted

if TYPE_CHECKING:
    from stance.audit import Findings

__all__ = ["audit", "command"]


def audit(folders: tuple[Path, ...], fix: bool, model: Path | None) -> tuple[Findings, list[str]]:
    """What is broken in folders of annotations, what deserves a second look; and notes on the rest.

    Raises:
        UsageError: the model folder cannot be read (nothing is mended), or a file cannot be written.
    """
    from stance.audit import inspect
    from stance.heldoutfile import load_heldout
    from stance.storage import default_folder

    place = model or default_folder()
    # Annotations can be checked where no model came along; one that was named must be there.
    heldout = load_heldout(place) if model or place.exists() else []
    findings = inspect(folders, fix, heldout)
    notes = [*_notes(findings, place, folders[0])]
    if findings.mendable and fix:
        notes.append(f"{counted(findings.mendable, 'place')} filled in")
    elif findings.mendable and findings.broken:
        notes.append(f"{counted(findings.mendable, 'place')} can be filled in: run again with --fix")
    return findings, notes


def _notes(findings: Findings, model: Path, folder: Path) -> Iterator[str]:
    if findings.open:
        yield (
            f"{counted(findings.open, 'sentence')} not annotated yet (none, without an annotator): nothing "
            "is learnt from them"
        )
    if findings.unseen:
        told = f"{counted(findings.unseen, 'sentence')} of {counted(findings.unseen_articles, 'article')}"
        yield (
            f"{told} without an out-of-fold prediction in {model}, so the labels were not held against one: "
            f"run  stance train --annotations {folder} -o DIR  and audit with --model DIR"
        )


@click.command("audit")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--fix",
    is_flag=True,
    help="Fill in missing digests, and offsets of sentences, sources and cues whose words occur once.",
)
@click.option(
    "--model",
    metavar="DIR",
    type=FOLDER,
    help="A model folder that was trained on these annotations: its out-of-fold predictions name unlikely "
    "labels.  [default: the one that comes along]",
)
def command(paths: tuple[Path, ...], fix: bool, model: Path | None) -> int:
    """Find annotations that are broken or suspicious, one line each with file and line number.

    A PATH is a folder of annotations. Broken is what no command can read. For a second look are
    cues that speak against their label, sources without words that run on from nobody, sentences of
    nearly the same words with different labels, and labels that a model which never saw the article
    thinks unlikely, the unlikeliest first. They are hints, not faults.

    Exit codes: 0 nothing is broken, whatever deserves a second look; 1 something is broken; 2 the
    command cannot run as asked.

    \b
    Example:
      stance audit annotations/ --fix
    """
    findings, notes = audit(paths, fix, model)
    for line in (*findings.broken, *findings.suspicious):
        tell(line)
    for note in notes:
        tell(note, err=True)
    counts = f"{len(findings.broken)} broken, {len(findings.suspicious)} for a second look"
    tell(counts, err=True)
    return 1 if findings.broken else 0
