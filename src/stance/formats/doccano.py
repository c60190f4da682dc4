"""doccano's JSON Lines, in both shapes; offsets count code points.

Sequence labelling with relations (written as `doccano`)::

    {"id": 1, "text": "...", "entities": [{"id": 1, "label": "vucic/denies", "start_offset": 0,
     "end_offset": 5}], "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "cue"}], "Comments": []}

and without (`doccano-spans`)::

    {"text": "...", "label": [[0, 5, "vucic/denies"], [17, 22, "cue"]]}

Both are read, whatever they are called. `stance` beside them holds what doccano has no place
for; doccano keeps it as metadata and gives it back. A project in grapheme mode counts other
characters than code points: leave that mode off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.annotated import AnnotatedArticle
from stance.files import atomic_write
from stance.formats.assembly import Findings, assemble
from stance.formats.carried import KEY, carried, read_carried, span_of
from stance.formats.offsets import Offsets
from stance.formats.records import Record, dump_lines, first_record, read_records
from stance.formats.sheets import CUE, Link, Mark, Sheet, format_label, parse_label, to_sheet
from stance.formats.values import Format, FormatOptions, Reading

__all__ = ["DOCCANO", "DOCCANO_SPANS"]

_LABELS = ("label", "labels")
_KNOWN = {"id", "text", "data", "entities", "relations", "Comments", KEY, *_LABELS}


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    records = read_records(path, findings.problems)
    sheets = [sheet for record in records if (sheet := _sheet(record, findings))]
    return assemble(sheets, options, findings)


def _sheet(record: Record, findings: Findings) -> Sheet | None:
    text = record.data.get("text", record.data.get("data"))
    if not isinstance(text, str):
        findings.problems.append(f"{record.where}no text, expected a string under 'text'")
        return None
    findings.left_out.update(f"the field {name!r}" for name in record.data if name not in _KNOWN)
    if record.data.get("Comments"):
        findings.left_out["the field 'Comments'"] += 1
    offsets = Offsets(text)
    own = read_carried(record, record.data, findings.problems)
    marks = tuple(own.signed(mark) for mark in _marks(record, offsets, findings.problems))
    links = tuple(_links(record, findings)) if "relations" in record.data else own.links(marks)
    return Sheet(own.entry, offsets.text, own.passages, marks, links)


def _marks(record: Record, offsets: Offsets, problems: list[str]) -> Iterator[Mark]:
    listed = [
        dict(zip(("start_offset", "end_offset", "label"), item, strict=True))
        if isinstance(item, list) and len(item) == 3
        else item
        for name in _LABELS
        for item in record.items(name)
    ]
    for number, entity in enumerate((*record.items("entities"), *listed)):
        key = str(entity.get("id", f"#{number}")) if isinstance(entity, dict) else f"#{number}"
        where = f"{record.where}entity {key}: "
        if not isinstance(entity, dict) or not isinstance(entity.get("label"), str):
            problems.append(f"{where}{entity!r}, expected start, end and label")
            continue
        span = span_of(entity.get("start_offset"), entity.get("end_offset"), offsets, where, problems)
        if span:
            kind, speaker, stance, unnamed = parse_label(entity["label"])
            yield Mark(key, kind, *span, speaker, stance, unnamed, where=where)


def _links(record: Record, findings: Findings) -> Iterator[Link]:
    for relation in record.items("relations"):
        kind = relation.get("type") if isinstance(relation, dict) else None
        if kind == CUE:
            where = f"{record.where}relation {relation.get('id')}: "
            yield Link(str(relation.get("from_id")), str(relation.get("to_id")), where)
        else:
            findings.left_out[f"relations of the type {kind!r}"] += 1


def _with_relations(number: int, sheet: Sheet) -> dict[str, Any]:
    numbers = {mark.key: place for place, mark in enumerate(sheet.marks, 1)}
    return {
        "id": number,
        "text": sheet.text,
        "entities": [
            {"id": numbers[m.key], "label": format_label(m), "start_offset": m.start, "end_offset": m.end}
            for m in sheet.marks
        ],
        "relations": [
            {"id": place, "from_id": numbers[link.head], "to_id": numbers[link.child], "type": CUE}
            for place, link in enumerate(sheet.links, 1)
        ],
        "Comments": [],
        KEY: carried(sheet),
    }


def _with_spans(number: int, sheet: Sheet) -> dict[str, Any]:
    return {
        "id": number,
        "text": sheet.text,
        "label": [[mark.start, mark.end, format_label(mark)] for mark in sheet.marks],
        KEY: carried(sheet, cues=True),
    }


def _writer(
    shape: Callable[[int, Sheet], dict[str, Any]],
) -> Callable[[Path, Sequence[AnnotatedArticle]], list[str]]:
    def write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
        records = (shape(number, to_sheet(article)) for number, article in enumerate(articles, 1))
        atomic_write(path, dump_lines(records))
        return []

    return write


def _has_relations(path: Path) -> bool:
    return path.suffix in (".jsonl", ".json") and "entities" in first_record(path)


def _has_spans(path: Path) -> bool:
    first = first_record(path) if path.suffix in (".jsonl", ".json") else {}
    return any(isinstance(first.get(name), list) for name in _LABELS)


DOCCANO = Format(_read, _writer(_with_relations), _has_relations)
DOCCANO_SPANS = Format(_read, _writer(_with_spans), _has_spans)
