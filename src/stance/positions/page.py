"""Positions as one self-contained page: who, when, with which words. It loads and runs nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from stance.labels import POSITIONS
from stance.output.words import INFERRED, WORDING
from stance.positions import words
from stance.positions.timeline import timeline
from stance.positions.values import Evidence, Line, Position, Positions
from stance.templating import environment, style

__all__ = ["page"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence; `kind` has `source`, `cue`, both or neither as CSS classes."""

    text: str
    kind: str


@dataclass(frozen=True)
class Step:
    """What a holder says in an article at a date: the statements of each stance."""

    anchor: str
    head: Position
    cells: dict[str, tuple[Evidence, ...]]


@dataclass(frozen=True)
class Section:
    """A holder on the page; `number` makes its anchors unique."""

    number: int
    line: Line
    steps: tuple[Step, ...]


def page(found: Positions, precision: str | None = None) -> str:
    """The whole page; `precision` says how far the list of shifts can be trusted."""
    templates = environment()
    sections = [_section(number, line) for number, line in enumerate(found.lines, 1)]
    targets = {
        (section.number, step.head.date): step.anchor
        for section in reversed(sections)
        for step in reversed(section.steps)
    }
    topics = {
        topic: [section for section in sections if section.line.topic == topic]
        for topic in dict.fromkeys(line.topic for line in found.lines)
    }
    plots = {
        topic: timeline([(each.number, each.line) for each in own], found.shifts, targets)
        for topic, own in topics.items()
    }
    return templates.get_template("positions.html.j2").render(
        found=found,
        topics=topics,
        plots=plots,
        precision=precision,
        stances=POSITIONS,
        wording=WORDING,
        inferred=INFERRED,
        words=words,
        pieces=lambda position: list(_pieces(position)),
        link=_link,
        **style(templates, "positions.css.j2"),
    )


def _section(number: int, line: Line) -> Section:
    groups = itertools.groupby(line.evidence, key=lambda entry: (entry.first.date, entry.first.article))
    steps = tuple(_step(f"h{number}-{at}", list(group)) for at, (_, group) in enumerate(groups, 1))
    return Section(number, line, steps)


def _step(anchor: str, group: list[Evidence]) -> Step:
    cells = {stance: tuple(entry for entry in group if entry.first.stance == stance) for stance in POSITIONS}
    return Step(anchor, group[0].first, cells)


def _link(position: Position) -> str | None:
    """The article's address, if it is one to follow: a stranger's file must not run a script."""
    url = position.url
    return url if url and url.lower().startswith(("http://", "https://")) else None


def _pieces(position: Position) -> Iterator[Piece]:
    """The sentence cut wherever its source or its cue begins or ends."""
    text = position.text
    if text is None:
        yield Piece(words.said(position), "")
        return
    spans = [
        (kind, span.start - position.start, span.end - position.start)
        for kind, span in (("source", position.source), ("cue", position.cue))
        if span and text[max(0, span.start - position.start) : span.end - position.start] == span.text
    ]
    edges = {0, len(text), *(edge for _, start, end in spans for edge in (start, end))}
    for start, end in itertools.pairwise(sorted(edges)):
        kinds = {kind for kind, first, last in spans if first <= start and end <= last}
        yield Piece(text[start:end], " ".join(sorted(kinds)))
