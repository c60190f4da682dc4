"""What the heads see: each block of features, by sentences made for it."""

from __future__ import annotations

import pytest

from stance.features import role_features, running_features, source_features, stance_features
from stance.features.places import bin_of, cue_gap, kind_of, near, owned_by, predicate_at
from stance.turns import Dossier, Turn, Voice
from tests.readers import mention, read, turn


def of_source(text: str, words: str, at: int = 0) -> set[str]:
    article = read(text)
    return set(source_features(article, at, mention(article, words, at)))


def of_role(text: str, words: str, at: int = 0, turns: tuple[Turn, ...] = ()) -> set[str]:
    article = read(text)
    return set(role_features(article, at, mention(article, words, at), Dossier.of(article), turns))


def of_running(text: str, before: Turn, at: int = 0, link: str = "previous") -> set[str]:
    return set(running_features(read(text), at, before, link))


def of_stance(text: str, words: str | None, role: str = "other", at: int = 0, *others: str) -> set[str]:
    article = read(text)
    own = mention(article, words, at) if words else None
    voice = Voice(own, role, tuple(mention(article, other, at) for other in others))
    return set(stance_features(article, at, voice))


# places


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Ana Đurić left.", "Ana Đurić", "leader/alias"),
        ("A Ruritanian president left.", "A Ruritanian president", "leader/description"),
        ("Syldavia left.", "Syldavia", "service/metonym"),
        ("So Borduria left.", "Borduria", "party/receiver"),
        ("Then him they saw.", "him", "he"),
        ("The paper left.", "The paper", "document+body"),
        ("The Trade Ministry left.", "The Trade Ministry", "name/body"),
        ("Ludo Hess left.", "Ludo Hess", "name"),
    ],
)
def test_the_kind_of_a_mention(text: str, words: str, kind: str) -> None:
    article = read(text)
    assert kind_of(article, article.sentences[0], mention(article, words)) == kind


@pytest.mark.parametrize(
    ("text", "words", "gap"),
    [
        ("Hess denied it.", "Hess", 0),
        ("Hess, the minister, denied it.", "Hess", 4),
        ("So said Hess.", "Hess", 99),
        ("Hess left “and denied it”.", "Hess", 99),  # another voice's cue
        ("“Hess denied it,” he said.", "Hess", 0),
    ],
)
def test_how_far_the_cue_is(text: str, words: str, gap: int) -> None:
    article = read(text)
    assert cue_gap(article.sentences[0], mention(article, words)) == gap


@pytest.mark.parametrize(("at", "word"), [(-1, "^"), (0, "a"), (1, "b"), (2, "$"), (9, "$")])
def test_the_word_at_a_place(at: int, word: str) -> None:
    assert near(("a", "b"), at) == word


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("has repeatedly denied it", "denied"),
        ("did not say", "say"),
        (", who said", "$"),
        ("", "$"),
        ("has been not also", "$"),
    ],
)
def test_the_predicate(text: str, predicate: str) -> None:
    assert predicate_at(text.split(), 0) == predicate


@pytest.mark.parametrize(
    ("text", "words", "owned"),
    [
        ("Kord's press office spoke.", "Kord", ("body",)),
        ("His aides spoke.", "His", ("person",)),
        ("Kord's horse spoke.", "Kord", ("-",)),
        ("Kord spoke.", "Kord", ()),
    ],
)
def test_what_a_mention_owns(text: str, words: str, owned: tuple[str, ...]) -> None:
    article = read(text)
    assert owned_by(article.sentences[0], mention(article, words)) == owned


def test_numbers_are_binned() -> None:
    assert [bin_of(number) for number in (0, 1, 2, 3, 4, 5, 8, 9, 99)] == [
        *("0", "1", "2", "3-4", "3-4", "5-8", "5-8", "9+", "9+"),
    ]


# source: each row is a sentence, a mention in it, features that it has, features that it has not


