"""Fitting the heads and the calibration: what training does to one set of articles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from stance.confidence import Calibration
from stance.estimators import HeadClassifier
from stance.examples import Prepared
from stance.features import Features
from stance.folds import family_of
from stance.heads import CLASSES, QUESTIONS, Head
from stance.labels import NONE, STANCES
from stance.reading import ReadArticle
from stance.relevance import relevance_of
from stance.sureness import row_features
from stance.voices import Heard

__all__ = ["SETTINGS", "Calibrated", "Trial", "fit_calibration", "fit_heads", "tempered"]

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "source": {"C": 3.0},
    "role": {"C": 5.0},
    "running": {"C": 10.0},
    "stance": {"C": 1.0},
    "row": {"C": 0.1},
}
"""Parameters of each head's `HeadClassifier`.

Chosen on two of the composed folds, each predicted from the other, among C = 0.03 to 10 by log loss; the
curves are flat. The encoder's log-odds want less of the other features than they would get without it.
That of `row`, among 0.003 to 1 on all four by the area under risk against coverage (0.080 to 0.082).
"""

FEW = 5
"""Examples under which a head learns nothing but how frequent its classes are."""

PARTS = 5
"""Parts of the articles whose rows are judged by what learnt from the others, to set the threshold."""

RIGHT = 0.95
"""How many of the rows that are not marked for review shall be right."""


def fit_heads(articles: Sequence[Prepared], drop: tuple[str, ...] = ()) -> dict[str, Head]:
    """The heads, learnt from the articles' examples; `drop` leaves blocks of features out.

    The head `row` knows nothing yet: it learns from what the others tell of articles that were held out
    (`fit_calibration`).
    """
    heads = {"row": _prior("row", ())}
    for name in QUESTIONS:
        examples = [example for article in articles for example in article.examples[name]]
        features, answers = [each.features for each in examples], [each.answer for each in examples]
        heads[name] = _fitted(name, features, answers, drop)
    return heads


def _fitted(name: str, features: Sequence[Features], answers: Sequence[str], drop: tuple[str, ...]) -> Head:
    if len(set(answers)) < 2 or len(answers) < FEW:
        return _prior(name, answers)
    return HeadClassifier(**SETTINGS[name], drop=drop).fit(features, answers).to_head()


def _prior(name: str, answers: Sequence[str]) -> Head:
    """What can be said from next to no examples: how often each class is the answer, plus one."""
    counts = np.array([answers.count(label) + 1 for label in CLASSES[name]])
    empty = np.zeros((0, len(counts)), np.float32)
    intercept = np.log(counts / counts.sum()).astype(np.float32)
    return Head(CLASSES[name], {}, weights=empty, idf=empty[:, 0], intercept=intercept)


def tempered(heard: Heard, temperature: float) -> Heard:
    """The same with the stance's probabilities softened by a temperature."""
    logs = np.log(np.maximum(list(heard.stances.values()), 1e-9)) / temperature
    exp = np.exp(logs - logs.max())
    return replace(heard, stances=dict(zip(heard.stances, (exp / exp.sum()).tolist(), strict=True)))


@dataclass(frozen=True)
class Trial:
    """One held-out sentence: what was heard, and what the gold says (role to stances).

    It is sentence `at` of `article`; `silence` is the raw probability that nobody speaks in it.
    """

    article: ReadArticle
    at: int
    heard: tuple[Heard, ...]
    silence: float
    gold: Mapping[str, frozenset[str]]

    def softened(self, temperature: float) -> Trial:
        """The same with the stances' probabilities softened by a temperature."""
        return replace(self, heard=tuple(tempered(heard, temperature) for heard in self.heard))


@dataclass(frozen=True)
class Calibrated:
    """What is learnt from held-out sentences: the calibration, the stance's temperature, the head `row`."""

    calibration: Calibration
    temperature: float
    row: Head


