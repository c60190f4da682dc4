"""The formats by name and by file ending, and the one function that writes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stance.errors import MissingExtra, UsageError
from stance.files import atomic_path
from stance.output.binary import write_parquet, write_xlsx
from stance.output.choice import choose
from stance.output.database import join_sqlite, write_sqlite
from stance.output.joining import join_csv, join_lines, join_parquet, settle_parquet
from stance.output.options import WriteOptions
from stance.output.page import write_html
from stance.output.table import table_lines
from stance.output.text import write_csv, write_jsonl
from stance.records import LabelledArticle

__all__ = ["FORMATS", "Format", "choose_format", "write_results"]

StreamWriter = Callable[[Iterable[LabelledArticle], IO[bytes], WriteOptions], None]
FileWriter = Callable[[Iterable[LabelledArticle], Path, WriteOptions], None]


@dataclass(frozen=True)
class Format:
    """A format writes to a stream (`to_stream`), or needs a file (`to_file`) and maybe a package.

    A large output may be written in parts if there is a way to `join` them into one file. If
    they may be left as they are (`parts`), `settle` makes them alike.
    """

    name: str
    endings: tuple[str, ...] = ()
    to_stream: StreamWriter | None = None
    to_file: FileWriter | None = None
    package: str | None = None
    join: Callable[[Sequence[Path], Path], None] | None = None
    parts: bool = False
    settle: Callable[[Sequence[Path]], None] | None = None


def _write_table(results: Iterable[LabelledArticle], out: IO[bytes], options: WriteOptions) -> None:
    lines = table_lines(
        results, options.width, attributions_only=options.attributions_only, text=options.text
    )
    for line in lines:
        out.write(f"{line}\n".encode("utf-8", "replace"))
        out.flush()


FORMATS = {
    entry.name: entry
    for entry in (
        Format("table", (), to_stream=_write_table),
        Format("csv", (".csv",), to_stream=write_csv, join=join_csv),
        Format("jsonl", (".jsonl",), to_stream=write_jsonl, join=join_lines, parts=True),
        Format("html", (".html", ".htm"), to_stream=write_html),
        Format(
            *("parquet", (".parquet",)),
            to_file=write_parquet,
            package="pyarrow",
            join=join_parquet,
            parts=True,
            settle=settle_parquet,
        ),
        Format("sqlite", (".sqlite", ".db"), to_file=write_sqlite, join=join_sqlite),
        Format("xlsx", (".xlsx",), to_file=write_xlsx, package="openpyxl"),
    )
}
"""Every format by its name."""

_ENDINGS = {ending: entry.name for entry in FORMATS.values() for ending in entry.endings}


def choose_format(name: str | None, output: Path | None, options: WriteOptions) -> Format:
    """The format that `--format` and `-o` ask for, checked before any work.

    Raises:
        UsageError: the format or ending is unknown, they disagree, or the options do not fit.
        MissingExtra: the format's package is not installed.
    """
    if options.parts and output and output.is_file():
        raise UsageError(f"{output} is a file, expected a folder for --parts: choose another name")
    chosen = FORMATS[choose(name, output, FORMATS, _ENDINGS, "labels.csv", folder=options.parts)]
    if options.parts and not (output and chosen.parts):
        raise UsageError(
            f"--parts goes with JSON Lines or Parquet, not with {chosen.name}: add  -o labels.parquet"
        )
    if chosen.to_file and output is None:
        raise UsageError(
            f"{chosen.name} cannot go to standard output: name a file,  -o labels{chosen.endings[0]}"
        )
    if options.excel and chosen.name not in ("csv", "xlsx"):
        raise UsageError(f"--excel goes with csv, not with {chosen.name}: add  --format csv")
    if not options.text and chosen.name == "html":
        raise UsageError("--no-text does not go with html, which shows the article: choose another format")
    if chosen.package and importlib.util.find_spec(chosen.package) is None:
        raise MissingExtra(chosen.package, "tables", f"writing {chosen.name}")
    return chosen


def write_results(
    chosen: Format,
    results: Iterable[LabelledArticle],
    output: Path | None,
    stdout: IO[bytes] | None,
    options: WriteOptions,
) -> None:
    """Write all results to `output`, whole or not at all, or as they come to `stdout` if there is none.

    Raises:
        UsageError: the output is not writable.
    """
    if output is None:
        assert chosen.to_stream is not None  # choose_format saw to it
        assert stdout is not None
        chosen.to_stream(results, stdout, options)
        stdout.flush()
        return
    with atomic_path(output) as temporary:
        if chosen.to_file:
            chosen.to_file(results, temporary, options)
        elif chosen.to_stream:
            with temporary.open("wb") as stream:
                chosen.to_stream(results, stream, options)
