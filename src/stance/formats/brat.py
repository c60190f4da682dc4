"""brat's stand-off: `<article>.txt` with the text and `<article>.ann` beside it.

::

    T1  Sentence 0 23   Vučić said it is a lie.
    #1  Annotator T1    ada
    #2  Paragraph T1    0
    T2  vucic 0 5       Vučić
    A1  Stance T2 denies
    #3  Annotator T2    ada
    T3  Cue 17 22       a lie
    R1  Cue Arg1:T2 Arg2:T3

(columns with tabs). An attribution is a mark of its speaker's name with a stance; one without a
source covers its sentence and has the attribute `Unnamed`. Events are read too, with the cue as
an argument (`E1 vucic:T2 Cue:T3`). Offsets count code points.

A mark over a line end is written as brat does it, in parts (`4 9;10 15`), and put together on
reading; the note `Extent` has the exact place where the parts do not tell it. A mark in parts
with words between them is taken as one stretch, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from stance.annotated import AnnotatedArticle
from stance.files import read_utf8
from stance.formats.assembly import Findings, assemble
from stance.formats.bratlines import BratFile, TextBound, parse
from stance.formats.escaping import escape, unescape
from stance.formats.folders import fresh_folder, lay_out, places, read_entries
from stance.formats.offsets import Offsets
from stance.formats.sheets import ATTRIBUTION, CUE, Link, Mark, Passage, Sheet, entry_of, to_sheet
from stance.formats.values import Format, FormatOptions, Reading
from stance.labels import FURNITURE, STANCES
from stance.rows import Row

__all__ = ["BRAT"]

SENTENCE = "Sentence"
_KINDS = {"Cue": CUE, "Furniture": FURNITURE}
_TYPES = {kind: name for name, kind in _KINDS.items()}
# Whatever a reader of lines may take for a line's end.
_BREAKS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    root = path if path.is_dir() else path.parent
    entries = read_entries(root, findings.problems)
    files = sorted(path.rglob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    order = {name: number for number, name in enumerate(entries)}
    files.sort(key=lambda file: (order.get(file.stem, len(order)), file))
    sheets = [sheet for file in files if (sheet := _sheet(file, entries.get(file.stem), findings))]
    return assemble(sheets, options, findings)


def _sheet(path: Path, entry: Row | None, findings: Findings) -> Sheet | None:
    before = len(findings.problems)
    text, lines = (
        read_utf8(file, findings.problems, "a .txt and a .ann file", keep_mark=True)
        for file in (path.with_suffix(".txt"), path)
    )
    if text is None or lines is None or len(findings.problems) > before:
        return None
    offsets = Offsets(text)
    found = parse(path, lines, offsets, findings)
    marks = [mark for bound in found.bounds.values() for mark in _marks(bound, found)]
    known = {mark.key for mark in marks}
    links = tuple(
        Link(head, child, where) for head, child, where in found.links if not {head, child}.isdisjoint(known)
    )
    entry = entry or entry_of(path, 1, {"article": unquote(path.stem)})
    return Sheet(entry, offsets.text, _passages(found), tuple(marks), links)


def _passages(found: BratFile) -> tuple[Passage, ...] | None:
    # Furniture that an annotator marked anew lies on a sentence; what was written as furniture is one.
    sentences = sorted(
        (b for b in found.bounds.values() if b.type == SENTENCE or (b.key, "Paragraph") in found.notes),
        key=lambda bound: bound.span,
    )
    if not sentences:
        return None
    passages = []
    for bound in sentences:
        paragraph = found.notes.get((bound.key, "Paragraph"), "0")
        number = int(paragraph) if re.fullmatch("[0-9]{1,9}", paragraph) else 0
        passages.append(Passage(*bound.span, number, unescape(found.notes.get((bound.key, "Annotator"), ""))))
    return tuple(passages)


def _marks(bound: TextBound, found: BratFile) -> Iterator[Mark]:
    if bound.type == SENTENCE:
        return
    if bound.type in _KINDS:
        yield Mark(bound.key, _KINDS[bound.type], *bound.span, where=bound.where)
        return
    annotator = found.notes.get((bound.key, "Annotator"))
    yield Mark(
        bound.key,
        ATTRIBUTION,
        *bound.span,
        speaker=unquote(bound.type),
        stance=found.attributes.get((bound.key, "Stance"), ""),
        unnamed=(bound.key, "Unnamed") in found.attributes,
        annotator=None if annotator is None else unescape(annotator),
        where=bound.where,
    )


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    notes: list[str] = []
    with fresh_folder(path) as folder:
        lay_out(articles, folder, notes, texts=False)
        for annotated, (name, reader) in zip(articles, places(articles), strict=True):
            place = folder / reader
            place.mkdir(exist_ok=True)
            (place / f"{name}.txt").write_bytes(annotated.article.text.encode())
            lines = "".join(f"{line}\n" for line in _lines(to_sheet(annotated)))
            (place / f"{name}.ann").write_bytes(lines.encode())
        (folder / "annotation.conf").write_bytes(_configuration(articles).encode())
    return notes


def _lines(sheet: Sheet) -> Iterator[str]:
    numbers = {"T": 0, "A": 0, "#": 0, "R": 0}
    furniture = {(mark.start, mark.end) for mark in sheet.marks if mark.kind == FURNITURE}
    keys: dict[str, str] = {}

    def line(letter: str, *fields: str) -> str:
        numbers[letter] += 1
        return "\t".join((f"{letter}{numbers[letter]}", *fields))

    def bound(kind: str, start: int, end: int) -> Iterator[str]:
        parts = _parts(sheet.text, start, end)
        places = ";".join(f"{first} {last}" for first, last in parts)
        words = " ".join(_BREAKS.sub(_blanks, sheet.text[first:last]) for first, last in parts)
        yield line("T", f"{kind} {places}", words)
        if (parts[0][0], parts[-1][1]) != (start, end):
            yield line("#", f"Extent T{numbers['T']}", f"{start} {end}")

    for passage in sheet.passages or ():
        kind = "Furniture" if (passage.start, passage.end) in furniture else SENTENCE
        yield from bound(kind, passage.start, passage.end)
        yield line("#", f"Annotator T{numbers['T']}", escape(passage.annotator))
        yield line("#", f"Paragraph T{numbers['T']}", str(passage.paragraph))
    for mark in sheet.marks:
        if mark.kind == FURNITURE:
            continue
        yield from bound(_TYPES.get(mark.kind) or _type(mark.speaker), mark.start, mark.end)
        keys[mark.key] = own = f"T{numbers['T']}"
        if mark.kind == ATTRIBUTION:
            yield line("A", f"Stance {own} {mark.stance}")
            yield from [line("A", f"Unnamed {own}")] * mark.unnamed
            yield line("#", f"Annotator {own}", escape(mark.annotator or ""))
    for link in sheet.links:
        yield line("R", f"Cue Arg1:{keys[link.head]} Arg2:{keys[link.child]}")


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A stretch without the line ends in it; where there is nothing else, the whole of it."""
    parts, place = [], start
    for match in _BREAKS.finditer(text, start, end):
        parts.append((place, match.start()))
        place = match.end()
    parts = [(first, last) for first, last in (*parts, (place, end)) if first < last]
    return parts or [(start, end)]


def _type(speaker: str) -> str:
    """A speaker's label as a type: quoted as in a URL, also where it looks like a type of ours."""
    if speaker in (SENTENCE, *_KINDS):
        return f"%{ord(speaker[0]):02X}{speaker[1:]}"
    return quote(speaker, safe="")


def _configuration(articles: Iterable[AnnotatedArticle]) -> str:
    speakers = dict.fromkeys(_type(label) for a in articles for label in a.topic.labels[:-1])
    types = "\n".join((SENTENCE, *_KINDS, *speakers))
    return (
        f"[entities]\n{types}\n\n[relations]\nCue Arg1:<ENTITY>, Arg2:Cue\n"
        f"<OVERLAP> Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n[events]\n\n[attributes]\n"
        f"Stance Arg:<ENTITY>, Value:{'|'.join(STANCES)}\nUnnamed Arg:<ENTITY>\n"
    )


def _guess(path: Path) -> bool:
    return path.suffix == ".ann" if path.is_file() else path.is_dir() and any(path.rglob("*.ann"))


BRAT = Format(_read, _write, _guess, (".ann",))
