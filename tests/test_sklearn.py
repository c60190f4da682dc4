"""scikit-learn's own checks of `HeadClassifier`, and the tools that its users reach for."""

from __future__ import annotations

import pickle
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import SkipTestWarning
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from stance.estimators import HeadClassifier
from tests.test_estimators import FOUR, made


class OnNumbers(HeadClassifier):
    """`HeadClassifier` that lets scikit-learn's checks hand it matrices: each number is a name.

    By its real tags it takes no matrix, and scikit-learn would check nothing.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = False
        tags.input_tags.two_d_array = True
        return tags


ANY_NUMBER = "an example has any number of features, so that there is no number to keep or to compare"
EXPECTED = {
    "check_n_features_in": ANY_NUMBER,
    "check_n_features_in_after_fitting": ANY_NUMBER,
    "check_classifiers_train": f"its last step: {ANY_NUMBER}",
    "check_estimators_empty_data_messages": f"a message about the number of features: {ANY_NUMBER}",
    "check_estimators_nan_inf": "names are not figures: NaN is a name like others",
    "check_dtype_object": "what cannot be a name is refused, but a matrix of objects is not spoken of",
    "check_fit2d_predict1d": "a row alone is refused, but 'Reshape your data' would be the wrong advice",
    "check_sample_weights_pandas_series": "a table is refused: it has no sequence of names per example",
    "check_classifier_data_not_an_array": "a table is refused: it has no sequence of names per example",
}


@pytest.fixture(scope="module")
def checked() -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings
        return check_estimator(
            OnNumbers(min_count=1), expected_failed_checks=EXPECTED, on_skip=None, on_fail=None
        )


def test_scikit_learns_checks_pass_but_for_those_that_want_a_matrix(checked):
    failed = {check["check_name"]: check["exception"] for check in checked if check["status"] == "failed"}
    assert failed == {}
    assert Counter(check["status"] for check in checked)["passed"] >= 45


def test_each_expected_failure_does_fail(checked):
    assert {check["check_name"] for check in checked if check["status"] == "xfail"} == set(EXPECTED)


def test_the_tags_tell_what_it_takes():
    tags = get_tags(HeadClassifier())
    assert (tags.estimator_type, tags.target_tags.required, tags.requires_fit) == ("classifier", True, True)
    assert (tags.input_tags.one_d_array, tags.input_tags.two_d_array, tags.input_tags.sparse) == (
        True,
        False,
        False,
    )
    with pytest.warns(SkipTestWarning, match="Can't test estimator HeadClassifier"):
        check_estimator(HeadClassifier())


EXAMPLES, ANSWERS = made(FOUR)
PLAIN = HeadClassifier().fit(EXAMPLES, ANSWERS).predict_proba(EXAMPLES)


def objects(examples):
    array = np.empty(len(examples), dtype=object)
    array[:] = [list(names) for names in examples]
    return array


INPUTS = {
    "lists": lambda examples: [list(names) for names in examples],
    "an array of lists": objects,
    "a series": lambda examples: pd.Series(examples, index=range(1000, 1000 + len(examples))),
    "an iterator": iter,
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("parameters", [{}, {"drop": ("place",)}], ids=str)
def test_any_sequence_of_sequences_will_do(name, parameters):
    given, plain = HeadClassifier(**parameters), HeadClassifier(**parameters).fit(EXAMPLES, ANSWERS)
    given.fit(INPUTS[name](EXAMPLES), pd.Series(ANSWERS) if name == "a series" else ANSWERS)
    assert np.array_equal(given.predict_proba(INPUTS[name](EXAMPLES)), plain.predict_proba(EXAMPLES))


@pytest.mark.parametrize("name", ["lists", "an array of lists", "a series"])
def test_cross_validation(name):
    groups = np.arange(len(EXAMPLES)) // 5
    options = {"cv": StratifiedGroupKFold(3), "groups": groups, "method": "predict_proba"}
    plain = cross_val_predict(HeadClassifier(), EXAMPLES, ANSWERS, **options)
    found = cross_val_predict(clone(HeadClassifier()), INPUTS[name](EXAMPLES), ANSWERS, **options)
    assert np.array_equal(plain, found)
    assert plain.shape == (len(EXAMPLES), len(FOUR))


def test_grid_search_over_a_series():
    grid = {"C": [0.01, 10.0], "min_count": [1, 3], "drop": [(), ("lexical", "cue")]}
    series = pd.Series(EXAMPLES, index=[f"row {number}" for number in range(len(EXAMPLES))])
    search = GridSearchCV(HeadClassifier(), grid, cv=3, scoring="neg_log_loss").fit(series, ANSWERS)
    assert search.best_params_["drop"] == ()
    assert len(search.cv_results_["params"]) == 8
    again = pickle.loads(pickle.dumps(search))
    assert np.array_equal(again.predict_proba(series), search.predict_proba(series))


def test_inside_other_estimators():
    doubled = FunctionTransformer(lambda examples: [[*names, *names] for names in examples])
    assert np.array_equal(make_pipeline(doubled, HeadClassifier()).fit(EXAMPLES, ANSWERS).classes_, FOUR)
    calibrated = CalibratedClassifierCV(HeadClassifier(), cv=3).fit(INPUTS["a series"](EXAMPLES), ANSWERS)
    assert np.allclose(calibrated.predict_proba(EXAMPLES).sum(axis=1), 1)


REFUSED = {
    "texts": (["a text", "another"], ValueError, r"X\[0\] is 'a text', expected one sequence"),
    "a text among examples": ([["a"], "b"], ValueError, r"X\[1\] is 'b'"),
    "numbers": ([1.0, 2.0], ValueError, r"X\[0\] is '1.0'"),
    "a table": (pd.DataFrame({"names": [["a"], ["b"]]}), TypeError, "give one of its columns"),
    "a sparse matrix": (csr_array(np.eye(2)), TypeError, "is a sparse matrix"),
    "too few answers": ([["a"], ["a"], ["b"]], ValueError, "inconsistent"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_misread_is_refused(name):
    examples, error, told = REFUSED[name]
    with pytest.raises(error, match=told):
        HeadClassifier(min_count=1).fit(examples, ["no", "yes"])
    if name != "too few answers":
        with pytest.raises(error, match=told):
            HeadClassifier().fit(EXAMPLES, ANSWERS).predict(examples)
