"""Stored arrays to probabilities, on a head small enough to reckon by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stance.heads import Head

HEAD = Head(
    classes=("a", "b", "c"),
    vocabulary={"x": 0, "y": 1},
    weights=np.array([[3, 0, 0], [0, 4, 0]], np.float32),
    idf=np.array([3, 4], np.float32),
    intercept=np.array([0, 0, 1], np.float32),
)

CASES = [
    # One feature has length one: its weight is divided by its own idf.
    (["x"], (1, 0, 1)),
    (["y"], (0, 1, 1)),
    # Two: the length is that of (3, 4), which is 5.
    (["x", "y"], (0.6, 0.8, 1)),
    (["y", "x", "y", "x"], (0.6, 0.8, 1)),
    (["x", "never seen"], (1, 0, 1)),
    (["never seen"], (0, 0, 1)),
    ([], (0, 0, 1)),
]


@pytest.mark.parametrize(("features", "scores"), CASES)
def test_scores_and_probabilities(features, scores):
    assert HEAD.scores(features) == pytest.approx(scores)
    total = sum(map(math.exp, scores))
    expected = {label: math.exp(score) / total for label, score in zip("abc", scores, strict=True)}
    assert HEAD.probabilities(features) == pytest.approx(expected)


def test_features_may_come_from_a_generator():
    assert HEAD.probabilities(name for name in "xy") == HEAD.probabilities(["x", "y"])


def test_temperature_softens_and_keeps_the_order():
    warm = Head(HEAD.classes, HEAD.vocabulary, HEAD.weights, HEAD.idf, HEAD.intercept, temperature=4.0)
    sharp, soft = HEAD.probabilities(["x", "y"]), warm.probabilities(["x", "y"])
    assert max(soft.values()) < max(sharp.values())
    assert sorted(soft, key=soft.__getitem__) == sorted(sharp, key=sharp.__getitem__)
    assert sum(soft.values()) == pytest.approx(1)


def test_huge_scores_do_not_overflow():
    huge = Head(("n", "y"), {"x": 0}, np.array([[-9e4, 9e4]], "f4"), np.ones(1, "f4"), np.zeros(2, "f4"))
    assert huge.probabilities(["x"]) == {"n": 0.0, "y": 1.0}


def test_reasons_add_up_to_the_score_over_the_mean():
    features = ["y", "x", "never seen", "x"]
    for column, label in enumerate(HEAD.classes):
        reasons = HEAD.reasons(features, label)
        assert [name for name, _ in reasons] in (["y", "x"], ["x", "y"])
        assert abs(reasons[0][1]) >= abs(reasons[1][1])
        told = HEAD.scores(features) - HEAD.intercept
        assert sum(gain for _, gain in reasons) == pytest.approx(told[column] - told.mean())


def test_a_head_without_features_answers_by_its_intercept():
    prior = Head(
        ("n", "y"), {}, np.zeros((0, 2), "f4"), np.zeros(0, "f4"), np.log(np.array([0.75, 0.25], "f4"))
    )
    assert prior.probabilities(["anything"]) == pytest.approx({"n": 0.75, "y": 0.25})
    assert prior.reasons(["anything"], "y") == []
