"""The lines of WebAnno TSV 3: header, sentences, tokens and the annotations on them.

Offsets are UTF-16 units, as Java counts. An annotation's number in brackets joins its tokens;
stacked ones stand between bars; a slot names the token and the number that it points to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from stance.formats.assembly import Findings
from stance.rows import shorten

__all__ = [
    "FORMAT",
    "TsvAnnotation",
    "TsvFile",
    "TsvSentence",
    "TsvToken",
    "escape_text",
    "escape_value",
    "parse",
    "utf16",
]

FORMAT = "#FORMAT=WebAnno TSV 3"
NO_ANNOTATION, NO_VALUE = "_", "*"

_IN_VALUE = {sign: f"\\{sign}" for sign in ("->", "\\", "[", "]", "|", "_", ";", "*")}
_IN_VALUE |= {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_IN_TEXT = {chr(code): f"\\{chr(code)}" for code in range(32) if not 7 < code < 14}
_IN_TEXT |= {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
_ROW = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)?\t([0-9]{1,9})-([0-9]{1,9})(?:\t|$)")
_NUMBERED = re.compile(r"(.*)\[([0-9]+(?:_[0-9]+)?)\]", re.DOTALL)
_BAR, _SEMICOLON = (re.compile(rf"(?<!\\){sign}") for sign in (r"\|", ";"))


@dataclass(frozen=True)
class TsvAnnotation:
    """An annotation: its place in UTF-16 units, its features, and what its slots point to."""

    layer: str
    start: int
    end: int
    line: int
    features: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)

    def joined(self, other: TsvAnnotation, start: int, end: int) -> TsvAnnotation:
        """The annotation with what another of its tokens adds."""
        targets = list(dict.fromkeys((*self.targets, *other.targets)))
        features = {**self.features, **other.features}
        return replace(
            self, start=min(self.start, start), end=max(self.end, end), features=features, targets=targets
        )


@dataclass(frozen=True)
class TsvSentence:
    """A sentence: its text, where it starts in UTF-16 units, and the line that it stands on."""

    text: str
    start: int
    line: int


@dataclass(frozen=True)
class TsvToken:
    """A token or a part of one: its words as they stand there, its place in UTF-16 units, its line."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class TsvFile:
    """What a file holds; annotations have a key that is theirs alone."""

    sentences: list[TsvSentence] = field(default_factory=list)
    tokens: list[TsvToken] = field(default_factory=list)
    annotations: dict[str, TsvAnnotation] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    layer: str
    name: str
    slot: str = ""  # "role" or "target"


def escape_value(value: str) -> str:
    """A feature's value as it stands in a column."""
    return re.sub(r"->|[\\\[\]|_;*\t\n\r]", lambda match: _IN_VALUE[match[0]], value)


def _unescape_value(value: str) -> str:
    meant = {written: sign for sign, written in _IN_VALUE.items()}
    return re.sub(r"\\(?:->|.)", lambda match: meant.get(match[0], match[0]), value, flags=re.DOTALL)


def escape_text(text: str) -> str:
    """A line of text as it stands after `#Text=`."""
    return re.sub(r"[\x00-\x1f\\]", lambda match: _IN_TEXT.get(match[0], match[0]), text)


def unescape_text(text: str) -> str:
    """What `escape_text` was given."""
    meant = {written: sign for sign, written in _IN_TEXT.items()}
    return re.sub(r"\\.", lambda match: meant.get(match[0], match[0]), text, flags=re.DOTALL)


def parse(path: Path, text: str, findings: Findings) -> TsvFile:
    """The sentences, tokens and annotations of a file; targets are keys of annotations.

    Faults go to `findings`.
    """
    found = TsvFile()
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not lines[0].startswith(FORMAT):
        findings.problems.append(f"{path}:1: {shorten(lines[0])}, expected {FORMAT}.3")
        return found
    columns = list(_columns(lines))
    head: list[str] = []
    for number, line in enumerate(lines, 1):
        fields = line.removesuffix("\t").split("\t")
        unit = _ROW.match(line)
        if unit is None and line.startswith("#Text="):
            head.append(unescape_text(line.removeprefix("#Text=")))
        elif unit is None and line and not line.startswith("#"):
            findings.problems.append(f"{path}:{number}: {shorten(line)}, expected a token such as 1-1, 0-4")
        elif unit and len(fields) < 3 + len(columns):
            told = f"{len(fields)} columns, expected {3 + len(columns)} as the header says"
            findings.problems.append(f"{path}:{number}: {told}")
        elif unit:
            token = TsvToken(fields[2], int(unit[1]), int(unit[2]), number)
            if head:
                found.sentences.append(TsvSentence("\n".join(head), token.start, number))
                head = []
            found.tokens.append(token)
            _join(found.annotations, token, _annotations(fields[0], fields[3:], columns))
    return found


def _join(
    known: dict[str, TsvAnnotation], token: TsvToken, found: Iterator[tuple[str, TsvAnnotation]]
) -> None:
    for key, part in found:
        own = known.setdefault(key, TsvAnnotation(part.layer, token.start, token.end, token.line))
        known[key] = own.joined(part, token.start, token.end)


def _columns(lines: list[str]) -> Iterator[_Column]:
    for line in lines[1:]:
        if not line.startswith("#T_"):
            return
        kind, _, rest = line.partition("=")
        layer, *features = rest.split("|")
        short = layer.rpartition(".")[2].lower() if kind == "#T_SP" else layer
        before = ""
        for feature in features or [""]:
            if feature.startswith("ROLE_"):
                before = feature.removeprefix("ROLE_").partition("_")[0].rpartition(":")[2]
                yield _Column(short, before, "role")
            elif before:
                yield _Column(short, feature.rpartition(".")[2].lower(), "target")
                before = ""
            else:
                yield _Column(short, feature)


def _annotations(unit: str, cells: list[str], columns: list[_Column]) -> Iterator[tuple[str, TsvAnnotation]]:
    stacks: dict[str, list[TsvAnnotation]] = {}
    keys: dict[str, list[str]] = {}
    for column, cell in zip(columns, cells, strict=False):
        if cell == NO_ANNOTATION:
            continue
        for place, raw in enumerate(_BAR.split(cell)):
            stack, names = stacks.setdefault(column.layer, []), keys.setdefault(column.layer, [])
            if place == len(stack):
                stack.append(TsvAnnotation(column.layer, 0, 0, 0))
                names.append(f"{column.layer} {unit} {place}")
            if column.slot == "target":
                targets = (target for target in _SEMICOLON.split(raw) if target != NO_VALUE)
                stack[place].targets.extend(_target(column, target) for target in targets)
                continue
            numbered = _NUMBERED.fullmatch(raw)
            value = numbered[1] if numbered else raw
            if numbered:
                names[place] = numbered[2]
            if not column.slot and value != NO_VALUE:
                stack[place].features[column.name] = _unescape_value(value)
    for layer, stack in stacks.items():
        yield from zip(keys[layer], stack, strict=True)


def _target(column: _Column, target: str) -> str:
    numbered = _NUMBERED.fullmatch(target)
    return numbered[2] if numbered else f"{column.name} {target} 0"


def utf16(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
