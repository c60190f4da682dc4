"""A drawn sample on the desk: in which articles it lies, and its sentences one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.errors import UsageError
from stance.sample import Place as Drawn
from stance.sample import read_places
from stance.web.desk import Place
from stance.web.sheets import Sheet

__all__ = ["Sample"]


@dataclass(frozen=True)
class Sample:
    """The sentences that `stance sample` drew into a file: article, start and end of each."""

    path: Path
    places: tuple[Drawn, ...]

    @classmethod
    def read(cls, path: Path) -> Sample:
        """The sample of a file.

        Raises:
            AnnotationError: rows that are broken, each with its line.
        """
        return cls(path, tuple(read_places(path)))

    def has(self, article: str) -> bool:
        """Whether a sentence of the article was drawn."""
        return any(name == article for name, _, _ in self.places)

    def queue(self, sheets: Sequence[Sheet]) -> list[Place]:
        """The drawn sentences as places of the desk, in the order of the file.

        Raises:
            UsageError: one of them is in no article.
        """
        numbers = {sheet.article.id: number for number, sheet in enumerate(sheets)}
        sizes = {sheet.article.id: len(sheet.article.text) for sheet in sheets}
        strange = [f"{name} {start}:{end}" for name, start, end in self.places if end > sizes.get(name, -1)]
        if strange:
            raise UsageError(
                f"{len(strange)} of {len(self.places)} sentences of {self.path} are in none of the articles "
                f"(such as {strange[0]}); name those that it was drawn from"
            )
        return [Place(numbers[name], start, end) for name, start, end in self.places]
