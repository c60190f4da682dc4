"""Where sentences begin: a spaCy component on top of the rule-based sentencizer.

The sentencizer proposes a start after every full stop, exclamation and question mark. This component moves
it past closing quotes, takes it back where the sentence goes on (abbreviations, initials, attributions,
titles in quotes), and adds those that the sentencizer cannot see (ellipses, dotted words at a sentence's
end, list items).
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from stance.boundaryrules import CLOSERS, DOUBLE, MARKS, RULES, Place, Tokens, has_letter_or_digit

__all__ = ["NAME", "place"]

NAME = "stance_boundaries"


class _Quotes:
    """Which double quotation is open, told by the white space around the marks before their shape."""

    def __init__(self, tokens: Tokens) -> None:
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
        if self.tokens.words[i] in DOUBLE:
            self.open = None if self.closes(i) else i


def place(words: list[str], spaced: list[bool], proposed: list[bool]) -> list[int]:
    """The indices of the tokens that begin a sentence.

    Args:
        words: the tokens of one paragraph, without white space.
        spaced: whether white space stands before each.
        proposed: whether the sentencizer would begin a sentence with it.
    """
    tokens = Tokens(words, spaced, proposed)
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


def _belongs(tokens: Tokens, quotes: _Quotes, i: int) -> bool:
    """Whether the token at i still belongs to the mark before it: another mark, or what closes."""
    word = tokens.words[i]
    if word in DOUBLE:
        return quotes.closes(i) and (not tokens.spaced[i] or not tokens.tight_after(i))
    if tokens.spaced[i]:
        return False
    return word in CLOSERS or word in MARKS


def _begins(tokens: Tokens, quotes: _Quotes, begin: int, mark: int, start: int) -> bool:
    head = next((i for i in range(start, len(tokens)) if has_letter_or_digit(tokens.words[i])), None)
    if head is None:
        return False
    spot = Place(tokens, begin, mark, start, head, quotes.open)
    return next((known for rule in RULES if (known := rule(spot)) is not None), False)


def _is_item(tokens: Tokens, i: int) -> bool:
    """Whether a list item begins within the line: `groups: - those that …; - those that …`."""
    if i == 0 or not tokens.spaced[i] or tokens.tight_after(i):
        return False
    if tokens.words[i] == "•":
        return True
    # A capital after the dash is rather somebody who speaks.
    following = tokens.words[i + 1] if i + 1 < len(tokens) else ""
    return tokens.words[i] in "-–*" and tokens.words[i - 1] in ":;" and following[:1].islower()


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
