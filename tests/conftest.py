"""What several test files stand on: a few composed articles, and a tiny model trained on them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection
from pathlib import Path

import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.encoder.vectors import VECTORS
from stance.model import Model, load
from stance.reading import ReadArticle
from stance.training import TrainSettings, train

ROOT = Path(__file__).parents[1]
COMPOSED = ROOT / "annotations" / "composed"
SHIPPED = ROOT / "models" / "serbia-arms"
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))

TINY = (
    *("a_01", "a_02", "a_05", "a_06", "a_09", "b_01", "b_05", "b_02", "c_01", "c_02", "d_01", "e_01"),
    *("k_f01_1", "k_f01_2", "k_f01_3", "k_f02_1", "k_f02_2", "k_f02_3", "l_f01_1", "l_f01_2", "m_01"),
)
"""Composed articles of twelve worlds, and parts of three contrast families."""


def bare(article: ReadArticle) -> ReadArticle:
    """An article as it was read, without what an encoder tells of it."""
    return article


def take(articles: Collection[str], folder: Path) -> Path:
    """A new folder of annotations that holds only these composed articles."""
    folder.mkdir(parents=True)
    for table in sorted(COMPOSED.glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        kept = [row for row in rows if row[0] in articles]
        if kept:
            with (folder / table.name).open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([header, *kept])
    shutil.copytree(COMPOSED / "topics", folder / "topics")
    shutil.copy(COMPOSED / VECTORS, folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A folder of annotations with the articles of `TINY`."""
    return take(TINY, tmp_path_factory.mktemp("tiny") / "annotations")


@pytest.fixture(scope="session")
def composed() -> list[AnnotatedArticle]:
    """All composed articles."""
    return read_annotations(COMPOSED)


@pytest.fixture(scope="session")
def trained(tiny, tmp_path_factory) -> Path:
    """The folder of a model that was trained on `tiny` alone, in a few seconds."""
    output = tmp_path_factory.mktemp("model") / "small"
    return train(TrainSettings(output, tiny, topic="serbia-arms", use_base=False))


@pytest.fixture(scope="session")
def small(trained) -> Model:
    """The tiny model, loaded."""
    return load(trained)
