"""Which format a command writes, by its `--format` and the ending of its `-o`: one rule for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from stance.errors import UsageError, did_you_mean

__all__ = ["choose"]


def choose(
    name: str | None,
    output: Path | None,
    formats: Collection[str],
    endings: Mapping[str, str],
    example: str,
    *,
    folder: bool = False,
) -> str:
    """The format that was asked for, else that of the file's ending, else the first of `formats`.

    `example` is a good name for the output, `folder` says that it is to be one.

    Raises:
        UsageError: the format or the ending is unknown, they disagree, or the output is a folder.
    """
    if name is not None and name not in formats:
        raise UsageError(
            f"unknown format {name!r}, expected one of {', '.join(formats)}{did_you_mean(name, formats)}"
        )
    if output is None:
        return name or next(iter(formats))
    if output.is_dir() and not folder:
        raise UsageError(f"{output} is a folder, expected a file: try  -o {output / example}")
    ending = output.suffix.lower()
    by_ending = endings.get(ending)
    if name and by_ending and name != by_ending:
        raise UsageError(f"{output} ends in {output.suffix!r} but --format is {name}: drop one of the two")
    chosen = name or by_ending
    if chosen is None:
        found = f"ends in {output.suffix!r}" if ending else "has no ending"
        raise UsageError(
            f"{output} {found}, expected one of {', '.join(endings)}, or --format"
            f"{did_you_mean(ending, endings)}"
        )
    return chosen
