"""The stored head predicts what the estimator predicts, and the estimator keeps scikit-learn's contract."""

from __future__ import annotations

import pickle
import random

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

from stance.estimators import HeadClassifier
from stance.examples import prepare
from stance.fitting import SETTINGS
from stance.heads import CLASSES, QUESTIONS
from tests.conftest import bare

TWO = ("no", "yes")
FOUR = ("confirms", "denies", "hedges", "none")


def made(classes, count=120, seed=1):
    """Examples whose features lean towards their class; some lists are empty, some repeat a name."""
    draw = random.Random(seed)
    examples, answers = [], []
    for number in range(count):
        label = draw.choice(classes)
        told = [f"cue:{label}", f"lexical:{label}{draw.randrange(3)}"]
        noise = [f"{draw.choice(['cue', 'place'])}:{draw.randrange(15)}" for _ in range(draw.randrange(6))]
        features = [name for name in told if draw.random() < 0.6] + noise
        examples.append(tuple(features) + tuple(features[:1]) if number % 17 else ())
        answers.append(label)
    return examples, answers


def assert_same(estimator, examples):
    head = estimator.to_head()
    assert head.classes == tuple(estimator.classes_)
    assert all(array.dtype == np.float32 for array in (head.weights, head.idf, head.intercept))
    stored = [list(head.probabilities(features).values()) for features in examples]
    assert np.allclose(estimator.predict_proba(examples), stored, atol=1e-5)
    names = [max(told, key=told.__getitem__) for told in map(head.probabilities, examples)]
    assert estimator.predict(examples).tolist() == names


@pytest.mark.parametrize("classes", [TWO, FOUR[:3], FOUR], ids=len)
@pytest.mark.parametrize(
    "parameters", [{}, {"C": 0.1}, {"min_count": 5}, {"drop": ("cue", "place")}], ids=str
)
def test_the_stored_head_predicts_what_the_estimator_predicts(classes, parameters):
    examples, answers = made(classes)
    estimator = HeadClassifier(**parameters).fit(examples, answers)
    unseen, _ = made(classes, seed=2)
    assert_same(estimator, [*examples, *unseen, (), ("cue:never", "lexical:never"), ("cue:yes",) * 3])


def told(examples, answers, seed=3):
    """The same examples with figures that lean towards the class; some are missing."""
    draw = random.Random(seed)
    return [
        dict.fromkeys(names, 1.0)
        | {f"encoder:{label}": draw.gauss(3.0 * (label == answer) - 5.0, 1.0) for label in FOUR[: number % 5]}
        for number, (names, answer) in enumerate(zip(examples, answers, strict=True))
    ]


@pytest.mark.parametrize("classes", [TWO, FOUR], ids=len)
def test_figures_count_as_they_are(classes):
    examples, answers = made(classes)
    estimator = HeadClassifier().fit(told(examples, answers), answers)
    unseen, others = made(classes, seed=2)
    assert_same(estimator, [*told(unseen, others), {}, {"encoder:none": 8.0}, {"encoder:never": 8.0}])
    head = estimator.to_head()
    rows = [head.vocabulary[f"encoder:{label}"] for label in FOUR[:3]]
    assert (head.idf[rows] == 0).all()
    one, two = ({"encoder:confirms": value} for value in (1.0, 3.0))
    gain = head.scores(two) - head.scores(one)
    assert gain == pytest.approx(2 * head.weights[rows[0]], abs=1e-5)


