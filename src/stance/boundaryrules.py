"""The rules that say whether a sentence begins at a place: each knows, or leaves it to the next."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from itertools import islice

from spacy.pipeline import Sentencizer

__all__ = ["CLOSERS", "DOUBLE", "MARKS", "RULES", "Place", "Tokens", "has_letter_or_digit"]

_ELLIPSES = frozenset({"…", "...", "....", ".."})
MARKS = frozenset(Sentencizer.default_punct_chars) | _ELLIPSES
"""What may end a sentence."""

_FULL_WIDTH = frozenset("。！？")
DOUBLE = frozenset('“”„«»"‟')
"""Double quotation marks."""

CLOSERS = frozenset("”’»\"')]}›")
"""What closes, and may stand between a mark and the next sentence."""

_WORDS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        resources.files("stance").joinpath("boundaries.toml").read_text("utf-8")
    ).items()
}


@dataclass(frozen=True)
class Tokens:
    """The tokens of a paragraph that are no white space; `spaced[i]`: white space stands before token i."""

    words: list[str]
    spaced: list[bool]
    proposed: list[bool]

    def __len__(self) -> int:
        return len(self.words)

    def is_mark(self, i: int) -> bool:
        """Whether token i may end a sentence, alone or by a full stop that the tokenizer left on it."""
        word = self.words[i]
        return word in MARKS or (len(word) > 1 and word.endswith((".", "!", "?", "…")))

    def tight_after(self, i: int) -> bool:
        """Whether no white space follows token i (the end counts as white space)."""
        return i + 1 < len(self) and not self.spaced[i + 1]


@dataclass(frozen=True)
class Place:
    """A place between two sentences, perhaps: `mark` may end one and `start` would begin the next.

    `begin` is where the sentence so far began, `head` the first word from `start` on, `last` the last token
    before `start`, `quoted` where the quotation that is open here began, if any.
    """

    tokens: Tokens
    begin: int
    mark: int
    start: int
    head: int
    quoted: int | None

    @property
    def last(self) -> int:
        """The last token before the start."""
        return self.start - 1

    @property
    def closed(self) -> bool:
        """Whether a quotation closes at the mark."""
        return any(
            word in CLOSERS and word not in ")]}" for word in self.tokens.words[self.mark + 1 : self.start]
        )

    @property
    def spaced(self) -> bool:
        """Whether white space stands before the start."""
        return self.tokens.spaced[self.start]

    @property
    def word(self) -> str:
        """The head, lower case."""
        return self.tokens.words[self.head].lower()

    @property
    def written(self) -> str:
        """The word that the full stop belongs to, without it."""
        words = self.tokens.words
        if words[self.mark] != ".":
            return words[self.mark].rstrip(".")
        joined = self.mark > 0 and not self.tokens.spaced[self.mark]
        return words[self.mark - 1] if joined else ""


def _nothing_before(place: Place) -> bool | None:
    """A mark after nothing, or after a list number, ends nothing."""
    words = place.tokens.words
    backwards = (words[i] for i in range(place.mark, place.begin - 1, -1))
    before = list(islice((word for word in backwards if has_letter_or_digit(word) or word in ":;"), 2))
    if not before:
        return False
    last = before[0].rstrip(".")
    number = last.isdigit() and len(last) <= 2
    return False if number and (len(before) == 1 or before[1] in ":;") else None


def _lower_case(place: Place) -> bool | None:
    words = place.tokens.words
    if not words[place.head][0].islower():
        return None
    # "al-Assad", "de Gaulle" may begin a sentence.
    later = next((w for w in words[place.head + 1 : place.head + 3] if w != "-"), "")
    return (
        None
        if words[place.head] in _WORDS["particles"] - {"of", "the", "and"} and later[:1].isupper()
        else False
    )


def _missing_space(place: Place) -> bool | None:
    if place.spaced or place.closed or place.tokens.words[place.mark] in _FULL_WIDTH:
        return None
    before = place.tokens.words[place.mark - 1] if place.mark else ""
    return None if len(before) > 1 and (before[-1].islower() or before[-1] in "0123456789)]") else False


def _ellipsis(place: Place) -> bool | None:
    """Within a quotation an ellipsis marks what was left out, not an end."""
    if not place.tokens.words[place.mark].endswith(("…", "..")):
        return None
    return place.quoted is None


def _abbreviation(place: Place) -> bool | None:
    words = place.tokens.words
    if not words[place.mark].endswith(".") or place.last != place.mark:
        return None
    short, starts = place.written.lower(), place.word in _WORDS["starters"] or words[place.start] in DOUBLE
    # "FT." and "MS." are acronyms rather than Fort and Ms, unless all around is in capitals.
    acronym = len(short) > 1 and place.written.isupper() and not words[place.head].isupper()
    if short in _WORDS["titles"] and not acronym:
        return False
    if short in _WORDS["times"]:
        return place.word not in _WORDS["after_time"]
    dotted = "." in short and all(len(part) == 1 for part in short.split("."))
    if short in _WORDS["short"] or dotted or _is_initial(place):
        return starts and words[place.start] not in "—–-"
    if short in _WORDS["numbered"]:
        return False if words[place.head][0].isdigit() else None
    return None


def _is_initial(place: Place) -> bool:
    words = place.tokens.words
    at = place.mark if words[place.mark] != "." else place.mark - 1
    letter = words[at].rstrip(".")
    if len(letter) != 1 or not letter.isupper():
        return False
    # "than I." is the pronoun, unless a name stands before it.
    return letter != "I" or (at > place.begin and words[at - 1][:1].isupper())


def _attribution(place: Place) -> bool | None:
    """`…them?” Vucich told the FT.` goes on: a name, a verb of saying, and no clause of its own."""
    if not place.closed or place.start != place.head or place.word in _WORDS["starters"]:
        return None
    words = place.tokens.words
    verb = place.head
    while verb < len(words) and verb < place.head + 8 and words[verb] not in _WORDS["verbs"]:
        if not (
            words[verb][0].isupper()
            or words[verb] in _WORDS["particles"]
            or words[verb] in {".", "-", "president"}
        ):
            return None
        verb += 1
    if verb == place.head or verb >= len(words) or words[verb] not in _WORDS["verbs"]:
        return None
    for word in words[verb + 1 : verb + 13]:
        if word == "," or word in MARKS:
            return False
        if word in _WORDS["clause"]:
            return None
    return None if len(words) > verb + 13 else False


def _title(place: Place) -> bool | None:
    """“Europe. Response to Ongoing Conflict”: a title-case quote in a sentence that goes on is one unit."""
    if place.quoted is None or place.quoted == place.begin:
        return None
    words = place.tokens.words
    closing = next(
        (i for i in range(place.start, min(len(words), place.start + 16)) if words[i] in DOUBLE), None
    )
    if closing is None or closing + 1 >= len(words):
        return None
    inside = [word for word in words[place.quoted + 1 : closing] if word.isalpha() and len(word) > 3]
    follows = words[closing + 1]
    return (
        False if all(w[0].isupper() for w in inside) and (follows[0].islower() or follows in ",.)") else None
    )


def _proposed(place: Place) -> bool | None:
    """The sentencizer's word, but for full stops that the tokenizer left on a word, which it does not see."""
    tokens = place.tokens
    return tokens.words[place.mark] not in MARKS or any(tokens.proposed[place.mark + 1 : place.head + 1])


RULES: tuple[Callable[[Place], bool | None], ...] = (
    _nothing_before,
    _lower_case,
    _missing_space,
    _ellipsis,
    _abbreviation,
    _attribution,
    _title,
    _proposed,
)
"""Asked in this order; the first that knows (True: a sentence begins here, False: it goes on) decides."""


def has_letter_or_digit(word: str) -> bool:
    """Whether a token is more than punctuation."""
    return any(map(str.isalnum, word))
