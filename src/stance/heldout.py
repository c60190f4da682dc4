"""Held-out predictions: a sentence with its gold and what was predicted for it.

Every row is one sentence with its gold and its predicted attributions, predicted by a model that saw
no sentence of the same article. Scoring happens in roles, so that invented worlds and the seeds compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stance.labels import NONE, ROLES, leading
from stance.records import Attribution
from stance.topic import BUILT_IN, load_topic

__all__ = [
    "SETS",
    "HeldOut",
    "Mark",
    "Pair",
    "Range",
    "primary",
    "role_labels",
]

SETS = ("seeds", "composed", "contrast", "annotations")
"""Where a row can come from, in the order of the report."""

Pair = tuple[str, str]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """One attribution, of the gold or of a system; spans are offsets into the article, end exclusive."""

    role: str
    stance: str
    speaker: str | None = None
    source: Range | None = None
    cue: Range | None = None
    holder: str | None = None
    mention: str | None = None
    speaker_confidence: float | None = None
    stance_confidence: float | None = None
    confidence: float | None = None
    review: bool = False

    @property
    def row_confidence(self) -> float | None:
        """The confidence in speaker and stance; of a system that tells none, the product of the two."""
        if self.speaker_confidence is None or self.stance_confidence is None:
            return None
        product = self.speaker_confidence * self.stance_confidence
        return product if self.confidence is None else self.confidence


@dataclass(frozen=True)
class HeldOut:
    """One sentence, its gold and what was predicted for it by a model that never saw its article.

    `group` is the fold or world, `previous` the text of the sentence before, `labels` maps roles to the
    topic's labels where the file says so, `baselines` has the primary role and stance that each baseline
    predicts on the same folds, `shares` what the model predicts that learnt from a share of the articles
    (`0.25` to `0.75`).
    """

    set: str
    article: str
    group: str
    topic: str
    sentence: int
    start: int
    end: int
    text: str
    furniture: bool = False
    previous: str | None = None
    labels: Mapping[str, str] | None = None
    gold: tuple[Mark, ...] = ()
    predicted: tuple[Mark, ...] = ()
    nobody_confidence: float | None = None
    furniture_predicted: bool = False
    baselines: Mapping[str, Pair] = field(default_factory=dict)
    shares: Mapping[str, Pair] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, int]:
        """What identifies the sentence: its article and offsets."""
        return self.article, self.start, self.end

    @property
    def gold_marks(self) -> tuple[Mark, ...]:
        """The gold attributions that count: furniture has none."""
        return () if self.furniture else tuple(mark for mark in self.gold if mark.role != NONE)

    @property
    def predicted_marks(self) -> tuple[Mark, ...]:
        """The predicted attributions that count: what is taken for furniture has none."""
        return () if self.furniture_predicted else tuple(mark for mark in self.predicted if mark.role != NONE)

    @property
    def gold_primary(self) -> Pair:
        """The gold's primary role and stance."""
        return primary(self.gold_marks)

    @property
    def predicted_primary(self) -> Pair:
        """The predicted primary role and stance."""
        return primary(self.predicted_marks)


def primary(marks: Sequence[Mark | Attribution]) -> Pair:
    """The role and stance of the first attribution in the order of the roles.

    Of two attributions of one role a position goes before `none`, then the earlier one counts.
    Without any the answer is `none`, `none`.
    """
    first = leading(marks)
    return (first.role, first.stance) if first else (NONE, NONE)


def role_labels(rows: Sequence[HeldOut]) -> dict[str, str]:
    """What the report calls each role: the topic's labels where all rows are of one topic, else the roles."""
    names = {role: role for role in ROLES}
    if not rows or len({row.topic for row in rows}) > 1:
        return names
    return {**names, **_topic_labels(rows[0])}


def _topic_labels(row: HeldOut) -> Mapping[str, str]:
    if row.labels:
        return row.labels
    if row.topic in BUILT_IN:
        topic = load_topic(row.topic)
        return {role: topic.label_of(role) for role in ROLES}
    return {}
