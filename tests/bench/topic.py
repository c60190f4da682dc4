"""A topic from nothing: how well a story that is not about weapons is read, before and after annotating it.

    python -m tests.bench.topic [--model DIR]

Scores `annotations/example` four times: the best constant answer (chosen in hindsight), the shipped
model with the topic file alone, the composed articles alone (the shipped model learnt from the seeds
too, the next line did not), and what `stance train` predicts for each article when it has learnt from
the composed articles and the other two. With --model it reads a folder that `stance train --annotations
annotations/example` wrote, instead of training (a minute or two).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.cast import Cast
from stance.confidence import Calibration
from stance.evaluation import evaluate
from stance.examples import prepare
from stance.fitting import fit_heads
from stance.heldout import HeldOut, Mark
from stance.heldoutfile import load_heldout
from stance.labels import NONE
from stance.model import Model, load
from stance.output.rows import rows as output_rows
from stance.topic import load_topic
from stance.training import Encoding, TrainSettings, base_folder, train
from stance.voices import Thresholds

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "annotations" / "example"
FIGURES = ("joint_accuracy", "speaker_accuracy", "stance_accuracy", "attribution_f1")


def main() -> None:
    """Print the four lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = chosen.model or train(TrainSettings(folder / "model", EXAMPLE))
        after = [row for row in load_heldout(model) if row.set == "annotations"]
        articles = read_annotations(EXAMPLE)
        lines = (
            ("best constant answer", constant(after), None),
            ("shipped model, topic file alone", after, labels(load(), articles, folder / "shipped.jsonl")),
            ("composed articles alone", after, labels(base_model(), articles, folder / "base.jsonl")),
            ("and the other two articles", after, None),
        )
        for told, rows, predictions in lines:
            sys.stdout.write(f"{told:32}{shown(rows, predictions)}\n")


def base_model() -> Model:
    """A model of the composed articles, uncalibrated: that moves confidences, not labels."""
    casts: dict[str, Cast] = {}
    with threadpool_limits(1):
        encoding = Encoding.load()
        heads = fit_heads([prepare(each, casts, encoding.base) for each in read_annotations(base_folder())])
    return Model(heads, load_topic("open"), Thresholds(), Calibration(), "", encoding.encoder)


def labels(model: Model, articles: Iterable[AnnotatedArticle], path: Path) -> Path:
    """Write what `stance label --topic` writes, each article under its own topic."""
    lines = []
    for annotated in articles:
        parts = (
            model.heads,
            annotated.topic,
            model.thresholds,
            model.calibration,
            model.digest,
            model.encoder,
        )
        lines += [json.dumps(row) + "\n" for row in output_rows(Model(*parts).label(annotated.article))]
    path.write_text("".join(lines), "utf-8")
    return path


def constant(rows: Sequence[HeldOut]) -> list[HeldOut]:
    """The rows with the one answer that is right most often, in the place of what was predicted."""
    role, stance = Counter(row.gold_primary for row in rows).most_common(1)[0][0]
    marks = () if role == NONE else (Mark(role, stance),)
    return [replace(row, predicted=marks, furniture_predicted=False) for row in rows]


def shown(rows: Sequence[HeldOut], predictions: Path | None) -> str:
    """The figures on one line; shares with their counts."""
    (scored,) = evaluate(rows, predictions).sets
    told = []
    for name in FIGURES:
        figure = scored.figures[name]
        counts = f" ({figure.right}/{figure.total})" if figure.total else ""
        told.append(f"{name} {figure.value or 0.0:.3f}{counts}")
    return "  ".join(told)


if __name__ == "__main__":
    main()
