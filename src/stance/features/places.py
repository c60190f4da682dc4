"""Where a mention stands: what is near it, which cue it has, what it owns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stance.lexicon import AUXILIARIES, PRONOUNS, cue_of, noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence

__all__ = [
    "POSSESSIVES",
    "QUOTE_MARKS",
    "CueNear",
    "bin_of",
    "cue_after",
    "cue_before",
    "kind_of",
    "near",
    "owned_by",
    "predicate_at",
]

QUOTE_MARKS = frozenset("\"“”„«»‘’'")
POSSESSIVES = frozenset(["his", "her", "their", "its", "whose"])


class CueNear(NamedTuple):
    """A cue near a mention: the word, what it does, words and mentions in between."""

    word: str
    kind: str
    gap: int
    between: int


_NO_CUE = ("", "", 99)

_AFTER, _BEFORE = 24, 12
"""Words behind and before a mention among which its cue is looked for."""


def kind_of(article: ReadArticle, sentence: ReadSentence, mention: Mention) -> str:
    """A mention's kind as the heads see it: the cast's role, the party, the pronoun, or the noun's kinds."""
    if mention.speaker is not None:
        role = article.topic.speakers[mention.speaker].role
        return f"{role}/{mention.match}"
    if mention.party:
        return f"party/{mention.party}"
    if mention.kind == "pronoun":
        return PRONOUNS[sentence.folded[mention.head]]
    kinds = noun_of(sentence.folded[mention.head])
    if kinds and mention.kind == "noun":
        return "+".join(kinds)
    return f"{mention.kind}/{kinds[0]}" if kinds else mention.kind


def near(words: Sequence[str], at: int) -> str:
    """The word at a place, `^` before the sentence, `$` behind it."""
    return words[at] if 0 <= at < len(words) else "^" if at < 0 else "$"


def cue_after(sentence: ReadSentence, mention: Mention) -> CueNear:
    """The first cue behind a mention, as much quoted as it is; an empty one where there is none."""
    stop = min(len(sentence.words), mention.last + _AFTER)
    return _first_cue(sentence, mention, range(mention.last, stop))


def cue_before(sentence: ReadSentence, mention: Mention) -> CueNear:
    """The last cue before a mention, as much quoted as it is; an empty one where there is none."""
    stop = max(-1, mention.first - _BEFORE)
    return _first_cue(sentence, mention, range(mention.first - 1, stop, -1))


def _first_cue(sentence: ReadSentence, mention: Mention, places: range) -> CueNear:
    between = 0
    for gap, at in enumerate(places):
        kind = cue_of(sentence.folded[at])
        if kind and sentence.quoted[at] == sentence.quoted[mention.head]:
            return CueNear(sentence.folded[at], kind, gap, between)
        between += at in sentence.heads
    return CueNear(*_NO_CUE, between)


def predicate_at(words: Sequence[str], at: int) -> str:
    """The first word behind a mention that is no auxiliary and no adverb; `$` where the clause ends."""
    for word in words[at : at + 8]:
        if word not in AUXILIARIES and not word.endswith("ly"):
            return word if word[0].isalpha() else "$"
    return "$"


def owned_by(sentence: ReadSentence, mention: Mention) -> tuple[str, ...]:
    """The kinds of what belongs to a mention ("his office"); empty where it owns nothing."""
    words = sentence.folded
    if near(words, mention.last) not in ("'s", "'") and words[mention.head] not in POSSESSIVES:
        return ()
    return next(
        (kinds for word in words[mention.last : mention.last + 5] if (kinds := noun_of(word))), ("-",)
    )


def bin_of(number: int) -> str:
    """A count as one of six steps."""
    return str(number) if number < 3 else "3-4" if number < 5 else "5-8" if number < 9 else "9+"
