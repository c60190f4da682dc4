"""What is told of the sources that were heard in a sentence: their attributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stance.confidence import Calibration
from stance.describe import (
    cue_span,
    detail,
    holder_of,
    mention_kind,
    source_span,
    statement_date,
    via_of,
)
from stance.heads import Head
from stance.labels import NONE, STANCES
from stance.reading import ReadArticle
from stance.records import Attribution
from stance.relevance import Relevance
from stance.sureness import row_features
from stance.turns import Dossier
from stance.voices import Heard

__all__ = ["Teller"]


@dataclass(frozen=True)
class Teller:
    """Tells of an article who speaks in it; `row` is the head that knows how often such a row is right.

    Off the topic nobody has a stance. What is off it for want of one thing wants a second look whatever the
    confidence: three of four such rows of held-out composed articles were wrong.
    """

    article: ReadArticle
    calibration: Calibration
    row: Head
    dossier: Dossier
    relevance: Relevance

    def sentence(self, at: int, found: Sequence[Heard], silence: float) -> tuple[Attribution, ...]:
        """The attributions of sentence `at`, by the places of their sources.

        `silence` is the raw probability that nobody speaks in it.
        """
        told = (self._attribution(at, heard, found, silence) for heard in found)
        return tuple(sorted(told, key=_place))

    def _attribution(self, at: int, heard: Heard, found: Sequence[Heard], silence: float) -> Attribution:
        article, voice, stanced = self.article, heard.voice, self.relevance.stanced
        stance = heard.stance if stanced else NONE
        speaker_confidence = self.calibration.of_speaker(heard.probability)
        confidence = speaker_confidence
        if stanced:
            features = row_features(article, at, heard, found, silence)
            confidence = self.row.probabilities(features)["yes"]
        stances = {label: heard.stances.get(label, 0.0) for label in STANCES}
        return Attribution(
            role=heard.role,
            speaker=self._speaker(heard),
            stance=stance,
            source=source_span(article, at, voice),
            cue=cue_span(article, at, heard),
            holder=holder_of(article, at, heard, self.dossier),
            mention=mention_kind(article, at, heard),
            via=via_of(article, at, voice.mention),
            detail=detail(article, at, voice, stance) if stanced else None,
            statement_date=statement_date(article, at, voice),
            speaker_confidence=speaker_confidence,
            stance_confidence=heard.stances[stance] if stanced else None,
            stance_probabilities=stances if stanced else None,
            confidence=confidence,
            review=self.relevance.is_close or confidence < self.calibration.review,
        )

    def _speaker(self, heard: Heard) -> str:
        """The topic's label of the source: that of the name where its role fits, else that of the role."""
        topic, mention = self.article.topic, heard.voice.mention
        if mention and mention.speaker is not None and mention.match != "metonym":
            speaker = topic.speakers[mention.speaker]
            if speaker.role == heard.role:
                return speaker.label
        return topic.label_of(heard.role)


def _place(attribution: Attribution) -> int:
    return attribution.source.start if attribution.source else -1
