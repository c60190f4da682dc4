"""Rows of annotation tables: CSV read and written, and the checks of a single row.

Faults are not raised but collected, so that a reader can name all of them at once; each is
one line, `path:line: what was found, what was expected`.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.errors import did_you_mean
from stance.files import read_utf8
from stance.labels import FURNITURE, NONE, POSITIONS, STANCES
from stance.records import Sentence, Span

__all__ = [
    "ARTICLE_COLUMNS",
    "ROW_COLUMNS",
    "SPANS",
    "Row",
    "check_columns",
    "check_labels",
    "find_span",
    "format_table",
    "only_place",
    "read_csv",
    "read_table",
    "shorten",
    "unknown",
    "whole_number",
]

ARTICLE_COLUMNS = ("article", "topic", "file", "sha256", "title", "outlet", "date", "date_source")
SPANS = ("source", "cue")
_PARTS = ("", "_start", "_end")
ROW_COLUMNS = (
    *("article", "sentence", "paragraph", "start", "end", "text", "speaker", "stance"),
    *(f"{span}{part}" for span in SPANS for part in _PARTS),
    "annotator",
)


@dataclass(frozen=True)
class Row:
    """One record of a CSV file and the line that it starts on, counted from 1."""

    path: Path
    line: int
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    @property
    def is_open(self) -> bool:
        """Whether it is the row of a sentence that nobody has looked at: `none`, and no annotator.

        A table without a column for annotators has no such rows.
        """
        return self.fields["speaker"] == NONE and self.fields.get("annotator") == ""

    def problem(self, what: str) -> str:
        """One line that names the row's place."""
        return f"{self.path}:{self.line}: {what}"


def read_table(path: Path, columns: Sequence[str], problems: list[str]) -> list[Row]:
    """Read a CSV file with these columns (others may stand beside them), in NFC.

    What is wrong with the file or with the number of fields of a row goes to `problems`, one
    line each; such rows are left out.
    """
    found = read_csv(path, problems, f"a CSV file with {','.join(columns)}")
    if found is None:
        return []
    header, records = found
    check_columns(path, header, problems)
    missing = [column for column in columns if column not in header]
    if len(header) == 1 and (found_in := next((mark for mark in ";\t|" if mark in header[0]), None)):
        told = f"the columns are separated by {found_in!r}, expected a comma"
        problems.append(f"{path}:1: {told}: write it as CSV with commas")
        return []
    for column in missing:
        hint = did_you_mean(column, [name for name in header if name not in columns])
        problems.append(f"{path}:1: no column {column!r}{hint}, expected {','.join(columns)}")
    if missing:
        return []
    return [Row(path, line, dict(zip(header, record, strict=True))) for line, record in records]


def read_csv(
    path: Path, problems: list[str], expected: str, delimiters: str = ","
) -> tuple[list[str], Iterator[tuple[int, list[str]]]] | None:
    """The header of a CSV file, in NFC, and its records with the line that each starts on.

    The delimiter is the one that the first line has most often. What is wrong with the file or
    with the number of fields of a record goes to `problems` as the records are read; such
    records are left out. None where the file cannot be read, `expected` says what it should be.
    """
    content = read_utf8(path, problems, expected)
    if content is None:
        return None
    text = unicodedata.normalize("NFC", content)
    records = _records(path, text, max(delimiters, key=text.partition("\n")[0].count), problems)
    _, header = next(records, (1, []))
    return header, _whole(path, records, len(header), problems)


def check_columns(path: Path, header: Iterable[str], problems: list[str]) -> None:
    """Tell every name that several columns have: a row keeps only one field of that name."""
    for name, times in Counter(header).items():
        if times > 1:
            told = f"{times} columns have the name {name!r}" if name else f"{times} columns have no name"
            problems.append(f"{path}:1: {told}, expected a name of its own for each: rename or remove one")


