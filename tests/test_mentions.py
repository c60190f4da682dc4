"""Who is mentioned: the cast, every other name, phrases that name people, bodies, documents, pronouns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.cast import Cast
from stance.lexicon import fold
from stance.mentions import Mention, find_mentions
from stance.topic import parse_topic
from stance.voices import role_of_cast
from tests.readers import WORLD, mention, mentioned, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # titles and names
        ("Defence Minister Ludo Hess denied it.", ["Defence Minister Ludo Hess", "it"]),
        ("Dr. Ana Ilić and Mr. Hess spoke.", ["Dr. Ana Ilić", "Mr. Hess"]),
        ("Former general Ludo Hess spoke.", ["Former general Ludo Hess"]),
        ("Jean-Luc Hess and Ursula von der Leyen spoke.", ["Jean-Luc Hess", "Ursula von der Leyen"]),
        ("Vice-President Kord left.", ["Vice-President Kord"]),
        # possessives
        ("Kord's office said so.", ["Kord", "Kord's office"]),
        ("Kord’s and the workers' papers show it.", ["Kord", "the workers", "the workers' papers", "it"]),
        ("His office and its lawyers said so.", ["His office", "His", "its lawyers", "its"]),
        ("A bank's chairman's lawyer left.", ["A bank", "A bank's chairman", "A bank's chairman's lawyer"]),
        # coordination
        ("Ministers, diplomats and experts agreed.", ["Ministers", "diplomats", "experts"]),
        ("Neither the army nor the government spoke.", ["Neither", "the army", "the government"]),
        ("The BBC, CNN and AFP reported that.", ["The BBC", "CNN", "AFP"]),
        # appositions
        (
            "The spokesman, Ivo Kord, and Hess, an analyst at Northgate, spoke.",
            ["The spokesman", "Ivo Kord", "Hess", "an analyst", "Northgate"],
        ),
        ("The paper Glas said so.", ["The paper Glas"]),
        # quoted names
        ("The “Eling” plant denied it.", ["The “Eling” plant", "it"]),
        ("The company “Policske Strojirny” denied it.", ["The company “Policske Strojirny”", "it"]),
        ('The firm "Eling" said so.', ['The firm "Eling"']),
        ("“Eling” said so.", ["Eling"]),
        ("The minister “knows nothing”.", ["The minister"]),
        # "that" which joins clauses
        ("He said that the ministry lied.", ["He", "the ministry"]),
        ("He said that Hess lied.", ["He", "Hess"]),
        ("He said that officials lied.", ["He", "officials"]),
        ("He said that police lied.", ["He", "police"]),
        ("He said that minister lied.", ["He", "that minister"]),
        ("That report is wrong.", ["That report"]),
        # verbs that look like nouns
        ("They report that.", ["They"]),
        ("Officials report losses.", ["Officials"]),
        ("The authors note a gap.", ["The authors"]),
        ("The report states it.", ["The report", "it"]),
        ("The ministry claims credit.", ["The ministry"]),
        ("The witness report was read.", ["The witness report"]),
        ("Hess named names.", ["Hess"]),
        # time
        ("On Monday officials spoke in April.", ["officials"]),
        ("Officials met Jan Hess on Jan. 5 and Sept. 1.", ["Officials", "Jan Hess"]),
        ("Yesterday the ministry spoke in May.", ["the ministry"]),
        # bare nouns of saying are no source
        ("Reports said so.", []),
        ("The the of and.", []),
    ],
)  # fmt: skip
def test_the_mentions_of_a_sentence(text: str, expected: list[str]) -> None:
    assert mentioned(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US officials told us that the US lied.", ["US officials", "the US"]),
        ("The IT department knew of it.", ["The IT department", "it"]),
        ("WHO officials asked who it was.", ["WHO officials", "who", "it"]),
        ("THE MINISTRY DENIES IT", ["THE MINISTRY", "IT"]),  # where all is upper case, IT is the pronoun
    ],
)
def test_an_acronym_is_no_pronoun(text: str, expected: list[str]) -> None:
    assert mentioned(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Minister Hess Denies Report", ["Minister Hess"]),
        ("Borduria Says It Bought Grain", ["Borduria", "It"]),
        ("Officials Accuse Kord", ["Officials", "Kord"]),
    ],
)
def test_a_verb_of_a_title_case_headline_is_no_name(text: str, expected: list[str]) -> None:
    found = mentioned(read(text))
    assert [words for words in found if words in expected] == expected
    assert not any("Denies" in words or "Says" in words or "Accuse" in words for words in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ammunition vanished.", ["Ammunition"]),  # it could be anybody's name
        ("Ammunition vanished. They sold the ammunition.", []),
        ("Ammunition vanished. They sold (ammunition).", []),
        ("Ministers came.", []),  # a noun begins the sentence
        ("Said he: no.", []),
        ("“Hess came.”", ["Hess"]),
    ],
)
def test_a_capital_at_the_beginning_need_not_be_a_name(text: str, names: list[str]) -> None:
    sentence = read(text).sentences[0]
    assert [sentence.text(m.first, m.last) for m in sentence.mentions if m.kind == "name"] == names


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Ana Duric spoke.", "Ana Duric", Mention(0, 2, 1, "name", 0, "alias")),
        ("President Ana Đurić spoke.", "President Ana Đurić", Mention(0, 3, 2, "name", 0, "alias")),
        ("US papers came.", "US papers", Mention(0, 2, 1, "noun", 2, "description")),
        ("Syldavia said so.", "Syldavia", Mention(0, 1, 0, "name", 1, "metonym", "accuser")),
        ("In Borduria it rained.", "Borduria", Mention(1, 2, 1, "name", None, "party", "receiver")),
        ("Bordurian officials spoke.", "Bordurian officials", Mention(0, 2, 1, "noun")),
        ("Bordurian officials spoke.", "Bordurian", Mention(0, 1, 0, "name", None, "party", "receiver")),
        ("Then she spoke.", "she", Mention(1, 2, 1, "pronoun")),
        ("The firm “Eling” spoke.", "The firm “Eling”", Mention(0, 5, 3, "name")),
    ],
)  # fmt: skip
def test_what_a_mention_tells(text: str, words: str, expected: Mention) -> None:
    assert mention(read(text), words) == expected


def test_a_description_and_the_name_behind_it_are_one_mention() -> None:
    assert mentioned(read("The president of Ruritania, Ana Đurić, spoke.")) == [
        "The president of Ruritania",
        "Ana Đurić",
    ]
    assert mentioned(read("Ruritanian president Ana Đurić spoke.")) == ["Ruritanian president Ana Đurić"]


def test_a_phrase_has_an_end() -> None:
    found = mentioned(read("The " + "big " * 50 + "ministry spoke."))
    assert found == ["big " * 11 + "ministry"]


TOKENS = [
    "Hess",
    "the",
    "that",
    "report",
    "“",
    "”",
    '"',
    "-",
    "'s",
    "US",
    "IT",
    "said",
    "officials",
    "Ruritania",
    "x",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.text(min_size=1, max_size=4)), max_size=30))
def test_any_words_give_mentions_inside_them(words: list[str]) -> None:
    found = list(find_mentions(words, [fold(word) for word in words], Cast(WORLD).match(words), set()))
    assert all(0 <= m.first <= m.head < m.last <= len(words) for m in found)
    heads = [m.head for m in found]
    assert len(set(heads)) == len(heads)


def test_a_party_inside_a_longer_name_of_the_cast_is_no_source_of_its_own() -> None:
    told = WORLD.text.replace('"Ruritanian president",', '"Ruritania\'s leader",')
    article = read("Ruritania's leader denied the claim.", parse_topic(told))
    assert mentioned(article) == ["Ruritania's leader", "the claim"]
    assert mention(article, "Ruritania's leader").match == "description"


def test_a_known_source_is_other_whatever_its_words_say() -> None:
    told = WORLD.text + '\n[[sources]]\nname = "Orlec Institute"\n'
    article = read("Orlec Institute denied the claim.", parse_topic(told))
    assert role_of_cast(article, mention(article, "Orlec Institute")) == "other"
    assert role_of_cast(article, mention(article, "the claim")) is None