@pytest.mark.parametrize(
    ("text", "words", "there", "not_there"),
    [
        (
            "Hess has denied the report.",
            "Hess",
            {
                "structure:kind=name", "structure:begins=True&name", "structure:first=True",
                "structure:count=2",
                "structure:quoted=False", "structure:share=0",
                "structure:verbal=True&kind=name", "structure:before=-&verb=aux",
            },
            {"structure:closes=True"},
        ),
        (
            "Hess has denied the report.",
            "the report",
            {
                "structure:first=False", "structure:begins=False&document+saying",
                "structure:covered=near&quoted=False", "structure:earlier=1&verb=-",
                "structure:before=deny&verb=-",
            },
            {"structure:covered=no&quoted=False"},
        ),
        (
            "“We sell to Kord,” said the aide.",
            "Kord",
            {"structure:quoted=True", "structure:kind=name&quoted=True", "structure:share=2"},
            {"structure:quoted=False"},
        ),
        (
            "“We sell to Kord,” said the aide.",
            "the aide",
            {"structure:closes=True", "structure:quoted=False"},
            set(),
        ),
        ("Who is Hess?", "Hess", {"structure:question=True&quoted=False"}, set()),
    ],
)  # fmt: skip
def test_features_of_a_mention(text: str, words: str, there: set[str], not_there: set[str]) -> None:
    found = of_source(text, words)
    assert there - found == set()
    assert not_there & found == set()


def test_a_quotation_that_crosses_is_told() -> None:
    text = "“We sell. Hess buys,” he said."
    assert "structure:inside=FalseTrue&quoted=True" in of_source("“Kord sells. We buy,” he said.", "Kord")
    assert "structure:inside=TrueFalse&quoted=True" in of_source(text, "Hess", 1)


def test_names_drop_out() -> None:
    """The cast, the parties and other names are seen by what they are."""
    assert of_source("Ana Đurić denied it.", "Ana Đurić") == of_source("Đurić denied it.", "Đurić")


# role


@pytest.mark.parametrize(
    ("text", "words", "turns", "there"),
    [
        (
            "Hess, an analyst at Northgate, spoke.",
            "Hess",
            (),
            {"structure:described=analyst", "discourse:last=-&other"},
        ),
        ("Minister Hess spoke.", "Minister Hess", (), {"structure:described=person"}),
        ("His office spoke.", "His office", (), {"structure:possessed&body"}),
        (
            "He denied it.",
            "He",
            (turn(0, "leader"), turn(0, "document")),
            {
                "discourse:last=document&he", "discourse:antecedent=leader&he",
                "discourse:antecedent=leader&he&gap=0", "discourse:spoke=leader&he",
                "discourse:spoke=document&he",
            },
        ),
        (
            "It denied it.",
            "It",
            (turn(0, "service"), turn(0, "leader")),
            {"discourse:antecedent=service&it", "discourse:last=leader&it"},
        ),
        ("They denied it.", "They", (turn(0, "other"),), {"discourse:antecedent=other&they"}),
        ("He denied it.", "He", (), {"discourse:antecedent=-&he&gap=-"}),
        (
            "The spokesman told Ana Đurić so.",
            "The spokesman",
            (),
            {"discourse:beside=leader&person&definite"},
        ),
        ("So Hess spoke.", "Hess", (turn(0, "analyst", "hess"),), {"discourse:same=analyst"}),
    ],
)  # fmt: skip
def test_features_of_a_role(text: str, words: str, turns: tuple[Turn, ...], there: set[str]) -> None:
    assert there - of_role(text, words, turns=turns) == set()


def test_what_the_article_says_of_a_name_elsewhere() -> None:
    found = of_role("So Hess spoke. Ludo Hess, an economist, left.", "Hess")
    assert {"structure:known=analyst"} <= found
    assert "structure:described=analyst" not in found


def test_a_noun_may_mean_somebody_introduced_before() -> None:
    text = "Ludo Hess, an economist, spoke. The economist left."
    assert "discourse:meant=analyst" in of_role(text, "The economist", 1, (turn(0, "analyst", "hess"),))
    assert "discourse:meant=-" in of_role(text, "The economist", 1, (turn(0, "analyst", "kord"),))


