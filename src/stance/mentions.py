"""Who is mentioned in a sentence: the topic's cast, open-set sources, pronouns.

A mention is a noun phrase that could name a source. The cast (names, aliases, descriptions) is
matched with spaCy's matcher on folded words; every other source is found by its shape: a run of
capitalised words, or a phrase whose head is a noun that names people, bodies or documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from stance.lexicon import CUES, PRONOUNS, STOPS, TITLES, cue_of, fold, noun_of
from stance.parsing import tokenise
from stance.quotations import Quotation, find_quotations
from stance.records import Article, Sentence
from stance.topic import Topic

__all__ = ["Cast", "Mention", "ReadArticle", "ReadSentence", "read_article"]

_DETERMINERS = frozenset(
    "a an the this that these those his her its their our some many several few no any one two three".split()
)
_LONGEST_PHRASE = 12
"""Words of a noun phrase; what is longer is a list or a headline."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase `words[first:last]` of a sentence, with the head `words[head]`.

    `kind` is `name`, `noun` or `pronoun`. `speaker` is the number of the cast's entry that it
    matches, else None; `match` tells by what: `alias`, `description` or `metonym`. `party` is
    the topic's party that it names, else None.
    """

    first: int
    last: int
    head: int
    kind: str
    speaker: int | None = None
    match: str | None = None
    party: str | None = None


@dataclass(frozen=True)
class ReadSentence:
    """A sentence as the features see it.

    `words` are its tokens, `folded` the same without case and diacritics, `starts` and `ends`
    their offsets in the article, `quoted` whether each stands in a quotation. `quotation` is
    the number of a quotation that crosses the sentence's start or end, else None.
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
    mentions: tuple[Mention, ...]

    @cached_property
    def quoted_share(self) -> float:
        """The share of the words that stand in quotation marks."""
        content = [quoted for word, quoted in zip(self.words, self.quoted, strict=True) if word[0].isalnum()]
        return sum(content) / len(content) if content else 0.0


@dataclass(frozen=True)
class ReadArticle:
    """An article's sentences as the features see them; furniture is left out."""

    article: Article
    topic: Topic
    sentences: tuple[ReadSentence, ...]

    @cached_property
    def topic_terms(self) -> frozenset[str]:
        """The topic's terms, folded, word by word."""
        return frozenset(word for term in self.topic.terms for word in fold(term).split() if len(word) > 3)


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

    def match(self, words: Sequence[str]) -> list[tuple[int, int, tuple[int | None, str, str | None]]]:
        """The longest matches `(first, last, (speaker, match, party))` of a sentence's words, in order."""
        found = [
            (first, last, self._meaning[tokenise("").vocab.strings[key]])
            for key, first, last in self._matcher(_normed(words))
        ]
        found = [
            hit
            for hit in found
            if hit[2][1] == "description" or words[hit[0]][0].isupper() or not words[hit[0]][0].isalpha()
        ]
        found.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken = [False] * len(words)
        kept = []
        for first, last, meaning in found:
            if not any(taken[first:last]):
                taken[first:last] = [True] * (last - first)
                kept.append((first, last, meaning))
        return sorted(kept)


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


def read_article(article: Article, sentences: Sequence[Sentence], cast: Cast) -> ReadArticle:
    """Tokenise an article's sentences, pair its quotations and find the mentions.

    The cost is linear in the length of the text; nothing in the text makes it raise.
    """
    quotations = find_quotations(article.text, sentences)
    lower = {fold(word) for sentence in sentences for word in sentence.text.split() if word[:1].islower()}
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
    quoted = tuple(any(q.start <= start < q.end for _, q in here) for start in starts)
    crossing = [
        (number, q) for number, q in here if q.start < sentence.start or q.end > sentence.end or q.continues
    ]
    folded = tuple(fold(word) for word in words)
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
        mentions=tuple(_mentions(words, folded, cast, lower)),
    )


