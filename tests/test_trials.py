"""Predictions out of fold: who saw what, what a row of `heldout.jsonl` says, what calibration learns."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from stance import furniture, trials
from stance.annotations import read_annotations
from stance.baselines import BASELINES, _golds
from stance.cast import Cast
from stance.examples import Prepared, prepare
from stance.fitting import RIGHT, Trial, fit_calibration, fit_heads, tempered
from stance.heads import CLASSES, QUESTIONS
from stance.heldout import Mark
from stance.labels import STANCES
from stance.learning import _hits
from stance.mentions import Mention
from stance.parsing import split
from stance.reading import read_article
from stance.records import Article
from stance.sureness import row_features
from stance.topic import load_topic
from stance.trials import Fold, Plan, calibrating, held_out, try_fold, try_folds
from stance.turns import Turn, Voice
from stance.voices import Heard
from tests.conftest import bare


@pytest.fixture(scope="module")
def casts() -> dict[str, Cast]:
    return {}


def rows_of(tried):
    """The held-out rows of some folds."""
    return held_out(tried, fit_calibration(calibrating(tried, None)))


@pytest.fixture(scope="module")
def prepared(tiny, casts) -> list[Prepared]:
    return [prepare(article, casts, bare) for article in read_annotations(tiny)]


def ids(articles) -> set[str]:
    return {article.annotated.article.id for article in articles}


class TestExamples:
    def test_every_head_has_legal_answers(self, prepared):
        for name in QUESTIONS:
            answers = Counter(example.answer for article in prepared for example in article.examples[name])
            assert len(answers) > 1
            assert set(answers) <= set(CLASSES[name])

    def test_a_gold_source_is_the_mention_inside_its_words(self, prepared):
        (first,) = (article for article in prepared if article.annotated.article.id == "a_01")
        sources = [example.answer for example in first.examples["source"]]
        named = [gold for golds in first.annotated.attributions for gold in golds if gold.source]
        assert 0.8 * len(named) <= sources.count("yes") <= len(named)

    def test_examples_are_the_same_each_time(self, prepared, casts):
        for article in prepared[:3]:
            assert prepare(article.annotated, casts, bare).examples == article.examples


class TestTryFold:
    def test_heads_and_baselines_never_see_the_fold(self, prepared, monkeypatch):
        seen = []
        monkeypatch.setattr(
            trials,
            "fit_heads",
            lambda articles, drop: seen.append(ids(articles)) or fit_heads(articles, drop),
        )
        spied = {
            name: lambda articles, fit=fit: seen.append(ids(articles)) or fit(articles)
            for name, fit in BASELINES.items()
        }
        monkeypatch.setattr(trials, "BASELINES", spied)
        fold = Fold("composed-0", True, tuple(prepared[:3]))
        found = try_fold(fold, prepared)
        assert seen == [ids(prepared[3:])] * (1 + len(BASELINES))
        assert [one.prepared for one in found] == prepared[:3]

    def test_the_baselines_can_be_left_out(self, prepared, monkeypatch):
        monkeypatch.setattr(trials, "BASELINES", None)
        (one,) = try_fold(Fold("own-0", False, (prepared[0],)), prepared, baselines=False)
        assert one.trials
        assert one.baselines == {}

    def test_there_is_one_trial_per_sentence_that_is_read(self, prepared):
        (one,) = try_fold(Fold("own-0", False, (prepared[0],)), prepared)
        assert set(one.baselines) == set(BASELINES)
        assert {len(pairs) for pairs in one.baselines.values()} == {len(one.prepared.met.sentences)}
        for trial in one.trials:
            assert 0 <= trial.silence <= 1
            for heard in trial.heard:
                assert 0 <= heard.probability <= 1
                assert sum(heard.stances.values()) == pytest.approx(1)

    def test_furniture_is_not_told_but_recognised(self, prepared, casts):
        annotated = next(
            article.annotated
            for article in prepared
            if any(sentence.furniture for sentence in article.annotated.sentences)
        )
        plain = [replace(sentence, furniture=False) for sentence in annotated.sentences]
        recognised = {s.index for s, flag in zip(plain, furniture.flag(plain), strict=True) if flag}
        turned = tuple(
            replace(sentence, furniture=not sentence.furniture) for sentence in annotated.sentences
        )
        fold = Fold("own-0", False, (prepare(replace(annotated, sentences=turned), casts, bare),))
        rows = rows_of([try_fold(fold, [*fold.articles, *prepared])])
        assert recognised
        assert {row.sentence for row in rows if row.furniture_predicted} == recognised
        assert [row.furniture for row in rows] == [sentence.furniture for sentence in turned]
        for row in (row for row in rows if row.furniture_predicted):
            assert (row.predicted, row.nobody_confidence) == ((), None)
            assert set(row.baselines.values()) == {("none", "none")}

    def test_a_block_can_be_left_out(self, prepared):
        full, without = fit_heads(prepared), fit_heads(prepared, drop=("discourse",))
        blocks = {name.split(":")[0] for name in full["stance"].vocabulary}
        assert blocks - {name.split(":")[0] for name in without["stance"].vocabulary} == {"discourse"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_each_fold_learns_from(jobs, prepared):
    base, own = tuple(prepared[:5]), tuple(prepared[5:7])
    folds = (Fold("composed-0", True, base[:2]), Fold("own-0", False, own[:1]))
    steps = []
    found = try_folds(Plan(folds, base, own, (0.5,)), jobs, lambda *step: steps.append(step))
    expected = [try_fold(folds[0], base, shares=(0.5,)), try_fold(folds[1], [*base, *own])]
    assert rows_of(found) == rows_of(expected)
    assert [[one.prepared for one in tried] for tried in found] == [list(fold.articles) for fold in folds]
    kept = [len(calibrating(tried, folds[0])) for tried in (found, expected)]
    assert kept == [sum(len(one.marked) for one in expected[1])] * 2
    assert steps == [(0, 2), (1, 2), (2, 2)]


@pytest.fixture(scope="module")
def tried(prepared):
    base = Fold("composed-0", True, tuple(prepared[:2]))
    family = Fold("composed-1", True, tuple(a for a in prepared if "_f" in a.annotated.article.id)[:2])
    own = Fold("own-0", False, (prepared[5],))
    seed = prepared[6]
    renamed = replace(seed, annotated=replace(seed.annotated, file="seeds/x.txt"))
    seeds = Fold("own-1", False, (renamed,))
    return [try_fold(fold, prepared) for fold in (base, family, own, seeds)]


class TestRows:
    def test_a_row_says_where_it_comes_from(self, tried, prepared):
        rows = rows_of(tried)
        assert {(row.group, row.set, row.labels is None) for row in rows} == {
            ("composed-0", "composed", True),
            ("composed-1", "contrast", True),
            ("own-0", "annotations", False),
            ("own-1", "seeds", False),
        }
        assert {row.article for row in rows if row.group == "composed-0"} == ids(prepared[:2])

    def test_a_row_holds_the_gold_and_the_sentence_before(self, tried):
        previous: dict[str, str] = {}
        for row in rows_of(tried):
            assert row.previous == previous.get(row.article)
            previous[row.article] = row.text
        (annotated, rows) = tried[0][0].prepared.annotated, rows_of(tried[:1])
        for row, sentence, golds in zip(rows, annotated.sentences, annotated.attributions, strict=False):
            assert (row.start, row.end, row.text) == (sentence.start, sentence.end, sentence.text)
            assert [(mark.role, mark.stance) for mark in row.gold] == [(g.role, g.stance) for g in golds]
            for mark, gold in zip(row.gold, golds, strict=True):
                assert mark.source == ((gold.source.start, gold.source.end) if gold.source else None)

    def test_probabilities_and_spans_are_inside(self, tried):
        marks: list[Mark] = []
        for row in rows_of(tried):
            marks += row.predicted
            assert row.furniture_predicted or 0 <= row.nobody_confidence <= 1
            for mark in row.predicted:
                assert 0 <= mark.speaker_confidence <= 1
                for span in (mark.source, mark.cue):
                    assert span is None or row.start <= span[0] < span[1] <= row.end
        assert len(marks) > 20
        assert any(mark.source for mark in marks)

    def test_calibration_is_learnt_on_the_other_folds_and_on_composed_ones_if_there_are_any(self, tried):
        base, family, own, seeds = (fold[0].fold for fold in tried)

        def count(*names):
            return sum(len(one.trials) for fold in tried for one in fold if one.fold in names)

        assert len(calibrating(tried, base)) == count(family)
        assert len(calibrating(tried, own)) == len(calibrating(tried, None)) == count(base, family)
        assert len(calibrating(tried[2:], own)) == count(seeds)
        assert len(calibrating(tried[2:], None)) == count(own, seeds)


class TestOpenSentences:
    """Nothing is learnt from sentences that nobody has looked at, and nothing is measured on them."""

    @pytest.fixture
    def half(self, prepared) -> Prepared:
        annotated = prepared[0].annotated
        half = len(annotated.sentences) // 2
        marked = replace(
            annotated,
            attributions=(*annotated.attributions[:half], *[()] * (len(annotated.sentences) - half)),
            annotators=(*annotated.annotators[:half], *[""] * (len(annotated.sentences) - half)),
        )
        return prepare(marked, {}, bare)

    def test_they_do_not_calibrate(self, half, prepared):
        tried = [try_fold(Fold("own-0", False, (half,)), [half, *prepared[1:]])]
        left = half.annotated.open_sentences
        read = [one for one in half.met.sentences if one.sentence.index not in left]
        assert 0 < len(read) < len(half.met.sentences)
        assert len(calibrating(tried, None)) == len(read)
        assert {row.sentence for row in rows_of(tried)}.isdisjoint(left)

    def test_they_teach_the_baselines_nothing(self, half):
        golds = _golds([half])
        assert len(golds) == sum(
            not one.furniture and one.index not in half.annotated.open_sentences
            for one in half.annotated.sentences
        )

    def test_they_do_not_count_in_the_learning_curve(self, half, prepared):
        (tried,) = try_fold(Fold("own-0", False, (half,)), [half, *prepared[1:]])
        assert len(list(_hits(tried))) == len(half.annotated.sentences) - len(half.annotated.open_sentences)


class TestPriors:
    @pytest.mark.parametrize("count", [0, 1])
    def test_next_to_no_articles_give_heads_that_know_frequencies(self, count, prepared):
        few = [article for article in prepared if article.annotated.article.id == "k_f01_1"][:count]
        heads = fit_heads(few)
        for name in QUESTIONS:
            chances = heads[name].probabilities(["unknown"])
            assert set(chances) <= set(CLASSES[name])
            assert sum(chances.values()) == pytest.approx(1)
        assert set(heads["running"].classes) == {"no", "yes"}

    @pytest.mark.parametrize("name", BASELINES)
    def test_baselines_that_saw_nothing_still_answer(self, name, prepared):
        read = prepared[0].read
        for training in ([], prepared[:1], prepared):
            answers = BASELINES[name](training)(read)
            assert len(answers) == len(read.sentences)
            assert all(stance in STANCES and (role != "none" or stance == "none") for role, stance in answers)
        assert BASELINES[name](prepared)(replace(read, sentences=())) == []

    def test_sentences_that_share_no_word_leave_the_constant(self, prepared):
        article = prepared[0]
        words = ("zinc", "moon", "lamp", "fern", "oboe", "kite")
        lines = tuple(replace(article.annotated.sentences[at], text=word) for at, word in enumerate(words))
        golds = (article.annotated.attributions[0], ()) * 3
        annotated = replace(
            article.annotated, sentences=lines, attributions=golds, annotators=("ada",) * len(words)
        )
        few = [replace(article, annotated=annotated)]
        assert BASELINES["tfidf"](few)(article.read) == BASELINES["constant"](few)(article.read)

    def test_the_constant_is_the_most_frequent_pair(self, prepared):
        told = Counter(BASELINES["constant"](prepared)(prepared[0].read))
        (answer,) = told
        golds = [BASELINES["constant"]([article])(article.read)[0] for article in prepared]
        assert answer in golds


def heard(probability, role="leader", stance="denies", sure=0.7):
    stances = {label: sure if label == stance else (1 - sure) / 3 for label in STANCES}
    mention: Mention | None = None
    turn = Turn(0, 0, role, role, True, None, True, None)
    return Heard(Voice(mention, role), turn, probability, {role: 1.0}, stances)


@cache
def read():
    text = "The Serbian president denied on Monday that any shells had been sold to Ukraine."
    return read_article(Article("a", text), split(text), Cast(load_topic("serbia-arms")))


def simulated(count=600, flip=False, right=0.8, spread=3, seed=0):
    """Sentences with one source each, whose raw probability is too sure of itself by a factor of two."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        logit = rng.normal(0, spread)
        raw, true = 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-logit / 2))
        speaks = rng.random() < (1 - true if flip else true)
        stance = "denies" if rng.random() < right else "hedges"
        gold = {"leader": frozenset({stance})} if speaks else {}
        made.append(Trial(replace(read()), 0, (heard(raw),), 1 - raw, gold))
    return made


