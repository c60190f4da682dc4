"""Agreement as one page: the figures, then every disagreement with the readings side by side."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from stance.agreement.readings import Marked
from stance.agreement.results import Agreement, Disagreement
from stance.output.words import WORDING, Wording
from stance.templating import environment, style

__all__ = ["page"]


@dataclass(frozen=True)
class Column:
    """One annotator's reading of a sentence; `marks` is None where it is missing."""

    annotator: str
    marks: tuple[Marked, ...] | None


@dataclass(frozen=True)
class Item:
    """A disagreement with its number on the page."""

    number: int
    disagreement: Disagreement
    columns: tuple[Column, ...]


def page(agreement: Agreement) -> str:
    """The whole page as text. It loads nothing and runs nothing."""
    templates = environment("stance.agreement")
    templates.filters["wording"] = _wording
    return templates.get_template("agreement.html.j2").render(
        agreement=agreement,
        articles=_by_article(agreement),
        **style(templates, "agreement.css"),
        wording=WORDING,
    )


def _by_article(agreement: Agreement) -> list[tuple[str, list[Item]]]:
    items = [
        Item(number, item, _columns(agreement.annotators, item))
        for number, item in enumerate(agreement.disagreements, 1)
    ]
    groups = itertools.groupby(items, key=lambda item: item.disagreement.article)
    return [(article, list(group)) for article, group in groups]


def _columns(annotators: Sequence[str], item: Disagreement) -> tuple[Column, ...]:
    return tuple(Column(name, marks) for name, marks in zip(annotators, item.marks, strict=True))


def _wording(stance: str) -> Wording:
    # A file that is compared was not checked: its stance can be any word.
    return WORDING.get(stance, Wording(stance, stance, "?"))
