"""The articles of an archive in blocks: the unit that is labelled, written and taken up again."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from stance.articles import ArticleFailure, Document, Item
from stance.errors import UsageError

__all__ = ["Block", "Shard", "cut"]


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`: every `count`-th article, beginning with the `number`-th."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `I/N`, where I counts from 1.

        Raises:
            UsageError: the text is no such pair.
        """
        told = re.fullmatch("([0-9]{1,9})/([0-9]{1,9})", text)
        if told and 1 <= int(told[1]) <= int(told[2]):
            return cls(int(told[1]), int(told[2]))
        raise UsageError(f"shard is {text!r}, expected I/N with I from 1 to N, such as 1/4")

    def take(self, items: Iterable[Item]) -> Iterator[Item]:
        """This part of the articles."""
        return itertools.islice(items, self.number - 1, None, self.count)


@dataclass(frozen=True)
class Block:
    """Consecutive articles; `position` says how many bytes of the input are behind when they are done."""

    number: int
    items: tuple[Item, ...]
    position: int = 0

    @cached_property
    def digest(self) -> str:
        """What tells these articles from others: of files not yet read, their names, sizes and times."""
        told = json.dumps([_facts(item) for item in self.items], default=repr)
        return hashlib.sha256(told.encode()).hexdigest()


def cut(
    items: Iterable[Item], size: int, shard: Shard | None = None, position: Callable[[], int] = lambda: 0
) -> Iterator[Block]:
    """Blocks of `size` articles, the last one of what is left; read no further than is asked for."""
    taken = shard.take(items) if shard else iter(items)
    for number in itertools.count():
        block = tuple(itertools.islice(taken, size))
        if not block:
            return
        yield Block(number, block, position())


def _facts(item: Item) -> list[object]:
    if isinstance(item, ArticleFailure):
        return [item.article, item.reason]
    if isinstance(item, Document):
        try:
            found = item.path.stat()
        except OSError:  # it will fail in its turn
            return [item.id]
        return [item.id, found.st_size, found.st_mtime_ns]
    return [item.id, item.sha256, item.title, item.outlet, item.url, item.date, dict(item.extra)]
