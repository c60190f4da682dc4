"""What travels beside the marks in a JSON record, where the tool itself has no place for it.

One object under the key `stance`: what is told of the article (`articles.csv`, the topic file's
text), the sentences with their annotators, and who marked which attribution. Tools keep it as
they found it. What an annotator adds or changes later is in the marks, which have the last word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stance.formats.offsets import Offsets
from stance.formats.records import Record
from stance.formats.sheets import ATTRIBUTION, CUE, Link, Mark, Passage, Sheet, entry_of, format_label
from stance.rows import Row

__all__ = ["KEY", "Carried", "carried", "read_carried", "span_of"]

KEY = "stance"
Labelled = tuple[int, int, str]


@dataclass(frozen=True)
class Carried:
    """What a record carries: the entry, the sentences if it knows them, and who marked what.

    `annotators` and `cues` are looked up by a mark's start, end and label.
    """

    entry: Row
    passages: tuple[Passage, ...] | None
    annotators: Mapping[Labelled, str]
    cues: Mapping[Labelled, tuple[int, int]]

    def signed(self, mark: Mark) -> Mark:
        """A mark with its annotator, where that is known and the mark itself does not say."""
        if mark.annotator is not None:
            return mark
        return replace(mark, annotator=self.annotators.get((mark.start, mark.end, format_label(mark))))

    def links(self, marks: tuple[Mark, ...]) -> tuple[Link, ...]:
        """The links between marks that are still where they were."""
        cues = {(mark.start, mark.end): mark.key for mark in marks if mark.kind == CUE}
        heads = [mark for mark in marks if mark.kind == ATTRIBUTION]
        wanted = [(mark, self.cues.get((mark.start, mark.end, format_label(mark)))) for mark in heads]
        return tuple(Link(mark.key, cues[at], mark.where) for mark, at in wanted if at in cues)


def carried(sheet: Sheet, *, cues: bool = False) -> dict[str, Any]:
    """What a record has to carry of a sheet; with `cues` also which cue belongs to which attribution."""
    places = {mark.key: [mark.start, mark.end] for mark in sheet.marks}
    cue_of = {link.head: places[link.child] for link in sheet.links} if cues else {}
    return {
        **{fact: value for fact, value in sheet.entry.fields.items() if value},
        "sentences": [[p.start, p.end, p.paragraph, p.annotator] for p in sheet.passages or ()],
        "marks": [
            [mark.start, mark.end, format_label(mark), mark.annotator, *cue_of.get(mark.key, ())]
            for mark in sheet.marks
            if mark.kind == ATTRIBUTION
        ],
    }


def read_carried(record: Record, data: Mapping[str, Any], problems: list[str]) -> Carried:
    """What a record carries under `stance`; one from elsewhere is called by its file and its id or line."""
    own = data.get(KEY)
    own = own if isinstance(own, dict) else {}
    name = record.data.get("id", record.line)
    facts = {"article": f"{Path(record.path).stem}-{name}", **own}
    sentences = _rows(record, own, "sentences", ((int, int, int, str),), problems)
    marks = _rows(record, own, "marks", ((int, int, str, str), (int, int, str, str, int, int)), problems)
    return Carried(
        entry_of(record.path, record.line, facts),
        tuple(Passage(*item) for item in sentences) if "sentences" in own else None,
        {(item[0], item[1], item[2]): item[3] for item in marks},
        {(item[0], item[1], item[2]): (item[4], item[5]) for item in marks if len(item) == 6},
    )


def _rows(
    record: Record,
    own: Mapping[str, Any],
    key: str,
    shapes: tuple[tuple[type, ...], ...],
    problems: list[str],
) -> list[list[Any]]:
    listed = own.get(key, [])
    if isinstance(listed, list) and all(any(_is_row(item, *shape) for shape in shapes) for item in listed):
        return listed
    expected = " or ".join(", ".join(kind.__name__ for kind in shape) for shape in shapes)
    problems.append(f"{record.where}{KEY}.{key} was changed, expected a list of lists of {expected}")
    return []


def span_of(
    start: Any, end: Any, offsets: Offsets, where: str, problems: list[str]
) -> tuple[int, int] | None:
    """A tool's two offsets as code points of the text in NFC, or None and a fault."""
    if not _is_row([start, end], int, int):
        problems.append(f"{where}start {start!r} and end {end!r}, expected whole numbers")
        return None
    first, last = offsets.point(start), offsets.point(end)
    if first is None or last is None or first >= last:
        told = f"{start}:{end} is no stretch of the text"
        problems.append(f"{where}{told}, expected 0 <= start < end <= {len(offsets.raw)}, between characters")
        return None
    return first, last


def _is_row(item: Any, *types: type) -> bool:
    return (
        isinstance(item, list)
        and len(item) == len(types)
        and all(
            isinstance(part, kind) and not isinstance(part, bool)
            for part, kind in zip(item, types, strict=True)
        )
    )
