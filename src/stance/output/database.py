"""SQLite: the articles, the flat rows, and the positions, ready to be browsed and joined."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from stance.errors import UsageError
from stance.labels import POSITIONS
from stance.output.options import WriteOptions
from stance.output.rows import (
    BOOLEANS,
    FLAT_COLUMNS,
    FLOATS,
    INTEGERS,
    SCHEMA,
    ExtraColumns,
    article_row,
    flatten,
    rows,
    stored,
)
from stance.records import LabelledArticle

__all__ = ["join_sqlite", "write_sqlite"]

_ARTICLE = ("schema", "article", "article_sha256", "title", "outlet", "url", "date", "date_source", "topic",
            "topic_sha256", "on_topic", "model")  # fmt: skip
_ALWAYS = frozenset(
    {"schema", "article", "article_sha256", "topic", "topic_sha256", "on_topic", "model", "sentence",
     "paragraph", "start", "end", "furniture", "role", "speaker", "stance", "labelled_by", "review"}
)  # fmt: skip
"""Columns that no row leaves empty."""

_POSITION = ("speaker", "holder", "stance", "detail", "date", "statement_date", "outlet", "title", "article",
             "sentence", "text", "source_text", "cue_text", "speaker_confidence", "stance_confidence",
             "review", "labelled_by", "url")  # fmt: skip

_INDEXES = """
CREATE INDEX attributions_by_sentence ON attributions (article, sentence);
CREATE INDEX attributions_by_speaker ON attributions (speaker, stance);
CREATE INDEX attributions_by_stance ON attributions (stance, detail);
CREATE INDEX attributions_by_holder ON attributions (holder, stance);
CREATE INDEX attributions_by_role ON attributions (role);
CREATE INDEX attributions_by_date ON attributions (date);
CREATE INDEX attributions_to_review ON attributions (review);
CREATE INDEX articles_by_date ON articles (date);
CREATE INDEX articles_by_outlet ON articles (outlet);
"""


def write_sqlite(results: Iterable[LabelledArticle], path: Path, options: WriteOptions) -> None:
    """A database with `articles`, `attributions` and the view `positions`.

    `articles` has one row per article and `article` as its key; `attributions` has the flat
    columns and then the user's own, and points to `articles`. `positions` lists the attributions
    with a stance in the order of their dates. Booleans are 0 and 1, dates are ISO 8601 text, and
    `PRAGMA user_version` is the schema's number.

    Raises:
        UsageError: two articles have the same id.
    """
    with _new(path) as database:
        extras = ExtraColumns()
        known: set[str] = set()
        for result in results:
            own = {name: stored(value) for name, value in extras.rename(result.article.extra).items()}
            _add_columns(database, extras.names, known)
            _insert_article(database, result)
            for row in rows(result, attributions_only=options.attributions_only, text=options.text):
                _insert(database, "attributions", {**flatten(row), **own})


def join_sqlite(parts: Sequence[Path], path: Path) -> None:
    """One database of several that `write_sqlite` wrote, with the columns of all."""
    with _new(path) as database:
        known: set[str] = set()
        for part in parts:
            with closing(sqlite3.connect(part)) as opened:
                for table in ("articles", "attributions"):
                    found = opened.execute(f"SELECT * FROM {table} ORDER BY rowid")
                    names = [name for name, *_ in found.description]
                    if table == "attributions":
                        _add_columns(database, names[len(FLAT_COLUMNS) :], known)
                    database.executemany(_insertion(table, names), found)


@contextmanager
def _new(path: Path) -> Iterator[sqlite3.Connection]:
    """A database with empty tables, to be filled; view and indexes come at the end.

    Raises:
        OSError: it cannot be written, such as where the disk is full.
    """
    try:
        # The file is a temporary one that a crash leaves behind unseen: no journal is needed.
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute(f"PRAGMA user_version = {SCHEMA}")
            database.execute("BEGIN")
            database.execute(f"CREATE TABLE articles ({_columns(_ARTICLE)}, PRIMARY KEY (article))")
            database.execute(
                f"CREATE TABLE attributions ({_columns(FLAT_COLUMNS)},"
                " FOREIGN KEY (article) REFERENCES articles (article))"
            )
            yield database
            database.execute(_view())
            for statement in _INDEXES.strip().splitlines():
                database.execute(statement)
            database.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error)) from error


def _add_columns(database: sqlite3.Connection, names: Iterable[str], known: set[str]) -> None:
    """Add those of the user's columns that are not there yet; SQLite knows no letter case."""
    for name in names:
        if name.casefold() not in known:
            known.add(name.casefold())
            database.execute(f"ALTER TABLE attributions ADD COLUMN {_quoted(name)}")


def _columns(columns: Iterable[str]) -> str:
    return ", ".join(f"{_quoted(column)} {_type(column)}" for column in columns)


def _type(column: str) -> str:
    kind = "INTEGER" if column in INTEGERS | BOOLEANS else "REAL" if column in FLOATS else "TEXT"
    filled = " NOT NULL" if column in _ALWAYS else ""
    return kind + filled + (f" CHECK ({_quoted(column)} IN (0, 1))" if column in BOOLEANS else "")


def _view() -> str:
    stances = ", ".join(f"'{stance}'" for stance in POSITIONS)
    return (
        f"CREATE VIEW positions AS SELECT {', '.join(map(_quoted, _POSITION))} FROM attributions"
        f" WHERE stance IN ({stances}) ORDER BY date, article, sentence"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _insert_article(database: sqlite3.Connection, result: LabelledArticle) -> None:
    try:
        _insert(database, "articles", article_row(result))
    except sqlite3.IntegrityError as error:
        raise UsageError(
            f"two articles have the id {result.article.id!r}, expected each once; name them apart"
        ) from error


def _insert(database: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    database.execute(_insertion(table, row), tuple(row.values()))


def _insertion(table: str, names: Iterable[str]) -> str:
    quoted = [_quoted(name) for name in names]
    return f"INSERT INTO {table} ({', '.join(quoted)}) VALUES ({', '.join('?' * len(quoted))})"
