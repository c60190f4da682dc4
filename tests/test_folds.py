"""Which articles are held out together."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.examples import Prepared
from stance.folds import FOLDS, family_of, folds_of, groups_of
from stance.records import Article, Sentence
from stance.topic import parse_topic
from stance.training import MANY_FOLDS, folds_for
from tests.conftest import ROOT

FAMILIES = [
    ("k_f01_2", "k_f01"),
    ("l_f45_11", "l_f45"),
    ("a_01", None),
    ("k_f01", None),
    ("k_f_1", None),
    ("k_fx1_1", None),
    ("000-leaked-us-paper", None),
    ("", None),
]


@pytest.mark.parametrize(("article", "family"), FAMILIES)
def test_family(article, family):
    assert family_of(article) == family


def made(name, world, sentences):
    topic = parse_topic(f'schema = 1\nname = "{world}"\nallegation = "x"')
    lines = tuple(Sentence(number, number, 2 * number, 2 * number + 1, "x") for number in range(sentences))
    return AnnotatedArticle(
        Article(name, "x\n" * sentences), topic, lines, ((),) * sentences, ("",) * sentences
    )


def test_the_largest_world_goes_first_into_the_smallest_fold():
    sizes = {"a": 5, "b": 9, "c": 4, "d": 4}
    articles = [made(f"{world}1", world, size) for world, size in sizes.items()]
    assert folds_of(articles, 2) == {"b1": 0, "a1": 1, "c1": 1, "d1": 0}


def test_worlds_stay_whole_and_folds_are_about_equal(composed):
    chosen = folds_of(composed)
    worlds, families, sizes = defaultdict(set), defaultdict(set), [0] * FOLDS
    for article in composed:
        fold = chosen[article.article.id]
        worlds[article.topic.name].add(fold)
        families[family_of(article.article.id)].add(fold)
        sizes[fold] += len(article.sentences)
    families.pop(None)
    assert len(families) > 50
    assert {len(folds) for folds in (*worlds.values(), *families.values())} == {1}
    assert min(sizes) > 0.95 * max(sizes)


def test_folds_do_not_depend_on_the_order(composed):
    shuffled = random.Random(0).sample(composed, len(composed))
    assert folds_of(shuffled) == folds_of(composed)


def said(name, *lines):
    """An article of the given sentences."""
    found, at = [], 0
    for number, line in enumerate(lines):
        found.append(Sentence(number, number, at, at + len(line), line))
        at += len(line) + 1
    topic = parse_topic('schema = 1\nname = "a"\nallegation = "x"')
    nothing = ((),) * len(lines)
    return AnnotatedArticle(Article(name, "\n".join(lines)), topic, tuple(found), nothing, ("",) * len(lines))


@pytest.mark.parametrize("more", [0, 20])
def test_families_of_ones_own_stay_whole(more):
    names = ["k_f01_1", "a", "k_f01_2", "l_f01_1", "k_f01_3", "l_f01_2", *(f"m_{at}" for at in range(more))]
    own = [Prepared(made(name, "a", 1), None, None, {}) for name in names]
    assert groups_of([one.annotated for one in own])[:6] == [0, 1, 0, 2, 0, 2]
    folds = [{one.annotated.article.id for one in fold.articles} for fold in folds_for([], own)]
    assert sorted(name for fold in folds for name in fold) == sorted(names)
    for family in ("k_f01", "l_f01"):
        assert sum(any(family_of(name) == family for name in fold) for fold in folds) == 1
    assert len(folds) == (MANY_FOLDS if more else 3)


WIRE = "The ministry of Kelmoria said on Monday that no shells had left its depots."
OTHER = "A driver told the court in Vask how the lorries were waved across the border."
MORE = [f"Sentence {number} of this article is like that of no other article at all." for number in range(9)]


@pytest.mark.parametrize(
    ("left", "right", "together"),
    [
        ([WIRE, OTHER], [WIRE.upper().replace(",", ""), *MORE], True),
        ([WIRE, *MORE[:4]], [WIRE, *MORE[5:]], True),
        ([WIRE, *MORE[:5]], [WIRE, "Short.", *(f"{line} Really." for line in MORE[:5])], False),
        ([WIRE], [OTHER], False),
        (["He denied that."], ["He denied that."], False),
        ([], [WIRE], False),
    ],
    ids=["cut copy", "a fifth", "one of six", "nothing", "a short sentence", "an empty article"],
)
def test_articles_that_share_sentences_are_held_out_together(left, right, together):
    articles = [
        said("a", *left),
        said("b", *right),
        said("c", "Nothing here stands in either of the two others."),
    ]
    assert (len(set(groups_of(articles))) == 2) is together
    own = [Prepared(article, None, None, {}) for article in articles]
    held = [[one.annotated.article.id for one in fold.articles] for fold in folds_for([], own)]
    assert sorted(held) == ([["a", "b"], ["c"]] if together else [["a"], ["b"], ["c"]])


def test_the_seeds_are_held_out_one_by_one():
    assert groups_of(read_annotations(ROOT / "annotations")) == list(range(5))


def test_fewer_worlds_than_folds():
    articles = [made("a1", "a", 3), made("a2", "a", 1), made("b1", "b", 2)]
    assert folds_of(articles) == {"a1": 0, "a2": 0, "b1": 1}
    assert folds_of([]) == {}
