"""How positions are put to people, in the terminal and on the page."""

from __future__ import annotations

from stance.labels import MODEL
from stance.output.words import WORDING
from stance.positions.values import (
    CHANGE_OF_PRACTICE,
    CONTRADICTION,
    SHIFT,
    Evidence,
    Line,
    Position,
    Positions,
    Shift,
)
from stance.wording import counted

__all__ = ["KIND_WORDS", "date_note", "figures", "marks", "places", "reading", "said",
           "span_of", "stance_words", "turn", "when"]  # fmt: skip

KIND_WORDS = {
    SHIFT: "shift",
    CHANGE_OF_PRACTICE: "change of practice",
    CONTRADICTION: "contradiction",
}

_READING = (
    "A position is what a speaker does to the allegation, not whether it is true: whoever makes the "
    "accusation presents it as true. A shift is another position of one holder later; a contradiction is yes "
    "and no within an article or a day; a change of practice is “yes, but no longer”. All three rest {basis}"
    ", never on undated articles, and never on names that stand for a group. Copies of a sentence are shown "
    "once and count for the outlet that had it first; an article without outlet counts as one of its own."
)
_BASES = {
    False: "only on labels that a person reviewed or that the model did not mark for review",
    True: "also on labels that the model marked for review (--unsure)",
}

# "never" and "asserts" say no more than the stance itself.
_DETAILS = {
    "concedes": "concedes",
    "no_longer": "no longer",
    "not_directly": "not directly",
    "partial": "partly",
    "no_comment": "no comment",
    "disclaims": "disclaims responsibility",
    "inquires": "asks",
}
_SOURCES = {
    "metadata": "metadata",
    "text": "the article's text",
    "filename": "the file's name",
    "statement": "the sentence",
    "copy": "an earlier copy",
}


def reading(found: Positions) -> str:
    """How to read positions and what they rest on."""
    return _READING.format(basis=_BASES[found.unsure])


def stance_words(position: Position) -> str:
    """The stance as people read it, with its detail: "rejects, no longer"."""
    detail = _DETAILS.get(position.detail or "")
    return f"{WORDING[position.stance].words}{f', {detail}' if detail else ''}"


def turn(shift: Shift) -> str:
    """What a shift goes from and to."""
    return f"{stance_words(shift.start)} → {stance_words(shift.end)}"


def when(position: Position) -> str:
    """The date that a position counts at, and that of the article where it is another."""
    if position.date is None:
        return "undated"
    article = "" if position.date == position.article_date else f" (article of {position.article_date})"
    return f"{position.date}{article}"


def said(position: Position) -> str:
    """The sentence, or what to do where the labels have none."""
    return position.text or "(no text: label without --no-text)"


def marks(position: Position) -> list[str]:
    """What a reader must know of the label."""
    notes = (
        f"inferred from {position.inferred}" if position.inferred else None,
        f"via {position.via}" if position.via else None,
        "recalls an earlier statement" if position.recap else None,
        "to review" if not position.sure else None,
        f"labelled by {position.labelled_by}" if position.labelled_by != MODEL else None,
    )
    return [note for note in notes if note]


def figures(found: Positions) -> str:
    """How much there is, in one line."""
    statements = [entry for line in found.lines for entry in line.evidence]
    copies = sum(len(entry.copies) for entry in statements)
    articles = len({(each.article, each.title) for each in found.positions})
    told = [
        counted(len(found.positions), "position"),
        counted(len(found.lines), "holder"),
        counted(articles, "article"),
        f"{copies} of the positions {'is a copy' if copies == 1 else 'are copies'}" if copies else "",
    ]
    return ", ".join(each for each in told if each)


def date_note(found: Positions) -> str:
    """What the articles' dates rest on."""
    articles = {(each.article, each.title): each for each in found.positions}.values()
    dated = [each for each in articles if each.article_date and each.period]
    sources = [_source(each) for each in dated]
    told = [f"{sources.count(source)} from {source}" for source in dict.fromkeys(sources)]
    undated = len(articles) - len(dated)
    told += [f"{undated} undated"] if undated else []
    return f"Dates of articles: {', '.join(told)}." if told else ""


def _source(position: Position) -> str:
    return _SOURCES.get(position.article_date_source or "", "an unknown source")


def places(entry: Evidence) -> list[str]:
    """Where else a statement appeared: outlet or article, and date."""
    return [f"{each.outlet or each.article}, {each.article_date or 'undated'}" for each in entry.copies]


def span_of(line: Line) -> str:
    """The first and the last date of a line in words."""
    if line.dates is None:
        return "undated"
    first, last = line.dates
    return first if first == last else f"{first} to {last}"
