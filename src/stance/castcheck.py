"""How well a topic file fits articles: whom it finds, what it never finds, which articles it is about.

Nothing here needs a model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from stance.articles import ArticleFailure, id_of
from stance.cast import Cast
from stance.errors import ArticleError
from stance.language import check_english
from stance.lexicon import fold
from stance.parsing import split, tokenise
from stance.reading import ReadArticle, read_article
from stance.records import Article
from stance.relevance import relevance_of
from stance.topic import Topic

__all__ = ["Found", "check_cast"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a topic finds in articles.

    `off_topic` and `unreadable` are ids. `named` has for each label of a speaker of the topic how often
    it is named and in how many articles, pronouns left out; `never` what stands in the topic file and in
    no article, by where it stands there (`mayor`, `terms`, the name of a party).
    """

    articles: int
    sentences: int
    off_topic: tuple[str, ...]
    unreadable: tuple[str, ...]
    named: Mapping[str, tuple[int, int]]
    never: Mapping[str, tuple[str, ...]]


def check_cast(topic: Topic, items: Iterable[Article | ArticleFailure]) -> Found:
    """Read articles as labelling reads them, and count what the topic finds; linear in their length."""
    cast = Cast(topic)
    times, within = Counter[str](), Counter[str]()
    unseen = {_key(words) for _, known in _known(topic) for words in known}
    off_topic, unreadable, count, sentences = [], [], 0, 0
    for item in items:
        try:
            read = _read(item, cast)
        except ArticleError:
            unreadable.append(id_of(item))
            continue
        count, sentences = count + 1, sentences + len(read.sentences)
        if not relevance_of(read).on_topic:
            off_topic.append(read.article.id)
        labels = Counter(_speakers(read))
        times += labels
        within.update(labels.keys())
        unseen -= set(_occurring(read, unseen))
    named = {speaker.label: (times[speaker.label], within[speaker.label]) for speaker in topic.speakers}
    never: dict[str, dict[str, None]] = {}  # two speakers may have one label
    for place, known in _known(topic):
        never.setdefault(place, {}).update(dict.fromkeys(words for words in known if _key(words) in unseen))
    told = {place: tuple(words) for place, words in never.items() if words}
    return Found(count, sentences, tuple(off_topic), tuple(unreadable), named, told)


def _read(item: Article | ArticleFailure, cast: Cast) -> ReadArticle:
    if isinstance(item, ArticleFailure):
        raise ArticleError(item.reason)
    check_english(item.text)
    return read_article(item, split(item.text), cast)


def _speakers(read: ReadArticle) -> Iterator[str]:
    for sentence in read.sentences:
        for mention in sentence.mentions:
            if mention.speaker is not None and mention.kind != "pronoun":
                yield read.topic.speakers[mention.speaker].label


def _occurring(read: ReadArticle, keys: Iterable[str]) -> Iterator[str]:
    """Those of the words, folded and joined by blanks, that stand in a sentence one after the other."""
    lines = [f" {' '.join(sentence.folded)} " for sentence in read.sentences]
    return (key for key in keys if any(f" {key} " in line for line in lines))


def _known(topic: Topic) -> Iterator[tuple[str, tuple[str, ...]]]:
    for speaker in topic.speakers:
        own = (speaker.name,) if speaker.name else ()
        yield speaker.label, (*own, *speaker.aliases, *speaker.descriptions, *speaker.metonyms)
    yield from topic.parties.items()
    for source in topic.sources:
        yield source.name, (source.name, *source.aliases)
    yield "terms", topic.terms


def _key(words: str) -> str:
    return " ".join(fold(token.text) for token in tokenise(words) if not token.is_space)
