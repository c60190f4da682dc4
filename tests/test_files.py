"""Files are whole: the old one or the new one."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from stance import files
from stance.errors import UsageError
from stance.files import atomic_folder, atomic_path, atomic_write


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x00\xff", b"\x00\xff"),
        ("Вучић\r\nand\n", "Вучић\r\nand\n".encode()),
        ("", b""),
    ],
)
@pytest.mark.parametrize("old", [None, b"something longer than the new content"])
def test_a_file_is_written_whole(
    tmp_path: Path, data: bytes | str, expected: bytes, old: bytes | None
) -> None:
    target = tmp_path / "out.csv"
    if old is not None:
        target.write_bytes(old)
    atomic_write(target, data)
    assert target.read_bytes() == expected
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, UsageError])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_crash_leaves_the_old_file(tmp_path: Path, error: type[BaseException], old: bytes | None) -> None:
    target = tmp_path / "out.csv"
    if old is not None:
        target.write_bytes(old)
    with pytest.raises(error):
        _write_half(target, error)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([old] if old else [])


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    with pytest.raises(UsageError) as caught, atomic_path(target):
        raise OSError(28, "No space left on device")
    assert str(caught.value) == f"{target}: cannot write (No space left on device); the old file stays"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_the_reader_sees_the_old_file_until_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"new")
        assert target.read_bytes() == b"old"
        assert temporary.parent == target.parent
    assert target.read_bytes() == b"new"


def test_a_block_that_removes_the_temporary_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"), atomic_path(tmp_path / "out.csv") as temporary:
        temporary.unlink()


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "out.csv"
    with pytest.raises(UsageError) as caught:
        atomic_write(target, "x")
    assert str(caught.value) == (
        f"{target}: cannot write here (No such file or directory); choose another place"
    )


def test_a_file_is_no_folder_to_write_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot write here"):
        atomic_write(tmp_path / "file" / "out.csv", "x")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        atomic_write(tmp_path / "out.csv", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="Permission denied"):
            atomic_write(tmp_path / "out.csv", "x")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_refuses_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("stance.files.tempfile.mkstemp", refuse)
    monkeypatch.setattr("stance.files.Path.exists", refuse)
    with pytest.raises(UsageError, match=r"cannot write here \(Permission denied\)"):
        atomic_write(tmp_path / "out.csv", "x")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permissions_are_kept(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    target.chmod(mode)
    atomic_write(target, "new")
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_a_new_file_gets_what_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic_write(tmp_path / "out.csv", "new")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    link.symlink_to(real)
    atomic_write(link, "one")
    atomic_write(link, "two")
    assert link.is_symlink()
    assert real.read_text() == "two"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    atomic_write(pipe, "new")
    reader.join(10)
    assert read == [b"new"]
    assert pipe.is_fifo()


def test_a_device_that_is_full_is_one_line() -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no /dev/full")
    with pytest.raises(UsageError, match=r"^/dev/full: cannot write \(No space left on device\)$"):
        atomic_write(Path("/dev/full"), "x")


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_folder_takes_the_old_ones_place(
    at_once: bool, linked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)
    real = tmp_path / "folder"
    target = tmp_path / "link" if linked else real
    if linked:
        target.symlink_to(real)
    for number in range(3):
        with atomic_folder(target) as fresh:
            (fresh / f"{number}").touch()
        assert [path.name for path in real.iterdir()] == [f"{number}"]
    assert sorted(tmp_path.iterdir()) == sorted({real, target})
    assert target.is_symlink() == linked


@pytest.mark.skipif(sys.platform != "linux", reason="other systems may take two steps")
def test_the_reader_always_sees_a_folder(tmp_path: Path) -> None:
    target, done, missed = tmp_path / "folder", threading.Event(), 0
    target.mkdir()

    def read() -> None:
        nonlocal missed
        while not done.is_set():
            missed += not target.exists()

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(300):
        with atomic_folder(target):
            pass
    done.set()
    reader.join()
    assert missed == 0


def _write_half(target: Path, error: type[BaseException]) -> None:
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"half of the ne")
        raise error("the power is gone")
