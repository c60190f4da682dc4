"""One row of the ladder: all held-out figures of a configuration, appended to `models/EXPERIMENTS.md`.

    python -m tests.bench.ladder "what changed" [--drop BLOCK ...] [--polnear FOLDER] [--encoder FOLDER]
        [--screen]

Seeds are left out one article at a time, composed articles and contrast families in four folds by
world (with --screen the first fold only). The focal sentences of a contrast family are those that
no sibling shares. With --polnear the folder of the PolNeAR development part is labelled under the
topic `open` and scored by its own `score.py`; nothing of it is trained on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from stance.annotations import read_annotations
from stance.articles import ArticleFailure, read_articles
from stance.cast import Cast
from stance.confidence import Calibration
from stance.evaluation import SetEvaluation, evaluate
from stance.examples import prepare
from stance.features import BLOCKS
from stance.fitting import fit_calibration, fit_heads
from stance.heldout import HeldOut
from stance.model import Model
from stance.output.rows import rows as output_rows
from stance.scores import Figure
from stance.storage import pack_heads
from stance.topic import load_topic
from stance.training import Encoding, folds_for
from stance.trials import Plan, calibrating, held_out, try_folds
from stance.voices import Thresholds
from tests.bench.focal import focal_of
from tests.conftest import bare

ROOT = Path(__file__).parents[2]
LADDER = ROOT / "models" / "EXPERIMENTS.md"
FIGURES = ("joint_accuracy", "speaker_accuracy", "stance_macro_f1", "attribution_f1")
HEAD = f"""# Experiments

Each row is one configuration, measured by `python -m tests.bench.ladder "what changed"`. Per set: joint
accuracy with its 95 % interval (seeds: counts), speaker accuracy, stance macro-F1, attribution F1. Focal:
the sentences of the contrast families that no sibling shares, right. PolNeAR, development part: detection
MCC, source F1, cue F1. Seconds to fit and predict all folds on one core; bytes of the heads.

| date | what changed | seeds | composed | contrast | focal | PolNeAR | s | bytes |
|{"---|" * 9}
"""


def main() -> None:
    """Measure one configuration and append its row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("change")
    parser.add_argument("--drop", action="append", default=[], choices=BLOCKS)
    parser.add_argument("--polnear", type=Path)
    parser.add_argument("--screen", action="store_true")
    parser.add_argument("--encoder", type=Path, help="a folder of 'stance finetune'")
    chosen = parser.parse_args()
    began = time.perf_counter()
    casts: dict[str, Cast] = {}
    encoding = Encoding.load(chosen.encoder)
    drop = tuple(chosen.drop)
    # Features alone are not all that the encoder tells: who speaks at all and the cues are its word, too.
    encode = (bare, bare) if "encoder" in drop else (encoding.base, encoding.own)
    base = [prepare(a, casts, encode[0]) for a in read_annotations(ROOT / "annotations" / "composed")]
    own = [prepare(a, casts, encode[1]) for a in read_annotations(ROOT / "annotations")]
    folds = folds_for(base, own)
    folds = folds[:1] if chosen.screen else folds
    with threadpool_limits(1):
        tried = try_folds(Plan(tuple(folds), tuple(base), tuple(own), drop=drop))
        rows = held_out(tried, fit_calibration(calibrating(tried, None), drop), drop)
        seconds = time.perf_counter() - began
        heads = fit_heads([*base, *own], drop)
    sets = {scored.name: scored for scored in evaluate(rows).sets}
    told = [shown(sets[name]) if name in sets else "–" for name in ("seeds", "composed", "contrast")]
    composed = fit_heads(base, drop)
    model = Model(composed, load_topic("open"), Thresholds(), Calibration(), "", encoding.encoder)
    polnear = attribution(model, chosen.polnear) if chosen.polnear else "–"
    size = sum(len(part) for part in pack_heads(heads))
    row = [
        time.strftime("%Y-%m-%d"),
        chosen.change,
        *told,
        focal(rows),
        polnear,
        f"{seconds:.0f}",
        f"{size:,}",
    ]
    if not LADDER.exists():
        LADDER.write_text(HEAD, "utf-8")
    with LADDER.open("a", encoding="utf-8") as ladder:
        ladder.write(f"| {' | '.join(row)} |\n")
    sys.stdout.write(f"| {' | '.join(row)} |\n")


def shown(scored: SetEvaluation) -> str:
    """The four figures of a set; the first with its interval or counts."""
    figures = [scored.figures[name] for name in FIGURES]
    return " ".join([with_interval(figures[0]), *(f"{figure.value:.3f}" for figure in figures[1:])])


def with_interval(figure: Figure) -> str:
    """A figure with its interval, or with its counts where there is none."""
    if figure.low is None:
        return f"{figure.value:.3f} ({figure.right}/{figure.total})"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def focal(rows: Sequence[HeldOut]) -> str:
    """The share of focal sentences that are right."""
    asked = focal_of(rows)
    right = sum(row.gold_primary == row.predicted_primary for row in asked)
    return f"{right / len(asked):.3f} ({right}/{len(asked)})" if asked else "–"


def attribution(model: Model, folder: Path) -> str:
    """Detection MCC, source and cue F1 on PolNeAR, by a model that learnt from composed articles alone."""
    with tempfile.TemporaryDirectory() as out:
        for article in read_articles([str(folder / "dev" / "text")]):
            if not isinstance(article, ArticleFailure):
                target = Path(out, f"{article.id}.jsonl")
                target.write_text(
                    "".join(json.dumps(row) + "\n" for row in output_rows(model.label(article)))
                )
        told = subprocess.run(
            [sys.executable, str(folder / "score.py"), out], capture_output=True, text=True, check=True
        ).stdout
    words = told.split()
    mcc = words[words.index("mcc") + 1]
    scores = [line.split()[line.split().index("f1") + 1] for line in told.splitlines() if "f1" in line]
    return f"{mcc} {scores[1]} {scores[2]}"


if __name__ == "__main__":
    main()
