"""The table of formats, and how a file is told to be in one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.errors import UsageError, did_you_mean
from stance.formats.brat import BRAT
from stance.formats.conll import CONLL
from stance.formats.contract import CSV
from stance.formats.doccano import DOCCANO, DOCCANO_SPANS
from stance.formats.inception import INCEPTION
from stance.formats.labelstudio import LABEL_STUDIO
from stance.formats.prodigy import PRODIGY
from stance.formats.table import TABLE
from stance.formats.text import TEXT
from stance.formats.values import Format, FormatOptions, Reading
from stance.records import Article, Attribution

__all__ = ["FORMATS", "choose_input", "choose_output", "read_annotated", "write_annotated"]

FORMATS: Mapping[str, Format] = {
    "csv": CSV,
    "doccano": DOCCANO,
    "doccano-spans": DOCCANO_SPANS,
    "labelstudio": LABEL_STUDIO,
    "prodigy": PRODIGY,
    "brat": BRAT,
    "inception": INCEPTION,
    "conll": CONLL,
    "table": TABLE,
    "text": TEXT,
}
"""Each format by its name; where several guess a file to be theirs, the first has it."""

# What annotations hold of an article and an attribution; a model's output has more.
_HELD: Mapping[type, tuple[str, ...]] = {
    Article: ("id", "text", "title", "outlet", "date", "date_source"),
    Attribution: ("role", "speaker", "stance", "source", "cue", "labelled_by"),
}


def choose_input(name: str | None, path: Path) -> str:
    """The name of the format that a file or folder is in: as the user says, else by its looks.

    Raises:
        UsageError: there is no such format or path, or the looks do not tell.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if name is not None:
        return _known(name, tuple(FORMATS))
    found = next((name for name, form in FORMATS.items() if form.guess(path)), None)
    if found is None:
        raise UsageError(f"{path}: cannot tell its format; name it with --from {'|'.join(FORMATS)}")
    return found


def choose_output(name: str | None, path: Path) -> str:
    """The name of the format to write: as the user says, else by the ending.

    Raises:
        UsageError: there is no such format, it is only read, or the ending does not tell.
    """
    written = tuple(name for name, form in FORMATS.items() if form.write)
    if name is not None:
        if name in FORMATS and name not in written:
            raise UsageError(f"{name} is only read, expected --to {'|'.join(written)}")
        return _known(name, written)
    found = next((name for name in written if path.suffix.lower() in FORMATS[name].endings), None)
    if found is None:
        told = f"the ending {path.suffix!r} does not tell one format"
        raise UsageError(f"{path}: {told}; name it with --to {'|'.join(written)}")
    return found


def _known(name: str, names: Sequence[str]) -> str:
    if name in names:
        return name
    raise UsageError(f"no format {name!r}{did_you_mean(name, names)}, expected one of {', '.join(names)}")


def read_annotated(name: str, path: Path, options: FormatOptions | None = None) -> Reading:
    """The articles in a file or folder, in the format of that name.

    Raises:
        AnnotationError: records are bad; the message names all of them, one per line.
        UsageError: a table lacks a column.
    """
    return FORMATS[name].read(path, options or FormatOptions())


def write_annotated(name: str, path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    """Write articles in the format of that name, whole or not at all; what it cannot hold, one line each.

    Raises:
        UsageError: the format is only read, or the place is not writable.
    """
    write = FORMATS[name].write
    if write is None:
        raise UsageError(f"{name} is only read, expected another format")
    return [*_lost(articles), *write(path, articles)]


def _lost(articles: Sequence[AnnotatedArticle]) -> list[str]:
    times: Counter[str] = Counter()
    for item in articles:
        values: list[Article | Attribution] = [
            item.article,
            *(mark for own in item.attributions for mark in own),
        ]
        for value in values:
            held = _HELD[type(value)]
            times.update(
                entry.name
                for entry in fields(value)
                if entry.name not in held and getattr(value, entry.name) not in (entry.default, {})
            )
    return [f"left out: {name!r}, which annotations do not hold ({count}×)" for name, count in times.items()]
