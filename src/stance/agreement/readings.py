"""What each annotator marked: files or folders of annotations to readings that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.errors import AnnotationError
from stance.labels import FURNITURE, NONE
from stance.rows import Row, only_place, read_table, whole_number

__all__ = ["COLUMNS", "Label", "Marked", "Range", "Reading", "Unit", "primary", "rank", "read_readings"]

COLUMNS = ("article", "start", "end", "text", "speaker", "stance")
ARTICLES = "articles.csv"

Label = tuple[str, str]
Unit = tuple[str, int, int]
Range = tuple[int, int]

_RANKS = {
    label: rank
    for rank, labels in enumerate(
        (("vucic", "leader"), ("svr", "service"), ("pentagon_document", "document"), ("analyst",))
    )
    for label in labels
}
_LAST = {"other": 6, NONE: 7}


@dataclass(frozen=True, slots=True)
class Marked:
    """One attribution as an annotator marked it: words of source and cue, and where they stand.

    The offsets are those of the article; None where there are no words, or where they stand
    more than once and the row does not say which is meant.
    """

    speaker: str
    stance: str
    source: str = ""
    cue: str = ""
    source_at: Range | None = None
    cue_at: Range | None = None

    @property
    def label(self) -> Label:
        """The speaker and the stance."""
        return self.speaker, self.stance


@dataclass(frozen=True)
class Reading:
    """What one annotator marked: the attributions of each sentence, and its text."""

    name: str
    marks: Mapping[Unit, tuple[Marked, ...]]
    texts: Mapping[Unit, str]

    def labels(self, unit: Unit) -> frozenset[Label]:
        """The set of labels of a sentence."""
        return frozenset(mark.label for mark in self.marks[unit])

    def primary(self, unit: Unit) -> Label | None:
        """The label that stands for a sentence, None where the annotator has no row for it."""
        return primary(self.labels(unit)) if unit in self.marks else None


def primary(labels: Iterable[Label], order: Sequence[str] = ()) -> Label:
    """The label that stands for a sentence: by the speakers' order, a position before `none`.

    `order` is that of the topic's speakers, where the topic is known.
    """
    return min(labels, key=lambda label: rank(label, order), default=(NONE, NONE))


def rank(label: Label, order: Sequence[str] = ()) -> tuple[int, bool, str, str]:
    """The place of a label in the order that decides the primary one."""
    speaker, stance = label
    if speaker in order:
        return order.index(speaker), stance == NONE, speaker, stance
    # A label of the user's own topic stands between the known ones and "other".
    return len(order) + _LAST.get(speaker, _RANKS.get(speaker, 5)), stance == NONE, speaker, stance


def read_readings(paths: Sequence[Path]) -> list[Reading]:
    """Read annotators, each a CSV file of annotations or a folder of such files.

    Raises:
        AnnotationError: a file is broken; every bad row is named.
    """
    problems: list[str] = []
    readings = [_read(path, name, problems) for path, name in zip(paths, _names(paths), strict=True)]
    if problems:
        raise AnnotationError(problems)
    return readings


def _names(paths: Sequence[Path]) -> list[str]:
    names = [path.resolve().stem if path.is_file() else path.resolve().name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def _read(path: Path, name: str, problems: list[str]) -> Reading:
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.glob("*.csv") if file.name != ARTICLES)
        if not files:
            problems.append(f"{path}: no annotations here, expected CSV files with {','.join(COLUMNS)}")
    marks: dict[Unit, list[Marked]] = {}
    texts = {}
    for row in (row for file in files for row in read_table(file, COLUMNS, problems)):
        start, end = (whole_number(row, name, problems) for name in ("start", "end"))
        if start is None or end is None:
            continue
        if not row["speaker"]:
            continue  # not marked yet, as in a sample that was only begun
        unit = (row["article"], start, end)
        texts[unit] = row["text"]
        own = marks.setdefault(unit, [])
        if row["speaker"] not in (NONE, FURNITURE):
            own.append(_marked(row))
    return Reading(name, {unit: tuple(own) for unit, own in marks.items()}, texts)


def _marked(row: Row) -> Marked:
    # A table that is compared needs no spans: their columns may be missing.
    source, cue = row.fields.get("source", ""), row.fields.get("cue", "")
    places = (_place(row, "source", source), _place(row, "cue", cue))
    return Marked(row["speaker"], row["stance"], source, cue, *places)


def _place(row: Row, name: str, words: str) -> Range | None:
    if not words:
        return None
    told = [row.fields.get(f"{name}_{end}", "") for end in ("start", "end")]
    # Others than those of the words might span more letters than there is memory for.
    if all(re.fullmatch("[0-9]{1,9}", each) for each in told) and int(told[1]) - int(told[0]) == len(words):
        return int(told[0]), int(told[1])
    at = only_place(words, row["text"])
    return None if at is None else (int(row["start"]) + at, int(row["start"]) + at + len(words))
