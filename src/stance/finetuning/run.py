"""Fine-tuning as a whole: a primer for all, one network per fold for the vectors out of fold, one for all
articles, and the encoder, which is the mean of these.

A mean of weights is a mean of networks that began with the same ones and differ by what they saw
(Wortsman et al. 2022, "Model soups"): on articles that none had seen it read better than the one tuned on
all (`models/EXPERIMENTS.md`).

The primer holds articles of worlds of their own, more of them and less surely labelled than the composed
ones. Learnt first, and forgotten where the composed ones say otherwise, they help; mixed in, they did not
(`models/EXPERIMENTS.md`). What is finished is kept in the output folder, so that a run that was stopped
goes on, with the same articles and settings only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from stance.annotated import AnnotatedArticle, digest_of_articles
from stance.annotations import read_annotations
from stance.cast import Cast
from stance.encoded import Encoded
from stance.encoder.pieces import WordPieces, digest_of, stretches_of
from stance.encoder.session import Encoder
from stance.encoder.vectors import VECTORS, Vectors
from stance.errors import UsageError
from stance.examples import readings
from stance.files import atomic_path, atomic_write
from stance.finetuning.export import export, quantise
from stance.finetuning.loop import Lesson, Report, Settings, fine_tune
from stance.finetuning.network import Network
from stance.finetuning.record import take_up
from stance.finetuning.targets import GROUPS, UNKNOWN, targets_of
from stance.finetuning.vocabulary import begin_marks, pruned
from stance.folds import FOLDS, family_of, folds_of
from stance.reading import ReadArticle
from stance.shipped import shipped
from stance.training import base_folder

__all__ = ["FinetuneSettings", "finetune"]

WORDS = "embeddings.word_embeddings.weight"

DISPUTED = "adjudicated"
"""Who annotated a sentence of the primer in which two readers differed: nothing is learnt from it."""

PRIMER = (Settings(4, 2.5e-4), Settings(3, 2e-4))
ROUNDS = (Settings(6),)
"""How the shipped encoder was tuned; its primer's first round came before `xa` to `xh` and `wa` to `wh`, all
of it before `va` to `vh` and `ua` to `uh`."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done, and out of how many."""


@dataclass(frozen=True)
class FinetuneSettings:
    """What to begin with (a folder with `model.safetensors` and `tokenizer.json`) and where to write.

    `primer` has the rounds in which the primer is learnt, `rounds` those of the composed articles.
    """

    weights: Path
    output: Path
    primer: tuple[Settings, ...] = PRIMER
    rounds: tuple[Settings, ...] = ROUNDS
    seed: int = 0


@dataclass(frozen=True)
class _Text:
    """An article: as it was marked, and as labelling meets it."""

    annotated: AnnotatedArticle
    read: ReadArticle
    met: ReadArticle


@dataclass(frozen=True)
class _Course:
    """Everything that a fine-tuning needs."""

    chosen: FinetuneSettings
    primer: Sequence[_Text]
    texts: Sequence[_Text]
    tokenizer: bytes
    pieces: WordPieces
    state: dict[str, Tensor]


def finetune(chosen: FinetuneSettings, progress: Progress = lambda *_: None) -> Path:
    """Fine-tune the encoder on the primer, then on the composed articles.

    Writes `encoder.onnx`, `tokenizer.json` and `encoded.safetensors`; returns the folder.

    Raises:
        UsageError: the weights are missing or of another kind, the folder holds a fine-tuning that was
            begun with something else, or it cannot be written.
    """
    course = _course(chosen)
    take_up(chosen.output, _made_with(course))
    fold = folds_of([text.annotated for text in course.texts])
    kept: dict[str, Sequence[Encoded]] = {}
    networks = []
    for number in range(FOLDS):
        own = [text for text in course.texts if fold[text.annotated.article.id] == number]
        others = [text for text in course.texts if fold[text.annotated.article.id] != number]
        network = _network(course, f"fold {number + 1} of {FOLDS}", others, progress)
        networks.append(network)
        told = _Torch(network, course.tokenizer)
        for text in own:
            for read in (text.read, text.met):  # the same, mostly
                digest = digest_of(stretches_of(read, course.pieces))
                if digest not in kept:
                    kept[digest] = told.encode(read).encoded
    networks.append(_network(course, "all articles", course.texts, progress))
    graph = export(_mean(networks, course))
    encoder = Encoder(graph, course.tokenizer)
    vectors = Vectors(encoder.digest, kept)
    for name, data in (
        ("encoder.onnx", graph),
        ("tokenizer.json", course.tokenizer),
        (VECTORS, vectors.pack()),
    ):
        atomic_write(chosen.output / name, data)
    return chosen.output


class _Torch(Encoder):
    """An encoder that asks the network itself."""

    def __init__(self, network: Network, tokenizer: bytes) -> None:
        super().__init__(b"", tokenizer)
        self.network = network

    def outputs(self, ids: Sequence[int]) -> np.typing.NDArray[np.float32]:
        with torch.no_grad():
            told: np.typing.NDArray[np.float32] = self.network(torch.tensor([ids]))[0].numpy()
        return told


