"""A model folder: written whole or not at all, checked before it is read, never run."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from stance import storage
from stance.cli import main
from stance.errors import ModelError, UsageError
from stance.heads import HEADS, Head
from stance.model import load
from stance.storage import FILES, MANIFEST, pack_heads, read_folder, unpack_heads, verify, write_folder

HEAD = Head(
    ("no", "yes"),
    {"a": 0, "ö:“x”": 1},
    np.array([[1, -1], [0.5, 0.25]], np.float32),
    np.array([1, 2], np.float32),
    np.array([0.1, -0.1], np.float32),
    temperature=1.5,
)
ROLE = Head(
    ("leader", "other"), {}, np.zeros((0, 2), np.float32), np.zeros(0, np.float32), np.zeros(2, np.float32)
)


@pytest.fixture
def folder(trained, tmp_path) -> Path:
    """A copy of the tiny model to damage."""
    return shutil.copytree(trained, tmp_path / "model")


@pytest.fixture
def outside(tmp_path) -> Path:
    """A place that code in a damaged model would touch."""
    return tmp_path / "touched"


class Touch:
    """Unpickled, it makes a file: a stand-in for code that somebody sends."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def sign(folder: Path, **changes: object) -> None:
    """Write digests into the manifest that fit the files, as a forger would; and change some of its keys."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8")) | changes
    manifest["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def changed(path: Path, where: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(where * (len(data) - 1))] ^= 1
    path.write_bytes(data)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def linked(path: Path) -> None:
    there = path.rename(path.parent.parent / path.name)
    path.symlink_to(there)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "first byte": lambda path: changed(path, 0),
    "byte in the middle": changed,
    "last byte": lambda path: changed(path, 1),
    "truncated": truncated,
    "emptied": emptied,
    "missing": Path.unlink,
    "link": linked,
    "folder": made_a_folder,
    "pipe": made_a_pipe,
}


def refused(folder: Path, told: str) -> None:
    """The model is refused in one line, by the library and by both commands."""
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert len(str(caught.value).splitlines()) == 1
    assert told in str(caught.value)


def refused_by_commands(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    article = tmp_path / "article.txt"
    article.write_text("He said no.", "utf-8")
    before = sorted(tmp_path.iterdir())
    for command in (
        ["label", str(article), "--model", str(folder), "-o", str(tmp_path / "out.csv")],
        ["verify", str(folder)],
        ["explain", str(article), "--sentence", "0", "--model", str(folder)],
    ):
        assert main(command) == 2
        out, err = capfd.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert err.startswith("Error: ")
    assert sorted(tmp_path.iterdir()) == before


def test_written_and_read(tmp_path):
    files = {name: name.encode() for name in FILES}
    write_folder(tmp_path / "deep" / "model", files, {"name": "Ж"})
    found, digest = read_folder(tmp_path / "deep" / "model")
    manifest = json.loads(found.pop(MANIFEST))
    assert found == files
    assert (manifest["schema"], manifest["name"]) == (storage.SCHEMA, "Ж")
    assert manifest["files"] == {name: hashlib.sha256(files[name]).hexdigest() for name in FILES}
    written = (tmp_path / "deep" / "model" / MANIFEST).read_bytes()
    assert digest == f"sha256:{hashlib.sha256(written).hexdigest()}"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model"]


def test_the_same_files_give_the_same_bytes(tmp_path):
    files = {name: name.encode() for name in FILES}
    for name, given in (("a", files), ("b", dict(reversed(files.items())))):
        write_folder(tmp_path / name, given, {"name": "m"})
    assert (tmp_path / "a" / MANIFEST).read_bytes() == (tmp_path / "b" / MANIFEST).read_bytes()


def test_heads_packed_and_unpacked():
    heads = {name: ROLE if name == "role" else HEAD for name in HEADS} | {
        "stance": Head(("denies", "none"), HEAD.vocabulary, HEAD.weights, HEAD.idf, HEAD.intercept)
    }
    found = unpack_heads(*pack_heads(heads))
    assert list(found) == list(HEADS)
    for name, head in heads.items():
        told = found[name]
        assert (told.classes, told.vocabulary, told.temperature) == (
            head.classes,
            head.vocabulary,
            head.temperature,
        )
        for one, other in ((told.weights, head.weights), (told.idf, head.idf)):
            assert np.array_equal(one, other)
        assert np.array_equal(told.intercept, head.intercept)
        assert told.probabilities(["a", "ö:“x”"]) == head.probabilities(["a", "ö:“x”"])


def test_a_trained_model_is_whole(trained, small, capfd):
    assert verify(trained) == []
    assert main(["verify", str(trained)]) == 0
    assert capfd.readouterr().out == f"{trained}: fine, {small.digest}\n"


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize("name", FILES)
    def test_a_damaged_file_is_named(self, name, damage, folder):
        DAMAGES[damage](folder / name)
        refused(folder, f"{name} ")

    @pytest.mark.parametrize("damage", ["truncated", "emptied", "missing", "link", "folder", "pipe"])
    def test_a_damaged_manifest(self, damage, folder):
        DAMAGES[damage](folder / MANIFEST)
        # Without its last byte, a line feed, the manifest says the same: only its digest differs.
        if damage == "truncated":
            truncated(folder / MANIFEST)
        refused(folder, MANIFEST)

    def test_a_changed_byte_of_the_manifest_is_refused_or_gives_another_digest(self, folder, small):
        sound, digests = (folder / MANIFEST).read_bytes(), set()
        for at in range(0, len(sound), 41):
            data = bytearray(sound)
            data[at] ^= 1
            (folder / MANIFEST).write_bytes(data)
            with suppress(ModelError):
                digests.add(load(folder).digest)
        assert digests
        assert small.digest not in digests

    @pytest.mark.parametrize("name", [".DS_Store", "pytorch_model.bin", "heads.pkl", "model.onnx"])
    def test_an_extra_file(self, name, folder):
        (folder / name).write_bytes(b"x")
        refused(folder, f"{name} does not belong here")

    @pytest.mark.parametrize("name", FILES)
    def test_a_pickle_under_another_name_is_not_run(self, name, folder, outside):
        (folder / name).write_bytes(pickle.dumps(Touch(outside)))
        refused(folder, f"{name} has sha256")
        sign(folder)
        if name in ("heads.json", "heads.safetensors", "topic.toml"):
            refused(folder, "")
        else:
            load(folder)  # a card and held-out rows are not read to label
        assert not outside.exists()

    @pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", ""])
    def test_a_manifest_that_names_a_file_elsewhere(self, name, folder):
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest["files"][name] = "0" * 64
        (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
        refused(folder, f"names {name!r}, which is no file of a model")

    @pytest.mark.parametrize("schema", [0, storage.SCHEMA - 1, storage.SCHEMA + 1, str(storage.SCHEMA), None])
    def test_another_schema(self, schema, folder):
        sign(folder, schema=schema)
        refused(
            folder,
            f"schema is {schema!r}, expected {storage.SCHEMA}: this model is of another version of stance",
        )

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "1", "{}", '{"files": [], "schema": 2}', "[" * 100_000, "\xff"]
    )
    def test_a_manifest_that_is_no_manifest(self, text, folder):
        (folder / MANIFEST).write_bytes(text.encode("latin-1"))
        refused(folder, "manifest.json is broken")

    @pytest.mark.parametrize("name", [MANIFEST, *FILES])
    def test_a_giant_file_is_not_read(self, name, folder):
        with (folder / name).open("r+b") as file:
            file.truncate(storage.LARGEST + 1)
        refused(folder, f"more than {storage.LARGEST} bytes")

    def test_every_fault_is_told(self, folder):
        (folder / "card.md").unlink()
        (folder / "x.pkl").write_bytes(b"x")
        changed(folder / "heads.json")
        assert len(verify(folder)) == 3
        with pytest.raises(ModelError) as caught:
            load(folder)
        assert len(str(caught.value).splitlines()) == 3

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_the_commands_say_so_in_one_line_and_write_nothing(self, damage, folder, tmp_path, capfd):
        DAMAGES[damage](folder / "heads.safetensors")
        refused_by_commands(folder, tmp_path, capfd)

    def test_a_folder_that_is_none(self, tmp_path, capfd):
        (tmp_path / "file").write_text("x")
        for path in (tmp_path / "nowhere", tmp_path / "file"):
            with pytest.raises(
                ModelError, match="no such folder, expected a model written by 'stance train'"
            ):
                verify(path)
            assert main(["verify", str(path)]) == 2
            assert len(capfd.readouterr().err.splitlines()) == 1
        (tmp_path / "empty").mkdir()
        refused(tmp_path / "empty", "no manifest.json, expected one")


def with_arrays(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        arrays = {
            name: array.copy()
            for name, array in load_arrays((folder / "heads.safetensors").read_bytes()).items()
        }
        change(arrays)
        (folder / "heads.safetensors").write_bytes(save_arrays(arrays))

    return damage


def with_table(change: Callable[[dict[str, dict]], object]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        table = json.loads((folder / "heads.json").read_text("utf-8"))
        change(table)
        (folder / "heads.json").write_text(json.dumps(table), "utf-8")

    return damage


def replaced(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


UNFIT = {
    "fewer rows": with_arrays(lambda a: a.update({"role.weights": a["role.weights"][:-1].copy()})),
    "fewer columns": with_arrays(lambda a: a.update({"stance.weights": a["stance.weights"][:, :2].copy()})),
    "another intercept": with_arrays(lambda a: a.update({"source.intercept": np.zeros(3, np.float32)})),
    "another idf": with_arrays(lambda a: a.update({"source.idf": np.zeros(3, np.float32)})),
    "no weights": with_arrays(lambda a: a.pop("source.weights")),
    "no number": with_arrays(lambda a: a["running.weights"].__setitem__((0, 0), np.nan)),
    "whole numbers": with_arrays(
        lambda a: a.update({"running.weights": a["running.weights"].astype(np.int64)})
    ),
    "no arrays": replaced("heads.safetensors", b"no arrays"),
    "a head less": with_table(lambda t: t.pop("stance")),
    "a feature more": with_table(lambda t: t["source"]["features"].append("new")),
    "a feature twice": with_table(
        lambda t: t["source"]["features"].__setitem__(0, t["source"]["features"][1])
    ),
    "a feature that is no name": with_table(lambda t: t["source"]["features"].__setitem__(0, [])),
    "an unknown class": with_table(lambda t: t["source"].update(classes=["no", "maybe"])),
    "a class twice": with_table(lambda t: t["source"].update(classes=["yes", "yes"])),
    "a class that is no name": with_table(lambda t: t["source"].update(classes=[["no"], ["yes"]])),
    "no class": with_table(lambda t: t["role"].update(classes=[])),
    "temperature zero": with_table(lambda t: t["stance"].update(temperature=0)),
    "no temperature": with_table(lambda t: t["stance"].update(temperature=None)),
    "a list": replaced("heads.json", b"[]"),
    "broken JSON": replaced("heads.json", b'{"source": '),
    "deep JSON": replaced("heads.json", b"[" * 100_000),
    "no UTF-8": replaced("heads.json", b"\xff"),
    "broken topic": replaced("topic.toml", b"schema = "),
    "empty topic": replaced("topic.toml", b"schema = 1\nname = 'x'"),
    "topic in no UTF-8": replaced("topic.toml", b"\xff"),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_files_that_are_as_signed_but_do_not_fit(unfit, folder):
    UNFIT[unfit](folder)
    sign(folder)
    refused(folder, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"calibration": None},
        {"calibration": {"speaker": [1], "nobody": [1, 0]}},
        {"calibration": {"speaker": ["x", 0], "nobody": [1, 0]}},
        {"thresholds": {}},
        {"thresholds": {"source": "half", "running": 0.5, "review": 0, "review_nobody": 0}},
    ],
    ids=str,
)
def test_a_manifest_without_thresholds_or_calibration(changes, folder, tmp_path, capfd):
    sign(folder, **changes)
    refused(folder, "manifest.json lacks thresholds or calibration")
    refused_by_commands(folder, tmp_path, capfd)


class TestCrash:
    """Whatever breaks while a folder is written, the old one stays and nothing is left beside it."""

    def crash(self, folder: Path, error: type[BaseException]) -> None:
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        _, digest = read_folder(folder)
        with pytest.raises(error):
            write_folder(folder, dict.fromkeys(FILES, b"new"), {})
        assert read_folder(folder)[1] == digest
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]

    @pytest.mark.parametrize("step", range(len(FILES) + 1))
    @pytest.mark.parametrize(
        ("error", "raised"),
        [(OSError(28, "No space left"), UsageError), (KeyboardInterrupt(), KeyboardInterrupt)],
    )
    def test_while_a_file_is_written(self, step, error, raised, folder, monkeypatch):
        real, calls = Path.write_bytes, []

        def write(path: Path, data: bytes) -> int:
            calls.append(path)
            if len(calls) > step:
                real(path, data[:1])
                raise error
            return real(path, data)

        monkeypatch.setattr(Path, "write_bytes", write)
        self.crash(folder, raised)

    @pytest.mark.parametrize("step", [1, 2])
    def test_while_folders_are_exchanged_in_two_steps(self, step, folder, monkeypatch):
        monkeypatch.setattr("stance.files._exchange", lambda *_: False)
        real, calls = Path.rename, []

        def rename(path: Path, target: Path) -> Path:
            calls.append(path)
            if len(calls) == step:
                raise OSError(13, "Permission denied")
            return real(path, target)

        monkeypatch.setattr(Path, "rename", rename)
        self.crash(folder, UsageError)

    def test_a_first_write_that_breaks_leaves_nothing(self, tmp_path, monkeypatch):
        def full(path: Path, data: bytes) -> int:
            raise OSError(28, "No space left")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(UsageError, match="No space left"):
            write_folder(tmp_path / "model", dict.fromkeys(FILES, b""), {})
        assert list(tmp_path.iterdir()) == []


class TestPlace:
    def test_a_model_is_replaced(self, folder):
        write_folder(folder, dict.fromkeys(FILES, b"new"), {})
        assert {(folder / name).read_bytes() for name in FILES} == {b"new"}
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]

    def test_an_empty_folder_is_taken(self, tmp_path):
        (tmp_path / "model").mkdir()
        write_folder(tmp_path / "model", dict.fromkeys(FILES, b"new"), {})
        assert verify(tmp_path / "model") == []

    @pytest.mark.parametrize("name", ["thesis.txt", MANIFEST])
    def test_what_is_no_model_is_never_removed(self, name, tmp_path):
        own = tmp_path / "mine"
        own.mkdir()
        (own / name).write_text("{}")
        (own / "photo.jpg").write_text("years of work")
        with pytest.raises(UsageError, match="choose another place with -o"):
            write_folder(own, dict.fromkeys(FILES, b""), {})
        assert (own / "photo.jpg").read_text() == "years of work"

    def test_a_file_in_the_way(self, tmp_path):
        (tmp_path / "file").write_text("x")
        for place in (tmp_path / "file", tmp_path / "file" / "model"):
            with pytest.raises(UsageError, match="choose another place with -o"):
                write_folder(place, dict.fromkeys(FILES, b""), {})
        assert (tmp_path / "file").read_text() == "x"


def test_the_shipped_model_lies_in_the_package_or_in_the_checkout(tmp_path, monkeypatch):
    checkout = storage.default_folder()
    assert checkout.parts[-2:] == ("models", "serbia-arms")
    (tmp_path / "models" / "serbia-arms").mkdir(parents=True)
    monkeypatch.setattr("stance.shipped.resources.files", lambda package: tmp_path)
    assert storage.default_folder() == tmp_path / "models" / "serbia-arms"


@pytest.mark.parametrize(
    ("name", "told"), [("encoder.onnx", "encoder.onnx is broken"), ("heldout.jsonl", "heldout.jsonl:2: ")]
)
def test_what_is_as_signed_but_broken_is_found_by_verify(name, told, folder, capsys):
    (folder / name).write_bytes((folder / name).read_bytes()[:1000])
    sign(folder)
    assert main(["verify", str(folder)]) == 2
    assert told in capsys.readouterr().err
