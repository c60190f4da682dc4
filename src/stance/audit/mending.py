"""What is missing in annotations and can be told without a doubt: offsets and digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from stance.annotated import read_text
from stance.annotations import ARTICLES, row_files
from stance.files import atomic_write
from stance.records import Article
from stance.rows import (
    ARTICLE_COLUMNS,
    ROW_COLUMNS,
    SPANS,
    Row,
    format_table,
    only_place,
    read_table,
    whole_number,
)

__all__ = ["fill"]


def fill(folder: Path, *, dry: bool = False) -> int:
    """Fill in a folder's missing offsets and digests; how many places were filled, or with `dry` could be.

    A sentence's offsets and a span's are told where its words occur once in the article's text
    or in the sentence; an article's digest by its file. What is there is never changed, and a
    file with broken lines stays as it is, since writing it would lose them.

    Raises:
        UsageError: a file cannot be written.
    """
    entries = read_table(folder / ARTICLES, ARTICLE_COLUMNS, []) if (folder / ARTICLES).is_file() else []
    texts = {entry["article"]: text for entry in entries if (text := _text(entry)) is not None}
    count = _fill_digests(folder / ARTICLES, texts, dry) if texts else 0
    return count + sum(_fill_offsets(path, texts, dry) for path in row_files(folder))


def _fill_offsets(path: Path, texts: Mapping[str, str], dry: bool) -> int:
    problems: list[str] = []
    rows = read_table(path, ROW_COLUMNS, problems)
    filled = [_filled(row, texts.get(row["article"])) for row in rows]
    return 0 if problems else _write(path, rows, filled, dry) // 2


def _fill_digests(path: Path, texts: Mapping[str, str], dry: bool) -> int:
    problems: list[str] = []
    entries = read_table(path, ARTICLE_COLUMNS, problems)
    filled = [
        {"sha256": Article(name, texts[name]).sha256} if name in texts and not entry["sha256"] else {}
        for entry in entries
        for name in (entry["article"],)
    ]
    return 0 if problems else _write(path, entries, filled, dry)


def _write(path: Path, rows: list[Row], filled: list[dict[str, str]], dry: bool) -> int:
    count = sum(len(new) for new in filled)
    if count and not dry:
        records = ({**row.fields, **new}.values() for row, new in zip(rows, filled, strict=True))
        atomic_write(path, format_table(rows[0].fields, records))
    return count


def _text(entry: Row) -> str | None:
    return read_text(entry, []) if entry["file"] else None


def _filled(row: Row, article: str | None) -> dict[str, str]:
    new: dict[str, str] = {}
    if article is not None and row["text"] and not row["start"] and not row["end"]:
        new |= _place("", row["text"], only_place(row["text"], article))
    start = whole_number(replace(row, fields={**row.fields, **new}), "start", [])
    if start is None:
        return new
    for name in SPANS:
        words = row[name]
        if words and not row[f"{name}_start"] and not row[f"{name}_end"]:
            place = only_place(words, row["text"])
            new |= _place(f"{name}_", words, None if place is None else start + place)
    return new


def _place(prefix: str, words: str, start: int | None) -> dict[str, str]:
    if start is None:
        return {}
    return {f"{prefix}start": str(start), f"{prefix}end": str(start + len(words))}
