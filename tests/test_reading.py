"""An article as the features see it: words, offsets, quotations, terms."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from stance.cast import Cast
from stance.parsing import split
from stance.reading import read_article
from stance.records import Article
from stance.topic import parse_topic
from tests.readers import WORLD, read

TEXT = (
    "\n  Žito row\n\n“We sell.\tWe  ask nobody,” Hess’s aide said. “Not one\tkilo.”\n\n"
    "“It goes on,” he added.\n"
)


def test_words_are_found_in_the_article() -> None:
    for sentence in read(TEXT).sentences:
        assert len(sentence.words) == len(sentence.folded) == len(sentence.quoted)
        for word, start, end in zip(sentence.words, sentence.starts, sentence.ends, strict=True):
            assert TEXT[start:end] == word
            assert not word.isspace()


def test_words_are_folded() -> None:
    assert read("Žito’s U.S. Don’t").sentences[0].folded == ("zito", "'s", "u.s.", "do", "n't")


def test_a_stretch_of_words_stands_as_in_the_article() -> None:
    sentence = read("He  said “Not one\tkilo” twice.").sentences[0]
    assert sentence.text(0, 2) == "He  said"
    assert sentence.text(2, 7) == "“Not one\tkilo”"
    assert sentence.text(0, len(sentence.words)) == sentence.sentence.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hess left.", [(0.0, False, False, None)]),
        ("“We sell,” he said.", [(0.5, False, False, None)]),  # a quotation inside one sentence has no number
        ("“We sell. We buy.”", [(1.0, False, True, 0), (1.0, True, False, 0)]),
        ("“No.” “We sell. We buy.” He left.", [
            (1.0, False, False, None), (1.0, False, True, 1), (1.0, True, False, 1),
            (0.0, False, False, None),
        ]),
        ("He said: “We sell. We buy. We go,” and left.", [
            (0.5, False, True, 0), (1.0, True, True, 0), (0.5, True, False, 0),
        ]),
        ("“We sell.\n\n“We buy,” he said.", [(1.0, False, False, None), (0.5, True, False, 1)]),
        ("He left: … !", [(0.0, False, False, None)]),
    ],
)  # fmt: skip
def test_which_words_are_quoted(text: str, expected: list[tuple[object, ...]]) -> None:
    found = [(s.quoted_share, s.opens_inside, s.ends_inside, s.quotation) for s in read(text).sentences]
    assert found == expected


def test_the_marks_themselves_are_not_quoted() -> None:
    sentence = read("He said “we sell” here.").sentences[0]
    assert [word for word, quoted in zip(sentence.words, sentence.quoted, strict=True) if quoted] == [
        "we",
        "sell",
    ]


def test_furniture_is_left_out() -> None:
    text = "“We sell.\n\nShare this\n\n“We buy,” said Hess."
    sentences = tuple(replace(s, furniture=s.text == "Share this") for s in split(text))
    article = read_article(Article("a", text), sentences, Cast(WORLD))
    assert [s.sentence.index for s in article.sentences] == [0, 2]
    assert article.sentences[1].opens_inside
    assert article.topic is WORLD


def test_an_article_without_sentences_has_none() -> None:
    assert read(" \n").sentences == ()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["grain", "Žito"], {"grain", "zito"}),
        (["food aid"], {"food"}),  # "aid" alone says little
        (["oil", "US aid"], {"oil", "us", "aid"}),  # but all where there is nothing longer
        (["end-user", "e-bike"], {"user", "bike"}),  # cut as a text's words are
        (["122mm"], {"122", "mm"}),
        ([], set()),
    ],
)
def test_the_words_of_the_topic_s_terms(terms: list[str], expected: set[str]) -> None:
    topic = parse_topic(f'schema = 1\nname = "t"\nallegation = "x"\nterms = {terms}')
    assert read("x", topic).topic_terms == expected


def test_a_hyphenated_term_is_found_in_a_text() -> None:
    topic = parse_topic('schema = 1\nname = "t"\nallegation = "x"\nterms = ["e-bike"]')
    article = read("He sold an e-bike.", topic)
    assert article.topic_terms & set(article.sentences[0].folded)


@pytest.mark.parametrize(
    "unit",
    [
        "“a. ",
        "“We sell,” he said. ",
        "SAID ",
        "the ",
        "Hess's ",
        "Ana Đurić ",
        "“\n\n",
        "A ",
        "that Hess “",
        "- a",
    ],
)
def test_a_long_article_takes_linear_time(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 20  # quadratic cost takes minutes
