"""A topic's cast, matched in sentences: names, aliases, descriptions, metonyms, parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from stance.lexicon import fold
from stance.parsing import tokenise
from stance.topic import Topic

__all__ = ["Cast", "Hit"]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `first:last` of a sentence that name somebody of the topic.

    `speaker` is the number of the topic's speaker, None for a mere party; `match` is `alias`,
    `description`, `metonym` or `party`; `party` is the party that the words name, if any.
    """

    first: int
    last: int
    speaker: int | None
    match: str
    party: str | None


class Cast:
    """A topic's names and descriptions, ready to be matched in tokenised sentences.

    A name matches with or without diacritics and only where its first letter is a capital; a
    description in any case. Built once per topic.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._matcher = PhraseMatcher(tokenise("").vocab, attr="NORM")
        self._meaning: dict[str, tuple[int | None, str, str | None]] = {}
        seen: set[str] = set()
        for number, speaker in enumerate(topic.speakers):
            names = [speaker.name, *speaker.aliases] if speaker.name else speaker.aliases
            self._add(names, (number, "alias", None), seen)
            self._add(speaker.descriptions, (number, "description", None), seen)
            self._add(speaker.metonyms, (number, "metonym", _party_of(topic, speaker.metonyms)), seen)
        for party, names in topic.parties.items():
            self._add(names, (None, "party", party), seen)

    def _add(self, names: Sequence[str], meaning: tuple[int | None, str, str | None], seen: set[str]) -> None:
        for name in names:
            words = tuple(token.text for token in tokenise(name))
            key = f"{meaning}\t{' '.join(fold(word) for word in words)}"
            if not words or key.split("\t")[1] in seen:
                continue
            seen.add(key.split("\t")[1])
            self._meaning[key] = meaning
            self._matcher.add(key, [_normed(words)])

    def match(self, words: Sequence[str]) -> list[Hit]:
        """The longest hits in a sentence's words, in order; none overlaps another."""
        strings = tokenise("").vocab.strings
        found = [
            Hit(first, last, *self._meaning[strings[key]])
            for key, first, last in self._matcher(_normed(words))
        ]
        taken = [False] * len(words)
        kept = []
        for hit in sorted(found, key=lambda hit: (hit.first - hit.last, hit.first)):
            name = words[hit.first][0]
            proper = hit.match == "description" or name.isupper() or not name.isalpha()
            if proper and not any(taken[hit.first : hit.last]):
                taken[hit.first : hit.last] = [True] * (hit.last - hit.first)
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.first)


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
