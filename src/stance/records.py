"""The values that travel through stance: articles, sentences, spans, attributions.

Every offset counts Unicode code points of the article's text and every end is exclusive,
so that `text == article.text[start:end]`. Values are frozen: a step adds a new one and
changes none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stance.labels import MODEL

__all__ = ["Article", "Attribution", "LabelledArticle", "Sentence", "Span"]


@dataclass(frozen=True)
class Article:
    """A news article as it was read: NFC-normalised and otherwise untouched.

    `date` is ISO 8601 (`2023-04-13`) and `date_source` says what it rests on: `metadata`,
    `text`, `filename` or None. `extra` holds the columns that the user's table has besides.
    """

    id: str
    text: str
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    date: str | None = None
    date_source: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the text in UTF-8."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the article's text; `end` is exclusive."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, headline, list item or piece of page furniture.

    `index` counts the sentences and `paragraph` the paragraphs of the article, both from 0.
    """

    index: int
    paragraph: int
    start: int
    end: int
    text: str
    furniture: bool = False

    def span(self, start: int, end: int) -> Span:
        """The part of the sentence between two offsets of the article."""
        if not self.start <= start <= end <= self.end:
            raise ValueError(f"{start}:{end} is not inside sentence {self.start}:{self.end}")
        return Span(start, end, self.text[start - self.start : end - self.start])


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody is presented in a sentence as the source of what is stated.

    The confidences are calibrated probabilities: `speaker_confidence` that this source speaks
    here, `stance_confidence` that of the stance, given the source, `confidence` that both are
    right (off the topic, that the source speaks), which decides whether the row
    wants a second look. An annotator's attribution has none. `source` and `cue` lie in the
    sentence or are None.
    """

    role: str
    speaker: str
    stance: str
    source: Span | None = None
    cue: Span | None = None
    holder: str | None = None
    mention: str | None = None
    via: str | None = None
    detail: str | None = None
    statement_date: str | None = None
    speaker_confidence: float | None = None
    stance_confidence: float | None = None
    stance_probabilities: Mapping[str, float] | None = None
    confidence: float | None = None
    labelled_by: str = MODEL
    review: bool = False


@dataclass(frozen=True)
class LabelledArticle:
    """What a model (or an annotator) says of an article.

    `attributions` has one tuple per sentence, in the order of `sentences`, empty where nobody
    but the reporter speaks; `nobody_confidence` has one calibrated probability per sentence
    that nobody speaks. `model` is the digest of the model's manifest. `speakers` has the labels
    of the topic in their order, each with its role. `annotators` has one entry per sentence, the
    name of the one who corrected it or None, and is empty where nothing was corrected.
    """

    article: Article
    sentences: tuple[Sentence, ...]
    attributions: tuple[tuple[Attribution, ...], ...]
    nobody_confidence: tuple[float, ...]
    topic: str
    topic_sha256: str
    on_topic: bool
    model: str
    review_nobody: tuple[bool, ...] = ()
    speakers: Mapping[str, str] = field(default_factory=dict)
    annotators: tuple[str | None, ...] = ()
