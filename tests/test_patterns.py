"""Turns of phrase: what each pattern reads, and which stance and detail it tells."""

from __future__ import annotations

import re
import time
import tomllib
from importlib import resources

import pytest

from stance.labels import DETAIL_STANCES, DETAILS, POSITIONS
from stance.lexicon import fold
from stance.parsing import tokenise
from stance.patterns import _held, detail_of, stance_told


def words(text: str) -> str:
    """A text as the patterns read it: its folded words, joined by single spaces."""
    return " ".join(fold(token.text) for token in tokenise(text) if not token.is_space)


# Each pattern with sentences that hold it, and one that resembles them and does not.
READ = {
    "lie": (
        ["He called it a notorious lie.", "A fairy-tale, a fairy tale.", "It was fabricated."],
        "Relief came.",
    ),
    "untrue": (
        ["That is simply untrue.", "It isn't true.", "There is no truth in it."],
        "The true buyers paid.",
    ),
    "deny": (["He denied it.", "It DISMISSED the charges.", "a denial"], "The denim was dense."),
    "has-not": (
        ["It has not sold a shell.", "We didn’t send it.", "They won't deliver."],
        "It has sold no shell.",
    ),
    "never": (
        ["It never sold arms.", "We have never knowingly supplied it."],
        "It sold them and never asked.",
    ),
    "not-one": (
        ["Not a single rifle went there.", "No weapons were sent.", "nothing was shipped"],
        "No, he said.",
    ),
    "no-licence": (["No permission was given.", "There is no export licence."], "The licence expired."),
    "nor-will": (["It has not, nor will it.", "and will not"], "He and she will."),
    "would-never": (["We would never do that."], "He never would."),
    "no-more": (["We don't sell any more.", "It is no longer so."], "We sell more."),
    "halt": (["Serbia suspended all exports.", "a ban on arms sales"], "Sales ran on without a halt."),
    "stopped": (["Arms exports were stopped.", "All shipments are on hold."], "It stopped there."),
    "only-ours": (["It goes only to our depots.", "solely for the country's army"], "Only he knew."),
    "until-further": (["For a while, all stays here.", "until further notice"], "He waited a while."),
    "not-directly": (["Not to either side directly.", "no direct exports"], "He directed the plant."),
    "if": (["If the report is accurate, it is grave.", "If so, we will act."], "He asked if they came."),
    "may": (["It may have agreed.", "They could well end up there."], "In May he came."),
    "possible": (
        ["It is possible.", "It cannot be ruled out.", "We can't rule it out.", "It can not be excluded."],
        "He ruled the country.",
    ),
    "doubt": (["It is unclear.", "I have no doubt that it can happen.", "It is not proven."], "It is clear."),
    "verify": (
        ["Reuters could not verify the document.", "It can’t be confirmed.", "neither confirmed nor denied"],
        "It verified the document.",
    ),
    "do-not-know": (
        ["I do not know.", "We can't say.", "They cannot tell.", "We have no information."],
        "I know.",
    ),
    "aware-may": (
        ["It was aware of the reports.", "aware that arms may be sold on"],
        "aware of the true buyers",
    ),
    "partial": (
        ["Some of the claims are right.", "It is partly so.", "not all of it"],
        "He spoke to some people.",
    ),
    "no-comment": (
        [
            "It did not respond.",
            "The office declined to comment.",
            "A spokesman wasn't available.",
            "no reply",
        ],
        "He commented on it.",
    ),
    "not-my-job": (
        ["It is not my job.", "We have no control over it.", "It is out of our hands."],
        "His job is safe.",
    ),
    "trace": (
        [
            "We can't track where they end up.",
            "It was re-exported.",
            "a third-party sale",
            "a valid end-user paper",
        ],
        "He went there.",
    ),
    "inquire": (
        ["We will look into it.", "Moscow asked for explanations.", "It is under review."],
        "He looked up.",
    ),
    "question": (["Who knows?"], "Nobody knows."),
    "concede": (
        ["He acknowledged the exports.", "Yes, we export.", "It did not dispute it.", "They didn't deny it."],
        "He yesterday left.",
    ),
    "concede-but": (["He admitted the sales were made but called them legal."], "He admitted the sales."),
    "pledge": (
        ["It has pledged arms.", "It agreed to supply shells.", "It has the will to act."],
        "It agreed.",
    ),
    "accuse": (
        ["It accused Serbia.", "a stab in the back", "It acted behind Russia’s back.", "They smuggled it."],
        "He leaned on the back of a chair.",
    ),
    "has-sent": (["It has already sent rockets.", "Rockets were being shipped."], "It has not sent rockets."),
    "continues": (["It continues to supply Kyiv.", "It still sells shells."], "It still stands."),
    "shows": (
        ["The chart shows Serbia.", "as the invoices prove: proof of it", "It proves it."],
        "A showdown is near.",
    ),
    "end-user": (["The makers know well who pays.", "the end-users", "an end user"], "In the end he left."),
    "address": (["He addressed the issue.", "He spoke about it."], "His home is known."),
}


