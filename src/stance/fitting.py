"""Fitting the heads and the calibration: what training does to one set of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from stance.confidence import Calibration
from stance.estimators import HeadClassifier
from stance.examples import Prepared
from stance.heads import CLASSES, HEADS, Head
from stance.labels import STANCES
from stance.voices import Heard

__all__ = ["SETTINGS", "Trial", "fit_calibration", "fit_heads", "tempered"]

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "source": {"C": 3.0},
    "role": {"C": 5.0},
    "running": {"C": 10.0},
    "stance": {"C": 1.0},
}
"""Parameters of each head's `HeadClassifier`.

Chosen on two of the composed folds, each predicted from the other, among C = 0.03 to 10 by log loss; the
curves are flat. The encoder's log-odds want less of the other features than they would get without it.
"""

FEW = 5
"""Examples under which a head learns nothing but how frequent its classes are."""

RIGHT = 0.95
"""How many of the rows that are not marked for review shall be right."""


def fit_heads(articles: Sequence[Prepared], drop: tuple[str, ...] = ()) -> dict[str, Head]:
    """The four heads, learnt from the articles' examples; `drop` leaves blocks of features out."""
    heads = {}
    for name in HEADS:
        examples = [example for article in articles for example in article.examples[name]]
        answers = [example.answer for example in examples]
        estimator = HeadClassifier(**SETTINGS[name], drop=drop)
        if len(set(answers)) < 2 or len(answers) < FEW:
            heads[name] = _prior(name, answers)
        else:
            heads[name] = estimator.fit([example.features for example in examples], answers).to_head()
    return heads


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
    """One held-out sentence: what was heard, and what the gold says (role to stances)."""

    heard: tuple[Heard, ...]
    silence: float
    gold: Mapping[str, frozenset[str]]


def fit_calibration(trials: Sequence[Trial]) -> tuple[Calibration, float]:
    """The calibration and the stance's temperature, from held-out sentences.

    The speaker's and nobody's curves are Platt's; the thresholds for review are the lowest at
    which the rows above are right in `RIGHT` of the cases.
    """
    right = [(h.probability, h.voice.role in t.gold) for t in trials for h in t.heard]
    empty = [(trial.silence, not trial.gold) for trial in trials]
    stances = [(h.stances, t.gold[h.voice.role]) for t in trials for h in t.heard if h.voice.role in t.gold]
    temperature = _temperature(stances)
    curves = Calibration(_curve(right), _curve(empty))
    rows = [
        (curves.of_speaker(h.probability) * max(tempered(h, temperature).stances.values()),
         h.stance in t.gold.get(h.voice.role, ()))
        for t in trials for h in t.heard
    ]  # fmt: skip
    silent = [(curves.of_nobody(t.silence), not t.gold) for t in trials if not t.heard]
    return replace(curves, review=_threshold(rows), review_nobody=_threshold(silent)), temperature


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
    """The lowest confidence from which on `RIGHT` of the cases are right; over one if there is none."""
    ranked = sorted(cases, key=lambda case: -case[0])
    good, best = 0, 1.01
    for count, (confidence, answer) in enumerate(ranked, 1):
        good += answer
        tied = count < len(ranked) and ranked[count][0] == confidence
        if good >= RIGHT * count and not tied:
            best = confidence
    return best
