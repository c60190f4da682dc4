"""A trained model: load it, label with it, ask it why."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from stance.articles import ArticleFailure
from stance.cast import Cast
from stance.confidence import Calibration
from stance.encoder.session import Encoder
from stance.engines import for_each
from stance.errors import ArticleError, ModelError, TopicError, UsageError
from stance.explanation import Explanation, explain
from stance.frames import to_frame
from stance.heads import Head
from stance.language import check_english
from stance.output.page import page
from stance.parsing import split
from stance.reading import ReadArticle, read_article
from stance.records import Article, Attribution, LabelledArticle, Sentence
from stance.relevance import Relevance, relevance_of
from stance.storage import default_folder, read_folder, unpack_heads
from stance.telling import Teller
from stance.topic import Topic, load_topic, parse_topic
from stance.voices import Listener, Thresholds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "Result", "load"]

_Opened: TypeAlias = tuple[Article, tuple[Sentence, ...], ReadArticle, Relevance]

CHUNK = 16
"""Articles that a process gets at once."""


@dataclass(frozen=True)
class Result(LabelledArticle):
    """A labelled article, with the ways out of it."""

    def to_frame(self) -> pd.DataFrame:
        """The contract's flat rows with their types; `stance.frames.to_frame` says which."""
        return to_frame([self])

    def to_html(self) -> str:
        """The article as one self-contained page with its labels."""
        return page([self])


class Model:
    """Labels articles: who speaks in each sentence, and what they do to the allegation.

    `digest` is that of the model folder's manifest, printed with every label.
    """

    def __init__(
        self,
        heads: Mapping[str, Head],
        topic: Topic,
        thresholds: Thresholds,
        calibration: Calibration,
        digest: str,
        encoder: Encoder,
    ) -> None:
        self.heads = heads
        self.topic = topic
        self.thresholds = thresholds
        self.calibration = calibration
        self.digest = digest
        self.encoder = encoder

    @cached_property
    def _cast(self) -> Cast:
        return Cast(self.topic)

    def read(self, article: Article, sentences: Sequence[Sentence]) -> ReadArticle:
        """An article's sentences as the heads see them."""
        return self.encoder.encode(read_article(article, sentences, self._cast))

    def label(self, article: Article | str) -> Result:
        """Label one article, given as an `Article` or as its text.

        Raises:
            ArticleError: the text is empty, or not in English.
        """
        return self._result(self._opened(article))

    def _result(self, opened: _Opened) -> Result:
        article, sentences, read, relevance = opened
        listener = Listener(read, self.heads, self.thresholds)
        teller = Teller(read, self.calibration, self.heads["row"], listener.dossier, relevance)
        attributions: list[tuple[Attribution, ...]] = []
        nobody: list[float] = []
        at = 0
        for sentence in sentences:
            if sentence.furniture:
                attributions.append(())
                nobody.append(1.0)
                continue
            found, silence = listener.sentence(at)
            attributions.append(teller.sentence(at, found, silence))
            nobody.append(self.calibration.of_nobody(silence))
            at += 1
        return Result(
            article=article,
            sentences=sentences,
            attributions=tuple(attributions),
            nobody_confidence=tuple(nobody),
            topic=self.topic.name,
            topic_sha256=self.topic.sha256,
            on_topic=relevance.on_topic,
            model=self.digest,
            review_nobody=tuple(
                not found and probability < self.calibration.review_nobody
                for found, probability in zip(attributions, nobody, strict=True)
            ),
            speakers={label: self.topic.role_of(label) for label in self.topic.labels},
        )

    def label_many(
        self,
        texts: Iterable[Article | ArticleFailure | str],
        jobs: int = 1,
        failed: Callable[[ArticleFailure], object] | None = None,
    ) -> Iterator[Result]:
        """Label many articles, in their order; with `jobs` > 1 in that many processes.

        Plain texts get the ids `text-1`, `text-2` and so on, by their place; what `read_articles`
        gives is taken as it is. With `failed` (such as `failures.append`) an article that cannot be read
        or labelled is left out, and `failed` is told which and why.

        Raises:
            ArticleError: an article cannot be read, is empty or not in English, and there is no `failed`.
            UsageError: `jobs` is less than 1, or one of the processes is gone.
        """
        items = (
            text if isinstance(text, ArticleFailure) else _article(text, f"text-{number}")
            for number, text in enumerate(texts, 1)
        )
        chunks = iter(lambda: tuple(islice(items, 1 if jobs == 1 else CHUNK)), ())
        for result in chain.from_iterable(for_each(self, _label_all, chunks, jobs)):
            if isinstance(result, Result):
                yield result
            elif failed is None:
                raise ArticleError(f"{result.article}: {result.reason}")
            else:
                failed(result)

    def __getstate__(self) -> dict[str, Any]:
        # spaCy's matchers are bound to this process's strings: another process makes its own.
        return {name: value for name, value in vars(self).items() if name != "_cast"}

    def positions(self, results: Iterable[LabelledArticle]) -> pd.DataFrame:
        """Who takes which position when, one row per attribution with a stance, by date.

        `stance.positions.positions` gives the same with holders and shifts.
        """
        from stance.positions import positions

        return positions(results).to_frame()

    def explain(self, article: Article | str, sentence: int) -> Explanation:
        """Why the sentence with this number got its label.

        Raises:
            ArticleError: the text is empty, or not in English.
            UsageError: the article has no such sentence.
        """
        opened = article, sentences, read, relevance = self._opened(article)
        if not 0 <= sentence < len(sentences):
            raise UsageError(f"{article.id} has sentences 0 to {len(sentences) - 1}, not {sentence}")
        labels = self._result(opened).attributions[sentence]
        hiding = self.encoder.hidden
        stanced = relevance.stanced
        explained = explain(read, sentences[sentence], self.heads, self.thresholds, hiding, stanced=stanced)
        review = self.calibration.review
        return replace(explained, labels=labels, topic=self.topic.name, review=review)

    def _opened(self, article: Article | str) -> _Opened:
        """An article, its sentences, how it is read, and how near it is to the topic.

        Raises:
            ArticleError: the text is empty, or not in English.
        """
        article = _article(article)
        sentences = split(article.text)
        if not sentences:
            raise ArticleError("the article is empty")
        check_english(article.text)
        read = self.read(article, sentences)
        return article, sentences, read, relevance_of(read)


