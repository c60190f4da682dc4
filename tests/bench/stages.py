"""Where the time of labelling goes, stage by stage, on one core.

Run from the root of the repository::

    python -m tests.bench.stages [ARTICLES]

The shipped model labels the composed articles (those that are no snippets; 60 by default) under its own
topic. Each stage is timed alone over all of them, after one run to warm up. `label / encoder` is the whole
labelling against the encoder's share of it. The core's peak is that of float32 matrix products of 1024 x
1024, measured in the same run; the encoder's share of it counts two operations per weight and piece.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from stance.annotations import read_annotations
from stance.cast import Cast
from stance.encoder.pieces import stretches_of, windows_of
from stance.folds import family_of
from stance.model import load
from stance.output.rows import rows as output_rows
from stance.parsing import split
from stance.reading import read_article
from stance.training import base_folder
from stance.voices import hear

WEIGHTS = 6 * 12 * 384 * 384
"""What every piece is multiplied with: six layers, each of twelve matrices as wide as high."""


def main(count: int) -> None:
    """Print the table."""
    model = load()
    articles = [a.article for a in read_annotations(base_folder()) if not family_of(a.article.id)][:count]
    cast = Cast(model.topic)
    split_up = [split(article.text) for article in articles]
    read = [read_article(a, s, cast) for a, s in zip(articles, split_up, strict=True)]
    encoded = [model.encoder.encode(each) for each in read]
    results = [model.label(article) for article in articles]
    stretches = [stretches_of(each, model.encoder.pieces) for each in read]
    windows = [w.ids for each in stretches for w in windows_of(each, model.encoder.pieces)]
    sentences = sum(map(len, split_up))
    pieces = sum(map(len, windows))
    stages: dict[str, Callable[[], Any]] = {
        "split": lambda: [split(article.text) for article in articles],
        "mentions": lambda: [read_article(a, s, cast) for a, s in zip(articles, split_up, strict=True)],
        "pieces": lambda: [stretches_of(each, model.encoder.pieces) for each in read],
        "encoder": lambda: [model.encoder.outputs(ids) for ids in windows],
        "heads": lambda: [hear(each, model.heads, model.thresholds) for each in encoded],
        "rows": lambda: [list(output_rows(result)) for result in results],
        "label, all of it": lambda: [model.label(article) for article in articles],
    }
    took = {name: timed(stage) for name, stage in stages.items()}
    print(f"{len(articles)} articles, {sentences} sentences, {pieces} pieces in {len(windows)} windows")  # noqa: T201
    for name, seconds in took.items():
        rates = f"{sentences / seconds:10,.0f} sentences/s {pieces / seconds:12,.0f} pieces/s"
        print(f"{name:18}{seconds:8.2f} s {rates}")  # noqa: T201
    print(f"label / encoder: {took['label, all of it'] / took['encoder']:.2f}")  # noqa: T201
    best, reached = peak(), 2e-9 * WEIGHTS * pieces / took["encoder"]
    print(f"core's peak {best:.0f} GFLOP/s, encoder {reached:.0f}: {reached / best:.2f} of it")  # noqa: T201


def timed(stage: Callable[[], Any]) -> float:
    """Seconds that a stage takes."""
    began = time.perf_counter()
    stage()
    return time.perf_counter() - began


def peak(size: int = 1024, times: int = 20) -> float:
    """The float32 matrix products of one core, in GFLOP/s."""
    matrix = np.random.default_rng(0).random((size, size), np.float32)
    seconds = min(timed(lambda: matrix @ matrix) for _ in range(times))
    return 2e-9 * size**3 / seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
