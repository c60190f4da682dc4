"""Does this mention name the source of what the sentence states?"""

from __future__ import annotations

from collections.abc import Iterator

from stance.features.places import (
    QUOTE_MARKS,
    bin_of,
    cue_gap,
    kind_of,
    near,
    predicate_at,
)
from stance.lexicon import AUXILIARIES, cue_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence

__all__ = ["source_names"]

_EARLIER = 8
"""Mentions before a mention that are asked whether their cue covers it."""


def source_names(article: ReadArticle, at: int, mention: Mention) -> Iterator[str]:
    """Does this mention name the source? Where it stands, and to which cue."""
    sentence = article.sentences[at]
    kind = kind_of(article, sentence, mention)
    yield from _place(sentence, mention, kind)
    yield from _clause(sentence, mention, kind)
    verbal = predicate_at(sentence.folded, mention.last).endswith(("ed", "s"))
    yield f"structure:verbal={verbal}&kind={kind}"


def _place(sentence: ReadSentence, mention: Mention, kind: str) -> Iterator[str]:
    """Where the mention stands among the others, and to the quotation marks."""
    words, quoted = sentence.folded, sentence.quoted[mention.head]
    closing = any(near(words, mention.first - back) in QUOTE_MARKS for back in (1, 2))
    yield f"structure:kind={kind}"
    yield f"structure:quoted={quoted}"
    yield f"structure:kind={kind}&quoted={quoted}"
    yield f"structure:first={mention is sentence.mentions[0]}"
    yield f"structure:begins={mention.first == 0}&{kind}"
    yield f"structure:count={bin_of(len(sentence.mentions))}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:inside={sentence.opens_inside}{sentence.ends_inside}&quoted={quoted}"
    yield f"structure:closes={closing}"
    yield f"structure:question={words[-1] == '?'}&quoted={quoted}"


def _clause(sentence: ReadSentence, mention: Mention, kind: str) -> Iterator[str]:
    """Whether a mention is the subject of the outer clause."""
    words, quoted = sentence.folded, sentence.quoted[mention.head]
    earlier = [m for m in sentence.mentions if m.last <= mention.first and sentence.quoted[m.head] == quoted]
    covered = "no"
    for other in earlier[-_EARLIER:]:
        gap = cue_gap(sentence, other)
        if gap < 3 and other.last + gap < mention.first:
            covered = "near" if mention.first - other.last - gap < 3 else "far"
    yield f"structure:covered={covered}&kind={kind}"
    yield f"structure:covered={covered}&quoted={quoted}"
    before, verb = near(words, mention.first - 1), near(words, mention.last)
    verbal = "aux" if verb in AUXILIARIES else "ed" if verb.endswith("ed") else cue_of(verb) or "-"
    yield f"structure:before={cue_of(before) or '-'}&verb={verbal}"
    yield f"structure:earlier={min(len(earlier), 3)}&verb={verbal}"
