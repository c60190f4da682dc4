"""The values: a position, its evidence, a holder's line, a shift, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stance.labels import MODEL, POSITIONS
from stance.output.words import INFERRED
from stance.positions.periods import Period
from stance.records import Span

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHANGE_OF_PRACTICE", "CONTRADICTION", "KINDS", "SHIFT", "Evidence", "Line", "Position",
           "Positions", "Shift"]  # fmt: skip

SHIFT = "shift"
CONTRADICTION = "contradiction"
CHANGE_OF_PRACTICE = "change_of_practice"
KINDS = (SHIFT, CHANGE_OF_PRACTICE, CONTRADICTION)
"""Another position later; "yes, but no longer"; yes and no within an article or a day."""

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Position:
    """One attribution with a stance: who takes which position, when, in which sentence.

    `date` is the day (or month, or year) that the statement counts at: the sentence's own where it
    tells one before the article's, that of the earliest copy where it repeats one, else the
    article's; None where the article has none. `date_source` says what it rests on: `metadata`,
    `text`, `filename`, `statement` or `copy`; `article_date` and `article_date_source` are the
    article's own. `recap` is whether it counts before its article.
    Positions with the same `copy` are one sentence in several places. `start` and `end` are
    offsets into the article. `holder` is the most frequent spelling of the line's name.
    """

    speaker: str
    holder: str | None
    stance: str
    date: str | None
    article: str
    sentence: int
    text: str | None
    detail: str | None = None
    date_source: str | None = None
    article_date: str | None = None
    article_date_source: str | None = None
    statement_date: str | None = None
    recap: bool = False
    copy: int | None = None
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    topic: str | None = None
    role: str | None = None
    mention: str | None = None
    via: str | None = None
    start: int = 0
    end: int = 0
    source: Span | None = None
    cue: Span | None = None
    speaker_confidence: float | None = None
    stance_confidence: float | None = None
    labelled_by: str = MODEL
    review: bool = False

    @property
    def period(self) -> Period | None:
        """The date as the days that it may mean."""
        return Period.parse(self.date)

    @property
    def sure(self) -> bool:
        """Whether a person labelled it, or the model without asking for a second look."""
        return self.labelled_by != MODEL or not self.review

    @property
    def inferred(self) -> str | None:
        """What the speaker was inferred from, None where the sentence names or describes them."""
        return INFERRED.get(self.mention or "")

    @property
    def place(self) -> str:
        """Where it appeared, for counting independent outlets: the outlet, or else the article."""
        return self.outlet.casefold() if self.outlet else f"\0{self.article}"

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict in the order of the fields; spans as their words."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {key: value.text if isinstance(value, Span) else value for key, value in values.items()}


COLUMNS = tuple(entry.name for entry in fields(Position))


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement, shown once, with all the `places` it appeared in, the earliest first."""

    places: tuple[Position, ...]

    @property
    def first(self) -> Position:
        """The position in its first place."""
        return self.places[0]

    @property
    def copies(self) -> tuple[Position, ...]:
        """The further places."""
        return self.places[1:]

    def with_copy(self, number: int) -> Evidence:
        """The same with this number for the copies."""
        return Evidence(tuple(replace(each, copy=number) for each in self.places))


@dataclass(frozen=True)
class Line:
    """A holder with their statements in the order of their dates, undated ones last.

    `single` is whether the name stands for one speaker ("Janusz Bugajski") and not for whoever is
    called so ("officials"): of the latter no shift can be told. `spellings` are all that the
    articles use, the most frequent first.
    """

    speaker: str
    holder: str | None
    topic: str | None
    role: str | None
    single: bool
    spellings: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def name(self) -> str:
        """What to call the line."""
        return self.holder or f"{self.speaker}, not named"

    def of(self, stance: str) -> tuple[Evidence, ...]:
        """The evidence for one stance."""
        return tuple(entry for entry in self.evidence if entry.first.stance == stance)

    @property
    def outlets(self) -> int:
        """How many independent outlets tell of it: a copy counts for where it appeared first."""
        return len({entry.first.place for entry in self.evidence})

    @property
    def dates(self) -> tuple[str, str] | None:
        """The first and the last date, None where all is undated."""
        dated = [entry.first.date for entry in self.evidence if entry.first.period]
        return (dated[0] or "", dated[-1] or "") if dated else None

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready summary."""
        first, last = self.dates or (None, None)
        counts = {stance: len(self.of(stance)) for stance in POSITIONS}
        return {
            "speaker": self.speaker,
            "holder": self.holder,
            "topic": self.topic,
            "spellings": list(self.spellings),
            **counts,
            "outlets": self.outlets,
            "first": first,
            "last": last,
        }


@dataclass(frozen=True, slots=True)
class Shift:
    """One holder takes another position; `kind` is one of `KINDS`."""

    speaker: str
    holder: str | None
    kind: str
    start: Position
    end: Position

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict: `speaker, holder, from, to`, then `kind`."""
        return {
            "speaker": self.speaker,
            "holder": self.holder,
            "from": self.start.to_dict(),
            "to": self.end.to_dict(),
            "kind": self.kind,
        }


@dataclass(frozen=True)
class Positions:
    """All positions in the order of their dates (undated ones last), by holder, and the shifts.

    `models` are the digests of what labelled them; `unsure` is whether shifts may rest on labels
    that the model flagged for review; `off_topic` counts the articles that are not about their topic.
    """

    positions: tuple[Position, ...]
    lines: tuple[Line, ...]
    shifts: tuple[Shift, ...]
    models: tuple[str, ...] = ()
    unsure: bool = False
    off_topic: int = 0

    def __iter__(self) -> Iterator[Position]:
        return iter(self.positions)

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def undated(self) -> tuple[Position, ...]:
        """Positions whose article has no date; they take part in no shift."""
        return tuple(each for each in self.positions if each.period is None)

    def to_frame(self) -> pd.DataFrame:
        """One row per position, in order; the columns are the fields of `Position`."""
        import pandas as pd

        frame = pd.DataFrame([each.to_dict() for each in self.positions], columns=list(COLUMNS))
        return frame.astype({"copy": "Int64", "sentence": "int64", "recap": bool, "review": bool})

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: `positions` and `shifts`, then `holders` and `models`."""
        return {
            "schema": SCHEMA,
            "positions": [each.to_dict() for each in self.positions],
            "shifts": [each.to_dict() for each in self.shifts],
            "holders": [each.to_dict() for each in self.lines],
            "models": list(self.models),
        }
