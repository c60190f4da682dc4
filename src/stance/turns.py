"""Who speaks and who spoke: voices, turns, and what an article says of its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from stance.lexicon import PARTICLES, STOPS, TITLES, cue_of, fold, noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence
from stance.topic import Topic

__all__ = ["SINGLE_ROLES", "Dossier", "Turn", "Voice", "described", "key_of", "scope_of"]

SINGLE_ROLES = ("leader", "service", "document")
"""Roles that one source plays: several mentions in a sentence are the same one."""

_ARTICLES = frozenset(["the", "a", "an"])
_APPOSED = frozenset([",", "(", "of", "from", "at", "with", "for", "by", "who", "-"])
_BODIES = frozenset(["analyst", "body", "service"])
_CLAUSE_ENDS = frozenset([",", ";", "and", "but", "while", "whereas", "-", "—", "–"])


@dataclass(frozen=True, slots=True)
class Turn:
    """A source that spoke earlier in the article (or later in the same quotation)."""

    sentence: int
    paragraph: int
    role: str
    key: str
    human: bool
    quotation: int | None
    explicit: bool
    holder: str | None = None

    def running_into(self, sentence: ReadSentence) -> Turn:
        """The turn of the same source in a sentence where it goes on without being named."""
        place = sentence.sentence
        return replace(
            self,
            sentence=place.index,
            paragraph=place.paragraph,
            quotation=sentence.quotation,
            explicit=False,
        )


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is asked about in a sentence: a mention in it, or a turn that runs on into it.

    `others` are the mentions of the other sources, `apposed` is what stands beside a name and says who it is:
    "his spokesman, Nikos Karell".
    """

    mention: Mention | None
    role: str
    others: tuple[Mention, ...] = ()
    apposed: Mention | None = None


@dataclass
class Dossier:
    """What the article says of each named source: its fullest name, the nouns in and behind its names.

    `aliases` has the names of the topic's other sources, under each of their folded aliases.
    """

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, article: ReadArticle) -> Dossier:
        """Collect over all sentences of an article."""
        dossier = cls()
        for source in article.topic.sources:
            dossier.aliases |= {fold(name): source.name for name in (source.name, *source.aliases)}
        for sentence in article.sentences:
            for mention in sentence.mentions:
                if mention.kind == "name":
                    name = _bare_name(article.topic, sentence, mention)
                    if len(name.split()) > len(dossier.names.get(key_of(sentence, mention), "").split()):
                        dossier.names[key_of(sentence, mention)] = name
                    counts = dossier.kinds.setdefault(key_of(sentence, mention), Counter())
                    telling = tuple(described(sentence, mention))
                    counts.update(kind for word in telling for kind in noun_of(word))
                    words = dossier.words.setdefault(key_of(sentence, mention), set())
                    words.update(word for word in telling if word not in STOPS)
        return dossier

    def name_of(self, article: ReadArticle, at: int, mention: Mention, role: str) -> str:
        """The name by which a mention's source was introduced, else its description's own words."""
        sentence = article.sentences[at]
        cast = [number for number, speaker in enumerate(article.topic.speakers) if speaker.role == role]
        named = [number for number in cast if article.topic.speakers[number].name]
        number = mention.speaker if mention.speaker in cast else named[0] if len(named) == 1 else None
        if number is not None and role in SINGLE_ROLES:
            told, known = self.names.get(f"#{number}", ""), article.topic.speakers[number].name
            return told if " " in told or not known else known
        known = self.names.get(key_of(sentence, mention)) if mention.kind == "name" else None
        first = mention.first + (
            sentence.folded[mention.first] in _ARTICLES and mention.last - mention.first > 1
        )
        told = known or sentence.text(first, mention.last)
        return self.aliases.get(fold(told), told)


def _bare_name(topic: Topic, sentence: ReadSentence, mention: Mention) -> str:
    """A name without the title, office or trade before it: `Ludo Hess` of "Defence Minister Ludo Hess"."""
    end = mention.head + 1
    if mention.speaker is not None:
        speaker = topic.speakers[mention.speaker]
        names = {_joined(fold(name).split()) for name in (speaker.name or "", *speaker.aliases)}
        starts = (at for at in range(mention.first, end) if _joined(sentence.folded[at:end]) in names)
        return sentence.text(next(starts, mention.first), end)
    # The nouns of "State Department" are its name, those of "Minister Hess" are not his.
    is_body = not _BODIES.isdisjoint(noun_of(sentence.folded[mention.head]))
    first = mention.first
    for at in range(mention.first, mention.head):
        dangles = sentence.words[at] == "-" and first == at > mention.first
        if dangles or _is_before_name(sentence.words[at], sentence.folded[at], is_body):
            first = at + 1
    return sentence.text(first, end)


def _joined(words: Sequence[str]) -> str:
    return "".join(words)


def _is_before_name(word: str, folded: str, is_body: bool) -> bool:
    """Whether a word stands before a name and is no part of it: article, title, office, quotation mark."""
    if folded in PARTICLES or word == "-":
        return False
    if not word[0].isupper() or folded in _ARTICLES:
        return True
    return not is_body and (folded.rstrip(".") in TITLES or bool(noun_of(folded)))


def key_of(sentence: ReadSentence, mention: Mention) -> str:
    """What two mentions of one source have in common: the cast's entry, or the head word."""
    if mention.speaker is not None and mention.match != "metonym":
        return f"#{mention.speaker}"
    return sentence.folded[mention.head]


def described(sentence: ReadSentence, mention: Mention) -> Iterator[str]:
    """The words of a mention's phrase and of the apposition behind it."""
    yield from sentence.folded[mention.first : mention.last]
    after = mention.last
    words = sentence.folded
    if after < len(words) and words[after] in _APPOSED:
        for at in range(after + 1, min(len(words), after + 12)):
            if words[at] in (",", ";", ")", ".") or (
                cue_of(words[at]) and at > after + 1 and not noun_of(words[at])
            ):
                break
            yield words[at]


def scope_of(sentence: ReadSentence, voice: Voice) -> tuple[int, int]:
    """The words `first:last` that belong to this source where several speak in the sentence."""
    if voice.mention is None or not voice.others:
        return 0, len(sentence.words)
    head = voice.mention.head
    first = max((other.head for other in voice.others if other.head < head), default=None)
    last = min((other.first for other in voice.others if other.head > head), default=None)
    return (
        0 if first is None else _cut(sentence, first + 1, voice.mention.first),
        len(sentence.words) if last is None else _cut(sentence, voice.mention.last, last),
    )


def _cut(sentence: ReadSentence, first: int, last: int) -> int:
    """Where a clause ends between two sources: at the last mark or conjunction, else before the second."""
    for at in range(last - 1, first - 1, -1):
        if sentence.folded[at] in _CLAUSE_ENDS:
            return at
    return last
