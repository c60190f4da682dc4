"""Turns of phrase that tell what a speaker does to an allegation, and the detail of it.

The table is `patterns.toml`. Its patterns are features of the stance head, and name the `detail`
of a stance that they agree with. They read folded words, joined by single spaces.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from stance.labels import DETAIL_STANCES, NONE

__all__ = ["detail_of", "stance_told"]

_ORDER = (
    *("no_comment", "not_directly", "no_longer", "never", "disclaims", "inquires", "partial", "possible"),
    *("concedes", "asserts", "other_part", "off_topic"),
)
"""Which detail wins where several agree with the stance: the narrower first."""


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """The table: name, detail, pattern."""
    table = tomllib.loads(resources.files("stance").joinpath("patterns.toml").read_text("utf-8"))
    found = []
    for entry in table["patterns"]:
        pattern = entry["pattern"]
        for name, part in table["parts"].items():
            pattern = pattern.replace(f"{{{name}}}", part)
        found.append((entry["name"], entry["detail"], re.compile(pattern)))
    return tuple(found)


@lru_cache(maxsize=256)
def _held(text: str) -> tuple[tuple[str, str], ...]:
    """The name and detail of each pattern in a text; the next sentence asks again."""
    return tuple((name, detail) for name, detail, pattern in _patterns() if pattern.search(text))


def detail_of(text: str, stance: str, on_topic: bool) -> str | None:
    """The detail that the words of a folded stretch tell of a stance, else None.

    `on_topic` is whether the sentence holds a term of the topic: a source that takes no position
    speaks of another part of the story, or of something else.
    """
    if stance == NONE:
        return "other_part" if on_topic else "off_topic"
    told = {detail for _, detail in _held(text)}
    fitting = (detail for detail in _ORDER if detail in told and DETAIL_STANCES[detail] == stance)
    return next(fitting, None)


def stance_told(text: str) -> str:
    """The stance that the narrowest pattern in a folded text tells; `none` where none does."""
    told = {detail for _, detail in _held(text)}
    return next((DETAIL_STANCES[detail] for detail in _ORDER if detail in told), NONE)
