"""What is told of a source that was heard: spans, holder, kind, relay, detail, date."""

from __future__ import annotations

import pytest

from stance.describe import cue_span, detail, holder_of, mention_kind, source_span, statement_date, via_of
from stance.reading import ReadArticle
from stance.turns import Dossier, Voice
from stance.voices import Heard
from tests.readers import encoded, heard, mention, read


def voice(article: ReadArticle, words: str | None, role: str = "other", *others: str, at: int = 0) -> Voice:
    own = mention(article, words, at) if words else None
    return Voice(own, role, tuple(mention(article, other, at) for other in others))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Then Ana Đurić denied it.", "Ana Đurić", "Ana Đurić"),
        ("The  Ruritanian\tpresident left.", "The  Ruritanian\tpresident", "The  Ruritanian\tpresident"),
        ("The press bureau of the SIB denied it.", "the SIB", "The press bureau of the SIB"),
        ("The works of Hess denied it.", "Hess", "Hess"),  # not of the cast
        ("Talk of SIB was loud.", "SIB", "SIB"),  # nothing that is an office
        ("The Trade Board (TB) denied it.", "The Trade Board", "The Trade Board (TB)"),
        ("The Trade Board (and TB) denied it.", "The Trade Board", "The Trade Board"),
        ("Officials in Strelsau denied it.", "Officials", "Officials in Strelsau"),
        (
            "An analyst at the Northgate institute spoke.",
            "An analyst",
            "An analyst at the Northgate institute",
        ),
        ("Officials in private denied it.", "Officials", "Officials"),
        ("Hess of Northgate denied it.", "Hess", "Hess"),  # a name needs no place
        ("It was the minister.", "the minister", "the minister"),
        ("The company “Eling” denied it.", "The company “Eling”", "The company “Eling”"),
        ("That was it", "it", "it"),
    ],
)
def test_the_words_that_name_a_source(text: str, words: str, expected: str) -> None:
    text = f"Žito 😀.\n\n{text}"
    article = read(text)
    at = len(article.sentences) - 1
    span = source_span(article, at, voice(article, words, at=at))
    assert span is not None
    assert span.text == expected == text[span.start : span.end]


def test_a_source_that_is_not_named_has_no_words() -> None:
    assert source_span(read("“We sell.”"), 0, Voice(None, "other")) is None


def test_what_stands_beside_a_name_belongs_to_the_words_that_name_the_source() -> None:
    for text in ("The aide, Nikos Karell, denied it.", "Nikos Karell, the aide, denied it."):
        article = read(text)
        noun = "The aide" if text.startswith("The") else "the aide"
        own = Voice(mention(article, "Nikos Karell"), "other", apposed=mention(article, noun))
        span = source_span(article, 0, own)
        assert span is not None
        assert span.text == text.removesuffix(", denied it.")


@pytest.mark.parametrize(
    ("text", "words", "odds", "expected"),
    [
        ("Hess denied it.", "Hess", {"denied": 3}, "denied"),
        ("Hess called it a  notorious lie.", "Hess", {"notorious": 2, "lie": 3}, "notorious lie"),
        ("Hess has never said so.", "Hess", {"has": -1, "never": 1, "said": 2}, "has never said"),
        ("Hess said it may have sold it.", "Hess", {"said": 1, "may": 2, "have": -2}, "may"),
        ("Hess denied, dismissed it.", "Hess", {"denied": 2, ",": 0, "dismissed": 1}, "denied, dismissed"),
        ("Hess denied, it rained.", "Hess", {"denied": 2, ",": 0}, "denied"),  # no mark at the end
        ("The report by Hess told of rain.", "Hess", {"Hess": 5, "told": 1}, "told"),  # not the source itself
        ("“We told him it rained.”", None, {"told": 0}, "told"),
        ("Hess: it rained.", "Hess", {}, None),
    ],
)
def test_the_words_that_carry_the_stance(
    text: str, words: str | None, odds: dict[str, float], expected: str | None
) -> None:
    text = f"Žito 😀.\n\n{text}"
    article = read(text)
    at = len(article.sentences) - 1
    span = cue_span(encoded(article, odds), at, heard(voice(article, words, at=at), "denies"))
    assert (span and span.text) == expected
    assert span is None or text[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Hess has never said so.", "Hess", "has never said"),
        ("According to Hess it rained.", "Hess", "According to"),
        ("“We told him it rained,” Hess added.", "Hess", "added"),  # outside the quotation first
        ("“We told him it rained.”", None, None),  # within it, it is no verb of who speaks on
        ("It was also said that it rained.", None, "was also said"),
        ("Kord denied it, and Hess has said so.", "Hess", "has said"),  # the nearest
        ("The report by Hess was long.", "Hess", None),  # a noun of the mention is no cue
        ("Hess: it rained.", "Hess", None),
    ],
)
def test_under_an_open_topic_the_verb_of_saying_is_the_cue(
    text: str, words: str | None, expected: str | None
) -> None:
    article = read(text, "open")
    span = cue_span(article, 0, heard(voice(article, words), "none"))
    assert (span and span.text) == expected


