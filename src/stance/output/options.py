"""What the user may ask of an output."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WriteOptions"]


@dataclass(frozen=True)
class WriteOptions:
    """`parts` asks for a folder instead of a file.

    `width` is the terminal's, in columns; `excel` asks for a byte-order mark and guarded formulas.
    """

    attributions_only: bool = False
    text: bool = True
    excel: bool = False
    parts: bool = False
    width: int = 100
