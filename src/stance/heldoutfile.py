"""Held-out predictions on disk: the lines of a model folder's `heldout.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from stance.errors import ModelError
from stance.heldout import SETS, HeldOut, Mark, Pair, Range
from stance.labels import MENTIONS, ROLES, STANCES
from stance.storage import HELDOUT, read_folder

__all__ = ["heldout_lines", "load_heldout", "need", "read_mark"]

PAIRS = ("baselines", "shares")
"""The fields that hold primary labels of others than the model."""

REPEATED = ("set", "group", "topic", *PAIRS)
"""The fields that a row leaves out where they are as in the row before of the same article."""


def load_heldout(model_dir: Path) -> list[HeldOut]:
    """Read the held-out predictions of a model folder, which must be whole: they vouch for the model in it.

    Raises:
        ModelError: the folder is missing or damaged, or a line is broken; the message names the line.
    """
    path = model_dir / HELDOUT
    files, _ = read_folder(model_dir)
    try:
        lines = files[HELDOUT].decode().split("\n")
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{path}: not UTF-8, expected the held-out predictions; train the model again with 'stance train'"
        ) from error
    rows: list[HeldOut] = []
    told: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                told = _filled(json.loads(line), told)
                rows.append(_row(told, rows[-1] if rows else None))
            except (ValueError, RecursionError) as error:
                raise ModelError(
                    f"{path}:{number}: {error}; train the model again with 'stance train'"
                ) from error
    if not rows:
        raise ModelError(
            f"{path}: no rows, expected one per held-out sentence; train again with 'stance train'"
        )
    return rows


def heldout_lines(rows: Sequence[HeldOut]) -> Iterator[str]:
    """The rows as lines of `heldout.jsonl`, without the lines' ends; probabilities have three digits.

    Left out are what is false or empty, the sentence before, which has a row of its own, what is as in the
    row before of the same article (see `REPEATED`), and the speaker whom the role names. A pair is null where
    it is the one predicted.
    """
    before: Mapping[str, Any] = {}
    for row in rows:
        told = _short(_shallow(row))
        told.pop("previous", None)
        told |= {key: [_short_mark(mark, row) for mark in told[key]] for key in ("gold", "predicted")}
        for key in (key for key in PAIRS if key in told):
            told[key] = {
                name: None if pair == row.predicted_primary else pair for name, pair in told[key].items()
            }
        if before.get("article") == row.article:
            told |= {key: {} for key in PAIRS if key in before and key not in told}
            same = {key for key in REPEATED if key in told and before.get(key) == told[key]}
        else:
            same = set()
        before = told
        kept = {key: value for key, value in told.items() if key not in same}
        yield json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _shallow(value: HeldOut | Mark) -> dict[str, Any]:
    """A row's or a mark's fields; `asdict` would copy each field's value too, in ten times the time."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _short_mark(mark: Mark, row: HeldOut) -> dict[str, Any]:
    usual = _usual_speaker(mark.role, row.labels)
    return _short({key: value for key, value in _shallow(mark).items() if key != "speaker" or value != usual})


def _usual_speaker(role: str, labels: Mapping[str, str] | None) -> str:
    return (labels or {}).get(role, role)


def _short(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in told.items() if not (v is None or v is False or v == {})}  # a zero is kept
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in kept.items()}


