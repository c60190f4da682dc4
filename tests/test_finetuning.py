"""Fine-tuning from end to end, on a network and a vocabulary small enough for seconds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'encoder': pip install '.[encoder]'")
pytest.importorskip("onnx", reason="needs the extra 'encoder': pip install '.[encoder]'")

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from stance.annotations import read_annotations
from stance.encoded import OUTPUTS, SENTENCE, WORD
from stance.encoder.pieces import MARKS, WordPieces, digest_of, stretches_of, windows_of
from stance.encoder.session import Encoder
from stance.encoder.vectors import VECTORS, Vectors
from stance.errors import UsageError
from stance.examples import readings
from stance.finetuning import course, run
from stance.finetuning.course import FinetuneSettings, Stage
from stance.finetuning.export import export, quantise
from stance.finetuning.loop import Lesson, Settings, fine_tune
from stance.finetuning.network import Network
from stance.finetuning.run import finetune
from stance.finetuning.targets import GROUPS, UNKNOWN, targets_of
from stance.finetuning.vocabulary import NEAREST, pruned
from stance.folds import FOLDS, folds_of
from stance.training import Encoding
from tests.conftest import take

WIDTH, INNER, PLACES = 48, 96, 512
QUICK = Settings(passes=2, rate=1e-3, half=False)
STAGES = (Stage((QUICK,), (QUICK,)), Stage((QUICK,), (QUICK,)))


def tiny_tokenizer(texts) -> bytes:
    words = sorted({word for text in texts for word in text.lower().split()} | {"и", "unusedtail"})
    special = [
        "[PAD]",
        *(f"[unused{number}]" for number in range(1, 20)),
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
    ]
    letters = [f"{start}{chr(code)}" for code in range(33, 127) for start in ("", "##")]
    near = [piece for pieces in NEAREST.values() for piece in pieces if not piece.startswith("[")]
    vocabulary = {piece: at for at, piece in enumerate(dict.fromkeys([*special, *letters, *near, *words]))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.enable_padding(length=128)  # as the published one has it
    return tokenizer.to_str().encode()


def tiny_state(pieces: int, layers: int = 2) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(1)
    shapes = {
        "embeddings.word_embeddings.weight": (pieces, WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    for layer in range(layers):
        name = f"encoder.layer.{layer}."
        for part in (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        ):
            shapes |= {f"{name}{part}.weight": (WIDTH, WIDTH), f"{name}{part}.bias": (WIDTH,)}
        shapes |= {
            f"{name}intermediate.dense.weight": (INNER, WIDTH),
            f"{name}intermediate.dense.bias": (INNER,),
        }
        shapes |= {f"{name}output.dense.weight": (WIDTH, INNER), f"{name}output.dense.bias": (WIDTH,)}
    state = {name: torch.randn(shape, generator=draw) * 0.2 for name, shape in shapes.items()}
    norms = ["embeddings.LayerNorm"]
    for layer in range(layers):
        norms += [
            f"encoder.layer.{layer}.attention.output.LayerNorm",
            f"encoder.layer.{layer}.output.LayerNorm",
        ]
    for norm in norms:
        state |= {f"{norm}.weight": torch.ones(WIDTH), f"{norm}.bias": torch.zeros(WIDTH)}
    return state


@pytest.fixture(scope="module")
def articles(tiny):
    return read_annotations(tiny)


@pytest.fixture(scope="module")
def weights(articles, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    tokenizer = tiny_tokenizer(article.article.text for article in articles)
    (folder / "tokenizer.json").write_bytes(tokenizer)
    save_file(tiny_state(len(json.loads(tokenizer)["model"]["vocab"])), folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def primer(tmp_path_factory) -> Path:
    """Two articles to learn from first, in one of which readers differed everywhere."""
    folder = take(("n_01", "o_02"), tmp_path_factory.mktemp("primer") / "annotations")
    table = folder / "o.csv"
    table.write_text(table.read_text("utf-8").replace("writer-o", course.DISPUTED), "utf-8")
    return folder


@pytest.fixture(scope="module")
def tuned(weights, tiny, primer, tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "base_folder", lambda: tiny)
        patch.setattr(course, "shipped", lambda *_: primer)
        return finetune(FinetuneSettings(weights, tmp_path_factory.mktemp("tuned") / "encoder", STAGES))


def network_of(weights: Path, state: dict[str, torch.Tensor]) -> Network:
    """The network that a fine-tuning kept, with as many pieces as it had."""
    network = Network(load_file(weights / "model.safetensors") | {course.WORDS: state["words.weight"]})
    network.load_state_dict(state)
    return network.eval()


def mean_of(weights: Path, kept: Sequence[Path]) -> Network:
    """The network with the mean of the weights of those that a fine-tuning kept."""
    states = [load_file(path) for path in kept]
    network = network_of(
        weights, {name: torch.stack([one[name] for one in states]).mean(dim=0) for name in states[0]}
    )
    quantise(network)
    return network


def test_what_is_written_can_be_trained_on(tuned, articles):
    encoding = Encoding.load(tuned)
    casts: dict = {}
    for annotated in articles:
        read, met = (encoding.base(each) for each in readings(annotated, casts))
        for each in (read, met):
            assert [len(told.words) for told in each.encoded] == [len(s.words) for s in each.sentences]
            assert all(told.words.shape[1] == len(WORD) for told in each.encoded)
            assert all(told.sentence.shape == (len(SENTENCE),) for told in each.encoded)


def test_an_article_is_kept_as_a_network_told_it_that_did_not_learn_from_it(tuned, weights, articles):
    encoding = Encoding.load(tuned)
    folds = folds_of(articles)
    casts: dict = {}
    for annotated in articles:
        read, _ = readings(annotated, casts)
        kept = encoding.base(read).encoded
        same = []
        for fold in range(FOLDS):
            network = mean_of(weights, sorted(tuned.glob(f"fold-{fold + 1}-of-{FOLDS}-*.safetensors")))
            told = run._Torch(network, (tuned / "tokenizer.json").read_bytes()).encode(read).encoded
            same.append(all(np.array_equal(a.words, b.words) for a, b in zip(kept, told, strict=True)))
        assert same.index(True) == folds[annotated.article.id]
        assert sum(same) == 1


def test_a_stopped_run_goes_on_with_what_is_finished(weights, tuned, tiny, primer, tmp_path, monkeypatch):
    begun = tmp_path / "encoder"
    begun.mkdir()
    for kept in (*tuned.glob("*-*.safetensors"), tuned / "begun.json"):
        if not kept.name.startswith(f"fold-{FOLDS}"):
            shutil.copy(kept, begun)
    done = []
    monkeypatch.setattr(course, "base_folder", lambda: tiny)
    monkeypatch.setattr(course, "shipped", lambda *_: primer)
    finetune(FinetuneSettings(weights, begun, STAGES), lambda what, *_: done.append(what))
    assert set(done) == {f"fine-tuning, fold {FOLDS} of {FOLDS}, stage {stage}, round 1" for stage in (1, 2)}
    assert (begun / VECTORS).read_bytes() == (tuned / VECTORS).read_bytes()
    assert (begun / "encoder.onnx").read_bytes() == (tuned / "encoder.onnx").read_bytes()


def test_the_encoder_is_the_mean_of_the_networks(tuned, weights):
    kept = sorted(tuned.glob("fold-*.safetensors"))
    assert len(kept) == len(STAGES) * FOLDS
    network = mean_of(weights, kept)
    ids = list(range(2, 14))
    with torch.no_grad():
        expected = network(torch.tensor([ids]))[0].numpy()
    encoder = Encoder((tuned / "encoder.onnx").read_bytes(), (tuned / "tokenizer.json").read_bytes())
    assert np.abs(encoder.outputs(ids) - expected).max() < 1e-3


@pytest.fixture
def finished(weights, tuned, tiny, primer, tmp_path, monkeypatch) -> FinetuneSettings:
    """What goes on with a finished run."""
    monkeypatch.setattr(course, "base_folder", lambda: tiny)
    monkeypatch.setattr(course, "shipped", lambda *_: primer)
    return FinetuneSettings(weights, shutil.copytree(tuned, tmp_path / "encoder"), STAGES)


@pytest.mark.parametrize(("changed", "named"), [({"seed": 1}, "seed"), ({"stages": STAGES[:1]}, "settings")])
def test_other_settings_do_not_go_on_with_what_was_begun(changed, named, finished):
    with pytest.raises(UsageError, match=rf"begun with other {named}: choose another folder"):
        finetune(replace(finished, **changed))


def test_other_articles_do_not_go_on_with_what_was_begun(finished, tmp_path, monkeypatch):
    folder = take(("a_01",), tmp_path / "other")
    monkeypatch.setattr(course, "base_folder", lambda: folder)
    with pytest.raises(UsageError, match=r"begun with other .*articles: choose another folder"):
        finetune(finished)


def test_networks_of_an_unknown_run_are_refused(finished):
    (finished.output / "begun.json").unlink()
    with pytest.raises(UsageError, match=r"begun with other weights, .*seed: choose another folder"):
        finetune(finished)


def test_nothing_is_learnt_where_readers_differed(weights, primer):
    pieces = WordPieces((weights / "tokenizer.json").read_bytes())
    clear, disputed = (course.lesson_of(text, pieces, course.DISPUTED) for text in course._texts(primer))
    assert any((answers != UNKNOWN).any() for answers in clear.answers)
    assert all((answers == UNKNOWN).all() for answers in disputed.answers)
    assert [len(stretch.ids) for stretch in disputed.stretches] == list(map(len, disputed.answers))


def test_the_graph_tells_what_the_network_tells(weights):
    network = Network(load_file(weights / "model.safetensors"))
    torch.nn.init.normal_(network.out.weight)
    network.words.weight.data[:, 0] += 3.0
    quantise(network)
    network.eval()
    encoder = Encoder(export(network), (weights / "tokenizer.json").read_bytes())
    for length in (2, 7, 200):
        ids = list(range(30, 30 + length))
        with torch.no_grad():
            told = network(torch.tensor([ids]))[0].numpy()
        assert encoder.outputs(ids) == pytest.approx(told, abs=1e-4)


def test_a_network_learns_what_it_is_shown(weights, articles):
    state, data = load_file(weights / "model.safetensors"), (weights / "tokenizer.json").read_bytes()
    pieces, casts = WordPieces(data), {}
    read, _ = readings(articles[0], casts)
    stretches = stretches_of(read, pieces)
    lesson = Lesson("", stretches, tuple(targets_of(articles[0], read.sentences, each) for each in stretches))
    losses: list[float] = []
    settings = Settings(passes=40, rate=3e-3, half=False)
    fine_tune(Network(state), [lesson], pieces, settings, 0, lambda *told: losses.append(told[2]))
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])


def test_the_answers_are_those_of_the_gold(weights, articles):
    pieces, casts = WordPieces((weights / "tokenizer.json").read_bytes()), {}
    column = {group.name: at for at, group in enumerate(GROUPS)}
    assert sum(group.last - group.first for group in GROUPS) == len(OUTPUTS)
    seen = 0
    for annotated in articles:
        read, _ = readings(annotated, casts)
        for stretch in stretches_of(read, pieces):
            sentence = read.sentences[stretch.at]
            gold = annotated.attributions[sentence.sentence.index]
            answers = targets_of(annotated, read.sentences, stretch)
            assert answers[0, column["running"]] == any(each.source is None for each in gold)
            named = {
                word
                for word in range(len(sentence.words))
                for each in gold
                if each.source and each.source.start <= sentence.starts[word] < each.source.end
            }
            told = {w for w, place in enumerate(stretch.places, stretch.first) if answers[place, 0] == 1}
            assert named <= told
            assert (answers[list(stretch.places), column["running"]] == UNKNOWN).all()
            seen += len(named)
    assert seen > 100


def test_windows_hold_every_stretch_once_and_no_more_than_fits(weights, articles):
    pieces, casts = WordPieces((weights / "tokenizer.json").read_bytes()), {}
    for annotated in articles:
        stretches = stretches_of(readings(annotated, casts)[0], pieces)
        for first in (64, 256):
            windows = list(windows_of(stretches, pieces, first))
            assert [stretch for window in windows for _, stretch in window.own] == list(stretches)
            for window in windows:
                assert len(window.ids) <= 512
                for place, stretch in window.own:
                    assert window.ids[place : place + len(stretch.ids)] == stretch.ids


def test_pieces_that_no_english_text_needs_are_pruned(weights):
    data = (weights / "tokenizer.json").read_bytes()
    small, rows = pruned(data, ["unusedtail"])
    before, after = (json.loads(each)["model"]["vocab"] for each in (data, small))
    assert "и" in before
    assert "и" not in after
    assert "[unused19]" not in after
    assert {*MARKS.values(), "unusedtail"} <= set(after)
    names = {row: piece for piece, row in before.items()}
    assert [names[row] for row in rows] == list(after)


FAULTS = {
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "expected the folder of"),
    "other weights": (
        lambda folder: save_file({"x": torch.ones(1)}, folder / "model.safetensors"),
        "has no embeddings",
    ),
    "weights of another network": (
        lambda folder: save_file(
            {k: v for k, v in load_file(folder / "model.safetensors").items() if "attention" not in k},
            folder / "model.safetensors",
        ),
        "is another network",
    ),
    "broken tokenizer": (
        lambda folder: (folder / "tokenizer.json").write_text("{"),
        "tokenizer.json is broken",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_other_weights_are_refused(fault, weights, tiny, tmp_path, monkeypatch):
    spoil, message = FAULTS[fault]
    folder = shutil.copytree(weights, tmp_path / "weights")
    spoil(folder)
    monkeypatch.setattr(course, "base_folder", lambda: tiny)
    monkeypatch.setattr(course, "shipped", lambda *_: tiny)
    with pytest.raises(UsageError, match=message):
        finetune(FinetuneSettings(folder, tmp_path / "encoder", STAGES))


def test_vectors_of_another_encoder_are_refused(tuned, tmp_path):
    folder = shutil.copytree(tuned, tmp_path / "encoder")
    told = Vectors.unpack((folder / VECTORS).read_bytes(), VECTORS)
    (folder / VECTORS).write_bytes(Vectors("0" * 64, told.articles).pack())
    with pytest.raises(UsageError, match="was computed with encoder 000000000000"):
        Encoding.load(folder)


def test_vectors_survive_their_file(tuned, articles):
    told = Vectors.unpack((tuned / VECTORS).read_bytes(), VECTORS)
    again = Vectors.unpack(told.pack(), VECTORS)
    assert list(again.articles) == list(told.articles)
    assert {told.pack() for _ in range(8)} == {(tuned / VECTORS).read_bytes()}
    for one, two in zip(told.articles.values(), again.articles.values(), strict=True):
        assert all(np.array_equal(a.words, b.words) for a, b in zip(one, two, strict=True))
    pieces, casts = WordPieces((tuned / "tokenizer.json").read_bytes()), {}
    assert {digest_of(stretches_of(readings(each, casts)[0], pieces)) for each in articles} <= set(
        told.articles
    )


def test_a_composed_article_without_vectors_is_named(tuned, articles):
    encoding = Encoding.load(tuned)
    read, _ = readings(articles[0], {})
    empty = Vectors(encoding.encoder.digest, {})
    with pytest.raises(UsageError, match=rf"article {articles[0].article.id} has no vectors"):
        empty.encode(read, encoding.encoder, strict=True)
