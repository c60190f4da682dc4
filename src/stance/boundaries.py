"""Where sentences begin: a spaCy component on top of the rule-based sentencizer.

The sentencizer proposes a start after every full stop, exclamation and question mark. This component moves
it past closing quotes, takes it back where the sentence goes on (abbreviations, initials, attributions,
titles in quotes), and adds those that the sentencizer cannot see (ellipses, dotted words at a sentence's
end, list items).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from itertools import islice

from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc

__all__ = ["NAME", "place"]

NAME = "stance_boundaries"


_ELLIPSES = frozenset({"…", "...", "....", ".."})
_MARKS = frozenset(Sentencizer.default_punct_chars) | _ELLIPSES
_FULL_WIDTH = frozenset("。！？")
_DOUBLE = frozenset('“”„«»"‟')
_CLOSERS = frozenset("”’»\"')]}›")

_WORDS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        resources.files("stance").joinpath("boundaries.toml").read_text("utf-8")
    ).items()
}


@dataclass(frozen=True)
class _Tokens:
    """The tokens of a paragraph that are no white space; `spaced[i]`: white space stands before token i."""

    words: list[str]
    spaced: list[bool]
    proposed: list[bool]

    def __len__(self) -> int:
        return len(self.words)

    def is_mark(self, i: int) -> bool:
        """Whether token i may end a sentence, alone or by a full stop that the tokenizer left on it."""
        word = self.words[i]
        return word in _MARKS or (len(word) > 1 and word.endswith((".", "!", "?", "…")))

    def tight_after(self, i: int) -> bool:
        """Whether no white space follows token i (the end counts as white space)."""
        return i + 1 < len(self) and not self.spaced[i + 1]


@dataclass(frozen=True)
class _Place:
    """A place between two sentences, perhaps: `mark` may end one and `start` would begin the next.

    `begin` is where the sentence so far began, `head` the first word from `start` on, `last` the last token
    before `start`, `quoted` where the quotation that is open here began, if any.
    """

    tokens: _Tokens
    begin: int
    mark: int
    start: int
    head: int
    quoted: int | None

    @property
    def last(self) -> int:
        return self.start - 1

    @property
    def closed(self) -> bool:
        """Whether a quotation closes at the mark."""
        return any(
            word in _CLOSERS and word not in ")]}" for word in self.tokens.words[self.mark + 1 : self.start]
        )

    @property
    def spaced(self) -> bool:
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


def _nothing_before(place: _Place) -> bool | None:
    """A mark after nothing, or after a list number, ends nothing."""
    words = place.tokens.words
    backwards = (words[i] for i in range(place.mark, place.begin - 1, -1))
    before = list(islice((word for word in backwards if _has_letter_or_digit(word) or word in ":;"), 2))
    if not before:
        return False
    last = before[0].rstrip(".")
    number = last.isdigit() and len(last) <= 2
    return False if number and (len(before) == 1 or before[1] in ":;") else None


def _lower_case(place: _Place) -> bool | None:
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


def _missing_space(place: _Place) -> bool | None:
    if place.spaced or place.closed or place.tokens.words[place.mark] in _FULL_WIDTH:
        return None
    before = place.tokens.words[place.mark - 1] if place.mark else ""
    return None if len(before) > 1 and (before[-1].islower() or before[-1] in "0123456789)]") else False


def _ellipsis(place: _Place) -> bool | None:
    """Within a quotation an ellipsis marks what was left out, not an end."""
    if not place.tokens.words[place.mark].endswith(("…", "..")):
        return None
    return place.quoted is None


def _abbreviation(place: _Place) -> bool | None:
    words = place.tokens.words
    if not words[place.mark].endswith(".") or place.last != place.mark:
        return None
    short, starts = place.written.lower(), place.word in _WORDS["starters"] or words[place.start] in _DOUBLE
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


def _is_initial(place: _Place) -> bool:
    words = place.tokens.words
    at = place.mark if words[place.mark] != "." else place.mark - 1
    letter = words[at].rstrip(".")
    if len(letter) != 1 or not letter.isupper():
        return False
    # "than I." is the pronoun, unless a name stands before it.
    return letter != "I" or (at > place.begin and words[at - 1][:1].isupper())


def _attribution(place: _Place) -> bool | None:
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
        if word == "," or word in _MARKS:
            return False
        if word in _WORDS["clause"]:
            return None
    return None if len(words) > verb + 13 else False


def _title(place: _Place) -> bool | None:
    """“Europe. Response to Ongoing Conflict”: a title-case quote in a sentence that goes on is one unit."""
    if place.quoted is None or place.quoted == place.begin:
        return None
    words = place.tokens.words
    closing = next(
        (i for i in range(place.start, min(len(words), place.start + 16)) if words[i] in _DOUBLE), None
    )
    if closing is None or closing + 1 >= len(words):
        return None
    inside = [word for word in words[place.quoted + 1 : closing] if word.isalpha() and len(word) > 3]
    follows = words[closing + 1]
    return (
        False if all(w[0].isupper() for w in inside) and (follows[0].islower() or follows in ",.)") else None
    )


def _proposed(place: _Place) -> bool | None:
    """The sentencizer's word, but for full stops that the tokenizer left on a word, which it does not see."""
    tokens = place.tokens
    return tokens.words[place.mark] not in _MARKS or any(tokens.proposed[place.mark + 1 : place.head + 1])


