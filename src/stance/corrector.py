"""Corrections applied to articles as they come, by one process or by many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from stance.corrections import Correction, apply, corrections_path, read_corrections
from stance.inputs import CORRECTIONS
from stance.records import LabelledArticle
from stance.wording import counted

__all__ = ["Corrector", "Used"]

Labelled = TypeVar("Labelled", bound=LabelledArticle)


@dataclass
class Used:
    """What came of corrections: how many were applied, to which texts, and which of those fit no more.

    `texts` has the digest of each text that has corrections and was seen, with the numbers of
    those among them that found no sentence; `names` the ids of articles that corrections speak of.
    """

    applied: int = 0
    texts: dict[str, list[int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, other: Used) -> None:
        """Take in what came of the same corrections elsewhere."""
        self.applied += other.applied
        self.texts |= other.texts
        self.names |= other.names

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"applied": self.applied, "texts": self.texts, "names": sorted(self.names)}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Used:
        """Back from `to_json`."""
        return cls(told["applied"], told["texts"], set(told["names"]))


class Corrector:
    """Applies corrections to articles, and tells which found no sentence; `used` keeps the tally.

    `name` is what their file is called in what is told.
    """

    def __init__(self, corrections: Iterable[Correction], name: str = CORRECTIONS) -> None:
        self._name = name
        self._by_text: dict[str, list[Correction]] = {}
        for correction in corrections:
            self._by_text.setdefault(correction.article_sha256, []).append(correction)
        self._articles = {each.article for own in self._by_text.values() for each in own}
        self.used = Used()

    @classmethod
    def read(cls, path: Path, labels: Sequence[str] | None = None) -> Corrector:
        """What applies the corrections of a file, or of the `corrections.csv` in a folder.

        Raises:
            AnnotationError: a row is bad, or there is no such file; the message names all faults.
        """
        file = corrections_path(path) if path.is_dir() else path
        return cls(read_corrections(file, labels), file.name)

    def __call__(self, result: Labelled) -> Labelled:
        """The article with its corrections."""
        digest = result.article.sha256
        if result.article.id in self._articles:
            self.used.names.add(result.article.id)
        own = self._by_text.get(digest, ())
        if not own:
            return result
        texts = {(digest, each.start, each.end): each.text for each in result.sentences}
        fitting = [each for each in own if texts.get(each.place) == each.text]
        self.used.texts[digest] = [at for at, each in enumerate(own) if texts.get(each.place) != each.text]
        self.used.applied += len({each.place for each in fitting})
        return apply(result, fitting)

    @property
    def lost(self) -> int:
        """How many corrections of the texts so far fit no sentence any more."""
        texts = self.used.texts.items()
        return len({self._by_text[digest][at].place for digest, lost in texts for at in lost})

    @property
    def sha256(self) -> str:
        """Hex digest of all corrections."""
        return hashlib.sha256(repr(self._by_text).encode("utf-8", "replace")).hexdigest()

    def take_used(self) -> Used:
        """The tally so far; a new one begins."""
        used, self.used = self.used, Used()
        return used

    def told(self) -> Iterator[str]:
        """What was used, and what was not: lost sentences, changed texts, articles that were not seen."""
        yield f"{self._name}: {counted(self.used.applied, 'correction')} applied"
        lost = [self._by_text[digest][at] for digest, lost in self.used.texts.items() for at in lost]
        for place, group in groupby(lost, key=lambda each: each.place):
            told = f"the correction at {place[1]}:{place[2]} fits no sentence any more"
            yield f"{next(group).article}: {told}; kept, not used"
        elsewhere = 0
        for digest, own in self._by_text.items():
            count = len({each.place for each in own})
            if digest in self.used.texts:
                continue
            if own[0].article in self.used.names:
                told = f"{counted(count, 'correction')} of another text (sha256 {digest[:12]}...)"
                yield f"{own[0].article}: {told}; kept, not used: did the article change?"
            else:
                elsewhere += count
        if elsewhere:
            yield f"{counted(elsewhere, 'correction')} of articles that were not labelled; kept, not used"
