"""A plain table, CSV or JSON Lines, with column names of its own: one row per attribution.

The fields are those of the contract (`speaker`, `stance`, `text`, `source`, `cue`, ...), besides
`title`, `outlet`, `date`, `date_source`, `topic`, and `body`, the article's whole text. Needed
are `text` (the sentence), `speaker` and `stance`; the columns that hold them are found by their
name or named with `--map`. Rows of one sentence stand together. Without `body` the text is put
together from its sentences; without offsets a sentence is looked for in the body, in order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from stance.errors import UsageError
from stance.formats.assembly import Findings, assemble
from stance.formats.records import first_record, read_records
from stance.formats.sheets import ATTRIBUTION, CUE, FACTS, Link, Mark, Passage, Sheet, entry_of
from stance.formats.values import Format, FormatOptions, Reading
from stance.labels import FURNITURE, NONE
from stance.records import Sentence
from stance.rows import ROW_COLUMNS, Row, check_columns, find_span, read_csv, shorten, unknown, whole_number

__all__ = ["TABLE"]

_ABOUT = ("topic", "title", "outlet", "date", "date_source", "body")
FIELDS = (*ROW_COLUMNS, *_ABOUT)
NEEDED = ("text", "speaker", "stance")


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    rows = _rows(path, options.columns, findings)
    sheets: list[Sheet] = []
    for name, group in groupby(rows, key=lambda row: row["article"]):
        if name in {sheet.entry["article"] for sheet in sheets}:
            first = next(group)
            findings.problems.append(
                first.problem(f"article {name!r} goes on here, expected its rows together")
            )
        else:
            sheets.append(_sheet(list(group), findings.problems))
    if not rows and not findings.problems:
        findings.problems.append(f"{path}:1: no rows, expected one for each attribution")
    return assemble(sheets, options, findings)


def _rows(path: Path, mapped: Mapping[str, str], findings: Findings) -> list[Row]:
    records = list(_csv(path, findings.problems) if path.suffix == ".csv" else _json(path, findings.problems))
    names = tuple(dict.fromkeys(name for _, record in records for name in record))
    columns = _columns(path, names, mapped) if records else {}
    unused = [name or "(no name)" for name in names if name not in columns.values()]
    if unused:
        findings.notes.append(f"{path}: columns that were left out: {', '.join(unused)}")
    blank = dict.fromkeys(FIELDS, "")
    found = []
    for line, record in records:
        fields = blank | {field: record.get(column, "") for field, column in columns.items()}
        found.append(Row(path, line, fields | {"article": fields["article"] or path.stem}))
    return found


def _columns(path: Path, names: Sequence[str], mapped: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for field, column in mapped.items():
        if field not in FIELDS:
            raise UsageError(f"--map {field}={column}: {unknown('field', field, FIELDS)}")
        if column not in names:
            raise UsageError(f"{path}: {unknown('column', column, names)}")
        found[field] = column
    taken = set(found.values())
    plain = {name.strip().lower().replace(" ", "_"): name for name in reversed(names) if name not in taken}
    found = {**{field: plain[field] for field in FIELDS if field in plain}, **found}
    for field in NEEDED:
        if field not in found:
            told = f"no column {field!r}, found {', '.join(names)}"
            raise UsageError(f"{path}: {told}; say which one it is with --map {field}=COLUMN")
    return found


def _csv(path: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    found = read_csv(path, problems, "CSV", ",;\t")
    if found is None:
        return
    header, records = found
    # Columns without a name, as spreadsheets leave them, are read for no field.
    check_columns(path, filter(None, header), problems)
    for line, record in records:
        yield line, dict(zip(header, record, strict=True))


def _json(path: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for record in read_records(path, problems):
        values = {name: "" if value is None else str(value) for name, value in record.data.items()}
        yield record.line, {name: unicodedata.normalize("NFC", value) for name, value in values.items()}


def _sheet(rows: list[Row], problems: list[str]) -> Sheet:
    first = rows[0]
    body, text, end = first["body"], "", 0
    passages: list[Passage] = []
    marks: list[Mark] = []
    links: list[Link] = []
    paragraph = 0
    for number, own in enumerate(_sentences(rows)):
        row = own[0]
        if row["paragraph"]:
            paragraph = whole_number(row, "paragraph", problems) or 0
        start = _start(row, body, end, problems)
        if start is None:
            if body:
                continue
            start = end + bool(number) * (1 if not passages or passages[-1].paragraph == paragraph else 2)
        fill = " " if passages and passages[-1].paragraph == paragraph else "\n"
        text = text.ljust(start, fill if passages else " ") + row["text"]
        end = start + len(row["text"])
        passages.append(Passage(start, end, paragraph, row["annotator"]))
        sentence = Sentence(number, paragraph, start, end, row["text"])
        for place, item in enumerate(own):
            found = list(_marks(item, sentence, f"{number} {place}", problems))
            marks += found
            links += [Link(found[0].key, mark.key, mark.where) for mark in found[1:]]
    facts = {name: first[name] for name in FACTS if name in first.fields}
    entry = entry_of(first.path, first.line, facts)
    return Sheet(entry, body or text, tuple(passages), tuple(marks), tuple(links))


def _sentences(rows: list[Row]) -> Iterator[list[Row]]:
    for _, group in groupby(rows, key=lambda row: (row["sentence"], row["start"], row["text"])):
        yield list(group)


def _start(row: Row, body: str, end: int, problems: list[str]) -> int | None:
    """Where a sentence starts: as its row says, or where the body has it next; None if neither."""
    words = row["text"]
    if not words:
        problems.append(row.problem("text is empty, expected a sentence"))
    elif row["start"]:
        start = whole_number(row, "start", problems)
        if start is None or (start >= end and (not body or body.startswith(words, start))):
            return start
        there = shorten(body[start : start + len(words)])
        expected = f"a start from {end} on" + (f", and the text {there} as in the body" if body else "")
        problems.append(row.problem(f"{shorten(words)} at {start}, expected {expected}"))
    elif body:
        start = body.find(words, end)
        if start >= 0:
            return start
        problems.append(row.problem(f"text is {shorten(words)}, expected words of the body, in its order"))
    return None


def _marks(row: Row, sentence: Sentence, key: str, problems: list[str]) -> Iterator[Mark]:
    speaker, where = row["speaker"].strip() or NONE, f"{row.path}:{row.line}: "
    stance = row["stance"].strip() or NONE
    if speaker == FURNITURE:
        yield Mark(f"f{key}", FURNITURE, sentence.start, sentence.end, where=where)
        return
    if speaker == NONE:
        if stance != NONE or row["source"] or row["cue"]:
            problems.append(
                row.problem("no speaker beside a stance, a source or a cue, expected all or none")
            )
        return
    source, cue = (find_span(row, name, sentence, problems) for name in ("source", "cue"))
    span = (source.start, source.end) if source else (sentence.start, sentence.end)
    yield Mark(f"a{key}", ATTRIBUTION, *span, speaker, stance, source is None, row["annotator"], where)
    if cue:
        yield Mark(f"c{key}", CUE, cue.start, cue.end, where=where)


def _guess(path: Path) -> bool:
    if path.suffix == ".csv":
        return path.is_file()
    return path.suffix == ".jsonl" and not {"entities", "label", "spans", "data"} & set(first_record(path))


TABLE = Format(_read, None, _guess)
