"""Which files a command line stands for: folders searched, formats checked, names given."""

from __future__ import annotations

import glob
import importlib.util
import itertools
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.columns import TABLES
from stance.errors import MissingExtra, UsageError
from stance.packing import ENDINGS, check_packing, unpacked_name

__all__ = [
    "CORRECTIONS",
    "PAGES",
    "PARTS_MANIFEST",
    "STDIN",
    "TEXTS",
    "Inputs",
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
_PATTERN = frozenset("*?[")
KINDS = 5  # kinds of files that are told by name when they are passed over

CORRECTIONS = "corrections.csv"
"""The name, or the ending of the name, of a file of corrections: in a folder, it is no article."""

PARTS_MANIFEST = "_manifest.json"
"""Lies in a folder that holds an output in parts, and so no articles."""


@dataclass(frozen=True)
class Inputs:
    """The files that paths stand for; `named` are those of them that were not found in a folder.

    `passed` counts, by their endings, the files in folders that are of other kinds; `closed` has a line on
    each folder that cannot be read.
    """

    files: tuple[Path, ...]
    named: frozenset[Path]
    passed: Mapping[str, int]
    closed: tuple[str, ...] = ()

    def told(self) -> Iterator[str]:
        """A line on the files that were passed over, if there are any, and on each folder that was."""
        if self.passed:
            kinds = sorted(self.passed.items(), key=lambda kind: (-kind[1], kind[0]))
            counts = ", ".join(f"{count} {ending or 'without an ending'}" for ending, count in kinds[:KINDS])
            more = ", and others" if len(kinds) > KINDS else ""
            yield f"passed over, since they are no articles: {counts}{more}; read are files in {_endings()}"
        yield from self.closed


def find_inputs(paths: Sequence[str | Path]) -> Inputs:
    """The files that paths stand for: folders are searched recursively, in sorted order; `-` is `STDIN`.

    A path that is none is taken for a pattern, as a shell would take it (`**` for folders within folders).

    Raises:
        UsageError: no such path, a folder without articles, an unknown format, or no path at all.
        MissingExtra: a Parquet file needs pyarrow, or a `.zst` file zstandard, and it is not installed.
    """
    if isinstance(paths, str):  # its letters are paths, too: "/" is all of the machine
        raise UsageError(f"paths is a string ({paths[:60]!r}), expected a list of paths: put it in brackets")
    if not paths:
        raise UsageError("no input: expected files, folders or - for standard input")
    found: dict[str, Path] = {}
    named: set[Path] = set()
    passed: Counter[str] = Counter()
    closed: list[str] = []
    for name in itertools.chain.from_iterable(map(_expanded, paths)):
        if str(name).lower().startswith(("http:", "https:")):
            raise UsageError(f"{name} is an address; stance fetches nothing: save the page as .html")
        folder = name != "-" and Path(name).is_dir()
        for path in _searched(Path(name), passed, closed) if folder else [_file(name)]:
            found.setdefault("-" if path == STDIN else plain(path), path)
            if not folder:
                named.add(path)
    for path in found.values():
        check_packing(path)
    if any(kind_of(path) == ".parquet" for path in found.values()) and not importlib.util.find_spec(
        "pyarrow"
    ):
        raise MissingExtra("pyarrow", "tables", "reading Parquet")
    return Inputs(tuple(found.values()), frozenset(named), passed, tuple(dict.fromkeys(closed)))


def _expanded(path: str | Path) -> Sequence[str | Path]:
    """The paths that a pattern stands for, sorted; the path itself where it is none."""
    text = str(path)
    if not _PATTERN & set(text) or os.path.lexists(text):
        return [path]
    return sorted(glob.glob(text, recursive=True)) or [path]  # noqa: PTH207  # Path's takes none from the root


def _searched(path: Path, passed: Counter[str], closed: list[str]) -> list[Path]:
    """The files of known kinds in a folder; the others are counted in `passed`, `closed` has what is shut."""

    def shut(error: OSError) -> None:
        closed.append(f"{error.filename}: passed over, it cannot be read ({error.strerror})")

    files, before = [], len(closed)
    for folder, folders, names in os.walk(path, onerror=shut):
        folders[:] = [name for name in folders if not name.startswith(".")]
        own = [name for name in names if not name.startswith(".")] if PARTS_MANIFEST not in names else ()
        for name in own:
            if kind_of(Path(name)) not in KNOWN:
                passed[kind_of(Path(name))] += 1
            elif name != CORRECTIONS and not name.endswith(f".{CORRECTIONS}"):
                files.append(Path(folder, name))
    if not files:
        told = "".join(f"; {line}" for line in closed[before : before + 1])
        raise UsageError(f"{path}: no articles in this folder, expected files that end in {_endings()}{told}")
    return sorted(files)


def _file(name: str | Path) -> Path:
    path = STDIN if name == "-" else Path(name)
    if path == STDIN:
        return path
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if kind_of(path) not in KNOWN:
        raise UsageError(
            f"{path}: unknown format {kind_of(path) or 'without an ending'}, expected {_endings()}"
        )
    return path


def _endings() -> str:
    return f"{', '.join(KNOWN)} (also with {' or '.join(ENDINGS)})"


def kind_of(path: Path) -> str:
    """The ending that says the format, without that of a packing: `.txt`."""
    return Path(unpacked_name(path.name.lower())).suffix


def _stem(path: Path) -> str:
    """The path without its ending, in NFC; bytes that are no UTF-8 are replaced: ids are written out."""
    name = path.with_name(unpacked_name(path.name)).with_suffix("").as_posix()
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


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
