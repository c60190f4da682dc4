"""A topic's names and descriptions, found in words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.cast import Cast, Hit
from stance.castcheck import check_cast
from stance.parsing import tokenise
from stance.records import Article
from stance.topic import parse_topic
from tests.readers import WORLD

CAST = Cast(WORLD)
LEADER, SERVICE, DOCUMENT = 0, 1, 2


def hits(text: str, cast: Cast = CAST) -> list[tuple[str, str, int | None, str | None]]:
    """What is found in a text: the words, by what they match, the speaker, the party."""
    words = [token.text for token in tokenise(text) if not token.is_space]
    return [(" ".join(words[h.first : h.last]), h.match, h.speaker, h.party) for h in cast.match(words)]


@pytest.mark.parametrize(
    "name",
    [
        "Ana Đurić",  # the holder's name, with diacritics
        "Ana Duric",  # and without
        "ANA ĐURIĆ",
        "Đurić",
        "Duric",
        "Ана Ђурић",
        "Ђурић",
        "ЂУРИЋ",
        "Ana D\u0323uric\u0301",  # decomposed, with a mark of its own
    ],
)
def test_a_name_matches_with_and_without_diacritics(name: str) -> None:
    assert hits(f"Then {name} spoke") == [(" ".join(name.split()), "alias", LEADER, None)]


@pytest.mark.parametrize(
    "text",
    [
        "then duric spoke",  # in small letters it is no name
        "then sib spoke",
        "we bought ruritania porcelain",
        "the syldavia question",
        "Durica spoke",  # only whole words match
        "Ana spoke",
        "",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize(
    "description",
    ["Ruritanian president", "ruritanian president", "RURITANIAN PRESIDENT", "president of Ruritania"],
)
def test_a_description_matches_in_any_case(description: str) -> None:
    assert hits(f"the {description} spoke") == [(description, "description", LEADER, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the US papers say", [("US papers", "description", DOCUMENT, None)]),
        ("THE US PAPERS SAY", [("US PAPERS", "description", DOCUMENT, None)]),
        ("the US Papers say", [("US Papers", "description", DOCUMENT, None)]),
        ("he gave us papers", []),  # a pronoun
        ("the leaked us papers", []),
    ],
)
def test_an_acronym_is_no_pronoun(text: str, expected: list[object]) -> None:
    assert hits(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "the leaked US papers and the US papers",
            [
                ("leaked US papers", "description", DOCUMENT, None),
                ("US papers", "description", DOCUMENT, None),
            ],
        ),
        ("the Syldavian Information Bureau", [("Syldavian Information Bureau", "alias", SERVICE, None)]),
        ("a Ruritanian president", [("Ruritanian president", "description", LEADER, None)]),  # over the party
        ("a Ruritanian farmer", [("Ruritanian", "party", None, "seller")]),
        ("president of Ruritania Ana Đurić", [
            ("president of Ruritania", "description", LEADER, None), ("Ana Đurić", "alias", LEADER, None),
        ]),
        # A name that is a description too matches as that where it is not written as a name.
        ("syldavian Information Bureau", [("syldavian Information Bureau", "description", SERVICE, None)]),
    ],
)  # fmt: skip
def test_the_longest_match_wins(text: str, expected: list[object]) -> None:
    assert hits(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Syldavia said so", [("Syldavia", "metonym", SERVICE, "accuser")]),  # the party for the speaker
        ("Syldavian officials", [("Syldavian", "party", None, "accuser")]),
        (
            "Borduria and Ruritania",
            [("Borduria", "party", None, "receiver"), ("Ruritania", "party", None, "seller")],
        ),
    ],
)  # fmt: skip
def test_metonyms_and_parties(text: str, expected: list[object]) -> None:
    assert hits(text) == expected


def test_a_hit_gives_the_words() -> None:
    assert CAST.match(["So", "Ana", "Duric", "spoke"]) == [Hit(1, 3, LEADER, "alias", None)]
    assert CAST.match([]) == []


def _cast(speakers: str, parties: str = "") -> Cast:
    return Cast(parse_topic(f'schema = 1\nname = "t"\nallegation = "x"\n{parties}\n{speakers}'))


def test_a_name_of_two_speakers_is_the_first_one_s() -> None:
    one = '[[speakers]]\nlabel = "{}"\nrole = "leader"\naliases = ["Hess"]\n'
    assert hits("Hess spoke", _cast(one.format("a") + one.format("b"))) == [("Hess", "alias", 0, None)]


def test_a_metonym_that_is_no_party_has_none() -> None:
    cast = _cast('[[speakers]]\nlabel = "a"\nrole = "service"\nmetonyms = ["Strelsau"]')
    assert hits("Strelsau said", cast) == [("Strelsau", "metonym", 0, None)]


def test_spaces_and_hyphens_in_a_name_do_not_matter() -> None:
    cast = _cast(
        '[[speakers]]\nlabel = "a"\nrole = "leader"\naliases = ["Ana  Kord-Hess", "3rd Bureau", "--"]'
    )
    assert hits("Ana Kord-Hess and the 3rd Bureau", cast) == [
        ("Ana Kord - Hess", "alias", 0, None),
        ("3rd Bureau", "alias", 0, None),
    ]


def test_a_topic_without_names_matches_nothing() -> None:
    assert hits("Ana Đurić spoke of Ruritania", _cast("")) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.text(min_size=1, max_size=5), st.sampled_from(["Ana", "Đurić", "US", "papers"])))
)
def test_hits_never_overlap(words: list[str]) -> None:
    found = CAST.match(words)
    assert all(0 <= hit.first < hit.last <= len(words) for hit in found)
    assert all(a.last <= b.first for a, b in itertools.pairwise(found))


def test_what_never_occurs_is_told_of_every_speaker_of_a_label() -> None:
    topic = parse_topic(
        """
schema = 1
name = "grain"
allegation = "Grain was sold."
[[speakers]]
label = "boss"
role = "leader"
name = "Ana Mol"
aliases = ["Mol"]
metonyms = ["Castle Hill"]
[[speakers]]
label = "boss"
role = "leader"
name = "Ben Tal"
aliases = ["Tal"]
"""
    )
    found = check_cast(topic, [Article("a", "Grain was sold, Tal said on Monday, and nobody else did.")])
    assert found.never == {"boss": ("Ana Mol", "Mol", "Castle Hill", "Ben Tal")}
    assert found.named == {"boss": (1, 1)}
