"""Whose position it is: one holder under several spellings, and names that stand for nobody alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from stance.lexicon import STOPS, fold, noun_of
from stance.positions.values import Position

__all__ = ["LineKey", "is_single", "key_of", "spellings_of"]

LineKey = tuple[str, str, str]
"""Topic; `speaker` or `holder`; the label or the folded name (empty where nobody is named)."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_OPEN_ROLES = ("analyst", "other")
_ARTICLES = ("the", "a", "an")
_PEOPLE = ("analyst", "person", "document")
_MASSES = frozenset(["media", "press", "people", "police", "authorities", "customs", "staff", "management"])
_LINKS = frozenset(["in", "of", "at", "from", "for", "with", "on", "who", "that", "close", "near", "posted"])


def key_of(position: Position) -> LineKey:
    """What all positions of one holder share.

    A speaker that the topic names is told by its label; an analyst or another source (and a
    leader, service or document that the topic has no label for) by its name.
    """
    topic = position.topic or ""
    if (position.role or position.speaker) not in _OPEN_ROLES and position.speaker not in _OPEN_ROLES:
        return topic, "speaker", position.speaker
    return topic, "holder", folded_name(position.holder)


def folded_name(name: str | None) -> str:
    """A name without case, diacritics, punctuation, leading article and possessive ending."""
    words = [re.sub(r"['.]s?$", "", fold(word)) for word in _WORD.findall(name or "")]
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


def spellings_of(positions: Iterable[Position]) -> tuple[str, ...]:
    """The names that positions give their holder, the most frequent first, then the longest."""
    found = Counter(each.holder for each in positions if each.holder)
    return tuple(sorted(found, key=lambda name: (-found[name], -len(name), name)))


def is_single(name: str | None) -> bool:
    """Whether a name stands for one source: "Janusz Bugajski", "Reuters"; not "Western diplomats".

    A group ("officials in Belgrade") and a mere description ("a senior official") are somebody
    else each time.
    """
    words = _WORD.findall(name or "")
    folded = [fold(word) for word in words]
    if folded and folded[0] in _ARTICLES:
        words, folded = words[1:], folded[1:]
    end = next((at for at, word in enumerate(folded) if at and word in _LINKS), len(folded))
    head = folded[end - 1] if end else ""
    crowd = head in _MASSES or (head.endswith("s") and any(kind in _PEOPLE for kind in noun_of(head)))
    proper = any(
        word[0].isupper() and not noun_of(fold(word)) and (fold(word) not in STOPS or word.isupper())
        for word in words
    )
    return proper and not crowd
