"""Fine-tuning as a whole: in each stage a primer for all, then one network per fold, which learns from the
other folds; the encoder is the mean of them all.

A mean of weights is a mean of networks that began with the same ones and differ by what they saw
(Wortsman et al. 2022, "Model soups"): on articles that none had seen it read better than any one that was
tried. A composed article is read by the mean of its fold's networks, one per stage, which never saw it.

The primer holds articles of worlds of their own, more of them and less surely labelled than the composed
ones. Learnt first, and forgotten where the composed ones say otherwise, they help; mixed in, they did not
(for both: `models/EXPERIMENTS.md`). What is finished is kept in the output folder, so that a run that was
stopped goes on, with the same articles and settings only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from stance.encoded import Encoded
from stance.encoder.pieces import digest_of, stretches_of
from stance.encoder.session import Encoder
from stance.encoder.vectors import VECTORS, Vectors
from stance.files import atomic_path, atomic_write
from stance.finetuning.course import DISPUTED, Course, FinetuneSettings, Text, course_of, lesson_of, made_with
from stance.finetuning.export import export, quantise
from stance.finetuning.loop import Lesson, Report, Settings, fine_tune
from stance.finetuning.network import Network
from stance.finetuning.record import take_up
from stance.folds import FOLDS, folds_of

__all__ = ["FinetuneSettings", "finetune"]

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done, and out of how many."""


def finetune(chosen: FinetuneSettings, progress: Progress = lambda *_: None) -> Path:
    """Fine-tune the encoder on the primer, then on the composed articles.

    Writes `encoder.onnx`, `tokenizer.json` and `encoded.safetensors`; returns the folder.

    Raises:
        UsageError: the weights are missing or of another kind, the folder holds a fine-tuning that was
            begun with something else, or it cannot be written.
    """
    course = course_of(chosen)
    take_up(chosen.output, made_with(course))
    fold = folds_of([text.annotated for text in course.texts])
    kept: dict[str, Sequence[Encoded]] = {}
    networks: list[Network] = []
    for number in range(FOLDS):
        own = [text for text in course.texts if fold[text.annotated.article.id] == number]
        others = [text for text in course.texts if fold[text.annotated.article.id] != number]
        tuned = _networks(course, f"fold {number + 1} of {FOLDS}", others, progress)
        networks += tuned
        told = _Torch(_mean(tuned, course), course.tokenizer)
        for text in own:
            for read in (text.read, text.met):  # the same, mostly
                digest = digest_of(stretches_of(read, course.pieces))
                if digest not in kept:
                    kept[digest] = told.encode(read).encoded
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


def _networks(course: Course, name: str, texts: Sequence[Text], progress: Progress) -> list[Network]:
    """A fine-tuned network of each stage, rounded to 8 bits; from the output folder where it is finished."""
    networks = []
    for at, stage in enumerate(course.chosen.stages):
        full = f"{name}, stage {at + 1}"
        kept = _kept(course, full)
        network = Network(course.state)
        if not kept.exists():
            network.load_state_dict(_primed(course, at, progress))
            lessons = [lesson_of(text, course.pieces) for text in texts]
            _teach(network, lessons, course, stage.articles, full, progress)
            quantise(network)
            _keep(network, kept)
        network.load_state_dict(load_file(kept))
        networks.append(network.eval())
    return networks


def _mean(networks: Sequence[Network], course: Course) -> Network:
    """The network whose weights are the means of the others', rounded to 8 bits."""
    states = [network.state_dict() for network in networks]
    mean = {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}
    network = Network(course.state)
    network.load_state_dict(mean)
    quantise(network)
    return network.eval()


def _primed(course: Course, at: int, progress: Progress) -> dict[str, Tensor]:
    """The weights after the primer of this stage, with which each of its networks begins."""
    name = f"primer, stage {at + 1}"
    kept = _kept(course, name)
    if not kept.exists():
        network = Network(course.state)
        if at:
            network.load_state_dict(_primed(course, at - 1, progress))
        lessons = [lesson_of(text, course.pieces, DISPUTED) for text in course.primer]
        _teach(network, lessons, course, course.chosen.stages[at].primer, name, progress)
        _keep(network, kept)
    return load_file(kept)


def _teach(
    network: Network,
    lessons: Sequence[Lesson],
    course: Course,
    rounds: Sequence[Settings],
    name: str,
    progress: Progress,
) -> None:
    for number, settings in enumerate(rounds):
        report = _report(f"{name}, round {number + 1}", progress)
        fine_tune(network, lessons, course.pieces, settings, course.chosen.seed + number, report)


def _report(name: str, progress: Progress) -> Report:
    return lambda step, steps, _: progress(f"fine-tuning, {name}", step, steps)


def _kept(course: Course, name: str) -> Path:
    return course.chosen.output / f"{name.replace(',', '').replace(' ', '-')}.safetensors"


def _keep(network: Network, path: Path) -> None:
    with atomic_path(path) as fresh:
        save_file(network.state_dict(), fresh)
