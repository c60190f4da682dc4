"""Whether anybody speaks, and who: heads that give every mention the same probability, and an encoder."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stance.encoded import SENTENCE, WORD, Encoded, rounded
from stance.heads import CLASSES, Head
from stance.voices import Thresholds, hear
from tests.readers import mentioned, read

ONE = "Đurić laughed at length."
TWO = "Đurić laughed and the SIB wept."


def head(name: str, **chances: float) -> Head:
    """A head that gives each class the same probability whatever it is asked about."""
    left = (1 - sum(chances.values())) / max(len(CLASSES[name]) - len(chances), 1)
    logs = [math.log(chances.get(label, left) or 1e-9) for label in CLASSES[name]]
    empty = np.zeros((0, len(logs)), np.float32)
    return Head(CLASSES[name], {}, empty, empty[:, 0], np.array(logs, np.float32))


def heads(source: float, running: float = 0.1) -> dict[str, Head]:
    return {
        "source": head("source", yes=source),
        "role": head("role"),
        "running": head("running", yes=running),
        "stance": head("stance"),
    }


def told(article, nobody: float, **roles: float):
    """The article as if an encoder gave each sentence these probabilities of its primary speaker."""
    chances = {"none": nobody, **roles}
    sentence = np.full(len(SENTENCE), -5.0, np.float32)
    for role, chance in chances.items():
        sentence[SENTENCE.index(f"speaker={role}")] = math.log(chance)
    one = [
        Encoded(rounded(np.zeros((len(s.words), len(WORD)))), rounded(sentence)) for s in article.sentences
    ]
    return replace(article, encoded=tuple(one))


def roles(article, source: float, running: float = 0.1) -> list[list[str]]:
    found = hear(article, heads(source, running), Thresholds(0.7, 0.5))
    return [[heard.role for heard in one] for one, _ in found]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        (ONE, 0.8, ["leader"]),
        (ONE, 0.6, ["leader"]),  # under the threshold, but likelier than nobody
        (ONE, 0.4, []),
        (TWO, 0.8, ["leader", "service"]),
        (TWO, 0.6, ["leader"]),  # only the likeliest, the first of equals
        (TWO, 0.4, ["leader"]),  # each unlikely, but one of them speaks: nobody has 0.36
        (TWO, 0.2, []),
        ("And so to bed.", 0.9, []),
    ],
)
def test_without_an_encoder(text, source, expected):
    assert roles(read(text), source) == [expected]


@pytest.mark.parametrize(
    ("source", "nobody", "expected"),
    [
        (0.4, 0.5, []),  # 0.6 and 0.5
        (0.4, 0.3, ["leader"]),  # 0.6 and 0.3
        (0.8, 0.7, ["leader"]),  # 0.2 and 0.7
        (0.8, 0.9, []),  # 0.2 and 0.9
    ],
)
def test_the_encoder_has_half_a_say_in_whether_anybody_speaks(source, nobody, expected):
    article = told(read(ONE), nobody, leader=1 - nobody)
    assert roles(article, source) == [expected]
    ((_, silence),) = hear(article, heads(source), Thresholds())
    assert silence == pytest.approx((1 - source + nobody) / 2, abs=0.02)


def test_what_is_even_is_heard_and_who_is_muted_leaves_no_turn():
    text = f"{ONE} And so to bed."
    assert roles(read(ONE), 0.5) == [["leader"]]
    assert roles(told(read(text), 0.9, leader=0.1), 0.8, running=0.99) == [[], []]


def test_the_likeliest_is_no_part_of_another():
    article = read("The Ruritanian ministry laughed.")
    assert mentioned(article) == ["The Ruritanian ministry", "Ruritanian"]
    ((found, _),) = hear(article, heads(0.6), Thresholds(0.7, 0.5))
    assert [article.sentences[0].text(h.voice.mention.first, h.voice.mention.last) for h in found] == [
        "The Ruritanian ministry"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A spokeswoman for Norvik laughed.", ["A spokeswoman"]),
        ("The Ruritanian embassy in Sovar laughed.", ["The Ruritanian embassy"]),
        ("The office of Đurić laughed.", ["The office"]),
        ("A spokeswoman laughed at the SIB.", ["A spokeswoman", "the SIB"]),
    ],
)
def test_a_source_whose_words_hold_another_is_one(text, expected):
    article = read(text)
    ((found, _),) = hear(article, heads(0.9), Thresholds(0.7, 0.5))
    assert [article.sentences[0].text(h.voice.mention.first, h.voice.mention.last) for h in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("His spokesman, Nikos Karell, laughed.", [("Nikos Karell", "His spokesman")]),
        ("Nikos Karell, a retired colonel, laughed.", [("Nikos Karell", "a retired colonel")]),
        ("The minister laughed, Nikos Karell wept.", [("The minister", None), ("Nikos Karell", None)]),
        ("Kord, Hess and the mayor laughed.", [("Kord", None), ("Hess", None), ("the mayor", None)]),
        (
            "Nikos Karell, officials and diplomats laughed.",
            [("Nikos Karell", None), ("officials", None), ("diplomats", None)],
        ),
        (
            "Nikos Karell, the spokesman, Ludo Hess, laughed.",
            [("Nikos Karell", "the spokesman"), ("Ludo Hess", None)],
        ),
    ],
)
def test_a_name_and_what_stands_beside_it_are_one_source(text, expected):
    article = read(text)
    chances = {**heads(0.9), "role": head("role", other=0.99)}
    ((found, _),) = hear(article, chances, Thresholds(0.7, 0.5))

    def words(mention):
        return mention and article.sentences[0].text(mention.first, mention.last)

    assert [(words(one.voice.mention), words(one.voice.apposed)) for one in found] == expected


def test_the_encoder_says_which_of_two_is_likeliest():
    assert roles(told(read(TWO), 0.1, leader=0.2, service=0.7), 0.6) == [["service"]]


def test_who_goes_on_speaking_can_be_the_likeliest():
    text = f"{ONE} And so to bed."
    assert roles(read(text), 0.8, running=0.45) == [["leader"], []]
    article = told(read(text), 0.2, leader=0.8)
    assert roles(article, 0.8, running=0.45) == [["leader"], ["leader"]]


def test_under_an_open_topic_nobody_goes_on_outside_quotation_marks():
    for text, expected in (
        (f"{ONE} And so to bed.", [["other"], []]),
        (f"{ONE} “And so to bed.”", [["other"], ["other"]]),
        (f"{ONE} “And so to bed. And so to sleep,” he said.", [["other"], ["other"], ["other"]]),
    ):
        chances = {**heads(0.8, running=0.9), "role": head("role", other=0.99)}
        found = hear(read(text, "open"), chances, Thresholds(0.7, 0.5))
        assert [[heard.role for heard in one] for one, _ in found] == expected


def test_who_is_the_likeliest_is_known_to_the_sentences_after():
    text = f"{ONE} And so to bed."
    assert roles(told(read(text), 0.2, leader=0.8), 0.4, running=0.8) == [["leader"], ["leader"]]
