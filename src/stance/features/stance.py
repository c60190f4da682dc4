"""What does a source do to the allegation?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.features.places import bin_of
from stance.lexicon import NEGATIONS
from stance.mentions import Mention
from stance.patterns import patterns_in, stance_told
from stance.reading import ReadArticle, ReadSentence
from stance.turns import Voice, scope_of

__all__ = ["stance_names"]

_ARTICLES = frozenset(["the", "a", "an"])
_PARTIES = ("seller", "receiver", "accuser")

_NEGATED_WORDS = 5
"""Words that a negation reaches over, within its clause."""

_RECENT = 3
"""Sentences back in which a term of the topic still tells what this one is about."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The part `first:last` of a sentence that belongs to the voice asked about.

    `masked` are the words of the whole sentence with names replaced by what they are, `words`
    those of the part, without the gaps that the names leave.
    """

    article: ReadArticle
    at: int
    voice: Voice
    first: int
    last: int
    masked: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def sentence(self) -> ReadSentence:
        return self.article.sentences[self.at]


def stance_names(article: ReadArticle, at: int, voice: Voice) -> Iterator[str]:
    """What does the source do to the allegation? The words in its part of the sentence."""
    sentence = article.sentences[at]
    masked = _masked(article, sentence, voice)
    first, last = scope_of(sentence, voice)
    scope = _Scope(article, at, voice, first, last, masked, tuple(filter(None, masked[first:last])))
    yield from _words(scope)
    yield from _negated(scope.words)
    yield from _told(scope)
    yield from _about(scope)
    yield f"structure:role={voice.role}"
    yield f"structure:running={voice.mention is None}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:question={'?' in sentence.folded[-2:]}"
    yield f"structure:length={bin_of(len(scope.words) // 4)}"


def _masked(article: ReadArticle, sentence: ReadSentence, voice: Voice) -> tuple[str, ...]:
    """The sentence's words with names replaced by what they are in the topic, numbers by `<num>`."""
    masked = ["<num>" if word[0].isdigit() else word for word in sentence.folded]
    for mention in sentence.mentions:
        name = "<source>" if mention is voice.mention else _mask(article, mention)
        if name:
            for at in range(mention.first, mention.last):
                if masked[at] not in _ARTICLES:
                    masked[at] = name if at == mention.head else ""
    return tuple(masked)


def _mask(article: ReadArticle, mention: Mention) -> str | None:
    """What stands for a mention's words; None where they stay as they are."""
    if mention.match == "metonym":
        return "<accuser>"
    if mention.speaker is not None:
        return f"<{article.topic.speakers[mention.speaker].role}>"
    if mention.party:
        return f"<{mention.party}>"
    return "<name>" if mention.kind == "name" else None


def _words(scope: _Scope) -> Iterator[str]:
    """The words of the part, in ones and twos, their beginnings, and the words outside it."""
    outside = {*scope.masked[: scope.first], *scope.masked[scope.last :]}
    yield from (f"lexical:{word}" for word in set(scope.words))
    yield from {f"lexical:{a} {b}" for a, b in pairwise(scope.words)}
    yield from {f"lexical:~{word[:5]}" for word in scope.words if len(word) > 5}
    yield from (f"lexical:out={word}" for word in outside if word)


def _negated(words: Sequence[str]) -> Iterator[str]:
    """The words in the reach of a negation."""
    seen = set()
    for at, word in enumerate(words):
        if word in NEGATIONS:
            for follower in words[at + 1 : at + 1 + _NEGATED_WORDS]:
                if follower in (",", ";", ".", "but"):
                    break
                if follower not in seen:
                    seen.add(follower)
                    yield f"lexical:not {follower}"


def _told(scope: _Scope) -> Iterator[str]:
    """The turns of phrase in the part, and the stance that the sentence before tells."""
    told = sorted(patterns_in(" ".join(scope.sentence.folded[scope.first : scope.last])))
    yield from (f"patterns:{name}" for name in told)
    yield from (f"patterns:{name}&{scope.voice.role}" for name in told)
    yield f"patterns:count={bin_of(len(told))}"
    if scope.at:
        before = " ".join(scope.article.sentences[scope.at - 1].folded)
        yield f"discourse:told={stance_told(before)}&running={scope.voice.mention is None}"


def _about(scope: _Scope) -> Iterator[str]:
    """Whether the sentence is on the allegation: the topic's terms and parties, here and just before."""
    article, at = scope.article, scope.at
    here = _has_term(article, at)
    before = at > 0 and _has_term(article, at - 1)
    recent = any(_has_term(article, i) for i in range(max(0, at - _RECENT), at))
    parties = [party for party in _PARTIES if f"<{party}>" in scope.words]
    yield f"discourse:terms={here}&before={before}"
    yield f"discourse:terms={here}&near={recent}"
    yield f"discourse:terms={here}&parties={'+'.join(parties)}"
    yield from (f"discourse:{party}" for party in parties)
    yield f"discourse:receiver={'<receiver>' in scope.masked}&terms={here}"


def _has_term(article: ReadArticle, at: int) -> bool:
    return not article.topic_terms.isdisjoint(article.sentences[at].folded)
