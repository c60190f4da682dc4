"""What the encoder shall tell of each piece of an annotated article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.annotated import AnnotatedArticle
from stance.encoder.pieces import Stretch
from stance.heldout import primary
from stance.labels import ROLES, SOURCE_ROLES, STANCES
from stance.reading import ReadSentence
from stance.records import Attribution, Span

__all__ = ["GROUPS", "UNKNOWN", "Group", "targets_of"]

UNKNOWN = -1
"""No answer is known, or none makes sense: nothing is learnt there."""


@dataclass(frozen=True, slots=True)
class Group:
    """Outputs that answer one question, in columns `first:last`; one column is a yes or no.

    `weight` is the question's share in the loss.
    """

    name: str
    first: int
    last: int
    weight: float


def _groups() -> tuple[Group, ...]:
    told = (
        ("source", 1, 1.0),
        ("cue", 1, 0.5),
        ("role", len(SOURCE_ROLES), 0.5),
        ("stance", len(STANCES), 1.0),
        ("running", 1, 0.5),
        ("runs_role", len(SOURCE_ROLES), 0.25),
        ("runs_stance", len(STANCES), 0.5),
        ("speaker", len(ROLES), 0.5),
        ("primary", len(STANCES), 1.0),
    )
    groups, first = [], 0
    for name, width, weight in told:
        groups.append(Group(name, first, first + width, weight))
        first += width
    return tuple(groups)


GROUPS = _groups()
"""The questions, in the order of `stance.encoded.OUTPUTS`."""

_COLUMN = {group.name: number for number, group in enumerate(GROUPS)}


def targets_of(
    annotated: AnnotatedArticle, sentences: Sequence[ReadSentence], stretch: Stretch
) -> NDArray[np.int8]:
    """The answers for a stretch: pieces x questions, `UNKNOWN` where there is none."""
    answers = np.full((len(stretch.ids), len(GROUPS)), UNKNOWN, np.int8)
    sentence = sentences[stretch.at]
    number = sentence.sentence.index
    if number in annotated.open_sentences:
        return answers
    gold = annotated.attributions[number]
    for word, place in enumerate(stretch.places, stretch.first):
        if place and answers[place, _COLUMN["source"]] != 1:
            answers[place, : _COLUMN["running"]] = _of_word(gold, sentence.starts[word])
    answers[0, _COLUMN["running"] :] = _of_sentence(gold)
    return answers


def _of_word(gold: Sequence[Attribution], start: int) -> tuple[int, int, int, int]:
    named = next((attribution for attribution in gold if _holds(attribution.source, start)), None)
    cue = int(any(_holds(attribution.cue, start) for attribution in gold))
    if named is None:
        return 0, cue, UNKNOWN, UNKNOWN
    return 1, cue, SOURCE_ROLES.index(named.role), STANCES.index(named.stance)


def _of_sentence(gold: Sequence[Attribution]) -> tuple[int, int, int, int, int]:
    running = next((attribution for attribution in gold if attribution.source is None), None)
    speaker, stance = primary(gold)
    told = (ROLES.index(speaker), STANCES.index(stance))
    if running is None:
        return 0, UNKNOWN, UNKNOWN, *told
    return 1, SOURCE_ROLES.index(running.role), STANCES.index(running.stance), *told


def _holds(span: Span | None, start: int) -> bool:
    return span is not None and span.start <= start < span.end
