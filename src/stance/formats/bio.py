"""Reading CoNLL-style files: blocks of lines, comments, BIO columns (the format: `stance.formats.conll`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stance.files import read_utf8
from stance.formats.assembly import Findings
from stance.formats.escaping import unescape
from stance.formats.offsets import Offsets
from stance.formats.sheets import CUE, FACTS, Link, Mark, Passage, Sheet, entry_of, parse_label
from stance.labels import FURNITURE
from stance.rows import shorten

__all__ = ["NEW", "read_sheets"]

NEW = "newdoc id"
_COMMENT = re.compile(rf"# ([a-z_0-9]+|{NEW}) = (.*)", re.DOTALL)
_TAG = re.compile(r"O|([BI])-(.+)", re.DOTALL)
_NUMBER = re.compile("[0-9]{1,9}")
_START = "-DOCSTART-"


@dataclass(frozen=True)
class _Block:
    """A sentence: its comments (name, value), its tokens' lines and fields, and where it starts."""

    line: int
    comments: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, list[str]], ...]

    def first(self, name: str) -> str:
        """The value of a comment, empty without one."""
        return next((unescape(value) for key, value in self.comments if key == name), "")

    @property
    def told(self) -> list[list[str]]:
        """What the comments say of the attributions: label and annotator."""
        values = [value.partition("\t")[::2] for key, value in self.comments if key == "attribution"]
        return [[unescape(label), unescape(annotator)] for label, annotator in values]

    @property
    def has_offsets(self) -> bool:
        """Whether the second and the third column are the token's start and end."""
        return all(len(row) > 4 and all(map(_NUMBER.fullmatch, row[1:3])) for _, row in self.rows)

    @property
    def is_start(self) -> bool:
        """Whether this is no sentence, but the line that begins an article."""
        return self.rows[0][1][0].startswith(_START)

    @property
    def opens(self) -> bool:
        """Whether an article begins here."""
        return bool(self.first(NEW)) or self.is_start


def read_sheets(path: Path, findings: Findings) -> list[Sheet]:
    """The articles of a file; faults and what is left out go to `findings`."""
    content = read_utf8(path, findings.problems, "a token per line")
    if content is None:
        return []
    documents: list[list[_Block]] = []
    for block in _blocks(content):
        if block.opens or not documents:
            documents.append([])
        documents[-1].append(block)
    sheets = [_Document(path, number, blocks, findings).sheet() for number, blocks in enumerate(documents, 1)]
    return [sheet for sheet in sheets if sheet.passages]


def _blocks(content: str) -> Iterator[_Block]:
    comments: list[tuple[str, str]] = []
    rows: list[tuple[int, list[str]]] = []
    for number, raw in enumerate((*content.split("\n"), ""), 1):
        line = raw.removesuffix("\r")
        comment = _COMMENT.fullmatch(line) if not rows else None
        begins = line.startswith(_START)
        if rows and (begins or not line):
            yield _Block(number - len(rows) - len(comments), tuple(comments), tuple(rows))
            comments, rows = [], []
        if begins:
            # Not every tool leaves a blank line after it, or before.
            yield _Block(number - len(comments), tuple(comments), ((number, [line]),))
            comments = []
        elif comment:
            comments.append((comment[1], comment[2]))
        elif line:
            rows.append((number, line.split("\t") if "\t" in line else line.split(" ")))


