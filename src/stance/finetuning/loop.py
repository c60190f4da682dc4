"""Fine-tuning: windows in batches, one loss over all questions, one pass after the other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from stance.encoder.pieces import LONGEST, Stretch, Window, WordPieces, windows_of
from stance.finetuning.network import Network
from stance.finetuning.targets import GROUPS, UNKNOWN

__all__ = ["Lesson", "Report", "Settings", "fine_tune"]


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16; one that cannot is far slower at it than in float32."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@dataclass(frozen=True)
class Settings:
    """How to fine-tune.

    `rate` is the peak of the learning rate, reached after `warm` of the steps and falling to zero in a line;
    that of the output layer, which begins at nothing, is `head` times as high. `half` computes in bfloat16,
    with the weights kept in float32: as good, and faster on processors that can, where it is the default.
    `pieces` are those of a batch; `masked` is the share of pieces that are hidden.
    """

    passes: int = 5
    rate: float = 2e-4
    head: float = 8.0
    warm: float = 0.1
    decay: float = 0.01
    pieces: int = 512
    masked: float = 0.05
    smoothing: float = 0.05
    dropout: float = 0.1
    half: bool = field(default_factory=has_bfloat16)


@dataclass(frozen=True)
class Lesson:
    """An article in stretches with the answers to learn; `unit` is what stays together in a batch."""

    unit: str
    stretches: tuple[Stretch, ...]
    answers: tuple[NDArray[np.int8], ...]


Report = Callable[[int, int, float], None]
"""Told the step, how many there are, and the loss."""


def fine_tune(
    network: Network,
    lessons: Sequence[Lesson],
    pieces: WordPieces,
    settings: Settings,
    seed: int,
    report: Report,
) -> None:
    """Fine-tune a network in place."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    passes = [list(_batches(lessons, pieces, settings, random)) for _ in range(settings.passes)]
    steps = sum(map(len, passes))
    optimiser = torch.optim.AdamW(_parameters(network, settings), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step / steps, settings.warm))
    working = copy.deepcopy(network).to(torch.bfloat16) if settings.half else network
    working.train()
    pairs = [
        (p, w) for p, w in zip(network.parameters(), working.parameters(), strict=True) if p.requires_grad
    ]
    for step, batch in enumerate(batch for batches in passes for batch in batches):
        loss = _loss(working, batch, pieces, settings)
        loss.backward()  # type: ignore[no-untyped-call]  # PyTorch has no type for it
        for kept, worked in pairs:
            kept.grad = None if worked.grad is None else worked.grad.float()
        torch.nn.utils.clip_grad_norm_([kept for kept, _ in pairs], 1.0)
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            for kept, worked in pairs:
                worked.copy_(kept)
                worked.grad = None
        report(step + 1, steps, float(loss.detach()))
    network.eval()


def _rate(done: float, warm: float) -> float:
    return min(1.0, done / warm if warm else 1.0) * (1.0 - max(0.0, done - warm) / (1.0 - warm))


def _parameters(network: Network, settings: Settings) -> list[dict[str, object]]:
    """Weights decay, biases and norms do not."""
    learnt = [parameter for parameter in network.layers.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in learnt if p.ndim > 1], "weight_decay": settings.decay, "lr": settings.rate},
        {"params": [p for p in learnt if p.ndim == 1], "weight_decay": 0.0, "lr": settings.rate},
        {"params": list(network.norm.parameters()), "weight_decay": 0.0, "lr": settings.rate},
        {"params": list(network.out.parameters()), "weight_decay": 0.0, "lr": settings.rate * settings.head},
    ]


Batch = list[tuple[Window, NDArray[np.int8]]]


def _batches(
    lessons: Sequence[Lesson], pieces: WordPieces, settings: Settings, random: np.random.Generator
) -> Iterator[Batch]:
    """One pass over all windows, cut anew; batches hold windows of like length, units stay together."""
    units: dict[str, Batch] = {}
    for lesson in lessons:
        known = {
            id(stretch): answers for stretch, answers in zip(lesson.stretches, lesson.answers, strict=True)
        }
        for window in windows_of(lesson.stretches, pieces, int(random.integers(LONGEST // 4, LONGEST))):
            answers = np.full((len(window.ids), len(GROUPS)), UNKNOWN, np.int8)
            for place, stretch in window.own:
                answers[place : place + len(stretch.ids)] = known[id(stretch)]
            # A family's siblings share a batch; an article's windows need not.
            name = lesson.unit or f"#{len(units)}"
            units.setdefault(name, []).append((window, answers))
    order = list(units.values())
    random.shuffle(order)
    order.sort(key=lambda unit: max(len(window.ids) for window, _ in unit) // 64)
    batches: list[Batch] = [[]]
    for unit in order:
        longest = max(len(window.ids) for window, _ in (*batches[-1], *unit))
        if batches[-1] and longest * (len(batches[-1]) + len(unit)) > settings.pieces:
            batches.append([])
        batches[-1] += unit
    random.shuffle(batches)
    yield from batches


def _loss(network: Network, batch: Batch, pieces: WordPieces, settings: Settings) -> Tensor:
    length = max(len(window.ids) for window, _ in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    real = torch.zeros(len(batch), length, dtype=torch.bool)
    answers = torch.full((len(batch), length, len(GROUPS)), UNKNOWN, dtype=torch.long)
    for row, (window, told) in enumerate(batch):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        real[row, : len(window.ids)] = True
        answers[row, : len(window.ids)] = torch.from_numpy(told).long()
    # Only plain pieces are hidden: a marker or a role is what the answers hang on.
    hidden = (torch.rand(ids.shape) < settings.masked) & (ids > pieces.mask)
    ids = torch.where(hidden, pieces.mask, ids)
    states = functional.dropout(network.states(ids, real), settings.dropout)
    scores = network.tell(states).float()
    losses = [_of_group(scores, answers, number, settings) for number in range(len(GROUPS))]
    return torch.stack(losses).sum()


def _of_group(scores: Tensor, answers: Tensor, number: int, settings: Settings) -> Tensor:
    group = GROUPS[number]
    known = answers[..., number] != UNKNOWN
    if not bool(known.any()):
        return scores.sum() * 0.0
    told, answer = scores[..., group.first : group.last][known], answers[..., number][known]
    if group.last - group.first == 1:
        loss = functional.binary_cross_entropy_with_logits(told[:, 0], answer.float())
    else:
        loss = functional.cross_entropy(told, answer, label_smoothing=settings.smoothing)
    return group.weight * loss
