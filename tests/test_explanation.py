"""Why a sentence got its label: the explanation asks what labelling asked, and says what decided."""

from __future__ import annotations

import re

import pytest

from stance.cli import main
from stance.corrections import Correction, write_corrections
from stance.errors import ArticleError, UsageError
from stance.explanation import TOP
from stance.labels import NONE
from stance.model import load
from stance.voices import EVEN
from tests.conftest import SEEDS

TEXT = (
    "Arms row\n\n"
    "Serbian President Aleksandar Vučić denied on Friday that his country had sent ammunition to Ukraine.\n\n"
    "“It is a lie,” he said. “We have not exported a single bullet.”\n\n"
    "And so to the end.\n\n"
    "Russia's SVR said that Serbian factories had sent shells to Kyiv through third countries.\n\n"
    "Read also: Ten things to know\n"
)


@pytest.fixture(scope="module", params=[TEXT, *(path.read_text("utf-8") for path in SEEDS[:2])], ids=range(3))
def text(request) -> str:
    return request.param


@pytest.fixture
def quick(small, monkeypatch):
    """The small model, without hiding words: for tests that ask about every sentence."""
    monkeypatch.setattr(small.encoder, "hidden", lambda article, at: ())
    return small


def test_the_answers_are_the_labels(quick, text):
    result = quick.label(text)
    assert result.on_topic
    for sentence, found in zip(result.sentences, result.attributions, strict=True):
        explained = quick.explain(text, sentence.index)
        assert explained.sentence == sentence
        assert explained.labels == found
        stances = [question.answer for question in explained.questions if question.head == "stance"]
        assert sorted(stances) == sorted(attribution.stance for attribution in found)
        for question in explained.questions:
            assert sum(question.probabilities.values()) == pytest.approx(1)
            assert len(question.reasons) <= TOP
            gains = [abs(gain) for _, gain in question.reasons]
            assert gains == sorted(gains, reverse=True)


def test_every_source_is_asked_about(quick, text):
    result = quick.label(text)
    asked = [question for s in result.sentences for question in quick.explain(text, s.index).questions]
    heads = {question.head for question in asked}
    assert heads >= {"source", "role", "stance"}
    words = {question.subject for question in asked if question.head == "source"}
    for found in result.attributions:
        for attribution in found:
            if attribution.source:
                assert any(subject in attribution.source.text for subject in words)


def lines(model, text, words):
    at = next(s.index for s in model.label(text).sentences if words in s.text)
    return at, model.explain(text, at).lines()


def asked_first(told, words):
    return next(line for line in told if words in line)


def test_lines(small):
    at, told = lines(small, TEXT, "denied on Friday")
    assert told[0].startswith(f"{at}  Serbian President")
    assert any(line.startswith("  Does “") and "name a source?  " in line for line in told)
    assert told[1].startswith("  = vucic denies: Aleksandar Vučić rejects it  (source “Serbian President")
    assert "; cue “denied”; confidence: speaker " in told[1]
    assert "(taken from 0.70 on)" in next(line for line in told if "name a source?" in line)
    speaks = next(line for line in told if line.startswith("  Does nobody speak?"))
    assert told.index(asked_first(told, "name a source?")) < told.index(speaks)
    assert told.index(speaks) < told.index(asked_first(told, "do to the allegation?"))
    assert any("+ speaks for the likeliest answer" in line for line in told)
    asked = next(line for line in told if "do to the allegation?" in line)
    assert "denies 0." in asked
    assert any(line.lstrip()[0] in "+-" and line.startswith("    ") for line in told[1:] if line)


def test_the_encoder_is_one_reason_with_its_own_answer():
    model = load()
    at, told = lines(model, TEXT, "denied on Friday")
    explained = model.explain(TEXT, at)
    for question in explained.questions:
        assert set(question.encoder) == set(question.probabilities) or question.head == "role"
        assert sum(question.encoder.values()) == pytest.approx(1, abs=1e-6)
        names = [name for name, _ in question.reasons]
        assert names.count("encoder") == 1
        assert not [name for name in names if name.startswith("encoder:")]
    (stance,) = [question for question in explained.questions if question.head == "stance"]
    assert stance.reasons[0][0] == "encoder"
    assert stance.reasons[0][1] > 0
    assert max(stance.encoder, key=stance.encoder.get) == stance.answer == "denies"
    below = told[next(at for at, line in enumerate(told) if "do to the allegation?" in line) + 1]
    assert re.fullmatch(r"    \+\d\.\d\d  encoder: denies 0\.\d{3}(, \w+ 0\.\d{3}){3}", below)


def test_the_words_that_an_answer_hangs_on():
    model = load()
    at, told = lines(model, TEXT, "denied on Friday")
    explained = model.explain(TEXT, at)
    (stance,) = [question for question in explained.questions if question.head == "stance"]
    assert stance.words[0][0] == "denied"
    assert all(0.05 <= lost <= stance.probabilities["denies"] for _, lost in stance.words)
    losses = [lost for _, lost in stance.words]
    assert losses == sorted(losses, reverse=True)
    below = told[told.index(asked_first(told, "do to the allegation?")) :]
    hangs = next(line for line in below if line.startswith("    hangs on"))
    assert re.match(r"    hangs on: denies 0\.\d\d, without “denied” 0\.\d\d", hangs)


