"""Files of JSON records: JSON Lines, or one array; each record with the line that it starts on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.files import read_utf8

__all__ = ["Record", "dump_lines", "first_record", "read_records"]

_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Record:
    """One JSON object of a file and the line that it starts on, counted from 1."""

    path: Path
    line: int
    data: Mapping[str, Any]

    @property
    def where(self) -> str:
        """`path:line: `, as it stands before a message."""
        return f"{self.path}:{self.line}: "

    def own(self, key: str) -> Mapping[str, Any]:
        """An object inside the record, empty where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, dict) else {}

    def items(self, key: str) -> list[Any]:
        """A list inside the record, empty where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, list) else []


def read_records(path: Path, problems: list[str]) -> list[Record]:
    """The JSON objects of a file; what is none goes to `problems`, one line each."""
    text = read_utf8(path, problems, "a JSON file")
    if text is None:
        return []
    found = []
    values = _array if text.lstrip().startswith("[") else _lines
    for line, value in values(path, text, problems):
        if not isinstance(value, dict):
            problems.append(f"{path}:{line}: {type(value).__name__}, expected a JSON object")
        elif _is_half(value):
            problems.append(f"{path}:{line}: half a character (a lone surrogate), expected Unicode text")
        else:
            found.append(Record(path, line, value))
    return found


def first_record(path: Path) -> Mapping[str, Any]:
    """The first JSON object of a file, empty where it has none; its keys tell the format."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        line = file.readline()
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        records = read_records(path, [])
        return records[0].data if records else {}
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, dict) else {}


def dump_lines(records: Iterable[Mapping[str, Any]]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _lines(path: Path, text: str, problems: list[str]) -> Iterator[tuple[int, Any]]:
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            try:
                yield line, json.loads(content)
            except (ValueError, RecursionError) as error:
                problems.append(f"{path}:{line}: no JSON ({error}), expected one object per line")


def _array(path: Path, text: str, problems: list[str]) -> Iterator[tuple[int, Any]]:
    decoder = json.JSONDecoder()
    place = text.index("[") + 1
    line, counted = 1, 0
    while True:
        place = _past(text, place)
        if text[place : place + 1] in ("]", ""):
            break
        line, counted = line + text.count("\n", counted, place), place
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            problems.append(f"{path}:{line}: no JSON ({error}), expected an array of objects")
            return
        yield line, value
        place = _past(text, place)
        if text[place : place + 1] == ",":
            place += 1
        elif text[place : place + 1] != "]":
            break
    if text[place : place + 1] != "]":
        problems.append(f"{path}:{text.count(chr(10)) + 1}: the array does not end, expected ]")


def _past(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _is_half(value: Mapping[str, Any]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