def test_figures_can_be_left_out():
    examples, answers = made(FOUR)
    head = HeadClassifier(drop=("encoder",)).fit(told(examples, answers), answers).to_head()
    assert not [name for name in head.vocabulary if name.startswith("encoder:")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_on_real_examples(name, composed):
    casts: dict = {}
    prepared = [prepare(article, casts, bare) for article in composed[:24]]
    examples = [example for article in prepared for example in article.examples[name]]
    learnt, unseen = examples[: len(examples) // 2], examples[len(examples) // 2 :]
    estimator = HeadClassifier(**SETTINGS[name])
    estimator.fit([example.features for example in learnt], [example.answer for example in learnt])
    assert set(estimator.classes_) <= set(CLASSES[name])
    assert_same(estimator, [example.features for example in unseen])


def test_dropped_blocks_count_nothing():
    examples, answers = made(FOUR)
    head = HeadClassifier(drop=("cue",)).fit(examples, answers).to_head()
    assert {name.split(":")[0] for name in head.vocabulary} == {"place", "lexical"}


def test_rare_features_are_left_out():
    head = HeadClassifier(min_count=2).fit([["x", "once"], ["x", "y"], ["y"], ["y"]], list("aabb")).to_head()
    assert set(head.vocabulary) == {"x", "y"}


def test_weights_of_examples_count():
    examples, answers = [["x"], ["x"], ["y"], ["y"]], ["a", "b", "a", "b"]
    for favoured, weights in (("a", [9, 1, 9, 1]), ("b", [1, 9, 1, 9])):
        fitted = HeadClassifier().fit(examples, answers, sample_weight=weights)
        assert set(fitted.predict(examples)) == {favoured}


class TestContract:
    def test_parameters_are_stored_as_given_and_cloned(self):
        given = {"C": 3.0, "min_count": 4, "drop": ("cue",)}
        estimator = HeadClassifier(**given)
        assert estimator.get_params() == given
        assert clone(estimator).get_params() == given
        assert clone(estimator) is not estimator
        assert estimator.set_params(C=1.0).C == 1.0
        assert is_classifier(estimator)

    def test_fit_returns_itself_and_leaves_the_parameters(self):
        examples, answers = made(TWO)
        estimator = HeadClassifier(C=2.0)
        assert estimator.fit(examples, answers) is estimator
        assert estimator.get_params()["C"] == 2.0
        assert not hasattr(clone(estimator), "classes_")

    @pytest.mark.parametrize(
        ("method", "arguments"), [("predict", [[]]), ("predict_proba", [[]]), ("to_head", [])]
    )
    def test_unfitted(self, method, arguments):
        with pytest.raises(NotFittedError):
            getattr(HeadClassifier(), method)(*arguments)

    def test_cross_validation_on_lists_of_names(self):
        examples, answers = made(FOUR)
        predicted = cross_val_predict(HeadClassifier(), examples, answers, cv=3, method="predict_proba")
        assert predicted.shape == (len(examples), 4)
        assert np.allclose(predicted.sum(axis=1), 1)
        assert cross_val_score(HeadClassifier(), examples, answers, cv=3).mean() > 0.5

    def test_grid_search_on_lists_of_names(self):
        examples, answers = made(FOUR)
        search = GridSearchCV(HeadClassifier(), {"C": [0.01, 10.0], "drop": [(), ("lexical",)]}, cv=3)
        search.fit(examples, answers)
        assert search.best_params_ in [
            {"C": c, "drop": drop} for c in (0.01, 10.0) for drop in ((), ("lexical",))
        ]
        assert_same(search.best_estimator_, examples)

    def test_it_goes_through_joblib(self):
        examples, answers = made(TWO)
        estimator = HeadClassifier().fit(examples, answers)
        there = pickle.loads(pickle.dumps(estimator))
        assert np.array_equal(there.predict_proba(examples), estimator.predict_proba(examples))

    def test_the_same_examples_give_the_same_head(self):
        examples, answers = made(FOUR)
        one, two = (HeadClassifier().fit(examples, answers).to_head() for _ in range(2))
        assert one.vocabulary == two.vocabulary
        assert np.array_equal(one.weights, two.weights)


def test_features_that_all_have_values_are_enough():
    examples = [{"encoder:a": value} for value in (-2.0, -1.0, 1.0, 2.0)]
    estimator = HeadClassifier().fit(examples, ["no", "no", "yes", "yes"])
    head = estimator.to_head()
    assert list(head.vocabulary) == ["encoder:a"]
    told = [head.probabilities(example)["yes"] for example in examples]
    assert told == pytest.approx(estimator.predict_proba(examples)[:, 1], abs=1e-6)
    assert told == sorted(told)
    assert told[0] < 0.5 < told[-1]