def test_the_nearest_of_several_equal_cues_is_told() -> None:
    article = encoded(read("Asked whether it was a lie, Hess denied it."), {"lie": 2, "denied": 2})
    span = cue_span(article, 0, heard(voice(article, "Hess"), "denies"))
    assert span is not None
    assert span.text == "denied"


def test_a_cue_is_looked_for_in_the_source_s_own_part() -> None:
    article = encoded(read("Hess denied it, but Kord refuted it."), {"denied": 3, "refuted": 2})
    spans = [
        cue_span(article, 0, heard(voice(article, own, "other", other), "denies"))
        for own, other in (("Hess", "Kord"), ("Kord", "Hess"))
    ]
    assert [span.text for span in spans if span] == ["denied", "refuted"]


def test_an_article_that_was_not_encoded_has_no_cues() -> None:
    article = read("Hess denied it.")
    assert cue_span(article, 0, heard(voice(article, "Hess"), "denies")) is None


@pytest.mark.parametrize(
    ("text", "words", "role", "at", "expected"),
    [
        ("Ana Đurić spoke.", "Ana Đurić", "leader", 0, "name"),
        ("The Ruritanian president spoke.", "The Ruritanian president", "leader", 0, "description"),
        ("The ministry spoke.", "The ministry", "other", 0, "description"),
        ("He spoke.", "He", "leader", 0, "pronoun"),
        ("Syldavia spoke.", "Syldavia", "service", 0, "metonymy"),
        ("So Borduria spoke.", "Borduria", "service", 0, "metonymy"),
        ("So Borduria spoke.", "Borduria", "other", 0, "name"),  # the state itself
        ("“We sell. We buy.”", None, "leader", 1, "running"),
        ("“We sell.”", None, "leader", 0, "running"),
        ("It also rained.", None, "leader", 0, "implicit"),
        ("It was “so” and it rained.", None, "leader", 0, "implicit"),
    ],
)
def test_how_a_source_stands_in_its_sentence(
    text: str, words: str | None, role: str, at: int, expected: str
) -> None:
    article = read(text)
    assert mention_kind(article, at, heard(voice(article, words, role, at=at))) == expected


@pytest.mark.parametrize(
    ("words", "role", "at", "before", "expected"),
    [
        ("Minister Ludo Hess", "other", 0, None, "Ludo Hess"),
        ("Hess", "other", 1, None, "Ludo Hess"),
        ("Đurić", "leader", 1, None, "Ana Đurić"),
        ("He", "other", 2, "Ludo Hess", "Ludo Hess"),  # a pronoun: who spoke before
        ("He", "other", 2, None, None),
        (None, "other", 3, "Ludo Hess", "Ludo Hess"),  # running on
    ],
)
def test_the_holder(words: str | None, role: str, at: int, before: str | None, expected: str | None) -> None:
    article = read("Minister Ludo Hess spoke. So Hess told Đurić. He left. It rained.")
    told = heard(voice(article, words, role, at=at), holder=before)
    assert holder_of(article, at, told, Dossier.of(article)) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Hess told the Strelsau Times that it rained.", "Hess", "Strelsau Times"),
        ("Hess told Glas.", "Hess", "Glas"),
        ("Hess told the newspaper so.", "Hess", "newspaper"),
        ("Hess told Al-Watan so.", "Hess", "Al-Watan"),
        ("It rained, Hess said in an interview with Glas.", "Hess", "Glas"),
        ("Speaking to Glas, Hess said so.", "Hess", "Glas"),
        ("In an interview with Glas it rained.", None, "Glas"),
        ("Hess told reporters so.", "Hess", None),  # people relay nothing
        ("Hess told President Kord so.", "Hess", None),
        ("Hess told him so.", "Hess", None),
        ("Hess told Ana Đurić so.", "Hess", None),  # the cast neither
        ("Kord told Hess so.", "Hess", None),  # the source is told, it does not tell
        ("Hess said “I told Glas so”.", "Hess", None),
        ("It told Glas.", None, None),
        ("Hess left for Glas.", "Hess", None),
    ],
)
def test_who_relays_it(text: str, words: str | None, expected: str | None) -> None:
    article = read(text)
    assert via_of(article, 0, mention(article, words) if words else None) == expected


@pytest.mark.parametrize(
    ("text", "words", "stance", "expected"),
    [
        ("Hess denied it.", "Hess", "denies", "never"),
        ("Hess denied it.", "Hess", "confirms", None),
        ("Hess spoke of grain.", "Hess", "none", "other_part"),
        ("Hess spoke of rain.", "Hess", "none", "off_topic"),
        ("Hess may have sold it.", "Hess", "hedges", "possible"),
    ],
)
def test_the_detail(text: str, words: str, stance: str, expected: str | None) -> None:
    article = read(text)
    assert detail(article, 0, voice(article, words), stance) == expected


