"""What the formats share: how a reader is asked, what it answers, what a format can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stance.annotated import AnnotatedArticle

__all__ = ["Format", "FormatOptions", "Reading"]


@dataclass(frozen=True)
class FormatOptions:
    """What a reader cannot know from the file.

    `topic` is a topic file or a built-in topic, for articles that name none; `annotator` is the
    name of who marked what has no annotator; `columns` maps fields of the contract (`speaker`)
    to the columns of a plain table (`actor`).
    """

    topic: str | None = None
    annotator: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The articles of a file or folder, in its order, and what was left out, one line each.

    An article that several annotators marked stands there once for each.
    """

    articles: tuple[AnnotatedArticle, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """One format: how it is read and written, and how it is told from the others.

    `read` raises AnnotationError with every bad record; `write` returns what the format cannot
    hold, one line each, and raises UsageError where it cannot write; it is None where a format
    is only read. `guess` says whether an existing file or folder looks like this format;
    `endings` are those that only this format has, "" for a folder.
    """

    read: Callable[[Path, FormatOptions], Reading]
    write: Callable[[Path, Sequence[AnnotatedArticle]], list[str]] | None
    guess: Callable[[Path], bool]
    endings: tuple[str, ...] = ()
