"""What the head that judges a whole row sees of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stance.cast import Cast
from stance.encoded import SENTENCE, STEPS, WORD, Encoded
from stance.parsing import split
from stance.reading import ReadArticle, read_article
from stance.records import Article
from stance.sureness import row_features
from stance.topic import load_topic
from stance.turns import Turn, Voice
from stance.voices import Heard

STANCES = {"confirms": 0.1, "denies": 0.7, "hedges": 0.15, "none": 0.05}


@pytest.fixture(scope="module")
def article() -> ReadArticle:
    text = "President Aleksandar Vucic denied that shells made in Serbia had reached Ukraine."
    return read_article(Article("a", text), split(text), Cast(load_topic("serbia-arms")))


def heard(article: ReadArticle, role: str = "leader", probability: float = 0.9) -> Heard:
    mention = next(m for m in article.sentences[0].mentions if m.speaker is not None)
    turn = Turn(0, 0, role, role, True, None, True)
    return Heard(Voice(mention, role), turn, probability, {role: 0.8, "other": 0.2}, STANCES)


def encoded(article: ReadArticle, **told: float) -> ReadArticle:
    """The same with an encoder that gives the named outputs of the sentence, in log-odds, and else nought."""
    outputs = [told.get(name.replace("=", "_"), 0.0) * STEPS for name in SENTENCE]
    words = np.zeros((len(article.sentences[0].words), len(WORD)), np.int8)
    return replace(article, encoded=(Encoded(words, np.array(outputs, np.int8)),))


def test_the_heads_own_confidences_are_log_odds(article):
    one = heard(article)
    told = row_features(article, 0, one, [one], silence=0.25)
    assert told["confidence:speaker"] == pytest.approx(np.log(9))
    assert told["confidence:stance"] == pytest.approx(np.log(7 / 3))
    assert told["confidence:second stance"] == pytest.approx(np.log(15 / 85))
    assert told["confidence:both"] == pytest.approx(np.log(0.63 / 0.37))
    assert told["confidence:nobody"] == pytest.approx(-np.log(3))
    assert told["confidence:hedges"] == told["confidence:second stance"]


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certainty_is_finite(article, probability):
    one = replace(heard(article, probability=probability), stances={"denies": 1.0})
    told = row_features(article, 0, one, [one], silence=1 - probability)
    assert all(np.isfinite(list(told.values())))
    assert abs(told["confidence:speaker"]) == pytest.approx(np.log(999))


def test_how_the_source_stands_is_on_or_off(article):
    first, second = heard(article), heard(article, role="analyst")
    alone = row_features(article, 0, first, [first], 0.1)
    assert {name for name in alone if name.startswith("row:")} == {
        "row:role=leader",
        "row:stance=denies",
        "row:mention=name",
        "row:several=False",
        "row:primary=True",
        "row:quotation=False",
        "row:length=3-4",
    }
    beside = row_features(article, 0, second, [first, second], 0.1)
    assert {"row:role=analyst", "row:several=True", "row:primary=False"} <= set(beside)


def test_who_goes_on_without_a_name_is_judged_too(article):
    turn = Turn(0, 0, "leader", "leader", True, None, True)
    one = Heard(Voice(None, "leader"), turn, 0.6, {"leader": 1.0}, {"denies": 0.9, "none": 0.1}, "previous")
    told = row_features(encoded(article, runs_denies=3), 0, one, [one], 0.4)
    assert "row:mention=implicit" in told
    assert "encoder:source" not in told
    assert told["encoder:own stance"] == pytest.approx(-np.log(1 + 3 * np.exp(-3)))
    assert told["confidence:hedges"] == pytest.approx(-np.log(999))  # a stance that the head does not know


def test_without_an_encoder_nothing_is_told_of_it(article):
    one = heard(article)
    assert not [name for name in row_features(article, 0, one, [one], 0.1) if name.startswith("encoder:")]


def test_whether_the_encoder_agrees_is_seen(article):
    one = heard(article)
    agrees, differs = (
        row_features(encoded(article, **told), 0, one, [one], 0.1)
        for told in ({"speaker_leader": 3, "primary_denies": 3}, {"speaker_none": 3, "primary_confirms": 3})
    )
    for name in ("encoder:speaker before others", "encoder:stance before others"):
        assert agrees[name] == pytest.approx(3)
        assert differs[name] == pytest.approx(-3)
    assert agrees["encoder:speaker"] > differs["encoder:speaker"]
    assert set(agrees) == set(differs)
