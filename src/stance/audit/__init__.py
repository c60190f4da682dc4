"""The audit of annotations: what is broken, what deserves a second look, and what can be mended.

Broken rows are those that `read_annotations` refuses. A second look is a hint and no fault: the
words of a row seem to speak against its label, a sentence with nearly the same words has another
label, or a model that never saw the article thinks the label unlikely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.annotations import read_annotations
from stance.audit.doubts import DOUBTFUL, Doubt, find_doubts
from stance.audit.mending import fill
from stance.audit.sentences import Marked, count_open, marked_sentences
from stance.audit.twins import ALIKE, Twins, find_twins
from stance.audit.words import second_looks
from stance.errors import AnnotationError
from stance.heldout import HeldOut

__all__ = [
    "ALIKE",
    "DOUBTFUL",
    "Doubt",
    "Findings",
    "Marked",
    "Twins",
    "audit",
    "fill",
    "find_doubts",
    "find_twins",
    "inspect",
    "marked_sentences",
    "second_looks",
]


@dataclass(frozen=True)
class Findings:
    """What an audit finds, one line each, with file and line number.

    `suspicious` has first what the words say, then sentences alike with different labels, then
    labels that are unlikely out of fold, the unlikeliest first. `unseen` and `unseen_articles`
    count the sentences, and their articles, for which there is no out-of-fold prediction. `open`
    counts the sentences that nobody has looked at, `mendable` what could be filled in (see `fill`), or was.
    """

    broken: tuple[str, ...]
    suspicious: tuple[str, ...]
    unseen: int
    unseen_articles: int
    open: int
    mendable: int


def audit(folder: Path, fix: bool) -> list[str]:
    """Every broken row of a folder of annotations, one line each; none if all is well.

    With `fix`, what is missing and can be told is filled in first (see `fill`).

    Raises:
        UsageError: a file that had to be mended cannot be written.
    """
    if fix:
        fill(folder)
    try:
        read_annotations(folder)
    except AnnotationError as error:
        return list(error.problems)
    return []


def inspect(folders: Sequence[Path], fix: bool = False, heldout: Sequence[HeldOut] = ()) -> Findings:
    """Audit folders of annotations, each by itself, against out-of-fold predictions.

    Raises:
        UsageError: a file that had to be mended cannot be written.
    """
    mendable = sum(fill(folder, dry=not fix) for folder in folders)
    broken = [line for folder in folders for line in audit(folder, fix=False)]
    words, twins, doubts, unseen = [], [], [], []
    for folder in folders:
        sentences = marked_sentences(folder)
        words += second_looks(folder)
        twins += [pair.line() for pair in find_twins(sentences)]
        found, without = find_doubts(sentences, heldout)
        doubts += found
        unseen += without
    ranked = [doubt.line() for doubt in sorted(doubts, key=lambda doubt: doubt.probability)]
    return Findings(
        broken=tuple(broken),
        suspicious=(*words, *twins, *ranked),
        unseen=len(unseen),
        unseen_articles=len({sentence.article for sentence in unseen}),
        open=sum(map(count_open, folders)),
        mendable=mendable,
    )
