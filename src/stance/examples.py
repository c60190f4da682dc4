"""From annotated articles to what the heads learn: features with their answers.

The gold sources are laid over the mentions that the reader finds: an attribution whose source
words hold the head of a mention is that mention's. Turns (who spoke before) are those of the gold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from stance import furniture
from stance.annotated import AnnotatedArticle
from stance.cast import Cast
from stance.features import Features, role_features, running_features, source_features, stance_features
from stance.heads import QUESTIONS
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence, read_article
from stance.records import Attribution
from stance.turns import Dossier, Turn, Voice
from stance.voices import MEMORY, links, role_of_cast, turn_at

__all__ = ["Encode", "Example", "Prepared", "prepare", "readings"]


@dataclass(frozen=True, slots=True)
class Example:
    """One answer for one head: the features and the class."""

    features: Features
    answer: str


@dataclass(frozen=True)
class Prepared:
    """An annotated article with the examples that it gives each head.

    `read` is the article with the furniture that was marked, `met` as labelling meets it: what is
    furniture is not told but recognised.
    """

    annotated: AnnotatedArticle
    read: ReadArticle
    met: ReadArticle
    examples: Mapping[str, tuple[Example, ...]]


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A gold attribution, the mention that names it, and all mentions inside its source words."""

    attribution: Attribution
    mention: Mention | None
    inside: tuple[Mention, ...]


Encode: TypeAlias = Callable[[ReadArticle], ReadArticle]
"""Fills in what the encoder tells of an article."""


def prepare(annotated: AnnotatedArticle, casts: dict[str, Cast], encode: Encode) -> Prepared:
    """Read an annotated article and collect its examples; `casts` keeps the topics' matchers."""
    read, met = readings(annotated, casts)
    encoded = encode(read)
    collected = _Collector(annotated, encoded).collect()
    examples = {head: tuple(found) for head, found in collected.items()}
    return Prepared(annotated, encoded, encoded if met is read else encode(met), examples)


def readings(annotated: AnnotatedArticle, casts: dict[str, Cast]) -> tuple[ReadArticle, ReadArticle]:
    """An article with the furniture that was marked, and as labelling meets it; often the same."""
    topic = annotated.topic
    if topic.sha256 not in casts:
        casts[topic.sha256] = Cast(topic)
    read = read_article(annotated.article, annotated.sentences, casts[topic.sha256])
    flags = furniture.flag([replace(sentence, furniture=False) for sentence in annotated.sentences])
    met = tuple(replace(s, furniture=flag) for s, flag in zip(annotated.sentences, flags, strict=True))
    if met == annotated.sentences:
        return read, read
    return read, read_article(annotated.article, met, casts[topic.sha256])


@dataclass
class _Collector:
    annotated: AnnotatedArticle
    read: ReadArticle
    turns: list[Turn] = field(default_factory=list)

    def collect(self) -> dict[str, list[Example]]:
        """All examples of the article, by head."""
        examples: dict[str, list[Example]] = {head: [] for head in QUESTIONS}
        self.dossier = Dossier.of(self.read)
        self.aligned = [
            [
                _align(self.read, sentence, gold)
                for gold in self.annotated.attributions[sentence.sentence.index]
            ]
            for sentence in self.read.sentences
        ]
        for at, sentence in enumerate(self.read.sentences):
            known = sentence.sentence.index not in self.annotated.open_sentences
            for head, example in self._sentence(at) if known else ():
                examples[head].append(example)
            spoke = [turn for pair in self.aligned[at] if (turn := self._turn(at, pair))]
            self.turns = [*self.turns, *spoke][-MEMORY:]
        return examples

    def _sentence(self, at: int) -> Iterator[tuple[str, Example]]:
        sentence, pairs = self.read.sentences[at], self.aligned[at]
        named = {id(pair.mention) for pair in pairs}
        unclear = {id(mention) for pair in pairs for mention in pair.inside} - named
        for mention in sentence.mentions:
            if id(mention) not in unclear:
                features = source_features(self.read, at, mention)
                yield "source", Example(features, "yes" if id(mention) in named else "no")
        for pair in pairs:
            if pair.mention and not role_of_cast(self.read, pair.mention):
                features = role_features(self.read, at, pair.mention, self.dossier, self.turns)
                yield "role", Example(features, pair.attribution.role)
            if pair.mention or pair.attribution.source is None:
                others = tuple(o.mention for o in pairs if o.mention and o.mention is not pair.mention)
                voice = Voice(pair.mention, pair.attribution.role, others)
                yield "stance", Example(stance_features(self.read, at, voice), pair.attribution.stance)
        if not any(pair.mention for pair in pairs):
            running = {pair.attribution.role for pair in pairs if pair.attribution.source is None}
            for link, turn in links(self.read, at, self.turns, self._turn_of):
                features = running_features(self.read, at, turn, link)
                yield "running", Example(features, "yes" if turn.role in running else "no")

    def _turn(self, at: int, pair: _Aligned) -> Turn | None:
        if pair.mention:
            role = pair.attribution.role
            return turn_at(self.read, at, pair.mention, role, self.turns, self.dossier)
        last = next((turn for turn in reversed(self.turns) if turn.role == pair.attribution.role), None)
        return last.running_into(self.read.sentences[at]) if last else None

    def _turn_of(self, at: int) -> Turn | None:
        sentence = self.read.sentences[at]
        outside = [p for p in self.aligned[at] if p.mention and not sentence.quoted[p.mention.head]]
        return self._turn(at, outside[0]) if outside else None


def _align(read: ReadArticle, sentence: ReadSentence, gold: Attribution) -> _Aligned:
    if gold.source is None:
        return _Aligned(gold, None, ())
    inside = tuple(
        m for m in sentence.mentions if gold.source.start <= sentence.starts[m.head] < gold.source.end
    )
    roles = [role_of_cast(read, mention) for mention in inside]
    same = [mention for mention, role in zip(inside, roles, strict=True) if role == gold.role]
    free = [mention for mention, role in zip(inside, roles, strict=True) if role is None]
    return _Aligned(gold, next(iter(same or free), None), inside)
