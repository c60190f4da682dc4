"""Which articles are held out together: what shares a world, a family or a text never crosses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from stance.annotated import AnnotatedArticle

if TYPE_CHECKING:
    from stance.examples import Prepared

__all__ = ["FOLDS", "families_of", "family_of", "folds_of", "group_of"]

FOLDS = 4
"""Folds of the composed articles; every world is held out once."""

_FAMILY = re.compile(r"(?P<family>.+_f\d+)_\d+")


def family_of(article: str) -> str | None:
    """The contrast family that an article belongs to by its id (`k_f01` of `k_f01_2`), else None."""
    found = _FAMILY.fullmatch(article)
    return found["family"] if found else None


def group_of(article: str) -> str:
    """What is held out whole with an article, by its id: its contrast family, or the article alone."""
    return family_of(article) or article


def families_of(articles: Iterable[Prepared]) -> dict[str, list[Prepared]]:
    """Annotated articles in the groups that are held out whole: a contrast family, or an article alone.

    Each group has the name of its family or article; they stand in the order of their first articles.
    """
    groups: dict[str, list[Prepared]] = {}
    for one in articles:
        groups.setdefault(group_of(one.annotated.article.id), []).append(one)
    return groups


def folds_of(articles: Sequence[AnnotatedArticle], folds: int = FOLDS) -> Mapping[str, int]:
    """A fold for each article, by its id: worlds whole, folds about equal in sentences.

    A world is a topic's name. The largest world goes first, each into the smallest fold, so
    that the same articles always give the same folds.
    """
    worlds: dict[str, list[AnnotatedArticle]] = {}
    for article in articles:
        worlds.setdefault(article.topic.name, []).append(article)
    size = {name: sum(len(article.sentences) for article in world) for name, world in worlds.items()}
    filled = [0] * folds
    chosen: dict[str, int] = {}
    for name in sorted(worlds, key=lambda world: (-size[world], world)):
        fold = filled.index(min(filled))
        filled[fold] += size[name]
        chosen |= {article.article.id: fold for article in worlds[name]}
    return chosen
