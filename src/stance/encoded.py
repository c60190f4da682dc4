"""What the encoder tells of each word and of each sentence: the names of its outputs, and the figures.

The figures are log-odds, rounded to sixteenths and kept between -8 and 8: what a machine computes
differently beyond that changes no label.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stance.labels import ROLES, SOURCE_ROLES, STANCES

__all__ = ["OUTPUTS", "SENTENCE", "WORD", "Encoded", "rounded"]

_ANSWERS = {
    "role": tuple(f"role={role}" for role in SOURCE_ROLES),
    "stance": tuple(f"stance={stance}" for stance in STANCES),
    "running role": tuple(f"runs={role}" for role in SOURCE_ROLES),
    "running stance": tuple(f"runs={stance}" for stance in STANCES),
    "speaker": tuple(f"speaker={role}" for role in ROLES),
    "primary": tuple(f"primary={stance}" for stance in STANCES),
}
"""The outputs that answer a question together."""

WORD = ("source", "cue", *_ANSWERS["role"], *_ANSWERS["stance"])
"""Of a word: whether it names a source, whether it is a cue, which role and which stance its source has."""

SENTENCE = (
    "running",
    *_ANSWERS["running role"],
    *_ANSWERS["running stance"],
    *_ANSWERS["speaker"],
    *_ANSWERS["primary"],
)
"""Of a sentence: whether a source that is not named in it goes on speaking, its role and stance, and the
sentence's primary label."""

OUTPUTS = (*WORD, *SENTENCE)

STEPS = 16
"""Steps per unit of log-odds."""

LEAST = -8 * STEPS
"""The log-odds of what cannot be, in steps."""

_WORD = {name: at for at, name in enumerate(WORD)}
_SENTENCE = {name: at for at, name in enumerate(SENTENCE)}


def rounded(outputs: NDArray[np.float32]) -> NDArray[np.int8]:
    """Log-odds as whole steps."""
    return np.clip(np.rint(outputs * STEPS), -127, 127).astype(np.int8)


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the encoder tells of a sentence.

    `words` is words x `WORD`, `sentence` one figure for each of `SENTENCE`, both in steps.
    """

    words: NDArray[np.int8]
    sentence: NDArray[np.int8]

    def of_word(self, at: int, name: str) -> float:
        """One output of a word, as log-odds."""
        return float(self.words[at, _WORD[name]]) / STEPS

    def highest(self, words: Sequence[int], name: str) -> float:
        """The highest output of some words; the least there can be where there is none."""
        column = self.words[words, _WORD[name]] if words else [LEAST]
        return float(max(column)) / STEPS

    def of_sentence(self, name: str) -> float:
        """One output of the sentence, as log-odds."""
        return float(self.sentence[_SENTENCE[name]]) / STEPS

    def word_chances(self, at: int, question: str) -> dict[str, float]:
        """The log-probabilities of a word's answers to `role` or `stance`."""
        return _chances(self.words[at], _WORD, question)

    def sentence_chances(self, question: str) -> dict[str, float]:
        """The log-probabilities of the answers to `speaker`, `primary`, `running role`, `running stance`."""
        return self._sentence_chances[question]

    @cached_property
    def _sentence_chances(self) -> Mapping[str, dict[str, float]]:
        """Every candidate of the sentence asks for them."""
        asked = [question for question, names in _ANSWERS.items() if names[0] in _SENTENCE]
        return {question: _chances(self.sentence, _SENTENCE, question) for question in asked}


def _chances(row: NDArray[np.int8], columns: Mapping[str, int], question: str) -> dict[str, float]:
    told = _ANSWERS[question]
    figures = [float(row[columns[name]]) / STEPS for name in told]
    top = max(figures)
    total = top + math.log(sum(math.exp(figure - top) for figure in figures))
    return {name.split("=")[1]: figure - total for name, figure in zip(told, figures, strict=True)}
