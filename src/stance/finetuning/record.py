"""What a fine-tuning was begun with, kept beside what is finished of it: nothing else may go on with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from stance.errors import UsageError
from stance.files import atomic_write

__all__ = ["take_up"]

RECORD = "begun.json"


def take_up(folder: Path, made_with: Mapping[str, object]) -> None:
    """Begin in a folder, or go on in it with the same.

    Raises:
        UsageError: what is kept in the folder was begun with something else, or it cannot be written.
    """
    record = folder / RECORD
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not record.exists() and not any(folder.glob("*.safetensors")):
            atomic_write(record, json.dumps(made_with, indent=1))
        begun = json.loads(record.read_bytes()) if record.exists() else {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{folder}: cannot be written or read ({error}); choose another folder") from error
    told = begun if isinstance(begun, dict) else {}
    other = [name for name, now in made_with.items() if told.get(name) != now]
    if other:
        raise UsageError(
            f"{folder} holds a fine-tuning that was begun with other {', '.join(other)}: choose another "
            "folder, or delete it to begin anew"
        )
