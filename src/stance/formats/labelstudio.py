"""Label Studio's JSON: tasks with annotations (or predictions) over one text.

A region says who speaks, a choice at the region which stance, a relation which cue::

    {"id": 1, "data": {"text": "..."}, "annotations": [{"result": [
      {"id": "a1", "from_name": "speaker", "to_name": "text", "type": "labels",
       "value": {"start": 0, "end": 5, "text": "Vučić", "labels": ["vucic"]}},
      {"id": "a1", "from_name": "stance", "to_name": "text", "type": "choices",
       "value": {"start": 0, "end": 5, "text": "Vučić", "choices": ["denies"]}},
      {"id": "c1", "from_name": "part", ..., "value": {..., "labels": ["cue"]}},
      {"type": "relation", "from_id": "a1", "to_id": "c1", "direction": "right", "labels": ["cue"]}]}]}

The labelling interface that goes with it (speakers: those of the topic)::

    <View>
      <Labels name="speaker" toName="text"><Label value="vucic"/> ... </Labels>
      <Labels name="part" toName="text"><Label value="cue"/><Label value="furniture"/></Labels>
      <Text name="text" value="$text"/>
      <Choices name="stance" toName="text" perRegion="true">
        <Choice value="confirms"/><Choice value="denies"/><Choice value="hedges"/><Choice value="none"/>
      </Choices>
      <Choices name="source" toName="text" perRegion="true"><Choice value="unnamed"/></Choices>
      <Relations><Relation value="cue"/></Relations>
    </View>

Offsets of the Text tag: its editor turns JavaScript's UTF-16 units into code points before it
saves ("code points, as Python counts them", since the end of 2021); older exports have UTF-16
units. The words that stand beside the offsets tell which: code points are taken where they fit,
else UTF-16. Code points are written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.annotated import AnnotatedArticle
from stance.files import atomic_write
from stance.formats.assembly import Findings, assemble
from stance.formats.carried import KEY, Carried, carried, read_carried, span_of
from stance.formats.offsets import Offsets
from stance.formats.records import Record, first_record, read_records
from stance.formats.sheets import ATTRIBUTION, CUE, UNNAMED, Link, Mark, Sheet, to_sheet
from stance.formats.values import Format, FormatOptions, Reading
from stance.labels import FURNITURE
from stance.rows import shorten

__all__ = ["LABEL_STUDIO"]

SPEAKER, PART, STANCE, SOURCE = "speaker", "part", "stance", "source"


@dataclass(frozen=True)
class _Region:
    """The results that share an id: where they lie, and their labels by the control's name."""

    value: dict[str, Any]
    labels: dict[str, str]


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    records = read_records(path, findings.problems)
    sheets = [sheet for record in records for sheet in _sheets(record, findings)]
    return assemble(sheets, options, findings)


def _sheets(record: Record, findings: Findings) -> Iterator[Sheet]:
    data = record.own("data")
    if not isinstance(data.get("text"), str):
        findings.problems.append(f"{record.where}no text, expected a string under 'data' and there 'text'")
        return
    findings.left_out.update(f"the field {name!r} of 'data'" for name in data if name not in ("text", KEY))
    own = read_carried(record, data, findings.problems)
    annotations = record.items("annotations")
    if annotations and record.items("predictions"):
        findings.left_out["predictions beside annotations"] += 1
    for number, annotation in enumerate(annotations or record.items("predictions"), 1):
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            findings.left_out["annotations that were cancelled"] += 1
            continue
        where = f"{record.where}annotation {annotation.get('id', number)}: "
        yield _sheet(annotation, data["text"], own, where, findings)


def _sheet(annotation: dict[str, Any], text: str, own: Carried, where: str, findings: Findings) -> Sheet:
    results = annotation.get("result", [])
    if not isinstance(results, list) or not all(isinstance(item, dict) for item in results):
        findings.problems.append(f"{where}result is {shorten(str(results))}, expected a list of objects")
        results = []
    regions = _regions(results, where, findings)
    offsets = _offsets(text, regions, where, findings)
    marks = tuple(
        own.signed(mark)
        for key, region in regions.items()
        if (mark := _mark(key, region, offsets, f"{where}region {key}: ", findings.problems))
    )
    links = []
    for item in results:
        if item.get("type") == "relation":
            ends = (str(item.get("from_id")), str(item.get("to_id")))
            if item.get("labels") in (None, [], [CUE]):
                links.append(Link(*ends, f"{where}relation {' '.join(ends)}: "))
            else:
                findings.left_out[f"relations with the labels {item['labels']!r}"] += 1
    return Sheet(own.entry, offsets.text, own.passages, marks, tuple(links), _annotator(annotation))


