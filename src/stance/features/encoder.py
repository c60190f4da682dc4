"""What the encoder tells of a candidate, as log-odds and log-probabilities.

Unlike the other features these have values; a sentence that was not encoded has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp

from stance.encoded import Encoded
from stance.labels import NONE
from stance.mentions import Mention
from stance.reading import ReadArticle
from stance.turns import Turn, Voice

__all__ = ["encoder_alone", "role_told", "running_told", "source_told", "stance_told"]

Told = Iterator[tuple[str, float]]


def source_told(article: ReadArticle, at: int, mention: Mention) -> Told:
    """Does the mention name a source, and do others? Does anybody speak at all?"""
    encoded = _encoded(article, at)
    if encoded is None:
        return
    others = [m.head for m in article.sentences[at].mentions if m is not mention]
    yield "encoder:source", encoded.of_word(mention.head, "source")
    yield "encoder:source first", encoded.of_word(mention.first, "source")
    yield "encoder:source other", encoded.highest(others, "source")
    yield "encoder:running", encoded.of_sentence("running")
    yield "encoder:nobody", encoded.sentence_chances("speaker")[NONE]


def role_told(article: ReadArticle, at: int, mention: Mention) -> Told:
    """Which role does the mention play, and which the sentence's primary source?"""
    encoded = _encoded(article, at)
    if encoded is None:
        return
    for role, chance in encoded.word_chances(mention.head, "role").items():
        yield f"encoder:role={role}", chance
    for role, chance in encoded.sentence_chances("speaker").items():
        yield f"encoder:speaker={role}", chance


def running_told(article: ReadArticle, at: int, turn: Turn, link: str) -> Told:
    """Does a source that is not named go on speaking, and is it this one?"""
    encoded = _encoded(article, at)
    if encoded is None:
        return
    speaker = encoded.sentence_chances("speaker")
    heads = [mention.head for mention in article.sentences[at].mentions]
    yield f"encoder:running {link}", encoded.of_sentence("running")
    yield "encoder:runs", encoded.sentence_chances("running role")[turn.role]
    yield "encoder:speaker", speaker[turn.role]
    yield "encoder:nobody", speaker[NONE]
    yield "encoder:source other", encoded.highest(heads, "source")


def stance_told(article: ReadArticle, at: int, voice: Voice) -> Told:
    """Which stance has the source, and which the sentence's primary one?"""
    encoded = _encoded(article, at)
    if encoded is None:
        return
    if voice.mention is None:
        kind, own = "runs", encoded.sentence_chances("running stance")
    else:
        kind, own = "stance", encoded.word_chances(voice.mention.head, "stance")
    for stance, chance in own.items():
        yield f"encoder:{kind}={stance}", chance
    for stance, chance in encoded.sentence_chances("primary").items():
        yield f"encoder:primary={stance}", chance


_YES = ("encoder:source", "encoder:running previous", "encoder:running block")
_ANSWERS = ("encoder:role=", "encoder:stance=", "encoder:runs=")


def encoder_alone(features: Mapping[str, float]) -> dict[str, float]:
    """The probabilities that the encoder itself gives the answers to a question, by its features.

    None where the sentence was not encoded.
    """
    for name in _YES:
        if name in features:
            yes = 1 / (1 + exp(-features[name]))
            return {"yes": yes, "no": 1 - yes}
    return {
        name.partition("=")[2]: exp(chance) for name, chance in features.items() if name.startswith(_ANSWERS)
    }


def _encoded(article: ReadArticle, at: int) -> Encoded | None:
    return article.encoded[at] if article.encoded else None
