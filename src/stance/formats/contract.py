"""The project's own CSV: a folder with `articles.csv`, rows, topics and texts (`stance.annotations`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.annotations import ARTICLES, read_annotations, row_files, write_annotations
from stance.errors import AnnotationError
from stance.formats.folders import fresh_folder, lay_out, places
from stance.formats.values import Format, FormatOptions, Reading

__all__ = ["CSV"]

READINGS = "readings"


def _read(path: Path, options: FormatOptions) -> Reading:  # noqa: ARG001  # the list names every topic
    articles = next((up / ARTICLES for up in (path, *path.parents) if (up / ARTICLES).is_file()), None)
    if articles is None or not path.is_dir():
        raise AnnotationError([f"{path}: no {ARTICLES} there or above, expected a folder of annotations"])
    readings = sorted(item for item in (path / READINGS).glob("*") if item.is_dir())
    notes = []
    if row_files(path):
        own = articles if articles.parent != path else None
        found = read_annotations(path, own)
        notes += [f"left out: {item}, what one annotator marked: convert that folder" for item in readings]
    else:
        found = [annotated for item in readings for annotated in read_annotations(item, articles)]
    return Reading(tuple(found), tuple(notes))


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    notes: list[str] = []
    with fresh_folder(path) as folder:
        lay_out(articles, folder, notes)
        for annotated, (name, reader) in zip(articles, places(articles), strict=True):
            place = folder / READINGS / reader if reader else folder
            place.mkdir(parents=True, exist_ok=True)
            write_annotations(place / f"{name}.csv", [annotated])
            if reader:
                notes.append(f"{annotated.article.id}: {reader}'s reading stands in {READINGS}/{reader}/")
    return notes


def _guess(path: Path) -> bool:
    if not path.is_dir() or any(path.glob("*.ann")) or any(path.glob("*.tsv")):
        return False
    return bool(row_files(path)) or any((path / READINGS).glob("*/*.csv"))


CSV = Format(_read, _write, _guess, ("",))
