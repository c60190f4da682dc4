"""Files as they lie or packed (`.gz`, `.zst`): their bytes, unpacked as they are read."""

from __future__ import annotations

import gzip
import importlib.util
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from stance.errors import MissingExtra

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["ENDINGS", "check_packing", "is_packed", "open_input", "unpacked_name"]

ENDINGS = (".gz", ".zst")
"""The endings of packed files."""

_CHUNK = 4096
"""Packed bytes unpacked at once: what a hostile file can make of them still fits in memory."""


def unpacked_name(name: str) -> str:
    """The file's name without the ending of its packing."""
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def is_packed(path: Path) -> bool:
    """Whether the name says that the file is packed."""
    return path.name.lower().endswith(ENDINGS)


def check_packing(path: Path) -> None:
    """See that what unpacks such a file is there.

    Raises:
        MissingExtra: a `.zst` file needs zstandard, which is not installed.
    """
    if path.name.lower().endswith(".zst") and not importlib.util.find_spec("zstandard"):
        raise MissingExtra("zstandard", "tables", "reading .zst")


@contextmanager
def open_input(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file's bytes, unpacked, and the file itself, whose `tell` says how much of it was read.

    Raises:
        OSError, EOFError, zlib.error: it cannot be read, or is damaged or cut off (also while it is read).
    """
    with path.open("rb") as raw:
        if path.name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=raw, mode="rb") as file:
                yield cast(IO[bytes], file), raw
        elif path.name.lower().endswith(".zst"):
            yield io.BufferedReader(_Zstandard(raw)), raw
        else:
            yield raw, raw


class _Zstandard(io.RawIOBase):
    """The frames of a file in turn; the library's own reader ends silently where one is cut off."""

    def __init__(self, file: IO[bytes]) -> None:
        from zstandard import ZstdDecompressor

        # Archives are packed with long windows; without a limit of their own, 8 MiB would be the most.
        self._frames = ZstdDecompressor(max_window_size=2**31)
        self._frame = self._frames.decompressobj()
        self._begun = False
        self._file = file
        self._packed = b""
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer as far as there is something; 0 at the end."""
        while not self._plain:
            self._packed = self._packed or self._file.read(_CHUNK)
            if not self._packed:
                if self._begun:
                    raise EOFError("the file is cut off")
                return 0
            self._unpack()
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._plain))
        view[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _unpack(self) -> None:
        from zstandard import ZstdError

        try:
            self._plain = memoryview(self._frame.decompress(self._packed))
        except ZstdError as error:
            raise OSError(f"damaged: {error}") from error
        self._begun = not self._frame.eof
        self._packed = self._frame.unused_data
        if self._frame.eof:
            self._frame = self._frames.decompressobj()
