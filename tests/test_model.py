"""Labelling: offsets, determinism, topics. The model is a tiny one; no label is taken for granted."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest

from stance.articles import read_articles
from stance.confidence import Calibration
from stance.errors import ArticleError, ModelError, UsageError
from stance.labels import MENTIONS, SOURCE_ROLES, STANCES
from stance.model import Model, load
from stance.output.rows import FLAT_COLUMNS, rows
from stance.records import Article
from stance.topic import load_topic, parse_topic
from tests.conftest import COMPOSED, SEEDS

MARKED = (
    "Naoružanje 🚚 i istina\n\n"
    "Serbian President Aleksandar Vučić denied on Friday 🤥 that Krušik's ammunition had gone to Ukraine. "
    "“It’s a lie ‼️,” he said. 👨‍👩‍👧 “We haven’t exported a single bullet,” Vučić added.\n\n"
    "Russia's SVR said Serbian factories, among them Krušik in Valjevo, had sent shells to Kyiv.\n\n"
    "Analyst Čedomir Žižić told Naïve Café that such deals “may end up” in Ukraine.\n"
)
OFF_TOPIC = (
    "Minister Ana Kos said on Monday that the harvest was good. “We expect more rain,” she said. "
    "Farmers denied this. The minister told reporters that prices may fall.\n"
)
TEXTS = {
    **{path.stem: path.read_text("utf-8") for path in SEEDS},
    "nfc": unicodedata.normalize("NFC", MARKED),
    "nfd": unicodedata.normalize("NFD", MARKED),
    "windows line ends": MARKED.replace("\n", "\r\n"),
    "one line": " ".join(MARKED.split()),
}


def as_bytes(result) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows(result)).encode()


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return [Article(path.stem, unicodedata.normalize("NFC", path.read_text("utf-8"))) for path in SEEDS]


class TestOffsets:
    @pytest.mark.parametrize("name", TEXTS)
    def test_every_text_stands_at_its_offsets(self, name, small):
        result = small.label(TEXTS[name])
        text, end = result.article.text, 0
        spans = 0
        for sentence, found in zip(result.sentences, result.attributions, strict=True):
            assert sentence.text == text[sentence.start : sentence.end]
            assert end <= sentence.start < sentence.end
            end = sentence.end
            for span in (span for one in found for span in (one.source, one.cue) if span):
                assert span.text == text[span.start : span.end] != ""
                assert sentence.start <= span.start < span.end <= sentence.end
                spans += 1
        assert spans >= 4

    def test_composed_and_decomposed_letters_give_the_same(self, small):
        assert TEXTS["nfc"] != TEXTS["nfd"]
        assert as_bytes(small.label(TEXTS["nfc"])) == as_bytes(small.label(TEXTS["nfd"]))

    def test_an_article_is_taken_as_it_is(self, small):
        result = small.label(Article("x", TEXTS["nfd"]))
        assert result.article.text == TEXTS["nfd"]
        assert all(s.text == TEXTS["nfd"][s.start : s.end] for s in result.sentences)


class TestLabels:
    @pytest.mark.parametrize("name", TEXTS)
    def test_every_value_is_of_the_contract(self, name, small):
        result = small.label(TEXTS[name])
        assert len(result.sentences) == len(result.attributions) == len(result.nobody_confidence)
        assert result.on_topic
        assert (result.topic, result.model) == ("serbia-arms", small.digest)
        labels = load_topic("serbia-arms").labels
        for sentence, found, nobody in zip(
            result.sentences, result.attributions, result.nobody_confidence, strict=True
        ):
            assert 0 <= nobody <= 1
            assert not (sentence.furniture and found)
            places = [one.source.start if one.source else -1 for one in found]
            assert places == sorted(places)
            for one in found:
                assert one.role in SOURCE_ROLES
                assert one.speaker in labels
                assert one.stance in STANCES
                assert one.mention in MENTIONS
                assert 0 <= one.speaker_confidence <= 1
                assert tuple(one.stance_probabilities) == STANCES
                assert sum(one.stance_probabilities.values()) == pytest.approx(1)
                assert one.stance_confidence == max(one.stance_probabilities.values())
                assert one.stance_probabilities[one.stance] == one.stance_confidence

    def test_names_of_the_topic_are_known(self, small):
        told = {
            one.source.text: (one.role, one.speaker, one.holder)
            for found in small.label(MARKED).attributions
            for one in found
            if one.source and one.mention == "name"
        }
        assert any(speaker == "vucic" and "Vučić" in holder for _, speaker, holder in told.values())

    def test_an_article_off_the_topic_gets_no_stance(self, small):
        result = small.label(OFF_TOPIC)
        found = [one for each in result.attributions for one in each]
        assert not result.on_topic
        assert found
        for one in found:
            assert (one.stance, one.detail) == ("none", None)
            assert one.stance_confidence is one.stance_probabilities is None

    def test_review_is_under_the_threshold(self, small):
        for threshold in (0.0, 0.5, 2.0):
            curves = replace(small.calibration, review=threshold, review_nobody=threshold)
            model = Model(small.heads, small.topic, small.thresholds, curves, small.digest, small.encoder)
            result = model.label(TEXTS["000-leaked-us-paper"])
            assert any(result.attributions)
            for found, nobody, review in zip(
                result.attributions, result.nobody_confidence, result.review_nobody, strict=True
            ):
                assert review == (not found and nobody < threshold)
                for one in found:
                    assert one.review == (one.confidence < threshold)

    @pytest.mark.parametrize(
        ("text", "close"),
        [
            ("The Serbian president, Aleksandar Vucic, said on Monday that schools come first.", True),
            ("The minister said on Monday that the hospitals of the capital come before its roads.", False),
        ],
    )
    def test_what_lacks_one_thing_to_be_on_the_topic_wants_a_look(self, small, text, close):
        surest = replace(small.calibration, review=0.0)
        model = Model(small.heads, small.topic, small.thresholds, surest, small.digest, small.encoder)
        result = model.label(text)
        assert not result.on_topic
        assert {one.review for found in result.attributions for one in found} == {close}

    def test_what_cannot_be_read_is_told(self, small):
        for empty in ("", "  \n\t\n", "\u200b\n"):
            with pytest.raises(ArticleError, match="empty"):
                small.label(empty)

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "…",
            "“",
            "”“”“",
            "He said",
            "said. said. said.",
            "a" * 50_000,
            "((((",
            "He said “" * 100,
            "\x00\x01",
        ],
        ids=range(10),
    )
    def test_odd_texts_do_no_harm(self, text, small):
        result = small.label(text)
        assert all(s.text == text[s.start : s.end] for s in result.sentences)


class TestTopics:
    def test_open_finds_sources_and_gives_no_stance(self, trained):
        result = load(trained, load_topic("open")).label(MARKED)
        found = [one for each in result.attributions for one in each]
        assert result.topic == "open"
        assert found
        for one in found:
            assert (one.speaker, one.stance, one.stance_confidence) == ("other", "none", None)

    def test_labels_of_ones_own(self, trained, composed):
        article = next(entry.article for entry in composed if entry.article.id == "a_01")
        text = (COMPOSED / "topics" / "kelmoria.toml").read_text("utf-8")
        own = text.replace('label = "service"', 'label = "ero"').replace('label = "other"', 'label = "rest"')
        result = load(trained, parse_topic(own)).label(article)
        speakers = {one.speaker for each in result.attributions for one in each}
        assert result.on_topic
        assert "ero" in speakers
        assert speakers <= {"ero", "rest", "leader", "document", "analyst"}
        # The same heads, other names: roles and stances stay.
        same = load(trained, parse_topic(text)).label(article)
        assert [[(one.role, one.stance) for one in each] for each in result.attributions] == [
            [(one.role, one.stance) for one in each] for each in same.attributions
        ]

    def test_the_models_own_topic_is_the_default(self, trained, small):
        assert small.topic.sha256 == load_topic("serbia-arms").sha256


class TestDeterminism:
    def test_twice_the_same_bytes(self, small, trained, articles):
        again = load(trained)
        for article in articles:
            first = as_bytes(small.label(article))
            assert first == as_bytes(small.label(article)) == as_bytes(again.label(article))

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_alone_or_in_a_batch(self, jobs, small, articles):
        alone = [as_bytes(small.label(article)) for article in articles]
        assert [as_bytes(result) for result in small.label_many(articles, jobs)] == alone
        backwards = [as_bytes(result) for result in small.label_many(reversed(articles), jobs)]
        assert backwards == alone[::-1]

    def test_two_models_at_once_keep_apart(self, small, trained):
        other = load(trained, "open")
        texts = [MARKED] * 40
        pairs = list(zip(small.label_many(texts, 2), other.label_many(texts, 2), strict=True))
        assert {(one.topic, two.topic) for one, two in pairs} == {(small.topic.name, "open")}
        assert len(pairs) == 40

    def test_jobs_are_one_or_more(self, small):
        with pytest.raises(UsageError, match="jobs is 0, expected 1 or more"):
            list(small.label_many([MARKED], 0))

    def test_many_texts_are_read_as_they_are_asked_for(self, small):
        asked = []
        texts = (asked.append(number) or MARKED for number in range(5))
        assert next(small.label_many(texts)).on_topic
        assert asked == [0]

    def test_an_empty_text_stops_the_rest(self, small):
        with pytest.raises(ArticleError, match=r"text-2: the article is empty"):
            list(small.label_many([MARKED, ""]))

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_an_empty_text_goes_to_the_failures_where_they_are_asked_for(self, jobs, small, tmp_path):
        (tmp_path / "a.txt").write_bytes(b"\0")
        failures = []
        texts = [MARKED, "", *read_articles([tmp_path]), MARKED]
        found = list(small.label_many(texts, jobs, failed=failures.append))
        assert [result.article.id for result in found] == ["text-1", "text-4"]
        assert [(failure.article, failure.reason) for failure in failures] == [
            ("text-2", "the article is empty"),
            ("a", next(iter(read_articles([tmp_path]))).reason),
        ]

    def test_texts_are_named_by_their_place(self, small):
        assert [result.article.id for result in small.label_many([MARKED, MARKED])] == ["text-1", "text-2"]

    def test_what_is_no_article_is_told(self, small, tmp_path):
        (tmp_path / "empty.txt").write_bytes(b"")
        with pytest.raises(ArticleError, match="empty: empty, expected text"):
            list(small.label_many(read_articles([tmp_path])))
        with pytest.raises(UsageError, match="found PosixPath, expected a text or an Article"):
            small.label(tmp_path)

    def test_a_topic_may_be_given_by_its_name(self, trained):
        assert load(trained, "open").topic.is_open
        with pytest.raises(ModelError, match=r"no manifest\.json"):
            load("")


def test_frame_and_page(small):
    result = small.label(TEXTS["000-leaked-us-paper"])
    frame = result.to_frame()
    assert tuple(frame.columns) == FLAT_COLUMNS
    assert len(frame) == sum(max(1, len(found)) for found in result.attributions)
    assert frame["text"].tolist() == [
        sentence.text
        for sentence, found in zip(result.sentences, result.attributions, strict=True)
        for _ in found or [None]
    ]
    page = result.to_html()
    assert page.startswith("<!doctype html>") or page.lower().startswith("<!doctype html>")
    words = html.unescape(re.sub("<[^>]+>", "", page))  # marks stand between the words
    assert result.sentences[0].text in words


@pytest.mark.parametrize("curve", [(1.0, 0.0), (0.0, 2.0), (1e4, 0.0), (1e4, -1e5), (0.5, -0.3)])
def test_calibrated_probabilities_stay_between_zero_and_one(curve):
    curves = Calibration(speaker=curve, nobody=curve)
    told = [curves.of_speaker(raw / 50) for raw in range(51)]
    assert all(0 <= low <= high <= 1 for low, high in pairwise(told))
    assert [curves.of_nobody(raw / 50) for raw in range(51)] == told
    if curve == (1.0, 0.0):
        assert told[25] == pytest.approx(0.5)