def format_table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV text after RFC 4180, but with `\\n` line ends; None is an empty field."""
    out = io.StringIO(newline="")
    plain = csv.writer(out, lineterminator="\n")
    # With this line end, Python before 3.13 leaves a carriage return bare, and reads a new row there.
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in itertools.chain([list[object](header)], map(list[object], rows)):
        (quoted if any("\r" in str(field) for field in row) else plain).writerow(row)
    return out.getvalue()


def check_labels(rows: Sequence[Row], labels: Sequence[str] | None, problems: list[str]) -> None:
    """Check the labels of a sentence's rows; `labels` are the legal speakers, if they are known."""
    for row in rows:
        speaker, stance = row["speaker"], row["stance"]
        if labels and speaker not in labels:
            problems.append(row.problem(unknown("speaker", speaker, labels)))
        if stance not in STANCES:
            problems.append(row.problem(unknown("stance", stance, STANCES)))
        if speaker not in (NONE, FURNITURE):
            continue
        if stance in POSITIONS:
            problems.append(row.problem(f"speaker {speaker} has the stance {stance}, expected none"))
        if any(row[f"{name}{part}"] for name in SPANS for part in _PARTS):
            problems.append(row.problem(f"speaker {speaker} has a source or a cue, expected them empty"))
        if len(rows) > 1:
            problems.append(
                row.problem(f"speaker {speaker} beside another row, expected it alone in the sentence")
            )


def find_span(row: Row, name: str, sentence: Sentence, problems: list[str]) -> Span | None:
    """The span of a row's `source` or `cue` words: at its offsets, or where the words occur once."""
    words = row[name]
    told = (row[f"{name}_start"], row[f"{name}_end"])
    if not words:
        if any(told):
            problems.append(row.problem(f"{name} is empty but has offsets, expected words or no offsets"))
        return None
    if not any(told):
        return _only_span(row, name, sentence, problems)
    start, end = (whole_number(row, f"{name}{part}", problems) for part in _PARTS[1:])
    if start is None or end is None:
        return None
    if not sentence.start <= start < end <= sentence.end:
        place = f"{sentence.start}:{sentence.end}"
        problems.append(row.problem(f"{name} at {start}:{end}, expected it inside the sentence {place}"))
        return None
    span = sentence.span(start, end)
    if span.text != words:
        found = f"{name} is {shorten(words)}"
        problems.append(row.problem(f"{found}, expected {shorten(span.text)} as at {start}:{end}"))
    return span


def _only_span(row: Row, name: str, sentence: Sentence, problems: list[str]) -> Span | None:
    words = row[name]
    start = only_place(words, sentence.text)
    if start is not None:
        return sentence.span(sentence.start + start, sentence.start + start + len(words))
    times = sentence.text.count(words)
    expected = f"{name}_start and {name}_end" if times else "words of the sentence"
    found = f"{name} {shorten(words)} occurs {times} times in the sentence"
    problems.append(row.problem(f"{found}, expected {expected}"))
    return None


def only_place(words: str, text: str) -> int | None:
    """Where the words begin in the text if they occur there exactly once, else None."""
    start = text.find(words)
    return start if start >= 0 and text.find(words, start + 1) < 0 else None


def whole_number(row: Row, name: str, problems: list[str]) -> int | None:
    """A field as a number from 0 on, or None if it is no such number."""
    if re.fullmatch(r"[0-9]{1,9}", row[name]):
        return int(row[name])
    problems.append(row.problem(f"{name} is {row[name]!r}, expected a whole number from 0 on"))
    return None


def unknown(what: str, word: str, known: Sequence[str]) -> str:
    """What to say of a word that is none of the known ones, with the nearest of them."""
    listed = ", ".join(name or "nothing" for name in known[:8]) + (", ..." if len(known) > 8 else "")
    return f"{what} is {word!r}{did_you_mean(word, known)}, expected one of {listed}"


def shorten(text: str) -> str:
    """Text as it stands in a message: in quotes, cut after 60 characters."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _whole(
    path: Path, records: Iterable[tuple[int, list[str]]], width: int, problems: list[str]
) -> Iterator[tuple[int, list[str]]]:
    for line, record in records:
        if len(record) == width:
            yield line, record
        elif record:
            problems.append(f"{path}:{line}: {len(record)} fields, expected {width} as in the header")


def _records(path: Path, text: str, delimiter: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            f"{path}:{line}: not valid CSV ({error}), expected quotes that are closed and doubled inside"
        )
