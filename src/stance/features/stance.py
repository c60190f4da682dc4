"""What does a source do to the allegation?"""

from __future__ import annotations

from collections.abc import Iterator

from stance.features.places import bin_of
from stance.mentions import Mention
from stance.patterns import stance_told
from stance.reading import ReadArticle
from stance.turns import Voice, scope_of

__all__ = ["stance_names"]

_PARTIES = ("seller", "receiver", "accuser")

_RECENT = 3
"""Sentences back in which a term of the topic still tells what this one is about."""


def stance_names(article: ReadArticle, at: int, voice: Voice) -> Iterator[str]:
    """What does the source do to the allegation? What its part is about, and how it is said."""
    sentence = article.sentences[at]
    first, last = scope_of(sentence, voice)
    yield from _about(article, at, voice, range(first, last))
    if at:
        before = " ".join(article.sentences[at - 1].folded)
        yield f"discourse:told={stance_told(before)}&running={voice.mention is None}"
    yield f"structure:role={voice.role}"
    yield f"structure:running={voice.mention is None}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:question={'?' in sentence.folded[-2:]}"
    yield f"structure:length={bin_of((last - first) // 4)}"


def _about(article: ReadArticle, at: int, voice: Voice, part: range) -> Iterator[str]:
    """Whether the sentence is on the allegation: the topic's terms and parties, here and just before."""
    here = _has_term(article, at)
    before = at > 0 and _has_term(article, at - 1)
    recent = any(_has_term(article, i) for i in range(max(0, at - _RECENT), at))
    named = {mention.head: _party(mention) for mention in article.sentences[at].mentions}
    if voice.mention:
        named.pop(voice.mention.head, None)
    parties = [party for party in _PARTIES if party in {named[head] for head in named if head in part}]
    yield f"discourse:terms={here}&before={before}"
    yield f"discourse:terms={here}&near={recent}"
    yield f"discourse:terms={here}&parties={'+'.join(parties)}"
    yield from (f"discourse:{party}" for party in parties)
    yield f"discourse:receiver={'receiver' in named.values()}&terms={here}"


def _party(mention: Mention) -> str | None:
    """The party that a mention names; the service's metonyms are the accuser's names."""
    if mention.match == "metonym":
        return "accuser"
    return None if mention.speaker is not None else mention.party


def _has_term(article: ReadArticle, at: int) -> bool:
    return not article.topic_terms.isdisjoint(article.sentences[at].folded)
