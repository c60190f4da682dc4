"""Which files a command line stands for: folders searched, formats checked, names given."""

from __future__ import annotations

import importlib.util
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stance.columns import TABLES
from stance.errors import MissingExtra, UsageError
from stance.packing import ENDINGS, check_packing, unpacked_name

__all__ = [
    "CORRECTIONS",
    "MANIFEST",
    "PAGES",
    "STDIN",
    "TEXTS",
    "find_inputs",
    "kind_of",
    "names_of",
    "plain",
]

STDIN = Path("-")
"""Stands for standard input."""

TEXTS = (".txt", ".md")
PAGES = (".html", ".htm")
KNOWN = (*TEXTS, *PAGES, *TABLES)

CORRECTIONS = "corrections.csv"
"""The name, or the ending of the name, of a file of corrections: in a folder, it is no article."""

MANIFEST = "_manifest.json"
"""Lies in a folder that holds an output in parts, and so no articles."""


def find_inputs(paths: Sequence[str | Path]) -> list[Path]:
    """The files that paths stand for: folders are searched recursively, in sorted order; `-` is `STDIN`.

    Raises:
        UsageError: no such path, a folder without articles, an unknown format, or no path at all.
        MissingExtra: a Parquet file needs pyarrow, or a `.zst` file zstandard, and it is not installed.
    """
    if isinstance(paths, str):  # its letters are paths, too: "/" is all of the machine
        raise UsageError(f"paths is a string ({paths[:60]!r}), expected a list of paths: put it in brackets")
    if not paths:
        raise UsageError("no input: expected files, folders or - for standard input")
    found: dict[str, Path] = {}
    for name in paths:
        if str(name).lower().startswith(("http:", "https:")):
            raise UsageError(f"{name} is an address; stance fetches nothing: save the page as .html")
        for path in [STDIN] if name == "-" else _files(Path(name)):
            found.setdefault("-" if path == STDIN else plain(path), path)
    for path in found.values():
        check_packing(path)
    if any(kind_of(path) == ".parquet" for path in found.values()) and not importlib.util.find_spec(
        "pyarrow"
    ):
        raise MissingExtra("pyarrow", "tables", "reading Parquet")
    return list(found.values())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(
            Path(folder, name)
            for folder, _, names in os.walk(path)
            if MANIFEST not in names
            for name in names
            if kind_of(Path(name)) in KNOWN and not name.startswith(".")
            if name != CORRECTIONS and not name.endswith(f".{CORRECTIONS}")
        )
        if not files:
            raise UsageError(f"{path}: no articles in this folder, expected files that end in {_endings()}")
        return files
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if kind_of(path) not in KNOWN:
        raise UsageError(
            f"{path}: unknown format {kind_of(path) or 'without an ending'}, expected {_endings()}"
        )
    return [path]


def _endings() -> str:
    return f"{', '.join(KNOWN)} (also with {' or '.join(ENDINGS)})"


def kind_of(path: Path) -> str:
    """The ending that says the format, without that of a packing: `.txt`."""
    return Path(unpacked_name(path.name.lower())).suffix


def _stem(path: Path) -> str:
    """The path without its ending; bytes that are no UTF-8 are replaced, since ids are written out."""
    return os.fsencode(path.with_name(unpacked_name(path.name)).with_suffix("").as_posix()).decode(
        "utf-8", "replace"
    )


def plain(path: Path) -> str:
    """The whole path without `..`; `resolve` would follow links, and with them leave the common folder."""
    return os.path.abspath(path)  # noqa: PTH100


def names_of(inputs: Sequence[Path]) -> dict[Path, str]:
    """An id for each file: its stem, or its path from the common folder where stems collide."""
    files = [path for path in inputs if path != STDIN]
    counts = Counter(_stem(Path(path.name)) for path in files)
    full = {path: Path(plain(path)) for path in files}
    common = os.path.commonpath([path.parent for path in full.values()]) if files else "."
    names = {
        path: stem if counts[stem] == 1 else _stem(full[path].relative_to(common))
        for path in files
        for stem in [_stem(Path(path.name))]
    }
    return names | {STDIN: "stdin"}
