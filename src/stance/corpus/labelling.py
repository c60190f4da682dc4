"""One article: read and labelled, or a failure in its place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stance.articles import ArticleFailure, Document, Item
from stance.errors import ArticleError, StanceError
from stance.records import Article, LabelledArticle
from stance.topic import Topic

if TYPE_CHECKING:
    from stance.model import Model

__all__ = ["Label", "ModelLabeller", "Outcome", "attempt", "import_model", "keep_model"]

Label = Callable[[Article], LabelledArticle]
Outcome = LabelledArticle | ArticleFailure

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelLabeller:
    """Labels an article with a model that each process loads once, when it is first needed."""

    path: Path | None = None
    topic: Topic | None = None
    _loaded: list[Model] = field(default_factory=list, repr=False, compare=False)
    # An engine may run several threads in a process; a model is one thread's at a time.
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

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
        with self._lock:
            return self.model().label(article)

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells this labeller from others: its topic's and its model's digest."""
        return self.topic.sha256 if self.topic else None, self.model().digest

    def __reduce__(self) -> tuple[Callable[..., ModelLabeller], tuple[Path | None, Topic | None, str]]:
        # Another process gets the recipe, not the loaded model, and keeps one for all its articles.
        return _process_labeller, (self.path, self.topic, self.model().digest)


_LABELLERS: dict[tuple[str | None, str], ModelLabeller] = {}


def _process_labeller(path: Path | None, topic: Topic | None, digest: str) -> ModelLabeller:
    """This process's labeller; a model that was trained anew in the same folder is another one."""
    key = (topic.sha256 if topic else None, digest)
    return _LABELLERS.setdefault(key, ModelLabeller(path, topic))


def import_model() -> None:
    """Import all that a model needs, which takes longer than to load one."""
    import stance.model  # noqa: F401  # for its time


def keep_model(key: tuple[str | None, str], model: Model) -> None:
    """Give this process a model that was sent to it: labellers with this key will not load theirs."""
    _LABELLERS.setdefault(key, ModelLabeller(_loaded=[model]))


def attempt(label: Label, item: Item) -> Outcome:
    """Read and label an article; what goes wrong with it is a failure that says so.

    Raises:
        UsageError: the model does not load.
    """
    if isinstance(item, ArticleFailure):
        return item
    try:
        return label(item.read() if isinstance(item, Document) else item)
    except ArticleError as error:
        return ArticleFailure(item.id, str(error))
    except (StanceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # one article's surprise must not cost the others
        _log.debug("%s failed", item.id, exc_info=True)
        return ArticleFailure(item.id, f"unexpected {type(error).__name__}: {error}; please report it")
