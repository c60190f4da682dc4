"""The shipped model's labels on the seeds, kept so that no change of them goes unseen.

`python -m tests.golden` (in the checkout's root) writes `seeds.csv` anew: do it after a training,
on purpose, and read the difference.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from stance.articles import read_articles
from stance.labels import FURNITURE, NONE
from stance.model import load
from stance.records import Article

__all__ = ["GOLDEN", "seeds_as_labelled"]

GOLDEN = Path(__file__).with_name("seeds.csv")
SEEDS = Path(__file__).parents[2] / "seeds"


def seeds_as_labelled() -> str:
    """CSV: one row per attribution, one per sentence without any, as the shipped model has them."""
    model = load()
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("article", "sentence", "speaker", "stance"))
    for article in read_articles([str(path) for path in sorted(SEEDS.glob("*.txt"))]):
        assert isinstance(article, Article), article
        result = model.label(article)
        for sentence, found in zip(result.sentences, result.attributions, strict=True):
            silent = [(FURNITURE if sentence.furniture else NONE, NONE)]
            for pair in [(one.speaker, one.stance) for one in found] or silent:
                table.writerow((article.id, sentence.index, *pair))
    return out.getvalue()
