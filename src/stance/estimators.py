"""The heads as scikit-learn estimators: fitted here, stored as plain arrays.

`HeadClassifier` takes feature names, one list (or one mapping to values) per example, and keeps
scikit-learn's contract (`get_params`, `clone`, `cross_val_predict`, `GridSearchCV`) as far as that input
allows: `tests/test_sklearn.py` runs scikit-learn's own checks and names those that ask for a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from stance.features import VALUED
from stance.heads import Head, valued

__all__ = ["HeadClassifier", "unique"]

LEAST_SPREAD = 0.1
"""The least standard deviation that a feature with values is divided by."""

Examples = Sequence[Sequence[str] | Mapping[str, float]]


def unique(features: Sequence[str]) -> list[str]:
    """Each feature once, in order: the analyzer of the vectorizer (a name, so that it can be pickled)."""
    return list(dict.fromkeys(features))


class HeadClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic regression over named features, weighted by TF-IDF.

    Parameters: `C`, the inverse strength of the L2 penalty; `min_count`, in how many examples a
    feature must occur; `drop`, blocks of features to leave out.

    `X` is a list, an array or a pandas Series with one sequence of feature names per example, of
    any length, or one mapping from names to values. The values count for the features of the encoder and
    the confidences, which TF-IDF leaves alone. A feature that `fit` did not see counts nothing.
    """

    def __init__(self, C: float = 10.0, min_count: int = 2, drop: tuple[str, ...] = ()) -> None:
        self.C = C
        self.min_count = min_count
        self.drop = drop

    def fit(self, X: Examples, y: Sequence[str], sample_weight: Any = None) -> HeadClassifier:
        """Learn from `X`, one sequence of feature names per example, and `y`, the answers.

        Raises:
            TypeError: `X` is a sparse matrix or a table.
            ValueError: an example is no sequence of names, or no feature occurs in `min_count`
                examples.
        """
        self.vectorizer_ = TfidfVectorizer(
            analyzer=unique, binary=True, min_df=self.min_count, dtype=np.float64
        )
        examples = self._kept(X)
        self.valued_ = sorted(filter(_has_value, set().union(*examples)))
        plain, told = _plain(examples, self.valued_), self._told(examples)
        # Where all features have values nothing is left to weigh, which a vectorizer refuses.
        self.weighs_ = any(plain) or not self.valued_
        # Figures around nought and one converge in a third of the steps.
        self.centre_ = told.mean(axis=0)
        self.spread_ = np.maximum(told.std(axis=0), LEAST_SPREAD)
        # Newton's steps take half the time of scikit-learn's default here, and come closer to the best.
        self.regression_ = LogisticRegression(C=self.C, max_iter=3000, solver="newton-cg")
        matrix = self._joined(plain, told, self.vectorizer_.fit_transform)
        self.regression_.fit(matrix, y, sample_weight=sample_weight)
        self.classes_ = self.regression_.classes_
        return self

    def predict_proba(self, X: Examples) -> NDArray[np.float64]:
        """The probability of each class, one row per example, columns as `classes_`."""
        check_is_fitted(self)
        examples = self._kept(X)
        plain, told = _plain(examples, self.valued_), self._told(examples)
        matrix = self._joined(plain, told, self.vectorizer_.transform)
        probabilities: NDArray[np.float64] = self.regression_.predict_proba(matrix)
        return probabilities

    def predict(self, X: Examples) -> NDArray[Any]:
        """The most probable class of each example."""
        probabilities = self.predict_proba(X)
        best: NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return best

    def to_head(self) -> Head:
        """The same classifier as plain arrays."""
        check_is_fitted(self)
        on = self.vectorizer_.get_feature_names_out().tolist() if self.weighs_ else []
        idf = np.concatenate([self.vectorizer_.idf_ if on else [], np.zeros(len(self.valued_))])
        plain = np.ones(len(on))
        spread, centre = (
            np.concatenate([plain, self.spread_]),
            np.concatenate([plain * 0.0, self.centre_]),
        )
        weights = self.regression_.coef_.T * (np.where(idf, idf, 1.0) / spread)[:, None]
        intercept = self.regression_.intercept_ - centre @ weights
        if weights.shape[1] == 1:  # two classes: half of the score for the one, half against the other
            weights = np.hstack([-weights, weights]) / 2
            intercept = np.array([-intercept[0], intercept[0]]) / 2
        names = [*on, *self.valued_]
        return Head(
            classes=tuple(str(label) for label in self.classes_),
            vocabulary={name: index for index, name in enumerate(names)},
            weights=weights.astype(np.float32),
            idf=idf.astype(np.float32),
            intercept=intercept.astype(np.float32),
        )

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that an example is a sequence of names, not a row of a matrix."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _kept(self, X: Examples) -> Examples:
        examples = _examples(X)
        if not self.drop:
            return examples
        return [
            {name: value for name, value in valued(names).items() if name.split(":", 1)[0] not in self.drop}
            for names in examples
        ]

    def _joined(self, plain: Examples, told: NDArray[np.float64], weigh: Callable[[Examples], Any]) -> Any:
        """The matrix of the features that are on, with the columns of those that have values behind it."""
        sparse = weigh(plain) if self.weighs_ else csr_array((len(plain), 0))
        if not self.valued_:
            return sparse
        return hstack([sparse, csr_array((told - self.centre_) / self.spread_)], format="csr")

    def _told(self, examples: Examples) -> NDArray[np.float64]:
        """The features with values: examples x names."""
        told = np.zeros((len(examples), len(self.valued_)))
        column = {name: at for at, name in enumerate(self.valued_)}
        for row, names in zip(told, examples, strict=True):
            for name, value in valued(names).items():
                if name in column:
                    row[column[name]] = value
        return told


def _plain(examples: Examples, others: Sequence[str]) -> list[list[str]]:
    """The names of the features that are on or off, which are all but the `others`."""
    left_out = set(others)
    return [[name for name in names if name not in left_out] for names in examples]


def _has_value(name: Any) -> bool:
    return isinstance(name, str) and name.startswith(VALUED)


def _examples(X: Any) -> Examples:
    """The examples as a list; what would be read as something else is refused."""
    expected = "expected one sequence of feature names per example"
    if issparse(X):
        raise TypeError(f"X is a sparse matrix, {expected}")
    if hasattr(X, "columns"):
        raise TypeError(f"X is a table, {expected}: give one of its columns")
    examples = list(X if hasattr(X, "__iter__") else np.asarray(X))
    for number, names in enumerate(examples):
        # A text is a sequence too, of letters.
        if isinstance(names, str | bytes) or not hasattr(names, "__iter__"):
            raise ValueError(f"X[{number}] is {str(names)[:40]!r}, {expected}")
    return examples