def test_the_detail_is_looked_for_in_the_source_s_own_part() -> None:
    article = read("Hess denied it, but Kord may have sold it.")
    assert detail(article, 0, voice(article, "Hess", "other", "Kord"), "hedges") is None
    assert detail(article, 0, voice(article, "Kord", "other", "Hess"), "hedges") == "possible"


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        # the whole date
        ("Hess said on 13 April 2023 that it rained.", None, "2023-04-13"),
        ("Hess said on April 13, 2023, that it rained.", None, "2023-04-13"),
        ("In a letter of the 4th of May 2022, Hess denied it.", "2023-06-01", "2022-05-04"),
        ("In a letter dated Sept. 1, 2022, Hess denied it.", None, "2022-09-01"),
        # without a year: the last such day that is not after the article's
        ("Hess said on May 4 that it rained.", "2023-06-01", "2023-05-04"),
        ("Hess said on 4th May that it rained.", "2023-05-04", "2023-05-04"),
        ("Hess said on May 4 that it rained.", "2023-05-03", "2022-05-04"),
        ("Hess said on Thursday, May 4, that it rained.", "2023-06-01", "2023-05-04"),
        ("Hess said Thursday May 4 that it rained.", "2023-06-01", "2023-05-04"),
        ("Hess said on May 4 that it rained.", "2023-05", "2023-05-04"),  # of a month, its last day
        ("Hess said on May 4 that it rained.", "2023-04", "2022-05-04"),
        ("Hess said on May 4 that it rained.", "2023", "2023-05-04"),
        ("Hess said on May 4 that it rained.", None, None),
        ("Hess said on Feb. 29 that it rained.", "2025-01-10", "2024-02-29"),
        ("Hess said on Feb. 29 that it rained.", "2023-03-10", None),
        # weekdays count back from the article's day
        ("Hess said on Monday that it rained.", "2023-06-29", "2023-06-26"),
        ("Hess said Thursday that it rained.", "2023-06-29", "2023-06-29"),
        ("Hess told Glas Friday that it rained.", "2023-06-29", "2023-06-23"),
        ("Hess said on Monday that it rained.", "2023-06", None),  # whose Monday is not told
        ("Hess said on Monday that it rained.", "2023", None),
        ("Hess said on Monday that it rained.", None, None),
        # how long ago it was, where the sentence begins with it: to a day, a month or a year
        ("Two days ago Hess said that it rained.", "2023-06-29", "2023-06-27"),
        ("Only eight weeks ago Hess had said that it rained.", "2023-06-29", "2023-05"),
        ("A month ago, Hess had said that it rained.", "2023-03-31", "2023-02"),
        ("Last month Hess said that it rained.", "2023-01-01", "2022-12"),
        ("Last year Hess said that it rained.", "2024-12-31", "2023"),
        ("12 years ago Hess said that it rained.", "2023-06-29", "2011"),
        ("Two days ago Hess said that it rained.", "2023-06", None),
        ("Hess said that it rained two days ago.", "2023-06-29", None),
        ("Hess said two days ago was a Monday.", None, None),
        ("Two days before the vote, Hess denied it.", "2023-06-29", None),
        ("Last year the mill stood still, Hess said.", "2023-06-29", None),
        ("Last year's sales were legal, Hess said.", "2023-06-29", None),
        # what is no date
        ("Hess said on 31 February 2023 that it rained.", None, None),
        ("Hess said on 32 May that it rained.", "2023-06-01", None),
        ("Hess said that May 4 was warm.", "2023-06-01", None),
        ("Hess said it rained.", "2023-06-01", None),
        ("Hess said “it rained on May 4”.", "2023-06-01", None),  # the quotation's own
        # article dates that are none
        ("Hess said on May 4 that it rained.", "2023-13-40", None),
        ("Hess said on May 4 that it rained.", "yesterday", None),
        ("Hess said on Monday that it rained.", "0000-00-00", None),
        ("Hess said on May 4 that it rained.", "9999-12", "9999-05-04"),
        ("Hess said on Sunday that it rained.", "1000-01-01", "0999-12-29"),
        ("Hess said on Monday that it rained.", "2023-06-29T10:00:00Z", "2023-06-26"),
    ],
)
def test_the_date_of_a_statement(text: str, published: str | None, expected: str | None) -> None:
    article = read(text, date=published)
    assert statement_date(article, 0, voice(article, "Hess")) == expected


def test_a_date_is_looked_for_in_the_source_s_own_part() -> None:
    article = read("Hess denied it on May 4, but Kord confirmed it on May 9.", date="2023-06-01")
    assert statement_date(article, 0, voice(article, "Hess", "other", "Kord")) == "2023-05-04"
    assert statement_date(article, 0, voice(article, "Kord", "other", "Hess")) == "2023-05-09"


def test_the_likeliest_stance_is_the_one_told() -> None:
    told = heard(Voice(None, "other"))
    both = Heard(told.voice, told.turn, 1.0, {}, {"denies": 0.4, "confirms": 0.6})
    assert both.stance == "confirms"
