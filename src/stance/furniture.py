"""Page furniture: what stands on a news page and is not part of the article.

Share bars, sign-up and cookie notices, "read also" lists, bylines, credits, reading times, tags, comment
forms. A table of patterns (`furniture.toml`) says what a sentence is by itself; rules say what it is by its
neighbours and its place. Captions and headlines are sentences; the credit within a caption is furniture.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import groupby

from stance.records import Sentence

__all__ = ["flag", "seams"]

# "By the weekend the wind had changed." is a sentence, "By Odile Marchetti in Dravik" is none.
_UNSTOPPED = frozenset({"by", "slug", "share"})

_OUTER = ' \t"“”()[]*_→»›•'
_STOPPED = re.compile(r"[.!?…:;,][\"'”’»)\]]*$")
_WORDS = re.compile(r"\S+")

_PHRASE = (
    r"(?:Share [Tt]his (?:[Aa]rticle|[Ss]tory|[Pp]ost|[Pp]age)|Leave a (?:[Rr]eply|[Cc]omment)|Scroll to Top"
    r"|More [Ii]nfo|Read Full Article)"
)
_CREDIT = (
    r"(?:[(\[]?(?:(?:File )?(?:Photo|Photograph|Picture|Image)s?|(?:FILE )?PHOTO|FOTO|Foto)"
    r"(?: (?:credit|courtesy|source|by))? ?[:/©] ?[^.!?]{2,70}"
    r"|\((?:AP|AFP|EPA|Reuters|REUTERS|Getty)(?: Photo| Images)?(?: ?/ ?[^()]{2,40})?\))"
)
# A heading in capitals that runs into the sentence below it.
_SHOUTED = r"(?=[A-ZÀ-Ž ]{8})[A-ZÀ-Ž]{2,}(?: [A-ZÀ-Ž]{2,})+"
_SEAMS = re.compile(
    rf"(?<=[^\s:])\s+(?=(?:{_CREDIT}|{_PHRASE})\.?\s*$)|^\s*{_PHRASE}\s+(?=[A-Z©])"
    rf"|^\s*{_SHOUTED}\s+(?=[A-ZÀ-Ž][a-zà-ž])"
)


@dataclass(frozen=True)
class _Paragraph:
    """A paragraph: its sentences and what each is by itself (None: no furniture)."""

    sentences: tuple[Sentence, ...]
    kinds: tuple[str | None, ...]
    text: str = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        text = " ".join(sentence.text for sentence in self.sentences)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "size", _size(text))

    @property
    def stopped(self) -> bool:
        """Whether it ends with a mark, as a sentence does."""
        return bool(_STOPPED.search(self.text))

    @property
    def whole(self) -> bool:
        """Whether all of it is furniture: each sentence, a list with its links, a notice with its reasons."""
        known = sum(kind is not None for kind in self.kinds)
        if self.kinds[0] == "list" and not any(_STOPPED.search(s.text) for s in self.sentences[1:]):
            return True
        return known == len(self.kinds) or (self.kinds[0] == "notice" and 2 * known >= len(self.kinds))


def seams(paragraph: str) -> frozenset[int]:
    """The offsets in a paragraph where furniture (a credit, mostly) meets text without a full stop."""
    return frozenset(match.end() for match in _SEAMS.finditer(paragraph))


def flag(sentences: Sequence[Sentence]) -> tuple[bool, ...]:
    """Which sentences of an article are page furniture."""
    page = [
        _Paragraph(group, tuple(_kind(sentence.text) for sentence in group))
        for _, members in groupby(sentences, lambda sentence: sentence.paragraph)
        if (group := tuple(members))
    ]
    whole = {number for number, paragraph in enumerate(page) if paragraph.whole}
    for rule in (_bars, _links, _leading, _trailing, _after_comments):
        whole |= set(rule(page, frozenset(whole)))
    return tuple(
        number in whole or kind is not None
        for number, paragraph in enumerate(page)
        for kind in paragraph.kinds
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(resources.files("stance").joinpath("furniture.toml").read_text("utf-8"))
    return tuple(
        (kind, re.compile(pattern.replace("<piece>", table["piece"]).replace("<name>", table["name"]), flags))
        for part, flags in (("any_case", re.IGNORECASE), ("exact_case", 0))
        for kind, patterns in table[part].items()
        for pattern in patterns
    )


def _kind(text: str) -> str | None:
    """What a sentence is by itself; None: part of the article, as far as its words tell."""
    bare = text.strip(_OUTER).rstrip(".!?").rstrip(_OUTER)
    if not any(map(str.isalnum, bare)):
        return "rule"
    if len(bare) > 300 or text[0] in '“"':
        return None
    stopped = text.endswith(".")
    fitting = (kind for kind, pattern in _patterns() if pattern.search(bare))
    return next((kind for kind in fitting if not (stopped and kind in _UNSTOPPED)), None)


_Page = Sequence[_Paragraph]


def _bars(page: _Page, _: frozenset[int]) -> Iterator[int]:
    """`Print | Save for later | Report an error`: short parts between strokes, below the headline."""
    for number, paragraph in enumerate(page[1:], 1):
        parts = re.split(r" [|·•/] ", paragraph.text)
        if len(parts) > 1 and not paragraph.stopped and all(_size(part) <= 7 for part in parts):
            yield number


def _links(page: _Page, _: frozenset[int]) -> Iterator[int]:
    """The headlines in a list under "Read also", "Don't miss…"."""
    for number, paragraph in enumerate(page):
        if paragraph.kinds[-1] != "list" or _size(paragraph.sentences[-1].text) > 6:
            continue
        for following in range(number + 1, min(number + 7, len(page))):
            below = page[following]
            if below.stopped or below.size > 20 or len(below.sentences) > 1:
                break
            yield following


def _leading(page: _Page, whole: frozenset[int]) -> Iterator[int]:
    """Between the headline and the first full sentence: who, where and when, in names and figures only."""
    for number, paragraph in enumerate(page[:-1]):
        if number not in whole and paragraph.stopped:
            return
        words = re.findall(r"[^\W\d_]+", paragraph.text)
        names_only = not any(word[0].islower() and len(word) > 3 for word in words)
        if number and names_only and paragraph.size <= 8 and paragraph.text != page[0].text:
            yield number


def _trailing(page: _Page, whole: frozenset[int]) -> Iterator[int]:
    """From the end backwards: short lines without a full stop, as no article ends."""
    for number in range(len(page) - 1, 1, -1):
        paragraph, before = page[number], page[number - 1].text
        short = len(paragraph.sentences) == 1 and paragraph.size <= 14 and not paragraph.stopped
        if number not in whole and (not short or before.endswith((":", ";", ","))):
            return
        yield number


def _after_comments(page: _Page, _: frozenset[int]) -> Iterator[int]:
    """Below the comment form, in the last third of the page, nothing is the article's."""
    for number in range(2 * len(page) // 3, len(page)):
        if page[number].kinds[0] == "comments":
            yield from range(number, len(page))
            return


def _size(text: str) -> int:
    return len(_WORDS.findall(text))
