"""One statement told in many places, or the like on another day: dates that sentences tell part them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stance.positions.copies import words_of
from stance.positions.periods import Period
from stance.positions.values import Position

__all__ = ["statements"]

Words = tuple[str, ...]


@dataclass
class _Statement:
    """The places of one statement: the words that came with each date told, and with each article's."""

    places: list[Position] = field(default_factory=list)
    told: dict[Period, set[Words]] = field(default_factory=lambda: defaultdict(set))
    written: dict[Period, set[Words]] = field(default_factory=lambda: defaultdict(set))

    def add(self, position: Position, words: Words) -> None:
        """Take in another place."""
        self.places.append(position)
        told, written = Period.parse(position.statement_date), Period.parse(position.article_date)
        if told:
            self.told[told].add(words)
        elif written:
            self.written[written].add(words)

    def speaks_against(self, position: Position, words: Words) -> bool:
        """Whether a sentence in other words tells another date; "on Monday" in copies is one day.

        Where only one tells a date, it is another statement if it was made after the other's article.
        """
        told, written = Period.parse(position.statement_date), Period.parse(position.article_date)
        if told:
            apart = [date for date in self.told if date.before(told) or told.before(date)]
            earlier = [date for date in self.written if date.before(told)]
            return _in_other_words(self.told, apart, words) or _in_other_words(self.written, earlier, words)
        later = [date for date in self.told if written and written.before(date)]
        return _in_other_words(self.told, later, words)


def _in_other_words(kept: Mapping[Period, set[Words]], dates: Iterable[Period], words: Words) -> bool:
    return any(kept[date] - {words} for date in dates)


def statements(alike: Sequence[Position]) -> list[list[Position]]:
    """Sentences of like words, parted into statements: one that tells a date of its own is no copy."""
    found: list[_Statement] = []
    for position in alike:
        words = words_of(position.text)
        same = (one for one in found if not one.speaks_against(position, words))
        statement = next(same, None)
        if statement is None:
            found.append(statement := _Statement())
        statement.add(position, words)
    return [one.places for one in found]
