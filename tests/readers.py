"""Small articles read for tests: an invented topic, and ways to point at words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from stance.cast import Cast
from stance.encoded import SENTENCE, WORD, Encoded, rounded
from stance.mentions import Mention
from stance.parsing import split
from stance.reading import ReadArticle, read_article
from stance.records import Article
from stance.topic import Topic, load_topic, parse_topic
from stance.turns import Turn
from stance.voices import Heard, Voice

__all__ = ["WORLD", "encoded", "heard", "mention", "mentioned", "read", "turn"]

WORLD = parse_topic(
    """
schema = 1
name = "grain"
allegation = "Grain from Ruritania reaches Borduria."
terms = ["grain", "wheat", "food aid"]

[parties]
seller = ["Ruritania", "Ruritanian"]
receiver = ["Borduria", "Bordurian"]
accuser = ["Syldavia", "Syldavian"]

[[speakers]]
label = "president"
role = "leader"
name = "Ana Đurić"
aliases = ["Đurić", "Ана Ђурић", "Ђурић"]
descriptions = ["Ruritanian president", "president of Ruritania"]

[[speakers]]
label = "bureau"
role = "service"
name = "Syldavian Information Bureau"
aliases = ["SIB"]
descriptions = ["Syldavian bureau", "Syldavian information bureau"]
metonyms = ["Syldavia"]

[[speakers]]
label = "files"
role = "document"
name = "leaked US files"
descriptions = ["US papers", "leaked US papers"]

[[speakers]]
label = "analyst"
role = "analyst"

[[speakers]]
label = "other"
role = "other"
"""
)
"""A topic with every role; its names are no words of the built-in one."""


@cache
def _cast(topic_sha256: str, text: str) -> Cast:
    return Cast(parse_topic(text))


def read(text: str, topic: Topic | str = WORLD, date: str | None = None) -> ReadArticle:
    """A text split and read; `topic` may be the name of a built-in one."""
    found = load_topic(topic) if isinstance(topic, str) else topic
    article = Article("made", text, date=date)
    return read_article(article, split(text), _cast(found.sha256, found.text))


def encoded(article: ReadArticle, cues: Mapping[str, float]) -> ReadArticle:
    """The article as if an encoder told of these words that they are cues, and of no other."""
    told = []
    for sentence in article.sentences:
        words = np.full((len(sentence.words), len(WORD)), -5.0, np.float32)
        words[:, WORD.index("cue")] = [cues.get(word, -5.0) for word in sentence.words]
        told.append(Encoded(rounded(words), rounded(np.zeros(len(SENTENCE), np.float32))))
    return replace(article, encoded=tuple(told))


def mentioned(article: ReadArticle, at: int = 0) -> list[str]:
    """The words of the mentions in a sentence, from left to right."""
    sentence = article.sentences[at]
    ordered = sorted(sentence.mentions, key=lambda m: m.first)
    return [sentence.text(m.first, m.last) for m in ordered]


def mention(article: ReadArticle, words: str, at: int = 0) -> Mention:
    """The mention with just these words in a sentence."""
    sentence = article.sentences[at]
    return next(m for m in sentence.mentions if sentence.text(m.first, m.last) == words)


def heard(voice: Voice, stance: str = "none", holder: str | None = None) -> Heard:
    """A source as the heads would have heard it, with one certain stance."""
    return Heard(voice, turn(role=voice.role, holder=holder), 1.0, {voice.role: 1.0}, {stance: 1.0})


def turn(sentence: int = 0, role: str = "other", key: str = "x", holder: str | None = None) -> Turn:
    """A source that spoke in some sentence of the first paragraph."""
    return Turn(sentence, 0, role, key, role in ("leader", "analyst"), None, True, holder)
