"""Who spoke: holders' names, what two mentions have in common, whose words are whose."""

from __future__ import annotations

import pytest

from stance.reading import ReadArticle
from stance.turns import Dossier, Voice, described, key_of, scope_of
from tests.readers import mention, read


def holder(text: str, words: str, at: int = 0, role: str = "other") -> str:
    article = read(text)
    return Dossier.of(article).name_of(article, at, mention(article, words, at), role)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Defence Minister Ludo Hess spoke.", "Defence Minister Ludo Hess", "Ludo Hess"),
        ("Prime Minister Ludo Hess spoke.", "Prime Minister Ludo Hess", "Ludo Hess"),
        ("Gen. Ludo Hess spoke.", "Gen. Ludo Hess", "Ludo Hess"),
        ("So Mr. Hess spoke.", "Mr. Hess", "Hess"),
        ("Northgate analyst Dr. Ivo Kord spoke.", "Northgate analyst Dr. Ivo Kord", "Ivo Kord"),
        ("The former US general Ludo Hess spoke.", "The former US general Ludo Hess", "Ludo Hess"),
        ("Former general Ludo Hess spoke.", "Former general Ludo Hess", "Ludo Hess"),
        ("An ex-President Ludo Hess spoke.", "An ex-President Ludo Hess", "Ludo Hess"),
        # particles, hyphens and quotation marks
        ("Minister Ursula von der Leyen spoke.", "Minister Ursula von der Leyen", "Ursula von der Leyen"),
        ("Minister Jean-Luc Hess spoke.", "Minister Jean-Luc Hess", "Jean-Luc Hess"),
        ("The company “Policske Strojirny” spoke.", "The company “Policske Strojirny”", "Policske Strojirny"),
        # bodies keep the nouns of their names
        ("The State Department spoke.", "The State Department", "State Department"),
        ("The Foreign Trade Agency spoke.", "The Foreign Trade Agency", "Foreign Trade Agency"),
        ("The Union Press Agency spoke.", "The Union Press Agency", "Union Press Agency"),
        ("The New York Times spoke.", "The New York Times", "New York Times"),
        ("The paper Glas spoke.", "The paper Glas", "Glas"),
        # descriptions are their own words
        ("The defence ministry spoke.", "The defence ministry", "defence ministry"),
        ("Officials spoke.", "Officials", "Officials"),
        ("His office spoke.", "His office", "His office"),
    ],
)  # fmt: skip
def test_the_name_of_a_source(text: str, words: str, expected: str) -> None:
    assert holder(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "at", "expected"),
    [
        ("Minister Ludo Hess spoke. Hess left.", "Hess", 1, "Ludo Hess"),
        ("So Hess spoke. Ludo Hess left.", "Hess", 0, "Ludo Hess"),  # the fullest name, wherever it stands
        ("Ludo Hess spoke. Mr. Hess’s aide left.", "Mr. Hess", 1, "Ludo Hess"),
        ("Ludo Hess spoke. HESS DENIES IT", "HESS", 1, "Ludo Hess"),
        ("Ludo Hess spoke. Ivo Kord left.", "Ivo Kord", 1, "Ivo Kord"),
    ],
)
def test_a_name_is_the_one_by_which_its_bearer_was_introduced(
    text: str, words: str, at: int, expected: str
) -> None:
    assert holder(text, words, at) == expected


