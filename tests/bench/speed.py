"""What `python -m tests.bench` times, by pytest-benchmark: stages of labelling, whole commands, peers.

Each stage is timed alone, on one core, over the same composed articles under the shipped model's own
topic. `extra_info` says how many sentences a round works on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.cast import Cast
from stance.documents import read_document
from stance.encoder.pieces import stretches_of, windows_of
from stance.features import source_features
from stance.folds import family_of
from stance.model import load
from stance.output.formats import FORMATS, write_results
from stance.output.options import WriteOptions
from stance.parsing import split
from stance.reading import read_article
from stance.training import base_folder
from stance.voices import hear
from tests.bench import peers
from tests.labellers import ROOT

ARTICLES = 40
LEARNT = 200
"""Articles that the TF-IDF peer learns from."""
SLOW = 24
"""Sentences for the peer that is slow."""
MANY, PART = 768, 16
"""Articles for one job against two, and in a part: so many, and so few, that neither the start nor an uneven
end tells much, as neither does in an archive."""
SIZE = 1024
"""Rows and columns of the matrices by which the core's peak is measured."""
ROUNDS = 200
PRODUCTS = f"""import sys, numpy
matrix = numpy.random.default_rng(0).random(({SIZE}, {SIZE}), numpy.float32)
for _ in range(int(sys.argv[1])):
    matrix @ matrix
"""

MEASURED = """import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
"""Runs a command and prints the MiB that the largest of its processes held. A process counts what the one
that began it held at that moment as its own, so that it must not be this one, which holds the peers."""

Stages = dict[str, Callable[[], Any]]


@cache
def annotated() -> tuple[AnnotatedArticle, ...]:
    """The composed articles that are no snippets."""
    return tuple(a for a in read_annotations(base_folder()) if not family_of(a.article.id))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="session")
def prepared(folder: Path) -> tuple[Stages, dict[str, int]]:
    """The stages, each ready to be timed alone, and how much they work on."""
    model = load()
    encoder, cast = model.encoder, Cast(model.topic)
    assert encoder is not None
    articles = [each.article for each in annotated()[:ARTICLES]]
    sentences = [split(article.text) for article in articles]
    read = [read_article(a, s, cast) for a, s in zip(articles, sentences, strict=True)]
    encoded = [encoder.encode(each) for each in read]
    results = [model.label(article) for article in articles]
    windows = [w.ids for each in read for w in windows_of(stretches_of(each, encoder.pieces), encoder.pieces)]
    candidates = [(a, at, m) for a in encoded for at, s in enumerate(a.sentences) for m in s.mentions]
    data = [article.text.encode() for article in articles]

    def label() -> None:
        encoder.kept.cache_clear()  # the rounds before have read the same
        for article in articles:
            model.label(article)

    out = folder / "out.jsonl"
    stages: Stages = {
        "reading": lambda: [read_document(each, "a", ".txt") for each in data],
        "splitting": lambda: [split(article.text) for article in articles],
        "mentions": lambda: [read_article(a, s, cast) for a, s in zip(articles, sentences, strict=True)],
        "pieces": lambda: [stretches_of(each, encoder.pieces) for each in read],
        "encoder": lambda: [encoder.outputs(ids) for ids in windows],
        "features of candidates": lambda: [source_features(*each) for each in candidates],
        "features, classifiers": lambda: [hear(each, model.heads, model.thresholds) for each in encoded],
        "writing": lambda: write_results(FORMATS["jsonl"], iter(results), out, None, WriteOptions()),
        "label, all of it": label,
    }
    counts = {
        "articles": len(articles),
        "sentences": sum(map(len, sentences)),
        "tokens": sum(len(s.words) for each in read for s in each.sentences),
        "pieces": sum(map(len, windows)),
    }
    return stages, counts


@pytest.mark.parametrize(
    "name",
    [
        "reading",
        "splitting",
        "mentions",
        "pieces",
        "encoder",
        "features of candidates",
        "features, classifiers",
        "writing",
        "label, all of it",
    ],
)
def test_stage(benchmark: Any, prepared: tuple[Stages, dict[str, int]], name: str) -> None:
    stages, counts = prepared
    benchmark.extra_info |= {"row": name, **counts}
    benchmark.pedantic(stages[name], rounds=5, warmup_rounds=1)


def test_peak(benchmark: Any) -> None:
    matrix = np.random.default_rng(0).random((SIZE, SIZE), np.float32)
    benchmark.extra_info |= {"row": "peak", "operations": 2 * SIZE**3}
    benchmark.pedantic(lambda: matrix @ matrix, rounds=20, warmup_rounds=2)


@pytest.mark.parametrize("processes", [1, 2])
def test_cores(benchmark: Any, processes: int) -> None:
    """The same matrix products by one process and by two: what a second job can bring at most."""

    def multiply() -> None:
        each = [sys.executable, "-c", PRODUCTS, str(ROUNDS // processes)]
        running = [subprocess.Popen(each) for _ in range(processes)]
        assert [process.wait() for process in running] == [0] * processes

    benchmark.extra_info["row"] = f"matrix products by {processes}"
    benchmark.pedantic(multiply, rounds=3)


@pytest.mark.parametrize("name", peers.PEERS)
def test_peer(benchmark: Any, name: str) -> None:
    learnt, new = annotated()[ARTICLES : ARTICLES + LEARNT], annotated()[:ARTICLES]
    texts = [sentence.text for article in new for sentence in article.sentences if not sentence.furniture]
    if name == peers.NLI:
        texts = texts[:: len(texts) // SLOW][:SLOW]
    work = peers.PEERS[name](learnt)
    benchmark.extra_info |= {"row": name, "sentences": len(texts)}
    benchmark.pedantic(work, (texts,), rounds=3, warmup_rounds=1)


COMMANDS = {
    "import spacy, sklearn": ("-c", "import spacy, sklearn"),
    "stance --help": ("-m", "stance", "--help"),
    "stance label, one article": ("-m", "stance", "label", str(next((ROOT / "seeds").glob("000*.txt")))),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_start(benchmark: Any, name: str) -> None:
    benchmark.extra_info["row"] = name
    benchmark.pedantic(run, COMMANDS[name], rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_jobs(benchmark: Any, folder: Path, jobs: int) -> None:
    inputs = folder / "in"
    inputs.mkdir(exist_ok=True)
    chosen = [each.article for each in annotated()[:MANY]]
    for article in chosen:
        (inputs / f"{article.id}.txt").write_text(article.text, encoding="utf-8")
    out = folder / f"{jobs}.jsonl"
    sentences = sum(len(each.sentences) for each in annotated()[:MANY])
    benchmark.extra_info |= {"row": f"--jobs {jobs}", "articles": len(chosen), "sentences": sentences}
    label = ("-m", "stance", "label", str(inputs), "-o", str(out), "--part-size", str(PART))
    command = ("-c", MEASURED, *label, "--jobs", str(jobs))

    def afresh() -> tuple[tuple[str, ...], dict[str, Any]]:
        out.unlink(missing_ok=True)  # or there would be nothing left to label
        return command, {}

    benchmark.extra_info["MiB"] = int(benchmark.pedantic(run, setup=afresh, rounds=1))


def run(*arguments: str) -> str:
    """One process, from start to end; what it prints."""
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout
