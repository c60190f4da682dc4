"""Where the model is good and where not: kinds of sentence, and cells that go against a role's habit.

A slice is told from the text and the gold alone, so that every system is cut the same way. The tests
are of words, not of grammar: a slice says what kind of sentence, not that the kind caused an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stance.heldout import HeldOut
from stance.scores import Figure, attributions

__all__ = ["SLICES", "HabitCell", "Slice", "habit_cells", "slices"]

_QUOTE = re.compile(r'["“”„«»]|‘.{3,}’(?!\w)')
_FULL_STOP = re.compile(r"[.!?…][\"“”»’')\]]*\s*$")
_PRONOUN = re.compile(
    r"(?i)"
    r"(he|him|his|she|her|it|its|they|them|their|we|i|this|that|these|those|who|which|both|one)$"
)
_FUNCTION = {"a", "an", "the", "of", "for", "and", "in", "on", "at", "to", "de", "from", "by", "with"}
_NEGATION = re.compile(
    r"(?i)\b(not|no|never|nor|neither|none|nothing|nobody|without|cannot|\w+n[’']t|den(y|ies|ied|ying|ials?)|"
    r"refut\w+|reject\w*|dismiss\w*|untrue|false|lies?)\b"
)
_MODAL = re.compile(
    r"(?i)\b(may|might|could|can|would|should|must|possibl[ey]|possibility|perhaps|probabl[ey]|likely|"
    r"alleged\w*|purported\w*|reportedly|if|whether)\b"
)
_SAYING = re.compile(
    r"(?i)\b(said|says|saying|told|tells|reported|reports|wrote|writes|quoted|cited|citing|according to|"
    r"claim(ed|s)|stat(ed|es)|accus(ed|es)|den(ied|ies)|acknowledged|admitted|added|alleged|announced|"
    r"confirmed|insisted|noted)\b"
)


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of one kind of sentence; `meaning` says which sentences are in it."""

    name: str
    meaning: str
    n: int
    joint: Figure
    attribution_f1: float | None
    gold_attributions: int


@dataclass(frozen=True, slots=True)
class HabitCell:
    """One (role, stance) of the gold; `instead` says what the missed ones became.

    `habit` is true for what the role usually does: a service accuses, a leader denies.
    """

    role: str
    stance: str
    habit: bool
    support: int
    predicted: int
    right: int
    instead: tuple[tuple[str, int], ...]


def _source_words(row: HeldOut) -> list[str]:
    spans = [mark.source for mark in row.gold_marks if mark.source and mark.role != "document"]
    return [row.text[start - row.start : end - row.start].strip() for start, end in spans]


def _described(words: str) -> bool:
    """Whether a source is called by a common noun: "the Serbian leader", not "President Vucic"."""
    common = [word for word in re.findall(r"[^\W\d_]+", words) if word not in _FUNCTION]
    return any(word.islower() for word in common) and not _PRONOUN.match(words)


SLICES: tuple[tuple[str, str, Callable[[HeldOut, bool], bool]], ...] = (
    ("direct quotation", "an attribution, and quotation marks in the sentence",
     lambda row, _: bool(row.gold_marks) and bool(_QUOTE.search(row.text))),
    ("indirect speech", "an attribution with a source in the sentence, no quotation marks",
     lambda row, _: any(mark.source for mark in row.gold_marks) and not _QUOTE.search(row.text)),
    ("running quotation", "an attribution whose speaker stands in another sentence",
     lambda row, _: any(mark.source is None for mark in row.gold_marks)),
    ("pronoun", "a source that is a pronoun",
     lambda row, _: any(_PRONOUN.match(words) for words in _source_words(row))),
    ("description", "a source called by a common noun, documents aside",
     lambda row, _: any(map(_described, _source_words(row)))),
    ("document", "a document is a source",
     lambda row, _: any(mark.role == "document" for mark in row.gold_marks)),
    ("several attributions", "two or more attributions",
     lambda row, _: len(row.gold_marks) > 1),
    ("nested", "an attribution, and two or more words of saying",
     lambda row, _: bool(row.gold_marks) and len(_SAYING.findall(row.text)) > 1),
    ("headline", "the article's first sentence, without a full stop",
     lambda row, first: first and not _FULL_STOP.search(row.text)),
    ("negation", "an attribution, and a word of negation or denial",
     lambda row, _: bool(row.gold_marks) and bool(_NEGATION.search(row.text))),
    ("modal", "an attribution, and a modal, a condition or a word of doubt",
     lambda row, _: bool(row.gold_marks) and bool(_MODAL.search(row.text))),
    ("nobody speaks", "no attribution, furniture aside",
     lambda row, _: not row.gold_marks and not row.furniture),
    ("furniture", "page furniture",
     lambda row, _: row.furniture),
)  # fmt: skip
"""Each slice: its name, which sentences it has, and the test of a row and whether it opens its article."""

_HABITS = (
    ("leader", "confirms", False),
    ("leader", "denies", True),
    ("leader", "hedges", False),
    ("service", "confirms", True),
    ("service", "denies", False),
    ("service", "hedges", False),
    ("document", "confirms", True),
    ("document", "denies", False),
    ("document", "hedges", False),
)


def slices(rows: Sequence[HeldOut]) -> tuple[Slice, ...]:
    """Joint accuracy and attribution F1 of each slice, in the order of `SLICES`; slices overlap."""
    opening: dict[str, int] = {}
    for row in rows:
        if not row.furniture:
            opening[row.article] = min(row.start, opening.get(row.article, row.start))
    return tuple(
        _slice(name, meaning, [row for row in rows if test(row, opening.get(row.article) == row.start)])
        for name, meaning, test in SLICES
    )


def _slice(name: str, meaning: str, rows: Sequence[HeldOut]) -> Slice:
    right = sum(row.gold_primary == row.predicted_primary for row in rows)
    sets = [attributions(row) for row in rows]
    found = sum(len(gold & predicted) for gold, predicted in sets)
    total = sum(len(gold) + len(predicted) for gold, predicted in sets)
    wanted = sum(len(gold) for gold, _ in sets)
    return Slice(
        name,
        meaning,
        len(rows),
        Figure(right / len(rows) if rows else None, right, len(rows)),
        2 * found / total if wanted else None,
        wanted,
    )


def habit_cells(rows: Sequence[HeldOut]) -> tuple[HabitCell, ...]:
    """How the positions of leader, service and document are found, against their habit and with it."""
    sets = [attributions(row) for row in rows]
    return tuple(_cell(sets, *habit) for habit in _HABITS)


def _cell(sets: Sequence[tuple[set[tuple[str, str]], ...]], role: str, stance: str, habit: bool) -> HabitCell:
    instead: Counter[str] = Counter()
    for gold, predicted in sets:
        if (role, stance) in gold - predicted:
            other = sorted(theirs for who, theirs in predicted - gold if who == role)
            instead[other[0] if other else "missed"] += 1
    return HabitCell(
        role,
        stance,
        habit,
        sum((role, stance) in gold for gold, _ in sets),
        sum((role, stance) in predicted for _, predicted in sets),
        sum((role, stance) in gold & predicted for gold, predicted in sets),
        tuple(sorted(instead.items(), key=lambda item: (-item[1], item[0]))),
    )
