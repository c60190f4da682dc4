"""How sure is a whole row: what the head `row` sees of a source that was heard.

Two heads are sure or unsure, each of its own question. Whether the row is right also shows in the rest:
whom the encoder takes for the sentence's primary speaker and what for its stance, whether the heads agree
with it, whether others speak in the sentence, how the source is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from stance.describe import mention_kind
from stance.encoded import Encoded
from stance.features import Features
from stance.features.places import bin_of
from stance.labels import STANCES, leading
from stance.reading import ReadArticle, ReadSentence
from stance.voices import Heard

__all__ = ["row_features"]

_LEAST = 1e-3
"""Probabilities are kept this far from nought and one: beyond, none is surer than another."""


def row_features(
    article: ReadArticle, at: int, heard: Heard, found: Sequence[Heard], silence: float
) -> Features:
    """Is the row right that is told of one of the sources `found` in a sentence?

    `silence` is the raw probability that nobody speaks there. Of the other heads' blocks only `encoder` is
    here; an article that was not encoded has nothing of it.
    """
    told = dict(_confidences(heard, silence))
    told |= dict.fromkeys(_names(article, at, heard, found), 1.0)
    if article.encoded:
        told |= _encoder(article.encoded[at], heard, article.sentences[at])
    return told


def _confidences(heard: Heard, silence: float) -> Iterator[tuple[str, float]]:
    ranked = sorted(heard.stances.values(), reverse=True)
    yield "confidence:speaker", _log_odds(heard.probability)
    yield "confidence:stance", _log_odds(ranked[0])
    yield "confidence:both", _log_odds(heard.probability * ranked[0])
    yield "confidence:role", _log_odds(heard.roles[heard.role])
    yield "confidence:second stance", _log_odds(sum(ranked[1:2]))
    yield "confidence:nobody", _log_odds(silence)
    for stance in STANCES:  # the heads of small folds may not know every one
        yield f"confidence:{stance}", _log_odds(heard.stances.get(stance, 0.0))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))


def _names(article: ReadArticle, at: int, heard: Heard, found: Sequence[Heard]) -> Iterator[str]:
    sentence = article.sentences[at]
    yield f"row:role={heard.role}"
    yield f"row:stance={heard.stance}"
    yield f"row:mention={mention_kind(article, at, heard)}"
    yield f"row:several={len(found) > 1}"
    yield f"row:primary={leading(found) is heard}"
    yield f"row:quotation={sentence.quotation is not None}"
    yield f"row:length={bin_of(len(sentence.words) // 4)}"


def _encoder(encoded: Encoded, heard: Heard, sentence: ReadSentence) -> Iterator[tuple[str, float]]:
    speaker, primary = (encoded.sentence_chances(question) for question in ("speaker", "primary"))
    mention = heard.voice.mention
    if mention is None:
        own = encoded.sentence_chances("running stance")
    else:
        own = encoded.word_chances(mention.head, "stance")
        yield "encoder:source", encoded.of_word(mention.head, "source")
    yield "encoder:speaker", speaker[heard.role]
    yield "encoder:speaker before others", _before_others(speaker, heard.role)
    yield "encoder:stance", primary[heard.stance]
    yield "encoder:stance before others", _before_others(primary, heard.stance)
    yield "encoder:own stance", own[heard.stance]
    yield "encoder:running", encoded.of_sentence("running")
    yield "encoder:cue", encoded.highest(range(len(sentence.words)), "cue")
    for role, chance in speaker.items():
        yield f"encoder:speaker={role}", chance


def _before_others(chances: Mapping[str, float], answer: str) -> float:
    return chances[answer] - max(chance for other, chance in chances.items() if other != answer)
