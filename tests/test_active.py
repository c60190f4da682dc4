"""What to annotate next, and whether more annotation pays."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from stance.active import rank_sentences, uncertainty
from stance.annotations import read_annotations
from stance.errors import UsageError
from stance.learning import LearningCurve, _curve, when_to_stop
from stance.records import Article, Attribution, LabelledArticle, Sentence

EVEN = dict.fromkeys(("confirms", "denies", "hedges", "none"), 0.25)
SURE = {"confirms": 1.0, "denies": 0.0, "hedges": 0.0, "none": 0.0}


def told(
    speaker: str = "vucic", stance: str = "denies", speaks: float | None = 1.0, stances=None
) -> Attribution:
    return Attribution("leader", speaker, stance, speaker_confidence=speaks, stance_probabilities=stances)


UNCERTAINTIES = [
    ((), 0.5, 1.0),
    ((), 1.0, 0.0),
    ((told(speaks=1.0, stances=SURE),), 0.5, 0.0),
    ((told(speaks=1.0, stances=EVEN),), 0.0, 2.0),
    # Half no source, and an eighth for each stance: 1/2 * 1 bit + 4 * 1/8 * 3 bits.
    ((told(speaks=0.5, stances=EVEN),), 0.0, 2.0),
    ((told(speaks=0.5, stances=None),), 0.0, 1.0),
    ((told(speaks=None, stances=SURE),), 0.0, 0.0),
    ((told(speaks=1.0, stances=SURE), told(speaks=1.0, stances=EVEN)), 0.0, 2.0),
    ((told(speaks=0.8, stances=EVEN),), 0.0, -0.2 * math.log2(0.2) - 4 * 0.2 * math.log2(0.2)),
]


@pytest.mark.parametrize(("attributions", "nobody", "expected"), UNCERTAINTIES)
def test_uncertainty_is_the_entropy_of_speaker_and_stance(attributions, nobody, expected):
    assert uncertainty(attributions, nobody) == pytest.approx(expected)


def article(name: str, *sentences: tuple[str, float]) -> LabelledArticle:
    """An article with sentences of a predicted label each and a doubt in bits up to one."""
    made, attributions = [], []
    for at, (label, doubt) in enumerate(sentences):
        made.append(Sentence(at, 0, 10 * at, 10 * at + 9, f"{name} {at}", furniture=label == "furniture"))
        # Two stances share what the doubt leaves: found by halving the interval.
        low, high = 0.5, 1.0
        for _ in range(50):
            share = (low + high) / 2
            bits = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
            low, high = (share, high) if bits > doubt else (low, share)
        stances = {"denies": share, "none": 1 - share}
        attributions.append(() if label == "furniture" else (told("vucic", label, 1.0, stances),))
    nobody = (0.0,) * len(made)
    text = Article(name, name)
    return LabelledArticle(text, tuple(made), tuple(attributions), nobody, "t", "ab", True, "sha256:cd")


def places(suggestions):
    return [(one.article, one.sentence) for one in suggestions]


def test_the_least_sure_come_first_and_are_spread_over_articles_and_labels():
    results = [
        article("a", ("denies", 0.9), ("denies", 0.8), ("hedges", 0.5), ("none", 0.1)),
        article("b", ("denies", 0.6), ("hedges", 0.4), ("furniture", 1.0)),
    ]
    chosen = rank_sentences(results, n=10)
    # a0 .9; then a1 .8/2/2, a2 .5/2, b0 .6/2, b1 .4: b1; then a2 .5/2/2, a1 .8/4, b0 .6/4, a3 .1/2: a1;
    # then b0 .6/2/3 = .1, a2 .5/3/2 = .083, a3 .1/3: b0; then a2, a3.
    assert places(chosen) == [("a", 0), ("b", 1), ("a", 1), ("b", 0), ("a", 2), ("a", 3)]
    assert (chosen[0].speaker, chosen[0].stance, chosen[0].start, chosen[0].end) == ("vucic", "denies", 0, 9)
    assert chosen[0].uncertainty == pytest.approx(0.9)
    for n in range(7):
        assert rank_sentences(results, n=n) == chosen[:n]


def test_the_heap_gives_what_the_rule_says_step_by_step():
    rng = np.random.default_rng(2)
    labels = ("confirms", "denies", "hedges", "none")
    results = [
        article(name, *((str(rng.choice(labels)), float(rng.uniform(0.01, 1))) for _ in range(30)))
        for name in "abcdef"
    ]
    left = rank_sentences(results, n=1000)
    left.sort(key=lambda one: (one.article, one.sentence))
    articles, used, expected = Counter(), Counter(), []
    while left:
        best = max(
            left, key=lambda one: one.uncertainty / (1 + articles[one.article]) / (1 + used[one.stance])
        )
        left.remove(best)
        articles[best.article] += 1
        used[best.stance] += 1
        expected.append(best)
    assert rank_sentences(results, n=180) == expected
    assert len(Counter(one.article for one in expected[:12])) == 6


def test_what_is_annotated_is_left_out_by_the_text_and_its_offsets():
    result = article("a", ("denies", 0.9), ("hedges", 0.5), ("none", 0.4))
    digest = result.article.sha256
    assert places(rank_sentences([result], {digest: [(0, 9)]})) == [("a", 1), ("a", 2)]
    assert places(rank_sentences([result], {digest: [(5, 15)]})) == [("a", 2)], "an overlap is enough"
    assert len(rank_sentences([result], {"another": [(0, 9)]})) == 3


VERDICTS = [
    (0.05, 0.02, True, "still pays: the step from 6 to 8 articles changed joint accuracy by +5.0 points"),
    (0.001, 0.004, False, "hardly pays"),
    (-0.02, 0.01, False, "by -2.0 points"),
    (0.01, 0.03, None, "cannot be told yet"),
]


class TestLearningCurve:
    def test_the_figures_by_hand(self):
        # Two repeats, four shares, three articles of 10, 10 and 20 sentences.
        right = np.array(
            [
                [[2, 2, 4], [4, 4, 8], [5, 6, 10], [8, 7, 15]],
                [[2, 2, 6], [4, 4, 8], [6, 6, 11], [7, 7, 14]],
            ]
        )
        found = _curve(right, np.array([10, 10, 20]), np.array([1.0, 2, 3, 4]))
        assert [point.accuracy for point in found.points] == pytest.approx(
            [9 / 40, 16 / 40, 22 / 40, 29 / 40]
        )
        assert [(point.share, point.articles) for point in found.points] == [
            (0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4),
        ]  # fmt: skip
        # The first point is 8/40 and 10/40: its mean has a standard error of 1/40, t of one degree is 12.706.
        assert found.points[0].low == pytest.approx(max(0, 9 / 40 - 12.706 / 40), abs=1e-4)
        assert found.points[0].high == pytest.approx(9 / 40 + 12.706 / 40, abs=1e-4)
        assert found.points[1].low == found.points[1].high == 16 / 40
        # Gains per article: 2, 1 and 4 of 10, 10 and 20; all in all 7 of 40.
        residuals = [2 - 70 / 40, 1 - 70 / 40, 4 - 140 / 40]
        error = math.sqrt(sum(r * r for r in residuals) * 3 / 2) / 40
        assert (found.gain, found.error) == pytest.approx((7 / 40, error))
        assert found.margin == pytest.approx(2.920 * error, rel=1e-3)

    @pytest.mark.parametrize(("gain", "margin", "pays", "words"), VERDICTS)
    def test_the_verdict(self, gain, margin, pays, words):
        points = _curve(np.ones((2, 4, 3)), np.ones(3), np.array([2.0, 4, 6, 8])).points
        curve = LearningCurve(points, gain, margin / 2, margin)
        assert curve.pays is pays
        assert words in curve.sentence()

    def test_of_real_articles(self, tiny):
        annotated = read_annotations(tiny)[:6]
        steps = []
        curve = when_to_stop(annotated, repeats=2, progress=lambda *step: steps.append(step))
        assert [point.share for point in curve.points] == [0.25, 0.5, 0.75, 1.0]
        sizes = [point.articles for point in curve.points]
        assert all(one < other for one, other in itertools.pairwise(sizes))
        assert sizes[-1] == pytest.approx(6 - 6 / 5)
        assert all(0 <= point.low <= point.accuracy <= point.high <= 1 for point in curve.points)
        assert curve.points[-1].accuracy > curve.points[0].accuracy
        assert steps[-1] == ("fitting on shares", 7, 8)
        assert when_to_stop(annotated, repeats=2) == curve, "a seed gives the same curve"

    @pytest.mark.parametrize(("articles", "repeats"), [(3, 5), (6, 1)])
    def test_too_little_is_told(self, tiny, articles, repeats):
        with pytest.raises(
            UsageError, match="too few for a learning curve, expected 4 articles and 2 repeats"
        ):
            when_to_stop(read_annotations(tiny)[:articles], repeats=repeats)

    def test_one_family_is_told(self, tiny):
        family = [
            replace(one, article=replace(one.article, id=f"k_f01_{at}"))
            for at, one in enumerate(read_annotations(tiny)[:4])
        ]
        with pytest.raises(
            UsageError, match=r"^articles of one contrast family, by their ids, .* are held out whole"
        ):
            when_to_stop(family, repeats=2)
