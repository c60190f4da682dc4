"""Every exception of stance that reaches a user; `stance.web` has two more of its own, for its pages.

::

    StanceError
    ├── UsageError          the command cannot run as asked (exit code 2)
    │   ├── MissingExtra    an optional dependency is not installed
    │   ├── TopicError      a topic file is broken
    │   ├── AnnotationError an annotation file is broken; lists every bad row
    │   └── ModelError      a model folder is damaged, unsafe or incompatible
    └── ArticleError        one article cannot be read (exit code 1, the others go on)

A message has one line per fault: what was found, what was expected, what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

__all__ = [
    "AnnotationError",
    "ArticleError",
    "MissingExtra",
    "ModelError",
    "StanceError",
    "TopicError",
    "UsageError",
    "did_you_mean",
]


class StanceError(Exception):
    """The root of the tree: anything that stance raises on purpose."""


class UsageError(StanceError):
    """The command cannot run as asked; nothing was written."""


class MissingExtra(UsageError):
    """An optional dependency is needed and not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}: in stance's own folder run  pip install '.[{extra}]'")


class TopicError(UsageError):
    """A topic file is missing, is no TOML, or breaks the schema."""


class AnnotationError(UsageError):
    """An annotation file has bad rows; `problems` names each with its line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ModelError(UsageError):
    """A model folder is damaged, unsafe, or of another schema."""


class ArticleError(StanceError):
    """One article cannot be read or labelled; the others can."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that comes nearest, as the end of a message; empty where none comes near."""
    close = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