def sure(fitted, trial):
    """The confidence in the row of a trial's only source."""
    features = row_features(trial.article, trial.at, trial.heard[0], trial.heard, trial.silence)
    return fitted.row.probabilities(features)["yes"]


class TestCalibration:
    def test_it_undoes_overconfidence(self):
        curves = fit_calibration(simulated(5000)).calibration
        assert curves.speaker == pytest.approx((0.5, 0.0), abs=0.1)
        assert curves.of_speaker(0.5) == pytest.approx(0.5, abs=0.05)

    @pytest.mark.parametrize("flip", [False, True])
    @pytest.mark.parametrize("count", [3, 30, 600])
    def test_a_surer_head_is_never_less_sure_when_calibrated(self, count, flip):
        fitted = fit_calibration(simulated(count, flip=flip))
        curves, temperature = fitted.calibration, fitted.temperature
        for curve in (curves.of_speaker, curves.of_nobody):
            told = [curve(raw) for raw in np.linspace(0, 1, 101)]
            assert all(0 <= low <= high <= 1 for low, high in pairwise(told))
        assert 0.3 <= temperature <= 5

    def test_temperature_fits_the_share_of_right_stances(self):
        temperature = fit_calibration(simulated(4000)).temperature
        assert tempered(heard(1.0), temperature).stances["denies"] == pytest.approx(0.8, abs=0.03)

    def test_rows_over_the_threshold_are_right(self):
        cases = simulated(3000, right=0.99, spread=10)
        fitted = fit_calibration(cases)
        rows = [
            one.stance in trial.gold.get("leader", ())
            for trial in (case.softened(fitted.temperature) for case in cases)
            for one in trial.heard
            if sure(fitted, trial) >= fitted.calibration.review
        ]
        assert 100 < len(rows) < len(cases)
        assert RIGHT <= sum(rows) / len(rows) < RIGHT + 0.01

    def test_a_row_is_as_often_right_as_it_is_sure(self):
        fitted = fit_calibration(simulated(4000))
        others = [case.softened(fitted.temperature) for case in simulated(4000, seed=1)]
        told = [(sure(fitted, one), one.heard[0].stance in one.gold.get("leader", ())) for one in others]
        for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9)):
            inside = [hit for confidence, hit in told if low <= confidence < high]
            assert len(inside) > 100
            assert low - 0.03 <= sum(inside) / len(inside) <= high + 0.03

    def test_a_row_learns_from_no_block_that_is_left_out(self, tried):
        trials = calibrating(tried, None)
        full, without = (fit_calibration(trials, drop).row.vocabulary for drop in ((), ("confidence",)))
        assert {name.split(":")[0] for name in full} == {"row", "confidence"}
        assert {name.split(":")[0] for name in without} == {"row"}

    def test_rows_off_the_topic_are_no_lesson(self):
        cases = simulated(600)
        text = "The minister denied on Monday that the hospitals of the capital were full."
        strange = read_article(Article("b", text), split(text), Cast(load_topic("serbia-arms")))
        others = [replace(case, article=replace(strange)) for case in simulated(600, right=0.1)]
        alone, beside = (fit_calibration(told).row for told in (cases, [*cases, *others]))
        assert np.array_equal(alone.weights, beside.weights)

    def test_contrast_families_have_no_say_in_the_thresholds(self):
        cases = simulated(3000, right=0.99, spread=10)
        hard = simulated(1500, right=0.5, spread=10, seed=1)

        def threshold(name):
            named = replace(read().article, id=name)
            made = [replace(case, article=replace(case.article, article=named)) for case in hard]
            return fit_calibration([*cases, *made]).calibration.review

        assert threshold("k_f01_1") < threshold("k_01")

    def test_few_rows_promise_nothing(self):
        fitted = fit_calibration(simulated(4))
        assert fitted.row.probabilities({})["yes"] == pytest.approx(0.5, abs=0.35)
        assert fitted.calibration.review > 1

    def test_ties_are_taken_together(self):
        # Six sentences of one confidence, of which only the first is right: none passes the threshold.
        cases = [
            Trial(read(), 0, (), 0.9, {} if number == 0 else {"leader": frozenset({"denies"})})
            for number in range(6)
        ]
        assert fit_calibration(cases).calibration.review_nobody > 1

    def test_nothing_to_learn_from(self):
        fitted = fit_calibration([])
        curves, temperature = fitted.calibration, fitted.temperature
        assert (curves.speaker, curves.nobody, temperature) == ((1.0, 0.0), (1.0, 0.0), 1.0)
        assert (curves.review, curves.review_nobody) == (1.01, 1.01)


def test_tempering_keeps_the_order_and_the_sum():
    one = heard(0.5, sure=0.7)
    for temperature in (0.5, 1.0, 3.0):
        told = tempered(one, temperature)
        assert sum(told.stances.values()) == pytest.approx(1)
        assert told.stance == one.stance
    assert tempered(one, 1.0).stances == pytest.approx(one.stances)
    assert tempered(one, 3.0).stances["denies"] < 0.7 < tempered(one, 0.5).stances["denies"]


def test_stances_that_a_fold_does_not_know_are_calibrated_as_impossible():
    turn = Turn(0, 0, "leader", "x", True, None, True)
    cases = []
    for stances, gold in (
        ({"confirms": 0.6, "none": 0.4}, "confirms"),
        ({"none": 0.7, "denies": 0.2, "confirms": 0.1}, "none"),
    ):
        one = Heard(Voice(None, "leader"), turn, 0.9, {"leader": 1.0}, stances)
        cases.append(Trial(read(), 0, (one,), 0.1, {"leader": frozenset({gold})}))
    assert fit_calibration(cases).temperature < 1  # both are right: the probabilities may be sharper
