"""What a user asks the annotation page for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stance.articles import ReadOptions

__all__ = ["DeskOptions"]


@dataclass(frozen=True)
class DeskOptions:
    """What to annotate, where to, as whom; the fields are the command's options.

    Without `paths` the articles are those that the folder lists (or the readings have). Of a `sample`
    only the drawn sentences are asked for, blind.
    """

    paths: tuple[str, ...]
    annotations: Path
    annotator: str
    topic: str | None = None
    model: Path | None = None
    blind: bool = False
    next: bool = False
    sample: Path | None = None
    readings: tuple[Path, Path] | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
