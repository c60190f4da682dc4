"""Who is mentioned in a sentence: the topic's cast, open-set sources, pronouns.

A mention is a noun phrase that could name a source. The cast is matched by its names; every other
source is found by its shape: a run of capitalised words, or a phrase whose head is a noun that
names people, bodies or documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.cast import Hit
from stance.lexicon import CUES, PRONOUNS, STOPS, cue_of, noun_of

__all__ = ["Mention", "find_mentions"]

_DETERMINERS = frozenset(
    [
        *("a", "an", "the", "this", "that", "these", "those", "his", "her", "its", "their", "our"),
        *("some", "many", "several", "few", "no", "any", "one", "two", "three"),
    ]
)
_NOUN_CUES = frozenset(word for kind in CUES for word in CUES[kind] if noun_of(word)) | {
    *("state", "states", "name", "names"),
}
"""Words that are a cue as a verb and name a thing as a noun ("report", "state")."""

_SHORT_MONTHS = frozenset(["jan.", "feb.", "apr.", "aug.", "sep.", "sept.", "oct.", "nov.", "dec."])

_PERSONS = frozenset(["person", "analyst"])
_PEOPLE = frozenset(["authorities", "men", "people", "police", "women"])

_OPENING = frozenset('“"')
_CLOSING = frozenset('”"')
_LONGEST_TITLE = 3
"""Tokens between an opening and its closing mark, the latter with them, that make a name."""

_LONGEST_PHRASE = 12
"""Words of a noun phrase; what is longer is a list or a headline."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase `words[first:last]` of a sentence, with the head `words[head]`.

    `kind` is `name`, `noun` or `pronoun`. `speaker` is the number of the cast's entry that it
    matches, else None; `match` tells by what: `alias`, `description`, `metonym` or, without a
    speaker, `party` or `source`. `party` is the topic's party that it names, else None. A closing quotation
    mark may stand behind the head: “Krušik”.
    """

    first: int
    last: int
    head: int
    kind: str
    speaker: int | None = None
    match: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True)
class _Style:
    """How a sentence is written: `upper` throughout, in `title` case; `first` is its first word but marks."""

    upper: bool
    title: bool
    first: int

    @classmethod
    def of(cls, words: Sequence[str]) -> _Style:
        return cls(
            upper=all(word.isupper() for word in words if word.isalpha()),
            title=sum(word[0].isupper() for word in words) > len(words) / 2,
            first=next((at for at, word in enumerate(words) if word[0].isalnum()), len(words)),
        )


def find_mentions(
    words: Sequence[str], folded: Sequence[str], hits: Sequence[Hit], lower: set[str]
) -> Iterator[Mention]:
    """The mentions in a sentence's words, from left to right within each kind.

    `folded` are the words folded, `hits` the cast's among them; `lower` are folded words that the
    article has in lower case, which are no names where they begin a sentence.
    """
    matched = {at: hit for hit in hits for at in range(hit.first, hit.last)}
    style = _Style.of(words)
    capital = [_is_name(at, words, folded, lower, style) or at in matched for at in range(len(words))]
    used: set[int] = set()
    found: list[Mention] = []
    for first, last in _phrases(words, folded, capital, matched):
        found += _of_phrase(first, last, folded, capital, matched, used)
    yield from found
    for hit in hits:
        inside = any(m.speaker == hit.speaker and m.first <= hit.first and hit.last <= m.last for m in found)
        if hit.last - 1 not in used and not (inside and hit.speaker is not None):
            yield _of_hit(hit, hit.first)
    for at, word in enumerate(folded):
        if word in PRONOUNS and at not in used and at not in matched and not capital[at]:
            yield Mention(at, at + 1, at, "pronoun")


def _is_name(at: int, words: Sequence[str], folded: Sequence[str], lower: set[str], style: _Style) -> bool:
    """Whether a word is capitalised for itself and not because it begins the sentence."""
    word = words[at]
    if not word[0].isupper() or folded[at] in _SHORT_MONTHS:
        return False
    if folded[at] in STOPS or folded[at] in PRONOUNS:
        return word.isupper() and len(word) > 1 and not style.upper
    cue = cue_of(folded[at]) is not None
    if at <= style.first and (cue or folded[at] in lower or noun_of(folded[at])):
        return False
    return not (cue and style.title)


def _phrases(
    words: Sequence[str], folded: Sequence[str], capital: Sequence[bool], matched: Mapping[int, object]
) -> Iterator[tuple[int, int]]:
    """The runs of words that could be a noun phrase, with the article or possessive before them."""
    first = None
    for at in range(len(words) + 1):
        inside = at < len(words) and _continues(at, first, words, folded, capital, matched)
        if inside and first is None:
            first = at
        elif not inside and first is not None:
            yield first, at
            first = at if at < len(words) and folded[at] in _DETERMINERS else None
        elif not inside and at < len(words) and folded[at] in _DETERMINERS:
            first = at


def _continues(
    at: int, first: int | None, words: Sequence[str], folded: Sequence[str], capital: Sequence[bool],
    matched: Mapping[int, object],
) -> bool:  # fmt: skip
    """Whether the word at a place goes on with the phrase that began at `first`, or could begin one."""
    word, begun = folded[at], first is not None
    if at in matched or capital[at]:
        return True
    if begun and (capital[at - 1] or noun_of(folded[at - 1])) and _is_verb(words[at], word, folded[at - 1]):
        return False
    if begun and word in ("'s", "'"):
        return True
    if word in STOPS or word in PRONOUNS or not (word[0].isalnum() or _joins(at, first, words)):
        return False
    if word in _NOUN_CUES:  # "the report", but "they report"
        return begun
    return not cue_of(word)


def _is_verb(word: str, folded: str, subject: str) -> bool:
    """Whether a word after a name or a noun is the verb of which that is the subject."""
    if not word.islower():
        return False
    agrees = folded.endswith("s") or _is_people(subject)  # "the paper reports", "officials report"
    return folded.endswith("ed") or (folded in _NOUN_CUES and agrees)


def _is_people(noun: str) -> bool:
    """Whether a noun names several people."""
    plural = noun.endswith("s") and not noun.endswith("ss")
    return noun in _PEOPLE or (plural and not _PERSONS.isdisjoint(noun_of(noun)))


def _joins(at: int, first: int | None, words: Sequence[str]) -> bool:
    """Whether a mark stands inside a phrase that began: a hyphen, or the quotation marks of “Krušik”."""
    if first is None:
        return False
    before, after = words[max(first, at - _LONGEST_TITLE) : at], words[at + 1 : at + 1 + _LONGEST_TITLE]
    if words[at] == "-":
        return bool(after) and after[0][0].isalnum()
    if words[at] in _CLOSING and not _OPENING.isdisjoint(before):
        return True
    return words[at] in _OPENING and not _CLOSING.isdisjoint(after) and after[0][0].isupper()


def _of_phrase(
    first: int, last: int, folded: Sequence[str], capital: Sequence[bool],
    matched: Mapping[int, Hit], used: set[int],
) -> Iterator[Mention]:  # fmt: skip
    """The mentions of one phrase: its parts between possessives, each up to its last name or noun."""
    cuts = [at for at in range(first, last) if folded[at] in ("'s", "'")]
    for cut in (*cuts, last):
        head = next((at for at in range(cut - 1, first - 1, -1) if capital[at] or noun_of(folded[at])), None)
        if head is None or head in used:
            continue
        start = _start(max(first, head + 1 - _LONGEST_PHRASE), head, folded, capital)
        hit = matched.get(head)
        if hit is not None and hit.last - 1 > head:
            continue  # "Drenova" in a cast's "Drenova's leader" is no source of its own
        end = head + 2 if head + 1 < cut and folded[head + 1] in _CLOSING else head + 1
        if hit is not None and hit.match == "source":
            yield Mention(min(start, hit.first), end, head, "name", match=hit.match)
        elif hit is not None:
            yield _of_hit(hit, min(start, hit.first))
        else:
            yield Mention(start, end, head, "name" if capital[head] else "noun")
        used.add(head)


def _start(first: int, head: int, folded: Sequence[str], capital: Sequence[bool]) -> int:
    """Where a phrase begins: without a "that" which joins clauses (before a name, an article, a plural)."""
    if folded[first] == "that" and first < head:
        joins = capital[first + 1] or folded[first + 1] in _DETERMINERS or _is_people(folded[head])
        return first + 1 if joins else first
    return first


def _of_hit(hit: Hit, first: int) -> Mention:
    kind = "noun" if hit.match == "description" else "name"
    return Mention(first, hit.last, hit.last - 1, kind, hit.speaker, hit.match, hit.party)