def _mentions(words: Sequence[str], folded: Sequence[str], cast: Cast, lower: set[str]) -> Iterator[Mention]:
    matches = cast.match(words)
    matched = {at: hit for hit in matches for at in range(hit[0], hit[1])}
    capital = [_is_name(at, words, folded, lower) or at in matched for at in range(len(words))]
    used: set[int] = set()
    for first, last in _phrases(words, folded, capital, matched):
        yield from _of_phrase(first, last, folded, capital, matched, used)
    for first, last, meaning in matches:
        if last - 1 not in used:
            yield _mention(first, last, last - 1, "name", meaning)
    for at, word in enumerate(folded):
        if word in PRONOUNS and at not in used and at not in matched:
            yield Mention(at, at + 1, at, "pronoun")


def _is_name(at: int, words: Sequence[str], folded: Sequence[str], lower: set[str]) -> bool:
    """Whether a word is capitalised for itself and not because it begins the sentence."""
    word = words[at]
    if not word[0].isupper():
        return False
    if folded[at] in STOPS or folded[at] in PRONOUNS:
        return word.isupper() and len(word) > 1 and not all(w.isupper() for w in words if w.isalpha())
    begins = at == 0 or not any(w[0].isalnum() for w in words[:at])
    if begins and (folded[at] in lower or cue_of(folded[at]) or noun_of(folded[at])):
        return False
    return not (cue_of(folded[at]) and sum(w[0].isupper() for w in words) > len(words) / 2)


def _phrases(
    words: Sequence[str], folded: Sequence[str], capital: Sequence[bool], matched: Mapping[int, object]
) -> Iterator[tuple[int, int]]:
    """The runs of words that a noun phrase could consist of, an article or a possessive before them included."""
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
    word = folded[at]
    if at in matched or capital[at]:
        return True
    if first is not None and (capital[at - 1] or noun_of(folded[at - 1])) and _is_verb(words[at], word):
        return False
    if word in ("'s", "'") and first is not None:
        return True
    if (
        word in STOPS
        or word in PRONOUNS
        or not (word[0].isalnum() or word in ("-", "“", "”", '"') and first is not None and _joins(at, words))
    ):
        return False
    if cue_of(word) and word not in _NOUN_CUES:
        return False
    if word in _NOUN_CUES:  # "the report", but "they report"
        return first is not None and at > first
    return True


def _is_verb(word: str, folded: str) -> bool:
    """Whether a word after a name or a noun is the verb of which that is the subject."""
    return word.islower() and (folded.endswith("ed") or (folded in _NOUN_CUES and folded.endswith("s")))


_NOUN_CUES = frozenset(word for kind in CUES for word in CUES[kind] if noun_of(word)) | {
    "state",
    "states",
    "name",
    "names",
}


def _joins(at: int, words: Sequence[str]) -> bool:
    """Whether a mark stands inside a name: a hyphen, or the quotation marks of “Krušik”."""
    if words[at] == "-":
        return 0 < at < len(words) - 1 and words[at + 1][0].isalnum()
    window = words[at + 1 : at + 4]
    return words[at] in '“"' and bool(window) and window[0][0].isupper() and any(w in '”"' for w in window)


def _of_phrase(
    first: int, last: int, folded: Sequence[str], capital: Sequence[bool],
    matched: dict[int, tuple[int, int, tuple[int | None, str, str | None]]], used: set[int],
) -> Iterator[Mention]:  # fmt: skip
    """The mentions of one phrase: its parts between possessives, each up to its last name or noun."""
    begin = first
    cuts = [at for at in range(first, last) if folded[at] in ("'s", "'")]
    for cut in (*cuts, last):
        head = next((at for at in range(cut - 1, begin - 1, -1) if capital[at] or noun_of(folded[at])), None)
        if head is None or head in used:
            begin = begin if cut == last else begin
            continue
        start = max(begin, head + 1 - _LONGEST_PHRASE)
        hit = matched.get(head)
        if hit is not None and hit[1] - 1 == head:
            yield _mention(min(start, hit[0]), head + 1, head, "name", hit[2])
        else:
            yield Mention(start, head + 1, head, "name" if capital[head] else "noun")
        used.add(head)


def _mention(
    first: int, last: int, head: int, kind: str, meaning: tuple[int | None, str, str | None]
) -> Mention:
    speaker, match, party = meaning
    return Mention(first, last, head, "noun" if match == "description" else kind, speaker, match, party)


def titled(mention: Mention, folded: Sequence[str]) -> bool:
    """Whether the phrase holds a title or an office ("President", "Mr")."""
    return any(word in TITLES for word in folded[mention.first : mention.last])
