"""INCEpTION's WebAnno TSV 3.3: a folder with one `.tsv` for each article; offsets in UTF-16 units.

Three span layers (make them in the project before the import)::

    #T_SP=webanno.custom.Attribution|ROLE_webanno.custom.Attribution:cue_webanno.custom.AttributionCueLink|\
webanno.custom.Cue|annotator|speaker|stance|unnamed
    #T_SP=webanno.custom.Cue|
    #T_SP=webanno.custom.Passage|annotator|furniture|paragraph

An attribution lies on the words of its source, or, `unnamed`, on its sentence; its slot `cue`
points to a cue. A passage is a sentence. Layers are known by their last name, in any project.

The format does not hold what stands between sentences. A text that its sentences do not give
back lies in the folder beside, and `articles.csv` says where. An export from elsewhere has
neither: its text is put together with spaces and line ends, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from stance.annotated import AnnotatedArticle, read_text, rebuilt_text
from stance.files import read_utf8
from stance.formats.assembly import Findings, assemble
from stance.formats.folders import fresh_folder, lay_out, places, read_entries
from stance.formats.offsets import Offsets
from stance.formats.sheets import ATTRIBUTION, CUE, Link, Mark, Passage, Sheet, entry_of, to_sheet
from stance.formats.tokens import tokens
from stance.formats.values import Format, FormatOptions, Reading
from stance.formats.webanno import (
    FORMAT,
    TsvAnnotation,
    TsvSentence,
    TsvToken,
    escape_text,
    escape_value,
    parse,
    unescape_text,
    utf16,
)
from stance.labels import FURNITURE
from stance.records import Sentence
from stance.rows import Row, shorten

__all__ = ["INCEPTION"]

PASSAGE = "passage"
_LAYERS = {"attribution": ATTRIBUTION, "cue": CUE}
_HEADER = (
    f"{FORMAT}.3\n#T_SP=webanno.custom.Attribution|ROLE_webanno.custom.Attribution:cue_webanno.custom."
    "AttributionCueLink|webanno.custom.Cue|annotator|speaker|stance|unnamed\n#T_SP=webanno.custom.Cue|\n"
    "#T_SP=webanno.custom.Passage|annotator|furniture|paragraph\n\n"
)


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    root = path if path.is_dir() else path.parent
    entries = read_entries(root, findings.problems)
    order = {name: number for number, name in enumerate(entries)}
    found = []
    for file in sorted(path.rglob("*.tsv")) if path.is_dir() else [path]:
        # An export has a folder for each article, and in it a file for each annotator.
        is_alone = file.parent == root
        name = file.stem if is_alone else re.sub(r"\.(txt|tsv)$", "", file.parent.name)
        found.append((order.get(name, len(order)), file, name, "" if is_alone else unquote(file.stem)))
    sheets = []
    for _, file, name, reader in sorted(found):
        entry = entries.get(name) or entry_of(file, 1, {"article": unquote(name)})
        sheets += [sheet for sheet in [_sheet(file, entry, reader, findings)] if sheet]
    return assemble(sheets, options, findings)


def _sheet(path: Path, entry: Row, reader: str, findings: Findings) -> Sheet | None:
    before = len(findings.problems)
    content = read_utf8(path, findings.problems, "an exported file")
    if content is None:
        return None
    file = parse(path, content, findings)
    told, annotations = file.sentences, file.annotations
    layers = {annotation.layer for annotation in annotations.values()} - {*_LAYERS, PASSAGE}
    findings.left_out.update(f"the layer {layer}" for layer in sorted(layers))
    known = {item.start: item for item in annotations.values() if item.layer == PASSAGE}
    sentences = list(_sentences(path, told, known, findings))
    text = read_text(entry, findings.problems) if entry["file"] else rebuilt_text(sentences)
    if not entry["sha256"]:
        findings.granted["what stands between sentences is not in the file: taken for white space"] += 1
    if text is None or len(findings.problems) > before:
        return None
    offsets = Offsets(text, utf16=True)
    findings.problems.extend(_strange_tokens(path, file.tokens, offsets))
    passages = []
    for sentence, item in zip(sentences, told, strict=True):
        start, end = offsets.point(item.start), offsets.point(item.start + utf16(item.text))
        there = offsets.text[start:end]
        if start is None or end is None or Offsets(item.text).text != there:
            told_here = f"text is {shorten(item.text)}, expected {shorten(there)} as in the text"
            findings.problems.append(f"{path}:{item.line}: {told_here}")
            continue
        annotator = known[item.start].features.get("annotator", "") if item.start in known else ""
        passages.append((Passage(start, end, sentence.paragraph, annotator), sentence.furniture))
    marks = [Mark(f"f{p.start}", FURNITURE, p.start, p.end) for p, furniture in passages if furniture]
    numbered = sorted(
        annotations.items(), key=lambda item: int(item[0]) if re.fullmatch("[0-9]{1,9}", item[0]) else 0
    )
    marks += [m for key, item in numbered if (m := _mark(path, key, item, offsets, findings.problems))]
    links = tuple(_links(path, annotations))
    return Sheet(
        entry, offsets.text, tuple(p for p, _ in passages), tuple(marks), links, "" if known else reader
    )


def _strange_tokens(path: Path, found: Sequence[TsvToken], offsets: Offsets) -> Iterator[str]:
    for token in found:
        there = offsets.text[slice(offsets.point(token.start), offsets.point(token.end))]
        # INCEpTION writes the words as they are; we escape what would end the column.
        if there not in (Offsets(token.text).text, Offsets(unescape_text(token.text)).text):
            place = f"{token.start}-{token.end}"
            yield f"{path}:{token.line}: token {shorten(token.text)}, expected {shorten(there)} as at {place}"


def _links(path: Path, annotations: dict[str, TsvAnnotation]) -> Iterator[Link]:
    for key, annotation in annotations.items():
        if annotation.layer == ATTRIBUTION:
            for target in annotation.targets:
                yield Link(key, target, f"{path}:{annotation.line}: ")


def _sentences(
    path: Path, told: Sequence[TsvSentence], known: dict[int, TsvAnnotation], findings: Findings
) -> Iterator[Sentence]:
    end = units = paragraph = 0
    for number, item in enumerate(told):
        gap = item.start - units
        if gap < 0 or not item.text:
            findings.problems.append(
                f"{path}:{item.line}: the sentence starts at {item.start}, expected {units} or more"
            )
            continue
        features = known[item.start].features if item.start in known else {}
        given = features.get("paragraph", "")
        paragraph = int(given) if re.fullmatch("[0-9]{1,9}", given) else paragraph + (gap > 1 and number > 0)
        start, end = end + gap, end + gap + len(item.text)
        yield Sentence(number, paragraph, start, end, item.text, features.get("furniture") == "true")
        units = item.start + utf16(item.text)


def _mark(
    path: Path, key: str, annotation: TsvAnnotation, offsets: Offsets, problems: list[str]
) -> Mark | None:
    if annotation.layer not in _LAYERS:
        return None
    where = f"{path}:{annotation.line}: "
    start, end = offsets.point(annotation.start), offsets.point(annotation.end)
    if start is None or end is None or start >= end:
        problems.append(
            f"{where}{annotation.start}-{annotation.end} is no stretch of the text, expected characters"
        )
        return None
    features = annotation.features
    return Mark(
        key, _LAYERS[annotation.layer], start, end, features.get("speaker", ""), features.get("stance", ""),
        features.get("unnamed") == "true", features.get("annotator"), where,
    )  # fmt: skip


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    notes: list[str] = []
    with fresh_folder(path) as folder:
        lay_out(articles, folder, notes)
        for annotated, (name, reader) in zip(articles, places(articles), strict=True):
            place = folder / name / f"{reader}.tsv" if reader else folder / f"{name}.tsv"
            place.parent.mkdir(exist_ok=True)
            place.write_bytes("".join((_HEADER, *_body(annotated))).encode())
    return notes


def _body(annotated: AnnotatedArticle) -> Iterator[str]:
    sheet = to_sheet(annotated)
    offsets = Offsets(sheet.text, utf16=True)
    numbers = {mark.key: number for number, mark in enumerate(sheet.marks, 1)}
    cues = {link.head: link.child for link in sheet.links}
    lines = zip(annotated.sentences, annotated.annotators, strict=True)
    for number, (sentence, annotator) in enumerate(lines, 1):
        own = [mark for mark in sheet.marks if sentence.start <= mark.start and mark.end <= sentence.end]
        spans = [(sentence.start, sentence.end), *((mark.start, mark.end) for mark in own)]
        cut = tokens(sheet.text, sentence.start, sentence.end, spans)
        units = {start: f"{number}-{place}" for place, (start, _) in enumerate(cut, 1)}
        columns = {mark.key: _columns(mark, numbers, cues, own, units) for mark in own}
        passage = [escape_value(annotator), str(sentence.furniture).lower(), str(sentence.paragraph)]
        ends = [f"{value}[{len(numbers) + number}]" for value in passage]
        yield "\n" + "".join(f"#Text={escape_text(line)}\n" for line in sentence.text.split("\n"))
        for start, end in cut:
            there = [mark for mark in own if mark.start <= start and end <= mark.end]
            heads = [columns[mark.key] for mark in there if mark.kind == ATTRIBUTION]
            stacked = ["|".join(column) or "_" for column in zip(*heads, strict=True)] or ["_"] * 6
            cue = "|".join(f"*[{numbers[mark.key]}]" for mark in there if mark.kind == CUE) or "_"
            place = f"{offsets.unit(start)}-{offsets.unit(end)}"
            cells = (units[start], place, escape_text(sheet.text[start:end]), *stacked, cue, *ends)
            yield "\t".join(cells) + "\t\n"


def _columns(
    mark: Mark, numbers: dict[str, int], cues: dict[str, str], own: Sequence[Mark], units: dict[int, str]
) -> list[str]:
    """What an attribution has in the columns of its layer: role and target of the slot, features."""
    cue = next((item for item in own if item.key == cues.get(mark.key)), None)
    target = f"{units[cue.start]}[{numbers[cue.key]}]" if cue else "*"
    values = (mark.annotator or "", mark.speaker, mark.stance, str(mark.unnamed).lower())
    own_number = f"[{numbers[mark.key]}]"
    features = [escape_value(value) + own_number for value in values]
    return [("cue" if cue else "_") + own_number, target, *features]


def _guess(path: Path) -> bool:
    files = sorted(path.rglob("*.tsv")) if path.is_dir() else [path] if path.suffix == ".tsv" else []
    if not files:
        return False
    with files[0].open("rb") as file:
        return file.read(len(FORMAT)).decode("latin-1") == FORMAT


INCEPTION = Format(_read, _write, _guess)