def _filled(data: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """A line with what it leaves out because the line before has it."""
    if not isinstance(data, dict):
        raise ValueError(f"found {type(data).__name__}, expected a JSON object")
    if before.get("article") != data.get("article"):
        return data
    return {key: before[key] for key in REPEATED if key in before} | data


def _row(data: Mapping[str, Any], before: HeldOut | None) -> HeldOut:
    if before and before.article != data.get("article"):
        before = None
    start, end = need(data, "start", int), need(data, "end", int)
    text = need(data, "text", str)
    if not 0 <= start <= end:
        raise ValueError(f"start and end are {start}:{end}, expected 0 <= start <= end")
    confidence = data.get("nobody_confidence")
    labels = None if data.get("labels") is None else need(data, "labels", dict)
    row = HeldOut(
        set=_one_of("set", data.get("set"), SETS),
        article=need(data, "article", str),
        group=str(data.get("group", "")),
        topic=need(data, "topic", str),
        sentence=need(data, "sentence", int),
        start=start,
        end=end,
        text=text,
        furniture=need({"furniture": False, **data}, "furniture", bool),
        previous=before.text if before else None,
        labels=labels,
        gold=tuple(_marks(data, "gold", start, end, labels)),
        predicted=tuple(_marks(data, "predicted", start, end, labels)),
        nobody_confidence=None if confidence is None else _probability("nobody_confidence", confidence),
        furniture_predicted=bool(data.get("furniture_predicted", False)),
    )
    baselines, shares = (_pairs(data, key, row.predicted_primary) for key in PAIRS)
    return replace(row, baselines=baselines, shares=shares)


def _marks(
    data: Mapping[str, Any], key: str, start: int, end: int, labels: Mapping[str, str] | None
) -> Iterator[Mark]:
    for entry in need(data, key, list):
        if not isinstance(entry, dict):
            raise ValueError(f"{key} has {entry!r}, expected objects")
        mark = read_mark(entry, start, end)
        yield mark if mark.speaker else replace(mark, speaker=_usual_speaker(mark.role, labels))


def read_mark(entry: Mapping[str, Any], start: int, end: int) -> Mark:
    """Read one attribution of the sentence between two offsets.

    Raises:
        ValueError: a field is not what it should be; the message has no place in it.
    """
    mention = entry.get("mention")
    return Mark(
        role=_one_of("role", entry.get("role"), ROLES),
        stance=_one_of("stance", entry.get("stance"), STANCES),
        speaker=entry.get("speaker"),
        source=_span("source", entry.get("source"), start, end),
        cue=_span("cue", entry.get("cue"), start, end),
        holder=entry.get("holder"),
        mention=None if mention is None else _one_of("mention", mention, MENTIONS),
        speaker_confidence=_maybe(_probability, "speaker_confidence", entry),
        stance_confidence=_maybe(_probability, "stance_confidence", entry),
        confidence=_maybe(_probability, "confidence", entry),
        review=bool(entry.get("review", False)),
    )


def _maybe(read: Callable[[str, Any], float], key: str, entry: Mapping[str, Any]) -> float | None:
    return None if entry.get(key) is None else read(key, entry[key])


def need(data: Mapping[str, Any], key: str, kind: type[Any]) -> Any:
    """The value under a key, which must be of a kind.

    Raises:
        ValueError: it is missing or of another kind.
    """
    value = data.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{key} is {value!r}, expected {kind.__name__}")
    return value


def _one_of(key: str, value: Any, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"{key} is {value!r}, expected one of {', '.join(known)}")
    return str(value)


def _probability(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{key} is {value!r}, expected a number from 0 to 1")
    return float(value)


def _pairs(data: Mapping[str, Any], key: str, predicted: Pair) -> dict[str, Pair]:
    found: dict[str, Any] = need({key: {}, **data}, key, dict)
    return {name: _pair(f"{key.removesuffix('s')} {name!r}", pair, predicted) for name, pair in found.items()}


def _pair(name: str, pair: Any, predicted: Pair) -> Pair:
    if pair is None:
        return predicted
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueError(f"{name} is {pair!r}, expected [role, stance]")
    return _one_of("role", pair[0], ROLES), _one_of("stance", pair[1], STANCES)


def _span(key: str, value: Any, start: int, end: int) -> Range | None:
    if value is None:
        return None
    if isinstance(value, dict):
        value = [value.get("start"), value.get("end")]
    whole = isinstance(value, list) and len(value) == 2 and all(type(offset) is int for offset in value)
    if not whole or not start <= value[0] <= value[1] <= end:
        raise ValueError(f"{key} is {value!r}, expected two offsets inside {start}:{end}")
    return value[0], value[1]