def test_every_pattern_has_its_sentences() -> None:
    assert list(READ) == list(dict.fromkeys(READ))
    assert set(READ) == set(DETAIL)


TABLE = tomllib.loads(resources.files("stance").joinpath("patterns.toml").read_text("utf-8"))
DETAIL = {entry["name"]: entry["detail"] for entry in TABLE["patterns"]}
EXAMPLES = [(name, text) for name, (texts, _) in READ.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_a_pattern_is_read(name: str, text: str) -> None:
    assert name in dict(_held(words(text)))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, text) in READ.items()])
def test_what_only_resembles_a_pattern_is_not(name: str, text: str) -> None:
    assert name not in dict(_held(words(text)))


def test_the_table_is_whole() -> None:
    assert len(DETAIL) == len(TABLE["patterns"])  # no name twice
    assert set(DETAIL.values()) <= set(DETAILS)
    parts = "|".join(TABLE["parts"])
    for entry in TABLE["patterns"]:
        assert set(entry) == {"name", "detail", "pattern"}
        assert set(re.findall(r"\{([a-z]\w*)\}", entry["pattern"])) <= set(TABLE["parts"]), parts


@pytest.mark.parametrize(
    ("text", "stance", "detail"),
    [
        ("He denied it and called it a lie.", "denies", "never"),
        ("It no longer sells arms.", "denies", "no_longer"),
        ("We do not sell directly to either side.", "denies", "not_directly"),
        ("We have never sold directly to them.", "denies", "not_directly"),  # the narrower of two
        ("He denied it.", "confirms", None),  # what the words tell must agree with the stance
        ("It may have agreed.", "hedges", "possible"),
        ("Some of the claims may be right.", "hedges", "partial"),
        ("It declined to comment on where they end up.", "hedges", "no_comment"),
        ("We have no control over it.", "hedges", "disclaims"),
        ("We will investigate.", "hedges", "inquires"),
        ("He acknowledged that it sent arms.", "confirms", "concedes"),
        ("It has sent arms.", "confirms", "asserts"),
        ("He walked home.", "confirms", None),
        ("He walked home.", "none", "off_topic"),
    ],
)
def test_the_detail_of_a_stance(text: str, stance: str, detail: str | None) -> None:
    assert detail_of(words(text), stance, on_topic=False) == detail


def test_without_a_position_the_terms_decide() -> None:
    assert detail_of(words("He denied it."), "none", on_topic=True) == "other_part"
    assert detail_of(words("He denied it."), "none", on_topic=False) == "off_topic"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("He denied it.", "denies"),
        ("It may have been sold.", "hedges"),
        ("It has sent arms.", "confirms"),
        ("He denied it and did not comment.", "hedges"),  # the narrower one
        ("He spoke about it.", "none"),
        ("He walked home.", "none"),
        ("", "none"),
    ],
)
def test_the_stance_that_words_tell(text: str, stance: str) -> None:
    assert stance_told(words(text)) == stance


def test_details_of_a_position_can_be_told() -> None:
    """Each detail of a position has a pattern; the two without one are told by the terms."""
    assert {detail for detail, stance in DETAIL_STANCES.items() if stance in POSITIONS} <= set(
        DETAIL.values()
    )


@pytest.mark.parametrize("word", ["not", "if", "where", "no", "admitted", "some", "a"])
def test_a_monster_sentence_takes_no_monstrous_time(word: str) -> None:
    started = time.perf_counter()
    _held(f"{word} " * 5_000)
    assert time.perf_counter() - started < 5
