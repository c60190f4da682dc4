"""Where a mention stands: what is near it, which cue it has, what it owns."""

from __future__ import annotations

from collections.abc import Sequence

from stance.lexicon import AUXILIARIES, PRONOUNS, cue_of, noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence

__all__ = [
    "POSSESSIVES",
    "QUOTE_MARKS",
    "bin_of",
    "cue_gap",
    "kind_of",
    "near",
    "owned_by",
    "predicate_at",
]

QUOTE_MARKS = frozenset("\"“”„«»‘’'")
POSSESSIVES = frozenset(["his", "her", "their", "its", "whose"])


_NO_CUE = 99
_AFTER = 24
"""Words behind a mention among which its cue is looked for."""


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


def cue_gap(sentence: ReadSentence, mention: Mention) -> int:
    """Words up to the first cue behind a mention that is as much quoted as it; many where there is none."""
    quoted, behind = sentence.quoted[mention.head], slice(mention.last, mention.last + _AFTER)
    words = zip(sentence.folded[behind], sentence.quoted[behind], strict=True)
    gaps = (gap for gap, (word, also) in enumerate(words) if cue_of(word) and also == quoted)
    return next(gaps, _NO_CUE)


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