def test_of_who_does_not_speak_no_words_are_told():
    explained = load().explain(TEXT, lines(load(), TEXT, "denied on Friday")[0])
    named = {question.subject: question for question in explained.questions if question.head == "source"}
    assert named["Ukraine"].answer == "no"
    assert not named["Ukraine"].words


def test_who_was_not_heard_is_told_too(quick):
    """Of a source that could run on and does not, and of everybody where nobody is heard."""
    seen = set()
    for path in SEEDS:
        text = path.read_text("utf-8")
        result = quick.label(text)
        for sentence, found in zip(result.sentences, result.attributions, strict=True):
            explained = quick.explain(text, sentence.index)
            mean = sum(explained.silences) / max(len(explained.silences), 1)
            if explained.silences:
                assert (mean > EVEN) == (not found)
            heads = [question.head for question in explained.questions]
            running = any(attribution.mention in ("running", "implicit") for attribution in found)
            seen |= {("running", running) for head in heads if head == "running"}
            seen |= {("source", bool(found)) for head in heads if head == "source"}
    assert seen == {("running", True), ("running", False), ("source", True), ("source", False)}


def test_a_sentence_without_anybody(small):
    _, told = lines(small, "And so to bed.", "And so")
    assert told[1:] == ["  nobody is named who could be a source: only the reporter speaks"]


def test_furniture_is_never_asked_about(small):
    at, told = lines(small, TEXT, "Read also")
    assert small.label(TEXT).sentences[at].furniture
    assert told[1:] == ["  page furniture: not part of the article, never labelled"]


def test_who_goes_on_speaking_is_named_by_role_and_holder(quick):
    subjects = [
        question.subject
        for path in SEEDS[3:4]
        for sentence in quick.label(path.read_text("utf-8")).sentences
        for question in quick.explain(path.read_text("utf-8"), sentence.index).questions
        if question.head == "running"
    ]
    assert subjects
    assert all(subject.startswith("the ") and subject.endswith(")") for subject in subjects)


@pytest.mark.parametrize("sentence", [-1, 8, 1000])
def test_no_such_sentence(sentence, small):
    last = len(small.label(TEXT).sentences) - 1
    assert last < 8
    with pytest.raises(UsageError, match=f"has sentences 0 to {last}, not {sentence}"):
        small.explain(TEXT, sentence)


def test_an_off_topic_article_can_be_explained_too(small):
    text = "Minister Ana Kos said that the harvest was good."
    assert not small.label(text).on_topic
    assert small.label(text).attributions[0][0].stance == NONE
    explained = small.explain(text, 0)
    assert {question.head for question in explained.questions} <= {"source", "role", "running"}
    assert any(question.head == "source" for question in explained.questions)
    assert "nobody gets a stance" in explained.lines()[1]
    assert explained.lines()[2].startswith("  = other none  (source “Minister Ana Kos”; ")


def test_what_is_not_labelled_is_not_explained(small):
    for text, told in (("", "empty"), ("Он је рекао да то није истина. " * 20, "not in Latin letters")):
        with pytest.raises(ArticleError, match=told):
            small.explain(text, 0)


def test_a_correction_is_told_beside_the_models_own_reading(trained, small, tmp_path, capfd):
    article = tmp_path / "article.txt"
    article.write_text(TEXT, "utf-8")
    result = small.label(TEXT)
    sentence = result.sentences[1]
    place = ("article", result.article.sha256, sentence.start, sentence.end, sentence.text)
    labels = (("vucic", "hedges"), ("svr", "confirms"))
    kept = [Correction(*place, *label, annotator="anna") for label in labels]
    write_corrections(tmp_path / "corrections.csv", kept)
    ask = ["explain", str(article), "--model", str(trained), "--corrections", str(tmp_path), "--sentence"]
    assert main([*ask, "1"]) == 0
    told = capfd.readouterr().out.splitlines()
    said = "  corrected by anna: vucic hedges, svr confirms; what follows is the model's own reading"
    assert told == [small.explain(TEXT, 1).lines()[0], said, *small.explain(TEXT, 1).lines()[1:]]
    assert main([*ask, "2"]) == 0
    assert capfd.readouterr().out.splitlines() == small.explain(TEXT, 2).lines()
    article.write_text(f"{TEXT}And more.\n", "utf-8")
    assert main([*ask, "1"]) == 0
    out, err = capfd.readouterr()
    assert "corrected by" not in out
    assert err.startswith("article: 1 correction of another text (sha256 ")
    (tmp_path / "corrections.csv").write_text("nonsense", "utf-8")
    assert main([*ask, "1"]) == 2


def test_the_command(trained, small, tmp_path, capfd):
    path = tmp_path / "article.txt"
    path.write_text(TEXT, "utf-8")
    assert main(["explain", str(path), "--sentence", "1", "--model", str(trained)]) == 0
    out, err = capfd.readouterr()
    assert (out.splitlines(), err) == (small.explain(TEXT, 1).lines(), "")
    for arguments, told in (
        ([str(path), "--sentence", "99"], "article has sentences 0 to"),
        ([str(tmp_path / "none.txt"), "--sentence", "0"], "none.txt"),
    ):
        assert main(["explain", *arguments, "--model", str(trained)]) == 2
        out, err = capfd.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert told in err
