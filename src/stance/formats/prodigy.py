"""Prodigy's JSON Lines: spans, relations, tokens, annotators; offsets count code points.

One task is one article as one annotator saw it::

    {"text": "...", "tokens": [{"text": "It", "start": 0, "end": 2, "id": 0, "ws": true}, ...],
     "spans": [{"start": 0, "end": 2, "token_start": 0, "token_end": 0, "label": "vucic/denies"}],
     "relations": [{"head": 0, "child": 3, "label": "cue", "head_span": {...}, "child_span": {...}}],
     "_annotator_id": "ada", "_session_id": "ada", "answer": "accept"}

Relations join tokens; `head_span` and `child_span` say which spans are meant, and have the last
word. Tokens are cut where a span begins or ends. `stance` holds what Prodigy has no place for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.annotated import AnnotatedArticle
from stance.files import atomic_write
from stance.formats.assembly import Findings, assemble
from stance.formats.carried import KEY, carried, read_carried, span_of
from stance.formats.offsets import Offsets
from stance.formats.records import Record, dump_lines, first_record, read_records
from stance.formats.sheets import ATTRIBUTION, CUE, Link, Mark, Sheet, format_label, parse_label, to_sheet
from stance.formats.tokens import tokens
from stance.formats.values import Format, FormatOptions, Reading
from stance.rows import shorten

__all__ = ["PRODIGY"]

_KNOWN = {"text", "tokens", "spans", "relations", "meta", "answer", "id", KEY}


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    sheets = []
    for record in read_records(path, findings.problems):
        answer = record.data.get("answer", "accept")
        if answer != "accept":
            findings.left_out[f"tasks with the answer {answer!r}"] += 1
        elif not isinstance(record.data.get("text"), str):
            findings.problems.append(f"{record.where}no text, expected a string under 'text'")
        else:
            sheets.append(_sheet(record, findings))
    return assemble(sheets, options, findings)


def _sheet(record: Record, findings: Findings) -> Sheet:
    findings.left_out.update(
        f"the field {name!r}" for name in record.data if name not in _KNOWN and not name.startswith("_")
    )
    offsets = Offsets(record.data["text"])
    own = read_carried(record, record.data, findings.problems)
    marks = tuple(own.signed(mark) for mark in _marks(record, offsets, findings.problems))
    annotator = record.data.get("_annotator_id") or record.data.get("_session_id") or ""
    links = tuple(_links(record, marks, findings))
    return Sheet(own.entry, offsets.text, own.passages, marks, links, str(annotator))


def _marks(record: Record, offsets: Offsets, problems: list[str]) -> Iterator[Mark]:
    for number, item in enumerate(record.items("spans")):
        where = f"{record.where}span {number}: "
        if not isinstance(item, dict) or not isinstance(item.get("label"), str):
            problems.append(f"{where}{item!r}, expected start, end and label")
            continue
        span = span_of(item.get("start"), item.get("end"), offsets, where, problems)
        if span:
            words, there = item.get("text"), offsets.text[span[0] : span[1]]
            if isinstance(words, str) and Offsets(words).text != there:
                problems.append(f"{where}text is {shorten(words)}, expected {shorten(there)}")
            kind, speaker, stance, unnamed = parse_label(item["label"])
            yield Mark(str(number), kind, *span, speaker, stance, unnamed, where=where)


def _links(record: Record, marks: Sequence[Mark], findings: Findings) -> Iterator[Link]:
    spans = record.items("spans")
    known = {mark.key: (spans[int(mark.key)], mark) for mark in marks}

    def key(relation: dict[str, Any], end: str) -> str:
        told, token = relation.get(f"{end}_span"), relation.get(end)
        for name, (span, mark) in known.items():
            same = isinstance(told, dict) and all(
                span.get(k) == told.get(k) for k in ("start", "end", "label")
            )
            kinds = (ATTRIBUTION,) if end == "head" else (CUE,)
            around = told is None and mark.kind in kinds and _has_token(span, token)
            if same or around:
                return name
        return f"the {end} {told or token!r}"

    for number, relation in enumerate(record.items("relations")):
        label = relation.get("label") if isinstance(relation, dict) else None
        if label == CUE:
            yield Link(key(relation, "head"), key(relation, "child"), f"{record.where}relation {number}: ")
        else:
            findings.left_out[f"relations with the label {label!r}"] += 1


def _has_token(span: dict[str, Any], token: Any) -> bool:
    first, last = span.get("token_start"), span.get("token_end")
    return all(isinstance(n, int) for n in (first, token, last)) and first <= token <= last


def _task(annotated: AnnotatedArticle) -> dict[str, Any]:
    sheet = to_sheet(annotated)
    cut = tokens(
        sheet.text, 0, len(sheet.text), [(mark.start, mark.end) for mark in sheet.marks], spaces=True
    )
    starts = {start: number for number, (start, _) in enumerate(cut)}
    ends = {end: number for number, (_, end) in enumerate(cut)}
    spans = {
        mark.key: {
            "start": mark.start,
            "end": mark.end,
            "token_start": starts[mark.start],
            "token_end": ends[mark.end],
            "label": format_label(mark),
        }
        for mark in sheet.marks
    }
    task: dict[str, Any] = {
        "text": sheet.text,
        "tokens": [
            {"text": sheet.text[start:end], "start": start, "end": end, "id": number,
             "ws": sheet.text[end : end + 1] == " " and end not in starts}
            for number, (start, end) in enumerate(cut)
        ],
        "spans": list(spans.values()),
        "relations": [
            {"head": spans[link.head]["token_end"], "child": spans[link.child]["token_end"], "label": CUE,
             "head_span": spans[link.head], "child_span": spans[link.child]}
            for link in sheet.links
        ],
        "meta": {"article": annotated.article.id},
        "answer": "accept",
    }  # fmt: skip
    names = {item.labelled_by for own in annotated.attributions for item in own} | {*annotated.annotators}
    if len(names) == 1 and (name := names.pop()):
        task |= {"_annotator_id": name, "_session_id": name}
    return {**task, KEY: carried(sheet)}


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    atomic_write(path, dump_lines(map(_task, articles)))
    return []


def _guess(path: Path) -> bool:
    first = first_record(path) if path.suffix in (".jsonl", ".json") else {}
    return "spans" in first or "_task_hash" in first


PRODIGY = Format(_read, _write, _guess)
