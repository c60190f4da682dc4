"""Which role does a source play?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stance.features.places import POSSESSIVES, bin_of, kind_of, owned_by
from stance.lexicon import noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence
from stance.turns import Dossier, Turn, described, key_of

__all__ = ["role_names"]

_DEFINITE = frozenset(["the", "this", "that", "his", "her", "its"])
"""Words before a noun that point back to somebody told of before."""

_OF_PEOPLE = frozenset(["he", "she", "who"])
_FARTHEST = 9
"""Sentences back from which an antecedent's distance counts no more."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A mention asked about; `reference` says how far it leans on what was said before."""

    article: ReadArticle
    at: int
    mention: Mention
    kind: str
    reference: str

    @property
    def sentence(self) -> ReadSentence:
        return self.article.sentences[self.at]


def role_names(
    article: ReadArticle, at: int, mention: Mention, dossier: Dossier, turns: Sequence[Turn]
) -> Iterator[str]:
    """Which role does the source play? What it is, what the article says of it, who spoke before."""
    sentence = article.sentences[at]
    kind = kind_of(article, sentence, mention)
    candidate = _Candidate(article, at, mention, kind, _reference(sentence, mention, kind))
    yield from _phrase(candidate)
    yield from _known(candidate, dossier, turns)
    yield from _antecedent(candidate, turns)
    yield from _recent(candidate)
    yield from _spoke(candidate, turns)


def _reference(sentence: ReadSentence, mention: Mention, kind: str) -> str:
    """How a mention refers: a pronoun by itself, a definite noun by its kind, else `other`."""
    if mention.kind == "pronoun":
        return kind
    return f"{kind}&definite" if sentence.folded[mention.first] in _DEFINITE else "other"


def _phrase(candidate: _Candidate) -> Iterator[str]:
    """What the mention is, and what the apposition behind it calls it."""
    sentence, mention = candidate.sentence, candidate.mention
    words = sentence.folded
    yield f"structure:kind={candidate.kind}"
    for word in set(described(sentence, mention)):
        yield from (f"structure:described={noun}" for noun in noun_of(word))
    yield from (f"structure:owns={noun}" for noun in owned_by(sentence, mention))
    if words[mention.first] in POSSESSIVES or "'s" in words[mention.first : mention.last]:
        yield f"structure:possessed&{'+'.join(noun_of(words[mention.head])) or '-'}"


def _known(candidate: _Candidate, dossier: Dossier, turns: Sequence[Turn]) -> Iterator[str]:
    """What the article says of the source elsewhere."""
    sentence, mention = candidate.sentence, candidate.mention
    if mention.kind == "name":
        key = key_of(sentence, mention)
        yield from (f"structure:known={noun}" for noun in dossier.kinds.get(key, ()))
    elif mention.kind == "noun":
        head = sentence.folded[mention.head]
        meant = next((turn for turn in reversed(turns) if head in dossier.words.get(turn.key, ())), None)
        yield f"discourse:meant={meant.role if meant else '-'}"


def _antecedent(candidate: _Candidate, turns: Sequence[Turn]) -> Iterator[str]:
    """The source before that a pronoun of this kind would stand for."""
    kind, reference = candidate.kind, candidate.reference
    last = turns[-1] if turns else None
    people = next((turn for turn in reversed(turns) if turn.human), None)
    things = next((turn for turn in reversed(turns) if not turn.human), None)
    chosen = people if kind in _OF_PEOPLE else things if kind == "it" else last
    role = chosen.role if chosen else "-"
    back = min(candidate.sentence.sentence.index - chosen.sentence, _FARTHEST) if chosen else None
    yield f"discourse:last={last.role if last else '-'}&{reference}"
    yield f"discourse:antecedent={role}&{reference}"
    yield f"discourse:antecedent={role}&{reference}&gap={'-' if back is None else bin_of(back)}"


def _recent(candidate: _Candidate) -> Iterator[str]:
    """The last mentions before this one, in this sentence and the one before: what a pronoun could mean."""
    article, sentence, reference = candidate.article, candidate.sentence, candidate.reference
    if reference == "other":
        return
    first = candidate.mention.first
    earlier = [m for m in sentence.mentions if m.last <= first and m.kind != "pronoun"]
    if candidate.at:
        previous = article.sentences[candidate.at - 1]
        before = [m for m in previous.mentions if m.kind != "pronoun"]
        if before:
            yield f"discourse:subject={kind_of(article, previous, before[0])}&{reference}"
            roles = {article.topic.speakers[m.speaker].role for m in before if m.speaker is not None}
            yield f"discourse:previous={'+'.join(sorted(roles)) or '-'}&{reference}"
    if earlier:
        yield f"discourse:nearest={kind_of(article, sentence, earlier[-1])}&{reference}"


def _spoke(candidate: _Candidate, turns: Sequence[Turn]) -> Iterator[str]:
    """Who spoke before, and which of the cast stand beside the mention."""
    article, sentence, reference = candidate.article, candidate.sentence, candidate.reference
    if candidate.mention.kind != "pronoun":
        key = key_of(sentence, candidate.mention)
        same = next((turn for turn in reversed(turns) if turn.key == key), None)
        if same:
            yield f"discourse:same={same.role}"
    yield from (f"discourse:spoke={role}&{reference}" for role in {turn.role for turn in turns})
    beside = {
        article.topic.speakers[m.speaker].role
        for m in sentence.mentions
        if m.speaker is not None and m is not candidate.mention
    }
    yield from (f"discourse:beside={role}&{reference}" for role in beside)
