"""What a run has labelled, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from stance.records import LabelledArticle

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Articles that were labelled, those of them off the topic, and the attributions found."""

    articles: int = 0
    off_topic: int = 0
    attributions: int = 0

    @classmethod
    def of(cls, article: LabelledArticle) -> Self:
        """An article's own."""
        return cls(1, int(not article.on_topic), sum(map(len, article.attributions)))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.articles + other.articles,
            self.off_topic + other.off_topic,
            self.attributions + other.attributions,
        )
