"""An article's annotations on disk: its file of rows, its line in `articles.csv`, its text.

What other programs wrote into the same files stays: rows of other articles, columns of one's own.
Every write is checked first with the reader that everything else uses, and is whole or not at all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stance.annotated import parse_article, text_place
from stance.annotations import ARTICLES, article_fields, sentence_fields
from stance.errors import AnnotationError, UsageError
from stance.files import atomic_path, atomic_write
from stance.records import Article
from stance.rows import ARTICLE_COLUMNS, ROW_COLUMNS, Row, format_table, read_table
from stance.topic import Topic
from stance.web.steps import Line, Lines

__all__ = ["Sheet", "Version", "check_annotator", "file_name", "locked", "read_rows"]


@dataclass(frozen=True)
class Version:
    """A state of an article's file: its bytes, all its rows, and the lines of the article."""

    data: bytes
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: Lines

    @cached_property
    def digest(self) -> str:
        """What a page says it saw, and what a save must find again."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Sheet:
    """Where an article's annotations lie.

    `topic_path` and `file` are what `articles.csv` says of it; `copy_text` is true where no file
    holds the text as it was read (a web page, a table), so that the folder keeps it.
    """

    folder: Path
    path: Path
    article: Article
    topic: Topic
    topic_path: str
    file: str
    copy_text: bool
    first: Lines

    def read(self) -> Version:
        """The file as it is now; before the first save, what would be written.

        Raises:
            AnnotationError: the file is broken; every bad row is named.
        """
        if not self.path.exists():
            return self._composed((), ROW_COLUMNS, self.first)
        data, rows = read_rows(self.path)
        own = [row for row in rows if row["article"] == self.article.id]
        header = tuple(rows[0].fields) if rows else ROW_COLUMNS
        return Version(data, header, tuple(rows), self._parsed(own) if own else self.first)

    def version(self, before: Version, lines: Lines) -> Version:
        """The file with other lines of this article.

        Raises:
            AnnotationError: what would be written does not read back.
        """
        new = self._composed(before.rows, before.header, lines)
        self._parsed([row for row in new.rows if row["article"] == self.article.id])
        return new

    def write(self, version: Version) -> None:
        """Put a version in the place of the file, and the article on the list of articles.

        Raises:
            UsageError: the folder is not writable, or `articles.csv` is broken; rows and list stay.
        """
        listed = self._list()
        if self._unkept:
            text = self.folder / self.file
            text.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(text, self.article.text)
        # The rows take their place last: an article on the list without rows gets them with the next save.
        with atomic_path(self.path) as rows:
            rows.write_bytes(version.data)
            if listed is not None:
                atomic_write(self.folder / ARTICLES, listed)

    def _composed(self, before: Sequence[Row], header: tuple[str, ...], lines: Lines) -> Version:
        own = [row for row in before if row["article"] == self.article.id]
        others = [row for row in before if row["article"] != self.article.id]
        at = before.index(own[0]) if own else len(before)
        records = self._records(lines, _extras(own, header))
        every = (*others[:at], *(Row(self.path, 0, fields) for fields in records), *others[at:])
        text = format_table(header, ([row.fields.get(name, "") for name in header] for row in every))
        return Version(text.encode("utf-8"), header, every, lines)

    @property
    def _unkept(self) -> bool:
        """Whether the text is still to be written to the folder."""
        return self.copy_text and text_place(self.folder, self.file) is None

    @property
    def entry(self) -> Row:
        """The article's line of `articles.csv`, as it would be written."""
        return Row(self.folder / ARTICLES, 1, article_fields(self.article, self.topic_path, self.file))

    def _parsed(self, rows: list[Row]) -> Lines:
        problems: list[str] = []
        # A text that lies in a file is read from there: it may have changed since this one was read.
        annotated = parse_article(self.entry, rows, problems, self.article.text if self._unkept else None)
        if problems or annotated is None:
            raise AnnotationError(problems)
        return tuple(
            Line(sentence, marks, annotator)
            for sentence, marks, annotator in zip(
                annotated.sentences, annotated.attributions, annotated.annotators, strict=True
            )
        )

    def _list(self) -> bytes | None:
        """`articles.csv` with this article, None if it stands there already."""
        path = self.folder / ARTICLES
        if not path.exists():
            return format_table(ARTICLE_COLUMNS, [self.entry.fields.values()]).encode("utf-8")
        data, rows = read_rows(path, ARTICLE_COLUMNS)
        if any(row["article"] == self.article.id for row in rows):
            return None
        header = next(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        line = format_table([], [[self.entry.fields.get(name, "") for name in header]]).lstrip("\n")
        return data + (b"" if data.endswith(b"\n") else b"\n") + line.encode("utf-8")

    def _records(
        self, lines: Lines, extras: dict[tuple[str, int], dict[str, str]]
    ) -> Iterator[dict[str, str]]:
        for line in lines:
            own = sentence_fields(self.article.id, line.sentence, line.marks, line.annotator)
            for number, fields in enumerate(own):
                yield fields | extras.get((fields["start"], number), {})


def _extras(rows: Iterable[Row], header: tuple[str, ...]) -> dict[tuple[str, int], dict[str, str]]:
    """Columns that are not of the contract, by the sentence's start and the row's number in it."""
    own = [name for name in header if name not in ROW_COLUMNS]
    found: dict[tuple[str, int], dict[str, str]] = {}
    counts: dict[str, int] = {}
    for row in rows:
        number = counts[row["start"]] = counts.get(row["start"], -1) + 1
        found[row["start"], number] = {name: row[name] for name in own}
    return found


def read_rows(path: Path, columns: tuple[str, ...] = ROW_COLUMNS) -> tuple[bytes, list[Row]]:
    """The bytes of a table and the rows that were read from just these bytes.

    Raises:
        AnnotationError: the table is broken.
    """
    while True:
        problems: list[str] = []
        try:
            data = path.read_bytes()
            rows = read_table(path, columns, problems)
            same = path.read_bytes() == data
        except OSError as error:
            raise UsageError(f"{path}: cannot read ({error.strerror})") from error
        if same and problems:
            raise AnnotationError(problems)
        if same:
            return data, rows


def file_name(article: str) -> str:
    """The name of an article's file without its ending; ids come from strangers' tables.

    Such a name stays as it is where it is a plain one; else what could lead out of the folder, hide
    the file or take the place of `articles.csv` is replaced, and a digest keeps ids apart.
    """
    plain = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", article)).strip(".-")[:80]
    if article and plain == article and article.lower() not in _RESERVED:
        return article
    return f"{plain or 'article'}-{hashlib.sha256(article.encode('utf-8', 'replace')).hexdigest()[:8]}"


# The list of articles, and the names that Windows keeps for devices.
_RESERVED = {
    "articles",
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


def check_annotator(name: str) -> None:
    """Check the name under which an annotator's labels are kept.

    Raises:
        UsageError: it is empty, or no file gives it back as it is.
    """
    if not name.strip() or not name.isprintable() or unicodedata.normalize("NFC", name) != name:
        raise UsageError(f"annotator is {name!r}, expected a name on one line")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes that annotate in the folder out of the block (where the system can)."""
    try:
        import fcntl
    except ImportError:  # Windows: two desks on one folder are told apart by digest alone
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{folder}: cannot write here ({error.strerror}); choose another folder") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
