"""The file of corrections that a service writes to, in the name of one annotator. No HTTP here."""

from __future__ import annotations

import csv
import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path

from stance.corrections import COLUMNS, Correction, merge, read_corrections, write_corrections
from stance.errors import UsageError
from stance.labels import MODEL
from stance.records import LabelledArticle
from stance.topic import Topic
from stance.web.sheets import check_annotator, locked

__all__ = ["Ledger", "StaleError", "place_of", "stamp"]


class StaleError(UsageError):
    """Somebody else corrected the sentence since the page was made; nothing was written."""


class Ledger:
    """Corrections read anew whenever the file changed, and written one sentence at a time.

    A file that does not exist yet holds none.

    Raises:
        UsageError: the name is none, the folder is missing, or the file is broken or has columns of
            the user's own, which a save would lose.
    """

    def __init__(self, path: Path, annotator: str, topic: Topic) -> None:
        check_annotator(annotator)
        if annotator == MODEL:
            raise UsageError("annotator is 'model', expected who corrects the model")
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent}: no such folder; make it, or choose another file of corrections")
        self.path = path
        self.annotator = annotator
        self.topic = topic
        self._lock = threading.Lock()
        self._known: tuple[object, tuple[Correction, ...]] = (None, ())
        self.read()

    def read(self) -> tuple[Correction, ...]:
        """All corrections in the file.

        Raises:
            UsageError: the file is broken (every fault is named, one per line), or cannot be read.
        """
        with self._lock:
            return self._read()

    def save(self, sentence: tuple[str, int, int], new: Iterable[Correction], seen: str) -> None:
        """Put corrections in the place of those of a sentence (`Correction.place`); none withdraw them.

        `seen` is the `stamp` of the corrections that the annotator saw there.

        Raises:
            StaleError: the file has others by now.
            UsageError: the file is broken, or cannot be written; it stays as it is.
        """
        with self._lock, locked(self.path.parent):
            every = self._read()
            if stamp(each for each in every if each.place == sentence) != seen:
                raise StaleError(
                    "this sentence was corrected elsewhere meanwhile; look at what is kept, then save again"
                )
            others = (each for each in every if each.place != sentence)
            write_corrections(self.path, merge(others, new))

    def of_sentence(self, result: LabelledArticle, number: int) -> tuple[Correction, ...]:
        """The corrections of one sentence of an article."""
        place = place_of(result, number)
        return tuple(each for each in self.read() if each.place == place)

    def _read(self) -> tuple[Correction, ...]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise UsageError(f"{self.path}: cannot read ({error.strerror})") from error
        version = (status.st_ino, status.st_size, status.st_mtime_ns)
        if self._known[0] != version:
            found = read_corrections(self.path, self.topic.labels)
            self._check_columns()
            self._known = (version, found)
        return self._known[1]

    def _check_columns(self) -> None:
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            own = [column for column in next(csv.reader(stream), ()) if column not in COLUMNS]
        if own:
            told = f"{self.path}: has columns of its own ({', '.join(own)}), which would be lost"
            raise UsageError(f"{told}; take them out, or choose another file")


def place_of(result: LabelledArticle, number: int) -> tuple[str, int, int]:
    """How corrections tell a sentence."""
    sentence = result.sentences[number]
    return result.article.sha256, sentence.start, sentence.end


def stamp(corrections: Iterable[Correction]) -> str:
    """A short digest of the corrections of a sentence, in whatever order."""
    return hashlib.sha256("\n".join(sorted(map(repr, corrections))).encode()).hexdigest()[:16]
