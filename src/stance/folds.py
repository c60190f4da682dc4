"""Which articles are held out together: what shares a world, a family or sentences never crosses."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from stance.annotated import AnnotatedArticle
from stance.errors import UsageError

__all__ = ["FOLDS", "check_groups", "family_of", "folds_of", "groups_of"]

FOLDS = 4
"""Folds of the composed articles; every world is held out once."""

SHORTEST = 8
"""Words of a sentence that tells where it comes from; shorter ones ("He denied that.") stand anywhere."""

SHARED = 0.2
"""The share of an article's sentences from which on another that has them too is held out with it.

Agency copy that was cut or added to shares most of them; a background sentence that an outlet puts into
all its articles is one of 10 or 30.
"""

_FAMILY = re.compile(r"(?P<family>.+_f\d+)_\d+")


def family_of(article: str) -> str | None:
    """The contrast family that an article belongs to by its id (`k_f01` of `k_f01_2`), else None."""
    found = _FAMILY.fullmatch(article)
    return found["family"] if found else None


def groups_of(articles: Sequence[AnnotatedArticle]) -> list[int]:
    """The group of each article, numbered from 0: what is held out whole.

    In one group are the members of a contrast family, and articles of which one has `SHARED` or
    more of its sentences in common with the other (the same words, `SHORTEST` or more of them).
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = [*_relatives(articles), *_sharers([_lines(one) for one in articles])]
    left, right = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), (left, right)), shape=(len(articles),) * 2)
    numbers: list[int] = connected_components(graph, directed=False)[1].tolist()
    return numbers


def check_groups(articles: Sequence[AnnotatedArticle]) -> None:
    """See that something can be held out.

    Raises:
        UsageError: all articles are in one group.
    """
    if len(set(groups_of(articles))) < 2:
        what = (
            "one article is"
            if len(articles) == 1
            else "articles of one contrast family, by their ids, or with sentences in common are"
        )
        raise UsageError(
            f"{what} held out whole, and nothing is left to learn from; annotate another article"
        )


def _relatives(articles: Sequence[AnnotatedArticle]) -> Iterator[tuple[int, int]]:
    """Each member of a contrast family, by its place, with the family's first."""
    firsts: dict[str, int] = {}
    for place, one in enumerate(articles):
        if family := family_of(one.article.id):
            yield firsts.setdefault(family, place), place


def _lines(article: AnnotatedArticle) -> list[str]:
    """The sentences of an article that tell where they come from, each once, as words in lower case."""
    found = (re.findall(r"\w+", one.text.casefold()) for one in article.sentences if not one.furniture)
    return list(dict.fromkeys(" ".join(words) for words in found if len(words) >= SHORTEST))


def _sharers(lines: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """The pairs of articles, by their places, that have sentences enough in common."""
    places: dict[str, list[int]] = {}
    for place, line in ((place, line) for place, own in enumerate(lines) for line in own):
        places.setdefault(line, []).append(place)
    common = Counter(pair for found in places.values() for pair in itertools.combinations(found, 2))
    for (left, right), count in common.items():
        if count >= SHARED * min(len(lines[left]), len(lines[right])):
            yield left, right


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
