"""A model folder: what lies in it, how it is written whole, how it is checked before it is read.

Nothing in it is a pickle and loading runs no code: tables are JSON, arrays are safetensors. The
manifest names every other file with its digest. The digests tell damage, not forgery; the
manifest's own digest is printed with the labels, so that a publisher can state it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stance.errors import ModelError, UsageError
from stance.files import atomic_folder
from stance.heads import CLASSES, HEADS, Head
from stance.shipped import shipped
from stance.topic import DEFAULT_TOPIC

__all__ = [
    "HELDOUT",
    "SCHEMA",
    "check_place",
    "default_folder",
    "pack_heads",
    "read_folder",
    "unpack_heads",
    "verify",
    "write_folder",
]

SCHEMA = 3
HELDOUT = "heldout.jsonl"
MANIFEST = "manifest.json"
FILES = (
    *("card.md", "encoder.onnx", "heads.json", "heads.safetensors", HELDOUT),
    *("tokenizer.json", "topic.toml"),
)
LARGEST = 64 * 2**20
"""Bytes that a file of a model folder may have; more is no model of ours."""

_AGAIN = "get the folder again, or train it with 'stance train'"


def default_folder() -> Path:
    """Where the shipped model lies: in the installed package, or in the checkout's `models/`."""
    return shipped(f"models/{DEFAULT_TOPIC}", f"models/{DEFAULT_TOPIC}")


def verify(folder: Path) -> list[str]:
    """What is wrong with a model folder, one line each; empty when it is whole, safe and compatible.

    Raises:
        ModelError: there is no such folder.
    """
    return list(_faults(_existing(folder), {}))


def read_folder(folder: Path) -> tuple[dict[str, bytes], str]:
    """The files of a model folder by name, checked, and the manifest's digest as `sha256:...`.

    Every file is read once, so that what was checked is what is used.

    Raises:
        ModelError: the folder is missing, damaged, unsafe or of another schema; one line per fault.
    """
    files: dict[str, bytes] = {}
    faults = list(_faults(_existing(folder), files))
    if faults:
        raise ModelError("\n".join(f"{folder}: {fault}; {_AGAIN}" for fault in faults))
    return files, f"sha256:{hashlib.sha256(files[MANIFEST]).hexdigest()}"


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder, expected a model written by 'stance train'")
    return folder


def _faults(folder: Path, files: dict[str, bytes]) -> Iterator[str]:
    """What is wrong with the folder; what could be read goes to `files`."""
    present = {path.name for path in folder.iterdir()}
    if MANIFEST not in present:
        yield f"no {MANIFEST}, expected one"
        return
    try:
        files[MANIFEST] = _read(folder / MANIFEST)
        manifest = json.loads(files[MANIFEST])
        digests = {str(name): digest for name, digest in manifest["files"].items()}
        schema = manifest["schema"]
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        yield f"{MANIFEST} is broken ({error}), expected JSON with 'schema' and 'files'"
        return
    if schema != SCHEMA:
        yield f"schema is {schema!r}, expected {SCHEMA}: this model is of another version of stance"
        return
    yield from (f"{name} is missing" for name in sorted(set(FILES) - present))
    yield from (f"{name} does not belong here" for name in sorted(present - {MANIFEST, *FILES}))
    yield from (
        f"{MANIFEST} names {name!r}, which is no file of a model"
        for name in sorted(set(digests) - set(FILES))
    )
    for name in sorted(set(FILES) & present):
        try:
            files[name] = _read(folder / name)
        except (OSError, ValueError) as error:
            yield f"{name} cannot be read ({error})"
            continue
        found, digest = hashlib.sha256(files[name]).hexdigest(), str(digests.get(name))
        if found != digest:
            yield f"{name} has sha256 {found[:12]}…, expected {digest[:12]}…: it was changed or damaged"


def _read(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise ValueError("a link or no plain file, expected a plain one")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes, which no model of ours has")
    return data


def check_place(folder: Path) -> None:
    """See that a model folder can be written here: into nothing, an empty folder, or a model's place.

    Raises:
        UsageError: something else is there, which writing would remove.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if MANIFEST not in present:
        raise UsageError(f"{folder} exists and is no model folder; choose another place with -o")
    if strange := sorted(present - {MANIFEST, *FILES}):
        raise UsageError(
            f"{folder} holds {strange[0]}, which is no file of a model; choose another place with -o"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Write a model folder whole: beside its place first, then exchanged with what was there.

    Raises:
        UsageError: the place is not writable, or see `check_place`.
    """
    check_place(folder)
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    text = json.dumps(
        {**manifest, "schema": SCHEMA, "files": digests}, indent=1, ensure_ascii=False, sort_keys=True
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot write here ({error.strerror}); choose another place with -o"
        ) from error
    with atomic_folder(folder) as fresh:
        for name, data in (*files.items(), (MANIFEST, f"{text}\n".encode())):
            (fresh / name).write_bytes(data)


def pack_heads(heads: Mapping[str, Head]) -> tuple[bytes, bytes]:
    """The heads as `heads.json` (classes, features) and `heads.safetensors` (weights)."""
    from safetensors.numpy import save

    table = {
        name: {
            "classes": list(head.classes),
            "features": list(head.vocabulary),
            "temperature": head.temperature,
        }
        for name, head in heads.items()
    }
    arrays = {}
    for name, head in heads.items():
        arrays[f"{name}.weights"] = np.ascontiguousarray(head.weights, dtype=np.float32)
        arrays[f"{name}.idf"] = np.ascontiguousarray(head.idf, dtype=np.float32)
        arrays[f"{name}.intercept"] = np.ascontiguousarray(head.intercept, dtype=np.float32)
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode(), save(arrays)


def unpack_heads(table: bytes, arrays: bytes) -> dict[str, Head]:
    """The heads from the two files; shapes and names are checked.

    Raises:
        ModelError: they do not fit together.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        described = json.loads(table)
        loaded = load(arrays)
        heads = {
            name: Head(
                classes=tuple(described[name]["classes"]),
                vocabulary={feature: at for at, feature in enumerate(described[name]["features"])},
                weights=loaded[f"{name}.weights"],
                idf=loaded[f"{name}.idf"],
                intercept=loaded[f"{name}.intercept"],
                temperature=float(described[name]["temperature"]),
            )
            for name in HEADS
        }
    except (ValueError, KeyError, TypeError, SafetensorError, RecursionError, OverflowError) as error:
        raise ModelError(f"heads.json and heads.safetensors do not fit ({error}); {_AGAIN}") from error
    for name, head in heads.items():
        if fault := _head_fault(name, head):
            raise ModelError(f"head {name!r} has {fault}; {_AGAIN}")
    return heads


def _head_fault(name: str, head: Head) -> str | None:
    known, classes = CLASSES[name], head.classes
    strange = any(label not in known for label in classes)
    if strange or len(classes) < 2 or len(set(classes)) < len(classes):
        return f"classes {classes}, expected {known}"
    expected = (len(head.vocabulary), len(classes))
    arrays = (head.weights, head.idf, head.intercept)
    shapes = tuple(array.shape for array in arrays)
    if shapes != (expected, expected[:1], expected[1:]):
        return f"weights {head.weights.shape}, expected {expected}"
    if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays):
        return "weights that are no numbers, expected 32-bit floats"
    return None if 0 < head.temperature < np.inf else f"temperature {head.temperature}, expected one over 0"
