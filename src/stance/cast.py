"""A topic's cast, matched in sentences: names, aliases, descriptions, metonyms, parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from stance.lexicon import STOPS, fold
from stance.parsing import tokenise
from stance.topic import Topic

__all__ = ["Cast", "Hit"]

_Meaning: TypeAlias = tuple[int | None, str, str | None]
"""The last three fields of a `Hit`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `first:last` of a sentence that name somebody of the topic.

    `speaker` is the number of the topic's speaker, None for a mere party or another known
    source; `match` is `alias`, `description`, `metonym`, `party` or `source`; `party` is the
    party that the words name, if any.
    """

    first: int
    last: int
    speaker: int | None
    match: str
    party: str | None


class Cast:
    """A topic's names and descriptions, ready to be matched in tokenised sentences.

    A name matches with or without diacritics and only where its first letter is a capital; a
    description in any case, but for an acronym that would be a pronoun in small letters (US).
    Built once per topic.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._matcher = PhraseMatcher(tokenise("").vocab, attr="NORM")
        self._meanings: dict[str, list[_Meaning]] = {}
        self._acronyms: dict[str, tuple[int, ...]] = {}
        for number, speaker in enumerate(topic.speakers):
            names = [speaker.name, *speaker.aliases] if speaker.name else speaker.aliases
            self._add(names, (number, "alias", None))
            self._add(speaker.descriptions, (number, "description", None))
            self._add(speaker.metonyms, (number, "metonym", _party_of(topic, speaker.metonyms)))
        for party, names in topic.parties.items():
            self._add(names, (None, "party", party))
        for source in topic.sources:
            self._add((source.name, *source.aliases), (None, "source", None))

    def _add(self, names: Sequence[str], meaning: _Meaning) -> None:
        """Let these names mean somebody; where one means somebody already, that goes first."""
        for name in names:
            words = [token.text for token in tokenise(name) if not token.is_space]
            key = " ".join(fold(word) for word in words)
            if words and key in self._meanings:
                self._meanings[key].append(meaning)
            elif words:
                self._meanings[key] = [meaning]
                self._acronyms[key] = tuple(at for at, word in enumerate(words) if _is_acronym(word))
                self._matcher.add(key, [_normed(words)])

    def match(self, words: Sequence[str]) -> list[Hit]:
        """The longest hits in a sentence's words, in order; none overlaps another."""
        strings = tokenise("").vocab.strings
        found = []
        for number, first, last in self._matcher(_normed(words)):
            key = strings[number]
            if any(words[first + at].islower() for at in self._acronyms[key]):
                continue
            meant = (Hit(first, last, *meaning) for meaning in self._meanings[key])
            found += [hit for hit in meant if _is_proper(hit, words)][:1]
        taken = [False] * len(words)
        kept = []
        for hit in sorted(found, key=lambda hit: (hit.first - hit.last, hit.first)):
            if not any(taken[hit.first : hit.last]):
                taken[hit.first : hit.last] = [True] * (hit.last - hit.first)
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.first)


def _is_proper(hit: Hit, words: Sequence[str]) -> bool:
    """Whether words are written as their kind is: a name begins with a capital."""
    letter = words[hit.first][0]
    return hit.match == "description" or letter.isupper() or not letter.isalpha()


def _is_acronym(word: str) -> bool:
    """Whether a word is another one when its capitals are lost: "US documents", "us documents"."""
    return len(word) > 1 and word.isupper() and fold(word) in STOPS


def _party_of(topic: Topic, names: Sequence[str]) -> str | None:
    """The party whose name a metonym is."""
    folded = {fold(name) for name in names}
    return next(
        (party for party, known in topic.parties.items() if folded & {fold(name) for name in known}), None
    )


def _normed(words: Sequence[str]) -> Doc:
    doc = Doc(tokenise("").vocab, words=list(words))
    for token in doc:
        token.norm_ = fold(token.text)
    return doc