RULES: tuple[Callable[[_Place], bool | None], ...] = (
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


class _Quotes:
    """Which double quotation is open, told by the white space around the marks before their shape."""

    def __init__(self, tokens: _Tokens) -> None:
        self.tokens = tokens
        self.open: int | None = None

    def closes(self, i: int) -> bool:
        """Whether the double quote at i closes a quotation rather than opens one."""
        word, before, after = self.tokens.words[i], self.tokens.spaced[i], self.tokens.tight_after(i)
        if before and after:
            return False
        if not before and not after:
            return word not in "“„«" or self.open is not None
        return word in "”»" or (word == '"' and self.open is not None)

    def see(self, i: int) -> None:
        """Take note of the token at i."""
        if self.tokens.words[i] in _DOUBLE:
            self.open = None if self.closes(i) else i


def place(words: list[str], spaced: list[bool], proposed: list[bool]) -> list[int]:
    """The indices of the tokens that begin a sentence.

    Args:
        words: the tokens of one paragraph, without white space.
        spaced: whether white space stands before each.
        proposed: whether the sentencizer would begin a sentence with it.
    """
    tokens = _Tokens(words, spaced, proposed)
    quotes = _Quotes(tokens)
    starts, i = [0], 0
    while i < len(tokens):
        quotes.see(i)
        if _is_item(tokens, i) and i > starts[-1]:
            starts.append(i)
        if not tokens.is_mark(i):
            i += 1
            continue
        start = i + 1
        while start < len(tokens) and _belongs(tokens, quotes, start):
            quotes.see(start)
            start += 1
        if _begins(tokens, quotes, starts[-1], i, start):
            starts.append(start)
        i = start
    return starts


def _belongs(tokens: _Tokens, quotes: _Quotes, i: int) -> bool:
    """Whether the token at i still belongs to the mark before it: another mark, or what closes."""
    word = tokens.words[i]
    if word in _DOUBLE:
        return quotes.closes(i) and (not tokens.spaced[i] or not tokens.tight_after(i))
    if tokens.spaced[i]:
        return False
    return word in _CLOSERS or word in _MARKS


def _begins(tokens: _Tokens, quotes: _Quotes, begin: int, mark: int, start: int) -> bool:
    head = next((i for i in range(start, len(tokens)) if _has_letter_or_digit(tokens.words[i])), None)
    if head is None:
        return False
    spot = _Place(tokens, begin, mark, start, head, quotes.open)
    return next((known for rule in RULES if (known := rule(spot)) is not None), False)


def _is_item(tokens: _Tokens, i: int) -> bool:
    """Whether a list item begins within the line: `groups: - those that …; - those that …`."""
    if i == 0 or not tokens.spaced[i] or tokens.tight_after(i):
        return False
    if tokens.words[i] == "•":
        return True
    # A capital after the dash is rather somebody who speaks.
    following = tokens.words[i + 1] if i + 1 < len(tokens) else ""
    return tokens.words[i] in "-–*" and tokens.words[i - 1] in ":;" and following[:1].islower()


def _has_letter_or_digit(word: str) -> bool:
    return any(map(str.isalnum, word))


@Language.component(NAME)
def _component(doc: Doc) -> Doc:
    """Set the sentence starts of a paragraph; `doc.user_data["seams"]` are offsets where one must begin."""
    solid = [token for token in doc if not token.is_space]
    if not solid:
        return doc
    spaced = [True, *(bool(doc[token.i - 1].whitespace_) or doc[token.i - 1].is_space for token in solid[1:])]
    starts = place([token.text for token in solid], spaced, [bool(token.is_sent_start) for token in solid])
    chosen = {solid[start].i for start in starts}
    seams = doc.user_data.get("seams", ())
    chosen |= {token.i for token in solid if token.idx in seams}
    for token in doc:
        wanted = token.i in chosen or token.i == 0
        if bool(token.is_sent_start) != wanted:
            token.is_sent_start = wanted
    return doc
