"""From labels to positions: whose, when, how often."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.labels import NONE, POSITIONS, SOURCE_ROLES
from stance.output.rows import rows
from stance.positions.copies import copies
from stance.positions.holders import LineKey, is_single, key_of, spellings_of
from stance.positions.inputs import LabelRow, as_labelled, counts, flag, read_labels, told
from stance.positions.periods import Period
from stance.positions.shifts import shifts_of
from stance.positions.statements import statements
from stance.positions.values import Evidence, Line, Position, Positions
from stance.records import LabelledArticle

__all__ = ["positions"]

Labels = LabelledArticle | AnnotatedArticle | LabelRow | Path | str
ArticleKey = tuple[str, str, str]
Order = tuple[bool, Period | None, str, int]


def positions(labels: Iterable[Labels], *, unsure: bool = False) -> Positions:
    """Gather who takes which position, when, with the evidence, and find the shifts.

    `labels` are results of a model, annotated articles, paths of label files, or rows as
    `stance label` writes them (nested or flat), in any mixture. Of an article that is labelled
    twice the later labels count. With `unsure`, shifts may rest on labels flagged for review.

    Raises:
        UsageError: a file cannot be read or holds no labels.
    """
    articles: dict[ArticleKey, tuple[int, list[Position]]] = {}
    strange: set[ArticleKey] = set()
    models: dict[str, None] = {}
    for source, where, row in _rows(labels):
        position = told(row, where)
        key = (position.article, str(row.get("article_sha256") or ""), position.topic or "")
        if articles.setdefault(key, (source, []))[0] != source:
            articles[key] = (source, [])
            strange.discard(key)
        if not flag(row.get("on_topic"), True):
            strange.add(key)
        if row.get("model"):
            models[str(row["model"])] = None
        if position.speaker != NONE and position.stance in POSITIONS and counts(row):
            articles[key][1].append(_dated(position))
    by_line: dict[LineKey, list[Position]] = {}
    for _, found in articles.values():
        for position in found:
            by_line.setdefault(key_of(position), []).append(position)
    lines = tuple(_numbered(sorted((_line(*item) for item in by_line.items()), key=_rank)))
    shifts = [shift for line in lines for shift in shifts_of(line, unsure=unsure)]
    return Positions(
        positions=tuple(sorted((p for line in lines for e in line.evidence for p in e.places), key=_order)),
        lines=lines,
        shifts=tuple(sorted(shifts, key=lambda shift: _order(shift.end))),
        models=tuple(models),
        unsure=unsure,
        off_topic=len(strange),
    )


def _rows(labels: Iterable[Labels]) -> Iterator[tuple[int, str, LabelRow]]:
    """Each row with the number of the source it comes from, and its place for messages."""
    for source, each in enumerate(labels):
        if isinstance(each, LabelledArticle | AnnotatedArticle):
            labelled = as_labelled(each) if isinstance(each, AnnotatedArticle) else each
            yield from ((source, labelled.article.id, row) for row in rows(labelled))
        elif isinstance(each, Mapping):
            yield -1, f"row {source + 1}", each
        else:
            path = Path(each)
            yield from ((source, f"{path}: row {number}", row) for number, row in read_labels(path))


def _dated(position: Position) -> Position:
    """The position at its own date: the statement's, where the sentence tells one that fits."""
    article, statement = Period.parse(position.article_date), Period.parse(position.statement_date)
    if article is None:
        return replace(position, date=None, date_source=None)
    if statement is None or not (statement.before(article) or statement.within(article)):
        return position
    if statement == article:
        return position
    recap = statement.before(article)
    return replace(position, date=position.statement_date, date_source="statement", recap=recap)


def _line(key: LineKey, found: list[Position]) -> Line:
    spellings = spellings_of(found)
    holder = spellings[0] if spellings else None
    speaker = Counter(each.speaker for each in found).most_common(1)[0][0]
    named = key[1] == "speaker"
    evidence = [
        entry
        for stance in POSITIONS
        for entry in _evidence([replace(each, holder=holder) for each in found if each.stance == stance])
    ]
    return Line(
        speaker=speaker,
        holder=holder,
        topic=key[0] or None,
        role=found[0].role,
        single=named or is_single(holder),
        spellings=spellings,
        evidence=tuple(sorted(evidence, key=lambda entry: _order(entry.first))),
    )


def _evidence(found: list[Position]) -> Iterator[Evidence]:
    """One holder's statements of one stance, copies together at the date of the earliest."""
    found = sorted(found, key=_order)
    groups: dict[int, list[Position]] = {}
    for position, group in zip(found, copies([each.text for each in found]), strict=True):
        groups.setdefault(group, []).append(position)
    for first, *others in itertools.chain.from_iterable(map(statements, groups.values())):
        yield Evidence((first, *(_copy(first, each) for each in others)))


def _copy(first: Position, later: Position) -> Position:
    """A later place of a statement, at the date of the first: it is no news."""
    earlier, own = first.period, later.period
    if earlier is None or own is None or not earlier.before(own):
        return later
    return replace(later, date=first.date, date_source="copy", recap=True)


def _numbered(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines with their copies numbered, through all of them."""
    numbers = itertools.count(1)
    for line in lines:
        evidence = tuple(entry.with_copy(next(numbers)) if entry.copies else entry for entry in line.evidence)
        yield replace(line, evidence=evidence)


def _order(position: Position) -> Order:
    period = position.period
    return period is None, period, position.article, position.sentence


def _rank(line: Line) -> tuple[str, int, bool, int, str]:
    """Speakers of the topic first, in the order of the roles; then who has most to say."""
    role = SOURCE_ROLES.index(line.role) if line.role in SOURCE_ROLES else len(SOURCE_ROLES)
    return line.topic or "", role, line.holder is None, -len(line.evidence), line.name.casefold()