def _label_all(model: Model, articles: Sequence[Article | ArticleFailure]) -> list[Result | ArticleFailure]:
    return [_labelled(model, article) for article in articles]


def _labelled(model: Model, article: Article | ArticleFailure) -> Result | ArticleFailure:
    if isinstance(article, ArticleFailure):
        return article
    try:
        return model.label(article)
    except ArticleError as error:
        return ArticleFailure(article.id, str(error))


def _article(article: Article | str, name: str = "text") -> Article:
    if isinstance(article, str):
        return Article(name, unicodedata.normalize("NFC", article))
    if not isinstance(article, Article):
        raise UsageError(
            f"found {type(article).__name__}, expected a text or an Article: read files by read_articles"
        )
    return article


def load(path: Path | str | None = None, topic: Topic | str | Path | None = None) -> Model:
    """Load a model folder, the shipped one by default; `topic` labels another story with it.

    The encoder's file is opened when the first article is labelled; `stance verify` opens it, too.

    Raises:
        ModelError: the folder is missing, damaged, unsafe or of another schema.
        TopicError: the topic is none that is built in, and no file that holds one.
    """
    files, digest = read_folder(default_folder() if path is None else Path(path))
    if isinstance(topic, str | Path):
        topic = load_topic(topic)
    heads = unpack_heads(files["heads.json"], files["heads.safetensors"])
    try:
        manifest: dict[str, Any] = json.loads(files["manifest.json"])
        told = manifest["calibration"]
        calibration = Calibration(
            speaker=(float(told["speaker"][0]), float(told["speaker"][1])),
            nobody=(float(told["nobody"][0]), float(told["nobody"][1])),
            review=float(manifest["thresholds"]["review"]),
            review_nobody=float(manifest["thresholds"]["review_nobody"]),
        )
        thresholds = Thresholds(
            float(manifest["thresholds"]["source"]), float(manifest["thresholds"]["running"])
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise ModelError(
            f"manifest.json lacks thresholds or calibration ({error}); train the model again"
        ) from error
    encoder = Encoder(files["encoder.onnx"], files["tokenizer.json"])
    return Model(heads, topic or _own_topic(files["topic.toml"]), thresholds, calibration, digest, encoder)


def _own_topic(data: bytes) -> Topic:
    try:
        return parse_topic(data.decode(), "topic.toml")
    except (TopicError, UnicodeDecodeError) as error:
        raise ModelError(f"the model's topic is broken: {error}") from error