@pytest.mark.parametrize(
    ("text", "words", "role", "expected"),
    [
        # as the article has it, where it has more than one word
        ("President Ana Duric spoke.", "President Ana Duric", "leader", "Ana Duric"),
        ("Then Duric spoke.", "Duric", "leader", "Ana Đurić"),
        ("The Ruritanian president spoke.", "The Ruritanian president", "leader", "Ana Đurić"),
        ("SIB spoke.", "SIB", "service", "Syldavian Information Bureau"),
        ("The agency spoke.", "The agency", "service", "Syldavian Information Bureau"),  # told by its role
        ("Syldavia spoke.", "Syldavia", "service", "Syldavian Information Bureau"),
        ("The US papers spoke.", "The US papers", "document", "leaked US files"),
        # a role that many play is no name
        ("The expert spoke.", "The expert", "analyst", "expert"),
        ("Syldavia spoke.", "Syldavia", "other", "Syldavia"),
    ],
)
def test_the_topic_knows_its_cast(text: str, words: str, role: str, expected: str) -> None:
    assert holder(text, words, role=role) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("KRUSIK DENIES IT", "KRUSIK", "Krušik"),
        ("The “Krušik” spoke.", "The “Krušik”", "Krušik"),
        ("Krušik Valjevo spoke.", "Krušik Valjevo", "Krušik"),
        ("Jugoimport SDPR spoke.", "Jugoimport SDPR", "Yugoimport-SDPR"),
        ("Zastava spoke.", "Zastava", "Zastava"),
    ],
)
def test_the_topic_knows_other_sources_by_name(text: str, words: str, expected: str) -> None:
    article = read(text, "serbia-arms")
    assert Dossier.of(article).name_of(article, 0, mention(article, words), "other") == expected


def test_without_a_name_in_the_topic_the_article_tells() -> None:
    article = read("The Syldavian files spoke.", "open")
    assert (
        Dossier.of(article).name_of(article, 0, article.sentences[0].mentions[0], "document")
        == "Syldavian files"
    )


def test_a_dossier_keeps_what_is_said_of_a_name() -> None:
    dossier = Dossier.of(
        read("Defence Minister Ludo Hess, an expert on the army, spoke. Hess left. Ana Đurić came.")
    )
    assert dossier.names == {"hess": "Ludo Hess", "#0": "Ana Đurić"}
    assert dossier.kinds["hess"] == {"person": 1, "analyst": 1, "body": 1}
    assert dossier.words["hess"] == {"defence", "minister", "ludo", "hess", "expert", "army"}


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Hess, the minister, spoke.", "Hess", "hess the minister"),
        ("Hess (the minister) spoke.", "Hess", "hess the minister"),
        ("Hess of the ministry in Strelsau said so.", "Hess", "hess the ministry in strelsau"),
        ("Hess, who said nothing, left.", "Hess", "hess who"),
        ("Hess spoke, the minister said.", "Hess", "hess"),
    ],
)
def test_what_describes_a_mention(text: str, words: str, expected: str) -> None:
    article = read(text)
    assert " ".join(described(article.sentences[0], mention(article, words))) == expected


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("Ana Đurić spoke.", "Ana Đurić", "#0"),
        ("The Ruritanian president spoke.", "The Ruritanian president", "#0"),
        ("SIB spoke.", "SIB", "#1"),
        ("Syldavia spoke.", "Syldavia", "syldavia"),  # perhaps the state, perhaps its bureau
        ("Minister Ludo Hess spoke.", "Minister Ludo Hess", "hess"),
        ("The ministry spoke.", "The ministry", "ministry"),
    ],
)
def test_the_key_of_a_source(text: str, words: str, key: str) -> None:
    article = read(text)
    assert key_of(article.sentences[0], mention(article, words)) == key


def scope(article: ReadArticle, words: str | None, *others: str) -> str:
    own = mention(article, words) if words else None
    voice = Voice(own, "other", tuple(mention(article, other) for other in others))
    sentence = article.sentences[0]
    return sentence.text(*scope_of(sentence, voice))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Hess denied it, but Kord confirmed it.",
            {"Hess": "Hess denied it,", "Kord": "but Kord confirmed it."},
        ),
        ("Hess denied what Kord claimed.", {"Hess": "Hess denied what", "Kord": "Kord claimed."}),
        (
            "Hess denied it while Kord, who knew, agreed and Blum left.",
            {
                "Hess": "Hess denied it",
                "Kord": "while Kord, who knew, agreed",
                "Blum": "and Blum left.",
            },
        ),
    ],
)
def test_each_of_several_sources_has_its_part_of_the_sentence(text: str, parts: dict[str, str]) -> None:
    article = read(text)
    found = {words: scope(article, words, *(other for other in parts if other != words)) for words in parts}
    assert found == parts


def test_a_source_alone_has_the_whole_sentence() -> None:
    text = "Hess denied it, but Kord confirmed it."
    article = read(text)
    assert scope(article, "Hess") == scope(article, None) == scope(article, None, "Kord") == text