def _annotator(annotation: dict[str, Any]) -> str:
    who = annotation.get("completed_by", annotation.get("model_version")) or ""
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id") or ""
    return str(who)


def _regions(results: Sequence[dict[str, Any]], where: str, findings: Findings) -> dict[str, _Region]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in results:
        kind, value = str(item.get("type")), item.get("value")
        labels = value.get(kind) if isinstance(value, dict) else None
        if kind in ("labels", "choices") and isinstance(labels, list):
            groups.setdefault(str(item.get("id")), []).append(item)
        elif kind != "relation":
            findings.left_out[f"results of the type {kind!r}"] += 1
    found = {}
    for key, group in groups.items():
        drawn = next((item for item in group if item["type"] == "labels"), group[0])
        labels = [(str(i.get("from_name")), str(label)) for i in group for label in i["value"][i["type"]]]
        findings.problems.extend(
            f"{where}region {key}: {times} labels of {name!r}, expected one: draw a region for each"
            for name, times in Counter(name for name, _ in labels).items()
            if times > 1
        )
        found[key] = _Region(drawn["value"], dict(labels))
    return found


def _mark(key: str, region: _Region, offsets: Offsets, where: str, problems: list[str]) -> Mark | None:
    labels = region.labels
    told = region.value.get("globalOffsets")
    place = told if isinstance(told, dict) else region.value
    span = span_of(place.get("start"), place.get("end"), offsets, where, problems)
    if span is None:
        return None
    words = region.value.get("text")
    found = offsets.text[span[0] : span[1]]
    if isinstance(words, str) and not _same(words, offsets, place):
        problems.append(
            f"{where}{shorten(words)}, expected {shorten(found)} as at {place['start']}:{place['end']}"
        )
    others = [label for name, label in labels.items() if name not in (STANCE, SOURCE)]
    if labels.get(PART, others[0] if others and SPEAKER not in labels else "") in (CUE, FURNITURE):
        return Mark(key, labels.get(PART) or others[0], *span, where=where)
    speaker = labels.get(SPEAKER) or (others[0] if others else "")
    unnamed = labels.get(SOURCE) == UNNAMED
    return Mark(key, ATTRIBUTION, *span, speaker, labels.get(STANCE, ""), unnamed, where=where)


def _offsets(text: str, regions: dict[str, _Region], where: str, findings: Findings) -> Offsets:
    points, units = Offsets(text), Offsets(text, utf16=True)
    if all(character <= "\uffff" for character in text):
        return points
    told = [region.value for region in regions.values() if isinstance(region.value.get("text"), str)]
    fits = [sum(_same(value["text"], offsets, value) for value in told) for offsets in (points, units)]
    if fits[1] <= fits[0]:
        return points
    findings.notes.append(f"{where}the offsets count UTF-16 units, as Label Studio did before 2022")
    return units


def _same(words: str, offsets: Offsets, place: dict[str, Any]) -> bool:
    """Whether the words stand at the offsets; the editor may write a line end as two signs."""
    span = span_of(place.get("start"), place.get("end"), offsets, "", [])
    found = offsets.text[span[0] : span[1]] if span else ""
    words = Offsets(words).text
    return words in (found, found.replace("\r", "\n").replace("\n", "\\n"))


def _task(number: int, annotated: AnnotatedArticle) -> dict[str, Any]:
    sheet = to_sheet(annotated)
    results = [result for mark in sheet.marks for result in _results(mark, sheet.text)]
    results += [
        {"type": "relation", "from_id": link.head, "to_id": link.child, "direction": "right", "labels": [CUE]}
        for link in sheet.links
    ]
    return {
        "id": number,
        "data": {"text": sheet.text, KEY: carried(sheet)},
        "annotations": [{"result": results}],
    }


def _results(mark: Mark, text: str) -> Iterator[dict[str, Any]]:
    place = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
    choices = [(STANCE, mark.stance)] + [(SOURCE, UNNAMED)] * mark.unnamed
    if mark.kind != ATTRIBUTION:
        yield _result(mark.key, PART, "labels", place, mark.kind)
        return
    yield _result(mark.key, SPEAKER, "labels", place, mark.speaker)
    for name, choice in choices:
        yield _result(mark.key, name, "choices", place, choice)


def _result(key: str, name: str, kind: str, place: dict[str, Any], label: str) -> dict[str, Any]:
    value = {**place, kind: [label]}
    return {"id": key, "from_name": name, "to_name": "text", "type": kind, "value": value}


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    tasks = [_task(number, article) for number, article in enumerate(articles, 1)]
    atomic_write(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    return []


def _guess(path: Path) -> bool:
    return path.suffix in (".json", ".jsonl") and isinstance(first_record(path).get("data"), dict)


LABEL_STUDIO = Format(_read, _write, _guess, (".json",))
