"""Files: written so that a crash leaves the old one or the new one, and read with their faults named."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stance.errors import UsageError

__all__ = ["atomic_folder", "atomic_path", "atomic_write", "is_special", "locked_folder", "read_utf8"]


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target` that takes its place when the block ends well.

    What was in the old one is gone then: whoever calls this has seen that it may go. A link is followed.

    Raises:
        UsageError: the folder above is missing or not writable, or the disk is full.
    """
    place = Path(os.path.realpath(target))
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as error:
        raise UsageError(f"{target}: cannot write here ({error.strerror}); choose another place") from error
    old = fresh.with_name(f"{fresh.name}.old")
    try:
        yield fresh
        fresh.chmod(0o755)
        if not place.exists():
            fresh.rename(place)
        elif not _exchange(fresh, place):
            place.rename(old)  # a crash here leaves the old one under this name
            fresh.rename(place)
    except OSError as error:
        raise UsageError(f"{target}: cannot write ({error.strerror}); what was there stays") from error
    finally:
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Put two folders in each other's place in a single step; whether this system can."""
    if sys.platform == "win32":
        return False
    library, names = ctypes.CDLL(None), (os.fsencode(one.absolute()), os.fsencode(other.absolute()))
    if hasattr(library, "renameat2"):  # Linux: with two folders to start from, which absolute names need not
        return bool(library.renameat2(0, names[0], 0, names[1], 2) == 0)
    return hasattr(library, "renamex_np") and bool(library.renamex_np(*names, 2) == 0)  # macOS


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that takes its place when the block ends well.

    A link is followed. A device or a pipe (`/dev/stdout`) is handed out as it is: in its place a
    file would only hide it.

    Raises:
        UsageError: the folder is missing or not writable, or the disk is full.
    """
    if is_special(target):
        try:
            yield target
        except BrokenPipeError:  # nobody reads on: no fault of the file
            raise
        except OSError as error:
            raise UsageError(f"{target}: cannot write ({error.strerror})") from error
        return
    place = Path(os.path.realpath(target))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".tmp", dir=place.parent)
        os.close(handle)
    except OSError as error:
        raise UsageError(f"{target}: cannot write here ({error.strerror}); choose another place") from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
        temporary.replace(place)
    except BrokenPipeError:  # of another output, while this one was written
        raise
    except OSError as error:
        raise UsageError(f"{target}: cannot write ({error.strerror}); the old file stays") from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def atomic_write(target: Path, data: bytes | str) -> None:
    """Write a whole file at once; text is written as UTF-8 with its line ends untouched.

    Raises:
        UsageError: see `atomic_path`.
    """
    with atomic_path(target) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def is_special(path: Path) -> bool:
    """Whether a path is a device or a pipe: written through, with nothing beside it."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:  # in a folder that cannot be entered; the attempt to write will say so
        return False


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keep other processes away; the lock dies with this one.

    Raises:
        UsageError: another process is at it.
    """
    try:
        import fcntl
    except ImportError:  # a system without: two runs at once write the same parts
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another process is writing here; wait for it") from None
        except OSError:  # a network file system without locks
            pass
        yield
    finally:
        os.close(handle)


def read_utf8(path: Path, problems: list[str], expected: str, *, keep_mark: bool = False) -> str | None:
    """A file's text; why it cannot be read goes to `problems`, with its line.

    A byte-order mark is no part of the text, unless `keep_mark` says that offsets count it.
    """
    try:
        data = path.read_bytes()
        return data.decode("utf-8" if keep_mark else "utf-8-sig")
    except OSError as error:
        problems.append(f"{path}:1: cannot read ({error.strerror}), expected {expected}")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        told = f"byte {error.object[error.start]:#04x}, expected UTF-8; save the file as UTF-8"
        problems.append(f"{path}:{line}: {told}")
    return None
