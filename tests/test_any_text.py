"""Any text goes through: split, read, asked for every feature, described; and every offset is exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.describe import cue_span, detail, holder_of, mention_kind, source_span, statement_date, via_of
from stance.features import BLOCKS, role_features, running_features, source_features, stance_features
from stance.labels import DETAILS, MENTIONS, SOURCE_ROLES, STANCES
from stance.reading import ReadArticle
from stance.relevance import relevance_of
from stance.turns import Dossier, Turn, Voice
from stance.voices import turn_at
from tests.readers import heard, read


def ask_everything(article: ReadArticle) -> None:
    """Ask all of every sentence; what is found must lie in the article, and be of the label space."""
    dossier, turns = Dossier.of(article), list[Turn]()
    for at, sentence in enumerate(article.sentences):
        voices = [Voice(None, "other")]
        for own in sentence.mentions:
            others = tuple(other for other in sentence.mentions[:3] if other is not own)
            voices += [Voice(own, role, others) for role in SOURCE_ROLES]
            _check(source_features(article, at, own))
            _check(role_features(article, at, own, dossier, turns))
        for before in turns[-3:]:
            _check(running_features(article, at, before, "previous"))
        for voice in voices:
            _check(stance_features(article, at, voice))
            _describe(article, at, voice, dossier)
        turns += [turn_at(article, at, own, "other", turns, dossier) for own in sentence.mentions]
    assert relevance_of(article).on_topic in (True, False)


def _check(features: object) -> None:
    found = list(features)  # type: ignore[call-overload]
    assert found
    assert all(feature.partition(":")[0] in BLOCKS for feature in found)


def _describe(article: ReadArticle, at: int, voice: Voice, dossier: Dossier) -> None:
    sentence, text = article.sentences[at].sentence, article.article.text
    for stance in STANCES:
        told = heard(voice, stance)
        assert mention_kind(article, at, told) in MENTIONS
        assert holder_of(article, at, told, dossier) != ""
        assert detail(article, at, voice, stance) in (*DETAILS, None)
        for span in (source_span(article, at, voice), cue_span(article, at, told)):
            if span is not None:
                assert sentence.start <= span.start < span.end <= sentence.end
                assert text[span.start : span.end] == span.text == span.text.strip()
    assert (source_span(article, at, voice) is None) == (voice.mention is None)
    assert via_of(article, at, voice.mention) != ""
    assert len(statement_date(article, at, voice) or "2023-04-13") == 10


WORDS = [
    *(
        "Ana Đurić",
        "the Ruritanian president",
        "SIB",
        "Syldavia",
        "US papers",
        "Hess",
        "he",
        "it",
        "officials",
    ),
    *(
        "denied",
        "said that",
        "told the Glas",
        "may have sold",
        "not",
        "on May 4",
        "on Monday",
        "grain",
        "Borduria",
    ),
    *(
        "“",
        "”",
        '"',
        "'",
        "’s",
        "—",
        "-",
        ",",
        ".",
        "?",
        "(",
        ")",
        ":",
        "\n\n",
        "\n",
        "\u0301",
        "\ud800",
        "\u2028",
    ),
    *("U.S.", "5", "\u200b", "\x00", "😀", "Вучић", "İ", "ﬁ", "of", "in", "the", "that"),
]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_any_text_goes_through_with_exact_offsets(text: str) -> None:
    ask_everything(read(text, date="2023-04-13"))


@pytest.mark.parametrize("topic", ["open", "serbia-arms"])
@pytest.mark.parametrize(
    "text",
    [
        "\u0301 denied it.",
        "Hess \u0301 \u0300 said “\u0301”.",
        "“We sell,” \ud800 Hess said. \ud800",
        "Hess said, dated 31 February 2023.",
        "\u200bHess\u200b said\u2060.",
        "- - - Hess - - -",
        "((( Hess (SVR) )))",
        "The “ ” ” “ Hess” said.",
    ],
)
def test_odd_texts_go_through(text: str, topic: str) -> None:
    ask_everything(read(text, topic, "2023-04"))
