"""Is an article about the allegation?"""

from __future__ import annotations

import pytest

from stance.relevance import SHORT, relevance_of
from stance.topic import parse_topic
from tests.readers import read

TERM = "The grain left."
SELLER, LEADER = "It came from Ruritania.", "Ana Đurić spoke."
RECEIVER, SERVICE, DOCUMENT = "Borduria got it.", "SIB spoke.", "The US papers spoke."
OTHER = "The weather was fine."


def article(*sentences: str, long: bool = True) -> str:
    filler = [OTHER] * (SHORT - len(sentences)) if long else []
    return " ".join([*sentences, *filler])


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ((TERM, SELLER, RECEIVER), True),
        ((TERM, LEADER, RECEIVER), True),
        ((TERM, SELLER, SERVICE), True),
        ((TERM, LEADER, DOCUMENT), True),
        ((TERM, "The Ruritanian president saw a Bordurian ship."), True),
        ((SELLER, RECEIVER), False),  # no term
        ((TERM, SELLER), False),  # one side
        ((TERM, SELLER, LEADER), False),  # the same side twice
        ((TERM, RECEIVER, DOCUMENT), False),
        ((TERM, SELLER, "Syldavia spoke."), False),  # the accuser's land is neither side, nor its bureau
        ((TERM,), False),
        ((OTHER,), False),
    ],
)
def test_an_article_names_a_term_and_both_sides(sentences: tuple[str, ...], expected: bool) -> None:
    text = article(*sentences)
    assert len(read(text).sentences) >= SHORT
    assert relevance_of(read(text)).on_topic is expected


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ((TERM, SELLER), True),
        ((TERM, RECEIVER), True),
        ((LEADER, SERVICE), True),
        ((TERM,), False),
        ((SELLER, LEADER), False),
        ((OTHER,), False),
    ],
)
def test_an_excerpt_needs_two_of_the_three(sentences: tuple[str, ...], expected: bool) -> None:
    assert relevance_of(read(article(*sentences, long=False))).on_topic is expected


def test_an_excerpt_is_shorter_than_an_article() -> None:
    sentences = [TERM, SELLER, *[OTHER] * (SHORT - 2)]
    assert not relevance_of(read(" ".join(sentences))).on_topic
    assert relevance_of(read(" ".join(sentences[:-1]))).on_topic


@pytest.mark.parametrize(
    ("text", "close"),
    [
        (article(TERM, SELLER, RECEIVER), False),  # on the topic
        (article(TERM, SELLER), True),
        (article(TERM), False),
        (article(TERM, SELLER, long=False), False),  # on the topic
        (article(TERM, long=False), True),
        (article(OTHER, long=False), False),
    ],
)
def test_close_is_what_lacks_one_thing(text: str, close: bool) -> None:
    assert relevance_of(read(text)).is_close is close


@pytest.mark.parametrize("text", [article(OTHER), OTHER, ""])
def test_an_open_topic_takes_every_article(text: str) -> None:
    assert relevance_of(read(text, "open")).on_topic


HEAD = 'schema = 1\nname = "t"\nallegation = "x"\n'
TERMS = 'terms = ["grain"]\n'
LEADING = '[[speakers]]\nlabel = "a"\nrole = "leader"\nname = "Ana Đurić"\n'
NAMELESS = '[[speakers]]\nlabel = "a"\nrole = "leader"\n'


@pytest.mark.parametrize(
    ("topic", "sentences", "expected"),
    [
        (TERMS, (TERM,), True),  # nothing but terms: nobody is asked for
        (TERMS, (OTHER,), False),
        (TERMS + NAMELESS, (TERM,), True),  # a speaker without a name cannot be asked for
        (TERMS + LEADING, (TERM,), False),  # the one side is known, the other is not
        (TERMS + LEADING, (TERM, LEADER), True),
        (TERMS + '[parties]\nreceiver = ["Borduria"]', (TERM, SELLER), False),
        (TERMS + '[parties]\nreceiver = ["Borduria"]', (TERM, RECEIVER), True),
        (TERMS + '[parties]\naccuser = ["Syldavia"]', (TERM,), True),  # no side of the two
        (LEADING, (LEADER,), True),  # without terms, none is asked for
        (LEADING, (OTHER,), False),
        ('terms = ["oil"]\n', ("The oil left.",), True),  # a short term
        ("", (OTHER,), True),
    ],
)
def test_what_a_topic_has_no_words_for_is_not_asked_for(
    topic: str, sentences: tuple[str, ...], expected: bool
) -> None:
    assert relevance_of(read(article(*sentences), parse_topic(HEAD + topic))).on_topic is expected


def test_the_built_in_topic_tells_its_articles() -> None:
    about = "Serbia sold ammunition that reached Ukraine, the Financial Times said. "
    aside = "Serbia and Ukraine played football, and Vucic watched. "
    assert relevance_of(read(about * SHORT, "serbia-arms")).on_topic
    assert not relevance_of(read(aside * SHORT, "serbia-arms")).on_topic
