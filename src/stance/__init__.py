"""Who speaks in a news article, and what they do to the allegation: confirm, deny or hedge.

    >>> import stance
    >>> model = stance.load()
    >>> result = model.label("The Serbian president denied that weapons were sent to Ukraine.")
    >>> [(found.speaker, found.stance) for found in result.attributions[0]]
    [('vucic', 'denies')]

Importing this is cheap: what needs spaCy or numpy is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stance.errors import (
    AnnotationError,
    ArticleError,
    MissingExtra,
    ModelError,
    StanceError,
    TopicError,
    UsageError,
)
from stance.records import Article, Attribution, LabelledArticle, Sentence, Span
from stance.topic import Topic, load_topic

if TYPE_CHECKING:
    from stance.annotations import read_annotations
    from stance.articles import ArticleFailure, read_articles
    from stance.model import Model, Result, load

__version__ = "0.1.0"

__all__ = [
    "AnnotationError",
    "Article",
    "ArticleError",
    "ArticleFailure",
    "Attribution",
    "LabelledArticle",
    "MissingExtra",
    "Model",
    "ModelError",
    "Result",
    "Sentence",
    "Span",
    "StanceError",
    "Topic",
    "TopicError",
    "UsageError",
    "load",
    "load_topic",
    "read_annotations",
    "read_articles",
]

_LATER = {
    "ArticleFailure": "stance.articles",
    "Model": "stance.model",
    "Result": "stance.model",
    "load": "stance.model",
    "read_annotations": "stance.annotations",
    "read_articles": "stance.articles",
}
"""Where a name comes from that is imported when it is first used."""


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> Any:
        if name in _LATER:
            return getattr(import_module(_LATER[name]), name)
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
