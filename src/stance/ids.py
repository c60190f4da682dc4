"""Names that are given once, however many there are."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
import unicodedata
from types import TracebackType
from typing import Self

__all__ = ["UniqueIds"]


class UniqueIds:
    """Gives every id once: a repeated one gets a number, `a`, `a#2`, `a#3`.

    Those that were given lie in a database without a name that dies with the process; the memory
    that it takes does not grow with their number.
    """

    def __init__(self) -> None:
        self._given = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._given.execute("PRAGMA journal_mode = OFF")
        self._given.execute("PRAGMA synchronous = OFF")
        self._given.execute("CREATE TABLE given (id BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID")

    def take(self, name: str) -> str:
        """This name, or the next free one made of it, in NFC as all tables are read.

        Raises:
            OSError: the database cannot grow, such as where the disk is full.
        """
        given = name = unicodedata.normalize("NFC", name)
        try:
            while not self._take(given):
                given = f"{name}#{self._count(name)}"
        except sqlite3.OperationalError as error:
            raise OSError(errno.EIO, str(error), tempfile.gettempdir()) from error
        return given

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._given.close()

    def _take(self, name: str) -> bool:
        """Whether nobody has it yet."""
        done = self._given.execute("INSERT OR IGNORE INTO given VALUES (?, 1)", (_key(name),))
        return done.rowcount == 1

    def _count(self, name: str) -> int:
        """How often it was asked for, this time included."""
        asked = "UPDATE given SET times = times + 1 WHERE id = ? RETURNING times"
        (row,) = self._given.execute(asked, (_key(name),)).fetchall()
        return int(row[0])


def _key(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")  # JSON may hold half a character
