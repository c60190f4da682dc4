"""Files to articles: text, Markdown, HTML, tables with a text column, any of them packed, standard input.

What the user got wrong (no such path, unknown format or column) is a `UsageError` before anything is read;
what is wrong with one article is an `ArticleFailure` in its place, and the others go on.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from stance.columns import TABLES, are_labels, column_names, count_rows, find_columns
from stance.documents import of_row, read_document, row_id
from stance.errors import ArticleError, UsageError
from stance.ids import UniqueIds
from stance.inputs import STDIN, find_inputs, kind_of, names_of, plain
from stance.packing import is_packed, open_input
from stance.records import Article

__all__ = [
    "STDIN",
    "Archive",
    "ArticleFailure",
    "Document",
    "Item",
    "ReadOptions",
    "find_inputs",
    "id_of",
    "read_articles",
]

LABELS: Mapping[str, str] = {}
"""Stands for the columns of a table that holds no articles but labels."""


@dataclass(frozen=True)
class ReadOptions:
    """Which columns of a table hold what; None: guessed by their names.

    With `with_title` the title of a row is the first line of its text, and labelled as a headline is.
    """

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    title_column: str | None = None
    outlet_column: str | None = None
    url_column: str | None = None
    with_title: bool = False


@dataclass(frozen=True)
class ArticleFailure:
    """An article that cannot be read: its id and, in one line, why."""

    article: str
    reason: str


@dataclass(frozen=True)
class Document:
    """An article in a file of its own, which is read when it is needed, by whoever needs it."""

    id: str
    path: Path

    def read(self) -> Article:
        """The article.

        Raises:
            ArticleError: the file cannot be read, or holds no article.
        """
        with _unreadable(), open_input(self.path) as (file, _):
            return read_document(file.read(), self.id, kind_of(self.path), self.path.name)


Item = Article | Document | ArticleFailure
"""One of many: read, still to be read, or not to be read at all."""


def id_of(item: Item) -> str:
    """The id of the article, whatever became of it."""
    return item.article if isinstance(item, ArticleFailure) else item.id


class Archive:
    """The articles that paths stand for, in their order, with unique ids: rows of tables, and files.

    `size` counts the bytes of all files, `position` those of them that are behind; `notes` says, in a
    line each, what was passed over in folders. The paths and the tables' columns are checked at once,
    the rows are read as they are asked for.

    Raises:
        UsageError: see `find_inputs`; or a table lacks a column that the user names or a text column,
            or holds labels and no articles.
    """

    def __init__(
        self, paths: Sequence[str | Path], options: ReadOptions | None = None, stdin: IO[bytes] | None = None
    ) -> None:
        wanted = {use.removesuffix("_column"): name for use, name in asdict(options or ReadOptions()).items()}
        self._with_title = bool(wanted.pop("with_title"))
        inputs = find_inputs(paths)
        self._stdin = stdin
        if STDIN in inputs.files and stdin is None:
            raise UsageError("-: there is no standard input here")
        columns = {path: _columns(path, wanted) for path in inputs.files if kind_of(path) in TABLES}
        labels = [path for path, found in columns.items() if found is LABELS]
        if named := [path for path in labels if path in inputs.named]:
            raise UsageError(f"{named[0]} holds labelled sentences, expected articles")
        if len(labels) == len(inputs.files):
            raise UsageError(f"{labels[0]}: only labelled sentences in this folder, expected articles")
        passed = (f"{path}: passed over, it holds labelled sentences" for path in labels)
        self.notes = (*inputs.told(), *passed)
        self._columns = columns
        self._inputs = [path for path in inputs.files if path not in labels]
        self._sizes = {path: _size(path) for path in self._inputs}
        self.size = sum(self._sizes.values())
        self.position = 0

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read, standard input aside."""
        return tuple(Path(path) for path in self._inputs if path != STDIN)

    def __iter__(self) -> Iterator[Item]:
        self.position = 0
        with UniqueIds() as ids:
            for item in self._items():
                own = id_of(item)
                name = ids.take(own)
                if name == own:
                    yield item
                elif isinstance(item, ArticleFailure):
                    yield replace(item, article=name)
                else:
                    yield replace(item, id=name)

    def _items(self) -> Iterator[Item]:
        names = names_of(self._inputs)
        behind = 0
        for path in self._inputs:
            name = names[path]
            try:
                if kind_of(path) in TABLES:
                    with _unreadable():
                        yield from self._rows(path, name, behind)
                elif path == STDIN and self._stdin is not None:
                    yield read_document(self._stdin.read(), name, "")
                else:
                    self.position = behind + self._sizes[path]
                    yield Document(name, Path(plain(path)))  # for workers that stand elsewhere
            except ArticleError as error:
                yield ArticleFailure(name, str(error))
            behind += self._sizes[path]
            self.position = behind

    def _rows(self, path: Path, name: str, behind: int) -> Iterator[Article | ArticleFailure]:
        columns = self._columns[path] or {"text": "text"}
        with _open_table(path) as (file, raw):
            kind = kind_of(path)
            total = count_rows(kind, file)
            number = 0
            for number, row in enumerate(TABLES[kind](file), 1):
                own = row_id(row, columns) or f"{name}-{number}"
                self.position = behind + (self._sizes[path] * number // total if total else raw.tell())
                try:
                    yield of_row(row, columns, own, with_title=self._with_title)
                except ArticleError as error:
                    yield ArticleFailure(own, str(error))
            if not number:
                raise ArticleError("empty, expected a table with a text column")


def read_articles(
    paths: Sequence[str | Path], options: ReadOptions | None = None, stdin: IO[bytes] | None = None
) -> Iterator[Article | ArticleFailure]:
    """Read articles one by one, in the order of the paths; ids are unique.

    The paths and the tables' columns are checked in this call, the articles are read as they are asked for.

    Raises:
        UsageError: see `Archive`.
    """
    return map(_read, Archive(paths, options, stdin))


def _read(item: Item) -> Article | ArticleFailure:
    if not isinstance(item, Document):
        return item
    try:
        return item.read()
    except ArticleError as error:
        return ArticleFailure(item.id, str(error))


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, UnicodeError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArticleError(f"cannot be read ({reason})") from error


@contextmanager
def _open_table(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """As `open_input`; but Parquet is read from its end, which what is packed cannot be."""
    with open_input(path) as (opened, raw):
        yield (io.BytesIO(opened.read()) if kind_of(path) == ".parquet" and is_packed(path) else opened), raw


def _size(path: Path) -> int:
    try:
        return 0 if path == STDIN else path.stat().st_size
    except OSError:  # it will be told when it is opened
        return 0


def _columns(path: Path, wanted: Mapping[str, str | None]) -> Mapping[str, str] | None:
    """What each column holds; `LABELS`: a table of labels; None: it cannot be read, which is told in turn."""
    try:
        with _open_table(path) as (file, _):
            names = column_names(kind_of(path), file)
    except (OSError, EOFError, zlib.error, UnicodeError, ArticleError):
        return None
    if wanted["text"] is None and are_labels(names):
        return LABELS
    # An empty table has no columns to complain of.
    return find_columns(names, wanted, str(path)) if names else None
