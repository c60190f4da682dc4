"""Whether a text is in English, the one language that the model reads."""

from __future__ import annotations

import re

from stance.errors import ArticleError

__all__ = ["check_english", "english_share"]

COMMON = frozenset(
    (
        *("the", "of", "and", "that", "is", "for", "with", "was", "by", "from"),
        *("have", "not", "are", "said", "has", "had", "were", "been", "which", "their"),
    )
)
"""Words that no English text of some length does without, and that few other languages have."""

LEAST_WORDS = 40
"""Words under which a text is too short to tell."""

LEAST_SHARE = 0.05
"""Share of common words under which a text is not English.

Of 388 English articles (the seeds, the composed ones of more than eight sentences, those off the topic) the
least has 0.14, a text in Serbian or German at most 0.03.
"""

FIRST_OF_OTHER_SCRIPTS = "\u0370"
"""Greek begins here; Cyrillic and all others follow. Before it stand the Latin letters."""

LETTERS = 10_000
"""Characters that are looked at for their script."""

_WORD = re.compile(r"[^\W\d_]+")


def english_share(text: str) -> float | None:
    """The share of a text's words that are `COMMON`; None where the words are too few to tell."""
    words = _WORD.findall(text.lower())
    if len(words) < LEAST_WORDS:
        return None
    return sum(word in COMMON for word in words) / len(words)


def check_english(text: str) -> None:
    """See that a text is in English, as far as its script and, in a longer one, its words tell.

    Raises:
        ArticleError: it is not.
    """
    letters = [letter for letter in text[:LETTERS] if letter.isalpha()]
    if sum(letter < FIRST_OF_OTHER_SCRIPTS for letter in letters) * 2 < len(letters):
        raise ArticleError("not in Latin letters; stance reads English only: translate it first")
    share = english_share(text)
    if share is not None and share < LEAST_SHARE:
        raise ArticleError(
            f"not in English, it seems (common English words are {share:.0%} of its words, expected "
            f"{LEAST_SHARE:.0%} or more); stance reads English only: translate it first"
        )
