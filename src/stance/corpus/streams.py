"""What is done to a block: its articles are labelled and corrected, and handed back or written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stance.articles import ArticleFailure, Item
from stance.corpus.blocks import Block, cut
from stance.corpus.labelling import Label, Outcome, attempt
from stance.corpus.limits import limited
from stance.corrector import Corrector, Used
from stance.engines import processes

__all__ = ["CHUNK", "LabelBlock", "Labelled", "label_corpus"]

CHUNK = 32
"""Articles that a process of a stream gets at once: enough to keep it busy, few enough to hold."""


@dataclass(frozen=True)
class Labelled:
    """The outcomes of a block, and what came of the corrections in it."""

    outcomes: tuple[Outcome, ...]
    used: Used | None = None


@dataclass(frozen=True)
class LabelBlock:
    """Labels a block; `seconds` is the limit on an article's time. Picklable, for work elsewhere."""

    label: Label
    seconds: float | None = None
    correct: Corrector | None = None

    def __call__(self, block: Block) -> Labelled:
        """Its outcomes, in order.

        Raises:
            UsageError: the model does not load.
        """
        outcomes = tuple(self.outcomes(block))
        return Labelled(outcomes, self.correct.take_used() if self.correct else None)

    def outcomes(self, block: Block) -> Iterator[Outcome]:
        """The same one by one; the corrections are tallied in `correct`."""
        with limited(self.label, self.seconds) as child:
            for item in block.items:
                outcome = child(item) if child else attempt(self.label, item)
                if self.correct and not isinstance(outcome, ArticleFailure):
                    outcome = self.correct(outcome)
                yield outcome


def label_corpus(inputs: Iterable[Item], label: Label, jobs: int = 1) -> Iterator[Outcome]:
    """Label articles in their order; what cannot be labelled is a failure in its place.

    With `jobs` > 1 that many processes work, and `label` must be picklable. The results are the
    same for every number of jobs.

    Raises:
        UsageError: the model does not load.
    """
    with processes(jobs) as engine:
        for _, done in engine(LabelBlock(label), cut(inputs, 1 if jobs == 1 else CHUNK)):
            yield from done.outcomes
