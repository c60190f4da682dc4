"""Positions as one self-contained page: who, when, with which words. It loads and runs nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from stance.labels import POSITIONS
from stance.output.pieces import Piece, cut, safe_link
from stance.output.words import INFERRED, WORDING
from stance.positions import words
from stance.positions.timeline import timeline
from stance.positions.values import Evidence, Line, Position, Positions
from stance.templating import environment, style
from stance.wording import counted

__all__ = ["page"]


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
        counted=counted,
        pieces=_pieces,
        link=lambda position: safe_link(position.url),
        **style(templates, "positions.css.j2"),
    )


def _section(number: int, line: Line) -> Section:
    groups = itertools.groupby(line.evidence, key=lambda entry: (entry.first.date, entry.first.article))
    steps = tuple(_step(f"h{number}-{at}", list(group)) for at, (_, group) in enumerate(groups, 1))
    return Section(number, line, steps)


def _step(anchor: str, group: list[Evidence]) -> Step:
    cells = {stance: tuple(entry for entry in group if entry.first.stance == stance) for stance in POSITIONS}
    return Step(anchor, group[0].first, cells)


def _pieces(position: Position) -> tuple[Piece, ...]:
    """The sentence cut wherever its source or its cue begins or ends, if they are where the labels say."""
    text, start = position.text, position.start
    if text is None:
        return (Piece(words.said(position), ""),)
    spans = (
        (kind, span.start, span.end)
        for kind, span in (("source", position.source), ("cue", position.cue))
        if span and text[max(0, span.start - start) : span.end - start] == span.text
    )
    return cut(text, start, spans)