def fit_calibration(trials: Sequence[Trial], drop: tuple[str, ...] = ()) -> Calibrated:
    """What held-out sentences tell of the confidences.

    The speaker's and nobody's curves are Platt's. The thresholds for review are the lowest at which
    the rows above are right in `RIGHT` of the cases, and a standard error more; contrast families, which
    are made to be hard, have no say in them where there are articles besides. What is told of stances
    and whole rows comes from articles on the topic alone: off it there is no stance, and the confidence
    is that in the speaker.
    """
    right = [(h.probability, h.role in t.gold) for t in trials for h in t.heard]
    empty = [(trial.silence, not trial.gold) for trial in trials]
    articles = {id(trial.article): trial.article for trial in trials}
    relevance = {key: relevance_of(article) for key, article in articles.items()}
    stanced = [trial for trial in trials if relevance[id(trial.article)].on_topic]
    temperature = _temperature(
        [(h.stances, t.gold[h.role]) for t in stanced for h in t.heard if h.role in t.gold]
    )
    curves = Calibration(_curve(right), _curve(empty))
    rows = [row for trial in stanced for row in _rows(trial.softened(temperature))]
    plain = {key for key, one in articles.items() if family_of(one.article.id) is None} or articles.keys()
    sure = [(confidence, row.right) for row, confidence in _judged(rows, drop) if id(row.article) in plain]
    sure += [
        (curves.of_speaker(h.probability), NONE in t.gold.get(h.role, ()))
        for t in trials
        if id(t.article) in plain
        and not (relevance[id(t.article)].on_topic or relevance[id(t.article)].is_close)
        for h in t.heard
    ]
    silent = [
        (curves.of_nobody(t.silence), not t.gold) for t in trials if not t.heard and id(t.article) in plain
    ]
    return Calibrated(
        replace(curves, review=_threshold(sure), review_nobody=_threshold(silent)),
        temperature,
        _judge(rows, drop),
    )


@dataclass(frozen=True)
class _Row:
    """A row that was told of a held-out article, what is seen of it, and whether it is right."""

    article: ReadArticle
    features: Features
    right: bool


def _rows(trial: Trial) -> Iterator[_Row]:
    for heard in trial.heard:
        features = row_features(trial.article, trial.at, heard, trial.heard, trial.silence)
        yield _Row(trial.article, features, heard.stance in trial.gold.get(heard.role, ()))


def _judge(rows: Sequence[_Row], drop: tuple[str, ...]) -> Head:
    """The head `row`, learnt from rows."""
    answers = ["yes" if row.right else "no" for row in rows]
    return _fitted("row", [row.features for row in rows], answers, drop)


def _judged(rows: Sequence[_Row], drop: tuple[str, ...]) -> Iterator[tuple[_Row, float]]:
    """Each row with the confidence in it by a head that saw no row of its article."""
    number = {name: at % PARTS for at, name in enumerate(dict.fromkeys(id(row.article) for row in rows))}
    for part in range(PARTS):
        judge = _judge([row for row in rows if number[id(row.article)] != part], drop)
        for row in rows:
            if number[id(row.article)] == part:
                yield row, judge.probabilities(row.features)["yes"]


def _curve(cases: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and intercept of Platt's curve over the raw probability's logit.

    Where few cases would make it fall, it is flat: a surer head is never less sure when calibrated.
    """
    if len({answer for _, answer in cases}) < 2:
        return 1.0, 0.0
    raw = np.clip([probability for probability, _ in cases], 1e-6, 1 - 1e-6)
    fitted = LogisticRegression(C=1e3).fit(np.log(raw / (1 - raw))[:, None], [answer for _, answer in cases])
    if fitted.coef_[0, 0] < 0:
        share = float(np.mean([answer for _, answer in cases]))
        return 0.0, float(np.log(share / (1 - share)))
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _temperature(cases: Sequence[tuple[Mapping[str, float], frozenset[str]]]) -> float:
    """The temperature under which the true stances are likeliest."""
    if not cases:
        return 1.0
    # The heads of small folds may not know every stance.
    told = [[stances.get(stance, 0.0) for stance in STANCES] for stances, _ in cases]
    logs = np.log(np.maximum(told, 1e-9))
    true = np.array([[stance in gold for stance in STANCES] for _, gold in cases])

    def surprise(temperature: float) -> float:
        scaled = np.exp(logs / temperature)
        chances = (scaled * true).sum(axis=1) / scaled.sum(axis=1)
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    found = float(minimize_scalar(surprise, bounds=(0.3, 5.0), method="bounded").x)
    return round(found, 3)  # what is beyond differs between machines


def _threshold(cases: Sequence[tuple[float, bool]]) -> float:
    """The lowest confidence from which on `RIGHT` of the cases are right; over one if there is none.

    By a standard error more, since the lowest is also the luckiest: without it held-out folds fell short.
    """
    ranked = sorted(cases, key=lambda case: -case[0])
    good, best = 0, 1.01
    for count, (confidence, answer) in enumerate(ranked, 1):
        good += answer
        tied = count < len(ranked) and ranked[count][0] == confidence
        if good >= RIGHT * count + math.sqrt(RIGHT * (1 - RIGHT) * count) and not tied:
            best = confidence
    return best
