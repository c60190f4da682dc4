"""Many articles: one after the other or by several processes, in order, in bounded memory."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stance.articles import ArticleFailure
from stance.errors import ArticleError, StanceError, UsageError
from stance.records import Article, LabelledArticle
from stance.topic import Topic

if TYPE_CHECKING:
    from stance.model import Model

__all__ = ["ModelLabeller", "Shard", "label_corpus"]

CHUNK = 32
"""Articles per process between two barriers: enough to keep them busy, few enough to hold."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`: every `count`-th article, beginning with the `number`-th."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `I/N`, where I counts from 1.

        Raises:
            UsageError: the text is no such pair.
        """
        number, slash, count = text.partition("/")
        if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
            return cls(int(number), int(count))
        raise UsageError(f"shard is {text!r}, expected I/N with I from 1 to N, such as 1/4")

    def take(self, items: Iterable[Article | ArticleFailure]) -> Iterator[Article | ArticleFailure]:
        """This part of the articles."""
        return itertools.islice(items, self.number - 1, None, self.count)


@dataclass(frozen=True)
class ModelLabeller:
    """Labels an article with a model that each process loads once, when it is first needed."""

    path: Path | None = None
    topic: Topic | None = None
    _loaded: list[Model] = field(default_factory=list, repr=False, compare=False)

    def model(self) -> Model:
        """The model.

        Raises:
            ModelError: the folder is missing, damaged, unsafe or of another schema.
        """
        if not self._loaded:
            from stance.model import load

            self._loaded.append(load(self.path, self.topic))
        return self._loaded[0]

    def __call__(self, article: Article) -> LabelledArticle:
        """Label an article.

        Raises:
            ArticleError: the article cannot be labelled.
            ModelError: see `model`.
        """
        return self.model().label(article)

    def __reduce__(self) -> tuple[Callable[..., ModelLabeller], tuple[Path | None, Topic | None, str]]:
        # Another process gets the recipe, not the loaded model, and keeps one for all its articles.
        return _process_labeller, (self.path, self.topic, self.model().digest)


_LABELLERS: dict[tuple[str | None, str], ModelLabeller] = {}


def _process_labeller(path: Path | None, topic: Topic | None, digest: str) -> ModelLabeller:
    """This process's labeller; a model that was trained anew in the same folder is another one."""
    key = (topic.sha256 if topic else None, digest)
    return _LABELLERS.setdefault(key, ModelLabeller(path, topic))


def label_corpus(
    inputs: Iterable[Article | ArticleFailure],
    label: Callable[[Article], LabelledArticle],
    jobs: int = 1,
    shard: Shard | None = None,
) -> Iterator[LabelledArticle | ArticleFailure]:
    """Label articles in their order; what cannot be labelled is a failure in its place.

    With `jobs` > 1 that many processes work on bounded chunks, and `label` must be picklable.
    The results are the same for every number of jobs.

    Raises:
        UsageError: the model does not load.
    """
    items = shard.take(inputs) if shard else iter(inputs)
    if jobs == 1:
        return (_attempt(label, item) for item in items)
    return _parallel(items, label, jobs)


def _parallel(
    items: Iterator[Article | ArticleFailure], label: Callable[[Article], LabelledArticle], jobs: int
) -> Iterator[LabelledArticle | ArticleFailure]:
    from joblib import Parallel, delayed

    with Parallel(n_jobs=jobs) as parallel:
        while chunk := list(itertools.islice(items, CHUNK * jobs)):
            yield from parallel(delayed(_attempt)(label, item) for item in chunk)


def _attempt(
    label: Callable[[Article], LabelledArticle], item: Article | ArticleFailure
) -> LabelledArticle | ArticleFailure:
    if isinstance(item, ArticleFailure):
        return item
    try:
        return label(item)
    except ArticleError as error:
        return ArticleFailure(item.id, str(error))
    except (StanceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # one article's surprise must not cost the others
        _log.debug("%s failed", item.id, exc_info=True)
        return ArticleFailure(item.id, f"unexpected {type(error).__name__}: {error}; please report it")
