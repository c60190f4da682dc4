"""What a page can be filtered by, and the style rules that filter it: no script is needed.

A facet is a speaker with a stance; what shows it (a mark, a note, an article) bears the facet's
class, such as `p0-denies`. Boxes are ticked per speaker and per stance; the rules hide what bears
no facet that is asked for. No word of an article comes into the rules: speakers are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stance.labels import NONE
from stance.output.words import WORDING
from stance.records import LabelledArticle

__all__ = ["Cell", "Facets", "Line"]

FILTERED = "body:has(.filter :checked)"
"""Some box is ticked."""


@dataclass(frozen=True)
class Cell:
    """How often something occurs, and the anchor of the first place."""

    count: int = 0
    anchor: str = ""

    def plus(self, anchor: str) -> Cell:
        """One more, at this place."""
        return Cell(self.count + 1, self.anchor or anchor)


@dataclass(frozen=True)
class Line:
    """A speaker's line of the matrix; `cells` has one per stance, in the order of `WORDING`."""

    number: int
    speaker: str
    cells: tuple[Cell, ...]


class Facets:
    """The facets of the articles so far."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._order: dict[str, None] = {}
        self._cells: dict[tuple[str, str], Cell] = {}

    def facet(self, speaker: str, stance: str) -> str:
        """The class of what shows this speaker with this stance."""
        return f"p{self._numbers.setdefault(speaker, len(self._numbers))}-{stance}"

    def add(self, number: int, result: LabelledArticle) -> tuple[Cell, ...]:
        """Count an article's attributions; returns its own cells, one per stance."""
        self._order |= dict.fromkeys(result.speakers)
        own = dict.fromkeys(WORDING, Cell())
        for sentence, attributions in zip(result.sentences, result.attributions, strict=True):
            anchor = f"a{number}-s{sentence.index}"
            for one in attributions:
                key = (one.speaker, one.stance)
                self.facet(*key)
                self._cells[key] = self._cells.get(key, Cell()).plus(anchor)
                own[one.stance] = own[one.stance].plus(anchor)
        return tuple(own.values())

    def lines(self) -> Sequence[Line]:
        """The matrix of speakers and stances, in the order of the topic's speakers."""
        known = {*self._numbers}
        ordered = dict.fromkeys([*(name for name in self._order if name in known), *self._numbers])
        return tuple(
            Line(
                self._numbers[speaker],
                speaker,
                tuple(self._cells.get((speaker, stance), Cell()) for stance in WORDING),
            )
            for speaker in ordered
        )

    def rules(self) -> str:
        """The style rules of the filter."""
        return "".join(f"{rule}\n" for rule in self._rules())

    def _rules(self) -> Iterator[str]:
        yield f"{FILTERED} .f {{ display: none; }}"
        yield f"{FILTERED} .text {{ color: var(--faint); }}"
        yield f"{FILTERED} .text mark {{ background: none; --under: transparent; }}"
        # A mark with several facets takes the colour of the last rule that fits: a position's.
        stances = sorted(WORDING, key=lambda stance: stance != NONE)
        for stance in stances:
            for number in sorted(self._numbers[who] for who, what in self._cells if what == stance):
                asked = (
                    f"body{_asked('speaker', f'v{number}')}{_asked('stance', stance)}:has(.filter :checked)"
                )
                facet = f".p{number}-{stance}"
                yield f"{asked} .f{facet} {{ display: revert; }}"
                yield (
                    f"{asked} .text mark{facet} {{ background: var(--{stance}); color: var(--ink);"
                    " --under: currentColor; }"
                )


def _asked(name: str, value: str) -> str:
    """That a box of this name is ticked, or none of its kind."""
    return f":is(:has(#f-{value}:checked), :not(:has([name={name}]:checked)))"
