"""Another system's rows in the place of ours, so that both are scored on the same gold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stance.errors import AnnotationError, UsageError
from stance.heldout import SETS, HeldOut, Mark
from stance.heldoutfile import need, read_mark
from stance.labels import FURNITURE, NONE, ROLES
from stance.topic import BUILT_IN, load_topic

__all__ = ["Replaced", "replace_predictions"]

_SHOWN_PROBLEMS = 50

Key = tuple[str, int, int]
Entry = tuple[Mark, bool]
"""An attribution (of role `none` where nobody speaks) and whether the row is furniture."""


@dataclass(frozen=True)
class Replaced:
    """Held-out rows that carry another system's predictions, and how well its rows met the gold.

    `missing` counts, per set, the sentences that the system has no row for; `unmatched` counts its
    rows that meet no gold sentence, `examples` names a few of them.
    """

    rows: tuple[HeldOut, ...]
    missing: Mapping[str, int]
    unmatched: int
    examples: tuple[str, ...]


def replace_predictions(rows: Sequence[HeldOut], path: Path) -> Replaced:
    """Put another system's rows (`stance label --format jsonl`) in the place of the predictions.

    A row meets the gold by article, start and end; a sentence without a row counts as one in which
    nobody speaks. A row's `role` counts, or else the role of its `speaker` in the sentence's topic.

    Raises:
        AnnotationError: rows that are broken or have unknown labels, each with its line.
        UsageError: the file cannot be read, or no row of it meets a gold sentence.
    """
    found, unmatched = _entries(rows, path)
    if not found:
        raise UsageError(
            f"{path}: none of its {len(unmatched)} rows meets a held-out sentence; expected the article, "
            f"start and end of a gold sentence, such as {rows[0].article} {rows[0].start}:{rows[0].end}"
        )
    missing = {name: 0 for name in SETS if any(row.set == name for row in rows)}
    for row in rows:
        missing[row.set] += row.key not in found
    replaced = tuple(_with(row, found.get(row.key, ())) for row in rows)
    return Replaced(replaced, missing, len(unmatched), tuple(unmatched[:5]))


def _entries(rows: Sequence[HeldOut], path: Path) -> tuple[dict[Key, list[Entry]], list[str]]:
    """What the file's rows say of each held-out sentence, and the places of those that meet none."""
    known: dict[Key, list[HeldOut]] = {}
    for row in rows:
        known.setdefault(row.key, []).append(row)
    found: dict[Key, list[Entry]] = {}
    names = {topic: _speaker_roles(topic, rows) for topic in {row.topic for row in rows}}
    problems, unmatched = [], []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            key, entry = _read(json.loads(line), known, names)
        except (ValueError, RecursionError) as error:
            problems.append(f"{path}:{number}: {error}")
            continue
        if key in known:
            found.setdefault(key, []).append(entry)
        else:
            unmatched.append(f"{key[0]} {key[1]}:{key[2]}")
    if problems:
        more = len(problems) - _SHOWN_PROBLEMS
        raise AnnotationError(
            problems[:_SHOWN_PROBLEMS] + ([f"{path}: {more} more bad rows"] if more > 0 else [])
        )
    return found, unmatched


def _with(row: HeldOut, entries: Sequence[Entry]) -> HeldOut:
    nobody = [mark.speaker_confidence for mark, _ in entries if mark.role == NONE]
    return replace(
        row,
        predicted=tuple(mark for mark, _ in entries if mark.role != NONE),
        nobody_confidence=nobody[0] if nobody else None,
        furniture_predicted=any(furniture for _, furniture in entries),
    )


def _lines(path: Path) -> list[str]:
    if path.suffix.lower() in (".csv", ".parquet", ".sqlite", ".xlsx", ".html"):
        raise UsageError(
            f"{path} ends in {path.suffix!r}, expected JSON Lines as 'stance label -o rows.jsonl' writes"
        )
    try:
        return path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(
            f"{path}: cannot read the predictions ({reason}); expected rows of 'stance label --format jsonl'"
        ) from error


def _speaker_roles(topic: str, rows: Sequence[HeldOut]) -> dict[str, str]:
    """The role behind each label of a topic, as the topic or else the rows tell it; a role names itself."""
    roles = {role: role for role in ROLES} | {FURNITURE: NONE}
    for row in rows:
        if row.topic == topic:
            roles |= {mark.speaker: mark.role for mark in (*row.gold, *row.predicted) if mark.speaker}
    if topic in BUILT_IN:
        roles |= {speaker.label: speaker.role for speaker in load_topic(topic).speakers}
    return roles


def _read(
    data: Any, known: Mapping[Key, Sequence[HeldOut]], names: Mapping[str, Mapping[str, str]]
) -> tuple[Key, Entry]:
    if not isinstance(data, dict):
        raise ValueError(f"found {type(data).__name__}, expected a JSON object")
    start, end = need(data, "start", int), need(data, "end", int)
    key = (need(data, "article", str), start, end)
    topic = known[key][0].topic if key in known else str(data.get("topic"))
    roles = names.get(topic) or {name: role for each in names.values() for name, role in each.items()}
    furniture = data.get("furniture", False) is True or data.get("speaker") == FURNITURE
    told = {"role": NONE, "stance": NONE} if furniture else {"role": _role(data, roles)}
    return key, (read_mark({**data, **told}, start, end), furniture)


def _role(data: Mapping[str, Any], roles: Mapping[str, str]) -> str:
    speaker, role = data.get("speaker"), data.get("role")
    behind = roles.get(speaker) if isinstance(speaker, str) else None
    if role is None and behind is None:
        raise ValueError(f"speaker is {speaker!r}, expected one of {', '.join(roles)}")
    if role is not None and behind not in (None, role):
        raise ValueError(f"role is {role!r}, but the speaker {speaker!r} is of the role {behind!r}")
    return str(role or behind)