def test_the_mentions_before_a_pronoun() -> None:
    found = of_role("Ana Đurić met Hess. The minister left, and he denied it.", "he", 1)
    assert {
        "discourse:subject=leader/alias&he",
        "discourse:previous=leader&he",
        "discourse:nearest=person&he",
    } <= found
    assert not any(name.startswith("discourse:nearest") for name in of_role("So Hess spoke.", "Hess"))
    # Neither what stands behind a pronoun nor another pronoun is what it means.
    found = of_role("So it left, and he met Kord.", "he")
    assert not any(name.startswith("discourse:nearest") for name in found)


# running


@pytest.mark.parametrize(
    ("text", "at", "before", "link", "there"),
    [
        (
            "Hess spoke. “It goes on. We buy.”",
            2,
            turn(0, "leader"),
            "block",
            {
                "structure:block&inside=True&ends=False", "structure:block&inside=True&ends=False&share=4",
                "structure:link=block&gap=2&same=True", "discourse:role=leader&gap=2",
                "structure:starts=plain",
            },
        ),
        ("“We buy.”", 0, turn(0), "block", {"structure:starts=quote"}),
        ("and so on.", 0, turn(3), "previous", {"structure:starts=lower",
            "structure:link=previous&gap=3-4&same=True"}),
        (
            "It lists:\n\nHe denied it.",
            1,
            turn(0, "document"),
            "previous",
            {
                "structure:list=True", "discourse:role=document&same=False",
                "structure:mentions=2&role=document", "discourse:wasexplicit=True",
            },
        ),
        ("He left.", 0, turn(0), "previous", {"structure:list=False"}),
    ],
)  # fmt: skip
def test_features_of_running_on(text: str, at: int, before: Turn, link: str, there: set[str]) -> None:
    assert there - of_running(text, before, at, link) == set()


# stance


@pytest.mark.parametrize(
    ("text", "words", "there", "not_there"),
    [
        (
            "Ana Đurić denied that Ruritania sold 5 tons to Borduria, Hess said.",
            "Ana Đurić",
            {
                "discourse:seller", "discourse:receiver",
                "discourse:terms=False&parties=seller+receiver", "discourse:receiver=True&terms=False",
                "structure:role=other", "structure:running=False",
            },
            {"discourse:accuser"},
        ),
        ("Hess met Syldavia.", "Hess", {"discourse:accuser"}, {"discourse:seller"}),
        ("Syldavia met Ruritania.", "Syldavia", {"discourse:seller"}, {"discourse:accuser"}),
        ("He has not sold grain.", "He", {"discourse:terms=True&before=False"}, set()),
        ("Was it Hess?", "Hess", {"structure:question=True"}, {"structure:question=False"}),
        ("“It is a lie.”", None, {"structure:running=True", "structure:share=4"},
            set()),
    ],
)  # fmt: skip
def test_features_of_a_stance(text: str, words: str | None, there: set[str], not_there: set[str]) -> None:
    found = of_stance(text, words)
    assert there - found == set()
    assert not_there & found == set()


def test_of_several_sources_each_has_its_part() -> None:
    text = "Hess accused Ruritania, but Kord accused Borduria."
    hess, kord = of_stance(text, "Hess", "other", 0, "Kord"), of_stance(text, "Kord", "other", 0, "Hess")
    assert "discourse:seller" in hess
    assert "discourse:receiver" in kord
    assert "discourse:receiver" not in hess
    assert "discourse:seller" not in kord


def test_the_sentences_before_tell_what_it_is_about() -> None:
    text = "Hess denied the grain. So it went. He left."
    assert "discourse:told=denies&running=False" in of_stance(text, "it", at=1)
    assert {"discourse:terms=False&before=True", "discourse:terms=False&near=True"} <= of_stance(
        text, "it", at=1
    )
    assert {"discourse:terms=False&before=False", "discourse:terms=False&near=True"} <= of_stance(
        text, "He", at=2
    )
    assert not any(name.startswith("discourse:told") for name in of_stance(text, "Hess"))
