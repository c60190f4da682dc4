"""The encoder at work: pieces and windows of any text, the same figures whatever stands beside it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.encoded import OUTPUTS, SENTENCE, WORD, Encoded, rounded
from stance.encoder.pieces import CONTEXT, LONGEST, STRETCH, WordPieces, digest_of, stretches_of, windows_of
from stance.encoder.session import Encoder
from stance.errors import ModelError
from tests.conftest import SHIPPED
from tests.readers import read


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder((SHIPPED / "encoder.onnx").read_bytes(), (SHIPPED / "tokenizer.json").read_bytes())


TEXTS = {
    "plain": "Ana Đurić denied it. “We sell nothing,” she said.\n\nThe SIB disagreed.",
    "one sentence of two thousand words": "it may be so " * 500,
    "a word of ten thousand letters": f"Hess said {'x' * 10_000} it.",
    "no letter that the vocabulary knows": "Ђурић је рекла не. 漢字 😀 \u202e\u200d",
    "marks": '""“”„«»… — – -- ((())) [MASK] [CLS]',
    "many names": "Ana Đurić, Ruritania, Borduria, the SIB, Syldavia and leaked US papers. " * 40,
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_word_and_sentence_is_told_of(name, encoder):
    article = encoder.encode(read(TEXTS[name]))
    assert len(article.encoded) == len(article.sentences) > 0
    for sentence, told in zip(article.sentences, article.encoded, strict=True):
        assert told.words.shape == (len(sentence.words), len(WORD))
        assert told.sentence.shape == (len(SENTENCE),)
        assert told.words.dtype == told.sentence.dtype == np.int8


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_any_text_is_cut_into_windows_that_fit(text):
    article = read(f"Hess said: {text}")
    pieces = WordPieces((SHIPPED / "tokenizer.json").read_bytes())
    stretches = stretches_of(article, pieces)
    covered = [(each.at, each.first + word) for each in stretches for word in range(len(each.places))]
    assert covered == [(at, word) for at, s in enumerate(article.sentences) for word in range(len(s.words))]
    windows = list(windows_of(stretches, pieces))
    assert [stretch for window in windows for _, stretch in window.own] == list(stretches)
    assert all(len(window.ids) <= max(LONGEST, 2 + (CONTEXT + 1) * STRETCH) for window in windows)
    assert all(0 < place < len(each.ids) for each in stretches for place in each.places)


def test_names_drop_out(encoder):
    one = encoder.encode(read("Ana Đurić denied that Ruritania armed Borduria. Đurić left."))
    two = encoder.encode(read("The Ruritanian president denied that Ruritania armed Borduria. Đurić left."))
    first, second = one.encoded[0].words, two.encoded[0].words
    # "The" stands before the one, and nothing before the other.
    ids = [stretches_of(each, encoder.pieces)[1].ids for each in (one, two)]
    assert ids[0] == ids[1]
    assert first.shape[0] != second.shape[0]


def test_what_stands_in_another_article_changes_nothing(encoder):
    articles = [read(text) for text in TEXTS.values()]
    alone = [encoder.encode(article).encoded for article in articles]
    again = [encoder.encode(article).encoded for article in reversed(articles)][::-1]
    for one, two in zip(alone, again, strict=True):
        for a, b in zip(one, two, strict=True):
            assert np.array_equal(a.words, b.words)
            assert np.array_equal(a.sentence, b.sentence)


def test_what_comes_again_is_not_computed_again(monkeypatch):
    encoder = Encoder((SHIPPED / "encoder.onnx").read_bytes(), (SHIPPED / "tokenizer.json").read_bytes())
    asked: list[object] = []
    outputs = encoder.outputs
    monkeypatch.setattr(encoder, "outputs", lambda ids: asked.append(ids) or outputs(ids))
    first, again = (encoder.encode(read(TEXTS["many names"])) for _ in range(2))
    assert len(asked) == len(set(asked)) > 1
    assert all(map(same, first.encoded, again.encoded))
    assert encoder.kept.cache_info().hits == len(asked)


@pytest.mark.parametrize("name", ["plain", "marks"])
def test_words_are_hidden_one_by_one(name, encoder):
    article = encoder.encode(read(TEXTS[name]))
    for at, sentence in enumerate(article.sentences):
        hidden = list(encoder.hidden(article, at))
        words = [word for first, last, _ in hidden for word in sentence.words[first:last]]
        assert words == [word for word in sentence.words if any(letter.isalnum() for letter in word)]
        for _, _, told in hidden:
            others = [one for number, one in enumerate(told.encoded) if number != at]
            before = [one for number, one in enumerate(article.encoded) if number != at]
            assert all(map(same, others, before))
            assert told.encoded[at].words.shape == article.encoded[at].words.shape
        assert not hidden or not all(same(told.encoded[at], article.encoded[at]) for *_, told in hidden)


def test_a_hidden_word_is_one_that_the_encoder_does_not_see(encoder):
    """Whatever it was: two sentences that differ in it alone are told alike without it."""
    one, two = (encoder.encode(read(f"Ana Đurić {word} it.")) for word in ("denied", "confirmed"))
    told = [[*encoder.hidden(each, 0)] for each in (one, two)]
    assert not same(one.encoded[0], two.encoded[0])
    assert [each[:2] for each in told[0]] == [(0, 2), (2, 3), (3, 4)]
    assert [same(a.encoded[0], b.encoded[0]) for (*_, a), (*_, b) in zip(*told, strict=True)] == [
        False,
        True,
        False,
    ]


def test_every_part_of_a_sentence_that_is_cut_is_hidden(encoder):
    article = read("It may be so " * 80)
    stretches = stretches_of(article, encoder.pieces)
    assert len(stretches) > 1
    hidden = [each for stretch in stretches for each in stretch.hiding(encoder.pieces.mask)]
    assert [first for first, _, _ in hidden] == list(range(len(article.sentences[0].words)))
    assert all(ids.count(encoder.pieces.mask) == 1 for _, _, ids in hidden)


def same(one: Encoded, other: Encoded) -> bool:
    return np.array_equal(one.words, other.words) and np.array_equal(one.sentence, other.sentence)


def test_another_process_makes_its_own_session(encoder):
    article = read(TEXTS["plain"])
    told = encoder.encode(article).encoded
    copied = pickle.loads(pickle.dumps(encoder))
    assert copied.digest == encoder.digest
    assert np.array_equal(copied.encode(article).encoded[0].words, told[0].words)


def test_the_digest_tells_pieces_apart(encoder):
    one, two = (stretches_of(read(text), encoder.pieces) for text in ("Hess denied it.", "Hess denies it."))
    assert digest_of(one) == digest_of(one) != digest_of(two)


def test_figures_are_kept_in_sixteenths():
    outputs = np.array([[0.0, 0.03, 0.04, -0.5, 7.99, 100.0, -100.0]], np.float32)
    assert rounded(outputs).tolist() == [[0, 0, 1, -8, 127, 127, -127]]


def test_log_probabilities_add_up_to_one():
    draw = np.random.default_rng(0)
    told = Encoded(rounded(draw.normal(size=(3, len(WORD))) * 3), rounded(draw.normal(size=len(SENTENCE))))
    chances = [told.word_chances(at, question) for at in range(3) for question in ("role", "stance")]
    chances += [told.sentence_chances(q) for q in ("speaker", "primary", "running role", "running stance")]
    for each in chances:
        assert sum(np.exp(list(each.values()))) == pytest.approx(1)
    assert set(told.word_chances(0, "stance")) == {"confirms", "denies", "hedges", "none"}
    assert told.of_word(1, "cue") == told.words[1, WORD.index("cue")] / 16
    assert len(OUTPUTS) == len(WORD) + len(SENTENCE)


def tokenizer(change: Callable[[dict], object]) -> bytes:
    """The shipped tokenizer, but for a change."""
    made = json.loads((SHIPPED / "tokenizer.json").read_bytes())
    change(made)
    return json.dumps(made).encode()


UNUSABLE = {
    "no unknown piece": (lambda made: made["model"].update(unk_token="<x>"), "has no piece <x>"),
    "a number beyond the pieces": (
        lambda made: made["model"]["vocab"].update(zebra=10**6),
        r"has a piece with the number 1000000, expected its \d+ pieces numbered from 0 on",
    ),
    "more pieces than the graph knows": (
        lambda made: made["model"]["vocab"].update({"vorskia": len(made["model"]["vocab"])}),
        "encoder.onnx cannot read the pieces of tokenizer.json",
    ),
}


@pytest.mark.parametrize("fault", UNUSABLE)
def test_a_tokenizer_that_cannot_be_used_is_found_by_the_check(fault, encoder):
    change, message = UNUSABLE[fault]
    with pytest.raises(ModelError, match=message) as caught:
        Encoder(encoder.graph, tokenizer(change)).check()
    assert "\n" not in str(caught.value)
    encoder.check()


FAULTS = {
    "no graph": (b"junk", None, "encoder.onnx is broken"),
    "an empty graph": (b"", None, "encoder.onnx is broken"),
    "data outside": (b"\x08location\x12/etc/passwd", None, "points to data outside itself"),
    "no tokenizer": (None, b"{}", "tokenizer.json is broken"),
    "a tokenizer without our marks": (
        None,
        b'{"version":"1.0","added_tokens":[],"model":{"type":"WordPiece","unk_token":"a",'
        b'"continuing_subword_prefix":"##","max_input_chars_per_word":9,"vocab":{"a":0}}}',
        "has no piece",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_files_are_refused_in_one_line(fault, encoder):
    graph, tokenizer, message = FAULTS[fault]
    broken = Encoder(encoder.graph if graph is None else graph, tokenizer or encoder.tokenizer)
    with pytest.raises(ModelError, match=message) as caught:
        broken.encode(read("Hess said so."))
    assert "\n" not in str(caught.value)
