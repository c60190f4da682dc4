"""The lines of a `.ann` file of brat: stretches, attributes, notes, relations and events."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from stance.formats.assembly import Findings
from stance.formats.offsets import Offsets
from stance.rows import shorten

__all__ = ["BratFile", "TextBound", "parse"]

_OFFSETS = re.compile(r"[0-9]{1,9} [0-9]{1,9}(;[0-9]{1,9} [0-9]{1,9})*")
_ARGUMENTS = re.compile(r"(\S+) Arg1:(\S+) Arg2:(\S+)\s*")


@dataclass(frozen=True)
class TextBound:
    """A `T` line: its id, type and place in code points, whatever lay between its parts."""

    key: str
    type: str
    span: tuple[int, int]
    where: str


@dataclass(frozen=True)
class BratFile:
    """What a `.ann` file says; attributes and notes by the id of what they are said of."""

    bounds: dict[str, TextBound] = field(default_factory=dict)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _State:
    found: BratFile
    offsets: Offsets
    findings: Findings
    triggers: dict[str, str]


def parse(path: Path, text: str, offsets: Offsets, findings: Findings) -> BratFile:
    """The lines of a file; `offsets` are those of its text. Faults and what is left out go to `findings`."""
    state = _State(BratFile(), offsets, findings, {})
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        where = f"{path}:{number}: "
        key, tab, rest = line.removesuffix("\r").partition("\t")
        if not line.strip():
            continue
        if not tab or not re.fullmatch(r"\*|[A-Z#][0-9]+\S*", key):
            findings.problems.append(f"{where}{shorten(line)}, expected an id such as T1, then a tab")
        elif key[0] in _READERS:
            rows.append((key, rest, where))
        else:
            findings.left_out[f"lines of the kind {key[0]}"] += 1
    # What is said of a mark may stand before it.
    for letter, read in _READERS.items():
        for key, rest, where in rows:
            if key[0] == letter:
                read(state, key, rest, where)
    return state.found


def _text_bound(state: _State, key: str, rest: str, where: str) -> None:
    told, _, words = rest.partition("\t")
    kind, _, places = told.partition(" ")
    if not kind or not _OFFSETS.fullmatch(places):
        state.findings.problems.append(f"{where}{shorten(told)}, expected a type, a start and an end")
        return
    if key in state.found.bounds:
        state.findings.problems.append(f"{where}{key} stands twice, expected one line for each id")
        return
    pairs = [tuple(map(int, part.split())) for part in places.split(";")]
    points = [(state.offsets.point(start), state.offsets.point(end)) for start, end in pairs]
    parts = [(start, end) for start, end in points if start is not None and end is not None and start < end]
    text = state.offsets.text
    if len(parts) < len(pairs):
        expected = f"0 <= start < end <= {len(state.offsets.raw)}"
        state.findings.problems.append(f"{where}{places} is no stretch of the text, expected {expected}")
        return
    there = " ".join(text[start:end] for start, end in parts)
    if _plain(words) != _plain(there):
        state.findings.problems.append(
            f"{where}text is {shorten(words)}, expected {shorten(there)} as at {places}"
        )
        return
    start, end = min(parts)[0], max(part[1] for part in parts)
    ordered = sorted(parts)
    between = "".join(text[a[1] : b[0]] for a, b in pairwise(ordered))
    if between.strip():
        state.findings.notes.append(
            f"{where}{key} has {shorten(between)} between its parts: taken as one stretch"
        )
    state.found.bounds[key] = TextBound(key, kind, (start, end), f"{where}{key}: ")


def _plain(text: str) -> str:
    return re.sub(r"\s", " ", Offsets(text).text)


def _event(state: _State, key: str, rest: str, where: str) -> None:
    (kind, trigger), *arguments = [part.partition(":")[::2] for part in rest.split()] or [("", "")]
    if trigger not in state.found.bounds:
        state.findings.problems.append(
            f"{where}{shorten(rest)}, expected a type and a mark such as {kind}:T1"
        )
        return
    state.triggers[key] = trigger
    for role, target in arguments:
        if role.rstrip("0123456789") == "Cue":
            state.found.links.append((trigger, target, f"{where}{key}: "))
        else:
            state.findings.left_out[f"arguments with the role {role}"] += 1


def _attribute(state: _State, _key: str, rest: str, where: str) -> None:
    name, target, *value = rest.split()[:3] if len(rest.split()) > 1 else ("", "")
    target = state.triggers.get(target, target)
    if target not in state.found.bounds:
        state.findings.problems.append(f"{where}{shorten(rest)}, expected a name and the id of a mark")
    elif name in ("Stance", "Unnamed"):
        state.found.attributes[target, name] = value[0] if value else ""
    else:
        state.findings.left_out[f"attributes with the name {name}"] += 1


def _relation(state: _State, key: str, rest: str, where: str) -> None:
    match = _ARGUMENTS.fullmatch(rest)
    if match is None:
        state.findings.problems.append(
            f"{where}{shorten(rest)}, expected a relation such as Cue Arg1:T1 Arg2:T2"
        )
    elif match[1] == "Cue":
        head, child = (state.triggers.get(name, name) for name in match.groups()[1:])
        state.found.links.append((head, child, f"{where}{key}: "))
    else:
        state.findings.left_out[f"relations of the type {match[1]}"] += 1


def _note(state: _State, _key: str, rest: str, _where: str) -> None:
    told, _, content = rest.partition("\t")
    name, _, target = told.partition(" ")
    target = state.triggers.get(target, target)
    bound = state.found.bounds.get(target)
    if bound and name in ("Annotator", "Paragraph"):
        state.found.notes[target, name] = content
    elif bound and name == "Extent" and re.fullmatch("[0-9]{1,9} [0-9]{1,9}", content):
        start, end = map(int, content.split())
        if start <= bound.span[0] < bound.span[1] <= end <= len(state.offsets.text):
            state.found.bounds[target] = TextBound(target, bound.type, (start, end), bound.where)
    else:
        state.findings.left_out[f"notes of the kind {name}"] += 1


# In the order in which they are read: each may speak of those before it.
_READERS: dict[str, Callable[[_State, str, str, str], None]] = {
    "T": _text_bound,
    "E": _event,
    "A": _attribute,
    "R": _relation,
    "#": _note,
}