class _Document:
    """The sentences of one article, put together one by one."""

    def __init__(self, path: Path, number: int, blocks: Sequence[_Block], findings: Findings) -> None:
        self.path, self.number, self.findings = path, number, findings
        self.head = blocks[0]
        self.blocks = [block for block in blocks if not block.is_start]
        self.text = ""
        self.passages: list[Passage] = []
        self.marks: list[Mark] = []
        self.links: list[Link] = []

    def sheet(self) -> Sheet:
        """The article as a sheet."""
        for number, block in enumerate(self.blocks):
            places = self._place(block, number)
            self._passage(block, places[0], number)
            self._columns(block, places[1])
        self.text += self.blocks[-1].first("after") if self.blocks else ""
        name = self.head.first(NEW) or f"{self.path.stem}-{self.number}"
        facts = {**{fact: self.head.first(fact) for fact in FACTS}, "article": name}
        entry = entry_of(self.path, self.head.line, facts)
        if Offsets(self.text).text != self.text:
            self.findings.problems.append(
                entry.problem("the text is not in NFC, expected composed characters")
            )
        return Sheet(entry, self.text, tuple(self.passages), tuple(self.marks), tuple(self.links))

    def _place(self, block: _Block, number: int) -> tuple[int, list[tuple[int, int]]]:
        """Add the sentence to the text; where it starts, and where its tokens stand."""
        places: list[tuple[int, int]] = []
        if not block.has_offsets:
            self.text += "\n" * bool(number)
            start = len(self.text)
            for _, row in block.rows:
                self.text += " " * bool(places) + row[0]
                places.append((len(self.text) - len(row[0]), len(self.text)))
            return start, places
        self.text += block.first("before")
        start = len(self.text)
        self.text += block.first("text")
        for line, row in block.rows:
            first, last = int(row[1]), int(row[2])
            if not (places[-1][1] if places else start) <= first < last or self.text[first:last] != unescape(
                row[0]
            ):
                told = f"token {shorten(row[0])} at {first}:{last}"
                there = shorten(self.text[first:last])
                self.findings.problems.append(f"{self.path}:{line}: {told}, expected {there} as in '# text'")
            places.append((first, last))
        return start, places

    def _passage(self, block: _Block, start: int, number: int) -> None:
        told = block.first("paragraph")
        paragraph = int(told) if re.fullmatch("[0-9]{1,9}", told) else number
        self.passages.append(Passage(start, len(self.text), paragraph, block.first("annotator")))
        if block.first("furniture") == "yes":
            self.marks.append(Mark(f"f{block.line}", FURNITURE, start, len(self.text)))

    def _columns(self, block: _Block, places: Sequence[tuple[int, int]]) -> None:
        skip = 3 if block.has_offsets else 1
        width = max(len(row) for _, row in block.rows)
        for column in range(skip, width):
            labels = {
                match[2]
                for _, row in block.rows
                if (match := _TAG.fullmatch("".join(row[column : column + 1])))
            }
            if column < width - 1 and skip == 1 and not any(_is_ours(label) for label in labels):
                self.findings.left_out[f"column {column + 1}"] += 1
                continue
            found = list(self._decode(block, column, places))
            number, is_cue = divmod(column - skip, 2)
            if skip == 3 and number < len(block.told):
                key = f"{block.line} {number}"
                if is_cue:
                    self.links += [Link(key, mark.key, mark.where) for mark in found]
                else:
                    found = self._told(block, key, block.told[number], found)
            self.marks += found

    def _told(self, block: _Block, key: str, told: list[str], found: list[Mark]) -> list[Mark]:
        """An attribution as its comment says: with a label and an annotator, on its one source."""
        label, annotator = told
        kind, speaker, stance, unnamed = parse_label(label)
        where = f"{self.path}:{block.line}: "
        passage = self.passages[-1]
        base = Mark(key, kind, passage.start, passage.end, speaker, stance, unnamed, annotator, where)
        if len(found) != 1 - unnamed:
            told_here = f"the attribution {label} has {len(found)} sources in its column"
            self.findings.problems.append(f"{where}{told_here}, expected {1 - unnamed}")
        if unnamed:
            return [base]
        return [replace(base, start=m.start, end=m.end, where=m.where) for m in found[:1]]

    def _decode(self, block: _Block, column: int, places: Sequence[tuple[int, int]]) -> Iterator[Mark]:
        """The stretches that a column's BIO tags mark."""
        begin, label, line = 0, "", 0
        for place, (number, row) in enumerate((*block.rows, (0, []))):
            tag = unescape(row[column]) if column < len(row) else "O"
            match = _TAG.fullmatch(tag)
            if match is None:
                self.findings.problems.append(
                    f"{self.path}:{number}: tag {tag!r}, expected O, B-... or I-..."
                )
                return
            goes_on = match[1] == "I" and match[2] == label
            if label and not goes_on:
                kind, speaker, stance, unnamed = parse_label(label)
                span = (places[begin][0], places[place - 1][1])
                where = f"{self.path}:{line}: "
                yield Mark(f"{line}:{column}", kind, *span, speaker, stance, unnamed, where=where)
                label = ""
            if match[1] and not goes_on:
                begin, label, line = place, match[2], number


def _is_ours(label: str | None) -> bool:
    return bool(label) and ("/" in str(label) or label in (CUE, FURNITURE))
