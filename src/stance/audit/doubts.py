"""Labels that a model which never saw their article thinks unlikely.

The out-of-fold predictions of a model folder say of each sentence whom the model heard and how
sure it was. From that a label's probability is bounded: a stance that is not the model's has at
most what the model's own leaves over; a source that it does not hear, where it hears nobody, at
most the probability that somebody speaks; and so on (`_bounds`). Labels with less than
`DOUBTFUL` are told, the unlikeliest first. This is the off-diagonal of confident learning
(Northcutt, Jiang and Chuang 2021, Journal of Artificial Intelligence Research 70), by rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.audit.sentences import Label, Marked, told
from stance.heldout import HeldOut, Mark
from stance.rows import Row

__all__ = ["DOUBTFUL", "Doubt", "find_doubts"]

DOUBTFUL = 0.05
"""Labels under this probability are told.

Measured on the held-out rows of the composed articles and seeds with one sentence in twenty
marked wrong on purpose: half of those told were wrong (two in three of the first fifty), and
they were a quarter of all that was wrong. At 0.10 a third was wrong, and a third was found.
"""


@dataclass(frozen=True)
class Doubt:
    """A label, the most that its probability can be, and what the model says instead."""

    row: Row
    label: str
    probability: float
    answer: str

    def line(self) -> str:
        """One line with its place."""
        likely = f"at most {max(1, math.ceil(round(100 * self.probability, 3)))} % likely"
        return self.row.problem(
            f"look again: {self.label} is {likely} to a model that never saw it and says {self.answer}"
        )


def find_doubts(sentences: Sequence[Marked], heldout: Sequence[HeldOut]) -> tuple[list[Doubt], list[Marked]]:
    """The doubtful labels of some sentences, unlikeliest first, and the sentences without a prediction."""
    predicted = {(*row.key, row.text): row for row in heldout}
    doubts, unseen = [], []
    for sentence in sentences:
        row = predicted.get((sentence.article, sentence.start, sentence.end, sentence.text))
        if row is None:
            unseen.append(sentence)
        elif bounds := list(_bounds(sentence, row)):
            probability, at, label = min(bounds, key=lambda bound: bound[0])
            if probability < DOUBTFUL:
                answer = told(tuple((_speaker(mark, row), mark.stance) for mark in row.predicted_marks))
                doubts.append(Doubt(at, label, probability, answer))
    return sorted(doubts, key=lambda doubt: doubt.probability), unseen


def _bounds(sentence: Marked, row: HeldOut) -> Iterator[tuple[float, Row, str]]:
    """The most that the probability of a label can be, each with its row and the label."""
    heard: dict[str, list[Mark]] = {}
    for mark in row.predicted_marks:
        heard.setdefault(_speaker(mark, row), []).append(mark)
    if not row.furniture_predicted and row.nobody_confidence is not None:
        yield from _silence(sentence, heard, row.nobody_confidence)
    for at in sentence.rows:
        label = (at["speaker"], at["stance"])
        yield from ((most, at, " ".join(label)) for most in _other_stance(label, heard))


def _silence(
    sentence: Marked, heard: Mapping[str, Sequence[Mark]], nobody: float
) -> Iterator[tuple[float, Row, str]]:
    """Nobody speaks where somebody is marked, the other way round, or somebody is not marked."""
    first, labels = sentence.rows[0], sentence.labels
    if not labels and heard:
        yield nobody, first, "nobody"
    elif labels and not heard:
        yield 1 - nobody, first, told(labels)
    elif labels:
        unmarked = set(heard) - {speaker for speaker, _ in labels}
        for mark in (mark for speaker in unmarked for mark in heard[speaker]):
            if mark.speaker_confidence is not None:
                yield 1 - mark.speaker_confidence, first, f"{told(labels)} alone"


def _other_stance(label: Label, heard: Mapping[str, Sequence[Mark]]) -> Iterator[float]:
    speaker, stance = label
    marks = heard.get(speaker, ())
    if marks and all(mark.stance != stance for mark in marks):
        sure = [mark.stance_confidence for mark in marks if mark.stance_confidence is not None]
        if len(sure) == len(marks):
            yield 1 - min(sure)


def _speaker(mark: Mark, row: HeldOut) -> str:
    return mark.speaker or (row.labels or {}).get(mark.role, mark.role)
