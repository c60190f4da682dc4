"""Words that stance knows: closed classes, nouns that name sources, cues of saying and of stance.

General English only, from `lexicon.toml`. Every set holds folded words: lower case, without
diacritics, apostrophes straight.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

__all__ = [
    "AUXILIARIES",
    "CUES",
    "NOUNS",
    "PARTICLES",
    "PRONOUNS",
    "STOPS",
    "TITLES",
    "cue_of",
    "fold",
    "noun_of",
]

_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "ı": "i", "’": "'"})
"""Letters that do not decompose into one without a diacritic."""


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without diacritics, apostrophes straight: `Vučić’s` becomes `vucic's`."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    # A diacritic that stands alone has nothing under it; no word folds to nothing.
    return bare.lower().translate(_LETTERS) or word


def _inflected(verbs: str) -> Iterator[str]:
    """All forms of the verbs: regular ones are inflected, those with their forms written out are not."""
    for verb in verbs.split():
        if "/" in verb:
            yield from verb.split("/")
            continue
        yield verb
        if verb.endswith("e"):
            yield from (f"{verb}s", f"{verb}d", f"{verb[:-1]}ing")
        elif verb.endswith("y") and verb[-2] not in "aeiou":
            yield from (f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing")
        else:
            es = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
            yield from (f"{verb}{es}", f"{verb}ed", f"{verb}ing")


def _kinds(table: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The kinds that each word of a table is of, in the table's order."""
    words = {word for words in table.values() for word in words}
    return {word: tuple(kind for kind, of_kind in table.items() if word in of_kind) for word in words}


_TABLES = tomllib.loads(resources.files("stance").joinpath("lexicon.toml").read_text("utf-8"))

AUXILIARIES: Final = frozenset(_TABLES["auxiliaries"].split())
PARTICLES: Final = frozenset(_TABLES["particles"].split())
STOPS: Final = frozenset(_TABLES["stops"].split())
TITLES: Final = frozenset(_TABLES["titles"].split())
NOUNS: Final = {kind: frozenset(words.split()) for kind, words in _TABLES["nouns"].items()}
CUES: Final = {kind: frozenset(_inflected(verbs)) for kind, verbs in _TABLES["cues"].items()}
PRONOUNS: Final[Mapping[str, str]] = _TABLES["pronouns"]
"""Pronouns that can stand for a source, each with the one whose antecedents it shares."""

_NOUN_KINDS = _kinds(NOUNS)
_CUE_KINDS = _kinds(CUES)


def noun_of(word: str) -> tuple[str, ...]:
    """The kinds of source that a folded noun can name; empty for any other word."""
    return _NOUN_KINDS.get(word, ())


def cue_of(word: str) -> str | None:
    """What a folded word does as a cue of attribution, else None."""
    return _CUE_KINDS[word][0] if word in _CUE_KINDS else None
