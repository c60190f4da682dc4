"""An article as the features see it: sentences with their words, quotations and mentions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from stance.cast import Cast, Hit
from stance.encoded import Encoded
from stance.lexicon import fold
from stance.mentions import Mention, find_mentions
from stance.parsing import tokenise
from stance.quotations import Quotation, find_quotations
from stance.records import Article, Sentence
from stance.topic import Topic

__all__ = ["ReadArticle", "ReadSentence", "read_article"]

_EDGES = "\"'“”„«»‘’()[].,;:!?…"
"""Marks around a word that are no part of it."""

_SHORT_WORD = 3


@dataclass(frozen=True)
class ReadSentence:
    """A sentence as the features see it.

    `words` are its tokens, `folded` the same without case and diacritics, `starts` and `ends`
    their offsets in the article, `quoted` whether each stands in a quotation. `quotation` is
    the number of a quotation that crosses the sentence's start or end, else None. `hits` are the
    words that name somebody of the topic, `mentions` all that could name a source.
    """

    sentence: Sentence
    words: tuple[str, ...]
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    quoted: tuple[bool, ...]
    opens_inside: bool
    ends_inside: bool
    quotation: int | None
    hits: tuple[Hit, ...]
    mentions: tuple[Mention, ...]

    def text(self, first: int, last: int) -> str:
        """The words `first:last` as they stand in the article, with the space between them."""
        offset = self.sentence.start
        return self.sentence.text[self.starts[first] - offset : self.ends[last - 1] - offset]

    @cached_property
    def quoted_share(self) -> float:
        """The share of the words that stand in quotation marks."""
        content = [quoted for word, quoted in zip(self.words, self.quoted, strict=True) if word[0].isalnum()]
        return sum(content) / len(content) if content else 0.0

    @property
    def is_quoted(self) -> bool:
        """Whether it belongs to a quotation that crosses its ends, or is mostly one."""
        return self.quotation is not None or self.quoted_share > 0.5


@dataclass(frozen=True)
class ReadArticle:
    """An article's sentences as the features see them; furniture is left out.

    `encoded` has what the encoder tells of each sentence; it is empty until the encoder was asked.
    """

    article: Article
    topic: Topic
    sentences: tuple[ReadSentence, ...]
    encoded: tuple[Encoded, ...] = ()

    @cached_property
    def topic_terms(self) -> frozenset[str]:
        """The words of the topic's terms, folded; of a term of several only the longer ones."""
        return frozenset(word for term in self.topic.terms for word in _telling(term))


def _are_quoted(starts: Sequence[int], quotations: Sequence[Quotation]) -> Iterator[bool]:
    """Whether each word, told by its offset, stands in one of the quotations; both are in order."""
    at = 0
    for start in starts:
        while at < len(quotations) and quotations[at].end <= start:
            at += 1
        yield at < len(quotations) and quotations[at].start <= start


def _telling(term: str) -> list[str]:
    """The words of a term that tell it: "aid" says little of "military aid", but all of "aid"."""
    words = [fold(token.text) for token in tokenise(term) if token.text[0].isalnum()]
    return [word for word in words if len(word) > _SHORT_WORD] or words


def read_article(article: Article, sentences: Sequence[Sentence], cast: Cast) -> ReadArticle:
    """Tokenise an article's sentences, pair its quotations and find the mentions.

    The cost is linear in the length of the text; nothing in the text makes it raise.
    """
    quotations = find_quotations(article.text, sentences)
    bare = (word.strip(_EDGES) for sentence in sentences for word in sentence.text.split())
    lower = {fold(word) for word in bare if word[:1].islower()}
    read = []
    at = 0
    for sentence in sentences:
        if sentence.furniture:
            continue
        while at < len(quotations) and quotations[at].end <= sentence.start:
            at += 1
        read.append(_read_sentence(sentence, quotations, at, cast, lower))
    return ReadArticle(article, cast.topic, tuple(read))


def _read_sentence(
    sentence: Sentence, quotations: Sequence[Quotation], at: int, cast: Cast, lower: set[str]
) -> ReadSentence:
    tokens = [token for token in tokenise(sentence.text) if not token.is_space]
    words = tuple(token.text for token in tokens)
    starts = tuple(sentence.start + token.idx for token in tokens)
    ends = tuple(start + len(word) for start, word in zip(starts, words, strict=True))
    here = []
    while at < len(quotations) and quotations[at].start < sentence.end:
        here.append((at, quotations[at]))
        at += 1
    quoted = tuple(_are_quoted(starts, [quotation for _, quotation in here]))
    crossing = [
        (number, q) for number, q in here if q.start < sentence.start or q.end > sentence.end or q.continues
    ]
    folded = tuple(fold(word) for word in words)
    hits = tuple(cast.match(words))
    return ReadSentence(
        sentence=sentence,
        words=words,
        folded=folded,
        starts=starts,
        ends=ends,
        quoted=quoted,
        opens_inside=any(q.start < sentence.start or q.continues for _, q in crossing),
        ends_inside=any(q.end > sentence.end for _, q in crossing),
        quotation=crossing[-1][0] if crossing else None,
        hits=hits,
        mentions=tuple(find_mentions(words, folded, hits, lower)),
    )