def _course(chosen: FinetuneSettings) -> _Course:
    state, tokenizer = _given(chosen.weights)
    primer, texts = (
        list(_texts(folder)) for folder in (shipped("primer", "annotations/primer"), base_folder())
    )
    plain = WordPieces(tokenizer)
    read = [text.read for text in (*texts, *primer)]
    used = {piece for each in read for stretch in stretches_of(each, plain) for piece in stretch.ids}
    small, rows = pruned(tokenizer, plain.names(used))
    pieces = WordPieces(small)
    state[WORDS] = state[WORDS][rows].clone()
    begin_marks(state[WORDS], pieces.rows())
    return _Course(chosen, primer, texts, small, pieces, state)


def _made_with(course: _Course) -> dict[str, object]:
    """What every network of a fine-tuning depends on."""
    weights = (f"{name} {tuple(tensor.shape)} {tensor.sum()}" for name, tensor in course.state.items())
    return {
        "weights": hashlib.sha256("\n".join(sorted(weights)).encode()).hexdigest(),
        "vocabulary": hashlib.sha256(course.tokenizer).hexdigest(),
        "primer": digest_of_articles(text.annotated for text in course.primer),
        "articles": digest_of_articles(text.annotated for text in course.texts),
        "settings": [repr(rounds) for rounds in (course.chosen.primer, course.chosen.rounds)],
        "seed": course.chosen.seed,
    }


def _given(folder: Path) -> tuple[dict[str, Tensor], bytes]:
    try:
        state = load_file(folder / "model.safetensors")
        tokenizer = (folder / "tokenizer.json").read_bytes()
    except (OSError, SafetensorError) as error:
        raise UsageError(
            f"{folder}: {error}; expected the folder of all-MiniLM-L6-v2 "
            "with model.safetensors and tokenizer.json"
        ) from error
    if WORDS not in state:
        raise UsageError(
            f"{folder}: model.safetensors has no {WORDS}, expected the weights of all-MiniLM-L6-v2"
        )
    try:
        Network(state)
    except (KeyError, IndexError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"{folder}: model.safetensors is another network ({str(error).splitlines()[0]}), expected the "
            "weights of all-MiniLM-L6-v2"
        ) from error
    return state, tokenizer


def _texts(folder: Path) -> Iterator[_Text]:
    casts: dict[str, Cast] = {}
    for annotated in read_annotations(folder):
        yield _Text(annotated, *readings(annotated, casts))


def _network(course: _Course, name: str, texts: Sequence[_Text], progress: Progress) -> Network:
    """A fine-tuned network, rounded to 8 bits; from the output folder where it is finished already."""
    kept = _kept(course, name)
    network = Network(course.state)
    if not kept.exists():
        network.load_state_dict(_primed(course, progress))
        lessons = [_lesson(text, course.pieces) for text in texts]
        _teach(network, lessons, course, course.chosen.rounds, name, progress)
        quantise(network)
        _keep(network, kept)
    network.load_state_dict(load_file(kept))
    return network.eval()


def _mean(networks: Sequence[Network], course: _Course) -> Network:
    """The network whose weights are the means of the others', rounded to 8 bits."""
    states = [network.state_dict() for network in networks]
    mean = {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}
    network = Network(course.state)
    network.load_state_dict(mean)
    quantise(network)
    return network.eval()


def _primed(course: _Course, progress: Progress) -> dict[str, Tensor]:
    """The weights after the primer, with which each network begins."""
    kept = _kept(course, "primer")
    if not kept.exists():
        network = Network(course.state)
        lessons = [_lesson(text, course.pieces, DISPUTED) for text in course.primer]
        _teach(network, lessons, course, course.chosen.primer, "primer", progress)
        _keep(network, kept)
    return load_file(kept)


def _teach(
    network: Network,
    lessons: Sequence[Lesson],
    course: _Course,
    rounds: Sequence[Settings],
    name: str,
    progress: Progress,
) -> None:
    for number, settings in enumerate(rounds):
        report = _report(f"{name}, round {number + 1}", progress)
        fine_tune(network, lessons, course.pieces, settings, course.chosen.seed + number, report)


def _report(name: str, progress: Progress) -> Report:
    return lambda step, steps, _: progress(f"fine-tuning, {name}", step, steps)


def _kept(course: _Course, name: str) -> Path:
    return course.chosen.output / f"{name.replace(' ', '-')}.safetensors"


def _keep(network: Network, path: Path) -> None:
    with atomic_path(path) as fresh:
        save_file(network.state_dict(), fresh)


def _lesson(text: _Text, pieces: WordPieces, disputed: str | None = None) -> Lesson:
    """An article's lesson, without the sentences of the annotator `disputed`."""
    stretches = stretches_of(text.read, pieces)
    told = zip(text.annotated.sentences, text.annotated.annotators, strict=True)
    left_out = {sentence.index for sentence, annotator in told if annotator == disputed}
    answers = tuple(
        np.full((len(stretch.ids), len(GROUPS)), UNKNOWN, np.int8)
        if text.read.sentences[stretch.at].sentence.index in left_out
        else targets_of(text.annotated, text.read.sentences, stretch)
        for stretch in stretches
    )
    return Lesson(family_of(text.annotated.article.id) or "", stretches, answers)
