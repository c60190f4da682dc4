"""The held-out figures of a model, or of another system on the same gold.

All scoring is done in roles; `SetEvaluation.labels` says what the topic calls them. The figures' definitions
are those of the annotators' guide: primary label, joint accuracy, macro-F1, attribution F1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from stance.calibration import (
    Reliability,
    RiskCoverage,
    calibrations,
    reviewed,
    risk_coverage,
    row_confidences,
)
from stance.errors import ModelError
from stance.heldout import SETS, HeldOut, role_labels
from stance.heldoutfile import load_heldout
from stance.labels import FURNITURE, ROLES, STANCES
from stance.mistakes import EXAMPLES, Mistake, mistakes
from stance.rival import Replaced, replace_predictions
from stance.scores import (
    ClassScore,
    Figure,
    Sampler,
    attributions,
    class_scores,
    figures,
    tally,
    tally_pairs,
)
from stance.slices import HabitCell, Slice, habit_cells, slices

__all__ = ["Baseline", "Confusion", "Evaluation", "HeldOut", "SetEvaluation", "evaluate", "load_heldout"]

OURS = "model"
"""The name under which the model's own predictions stand beside another system's."""


@dataclass(frozen=True)
class Confusion:
    """Counts of sentences by gold label (rows) and predicted label (columns)."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Baseline:
    """What another rule scores on the same sentences; `gain` is our joint accuracy minus its own."""

    name: str
    sentences: int
    figures: Mapping[str, Figure]
    gain: Figure


@dataclass(frozen=True)
class LearntShare:
    """Joint accuracy of what learnt from a share of the articles of the other folds."""

    share: float
    joint_accuracy: Figure


@dataclass(frozen=True)
class SetEvaluation:
    """Every figure of one set of articles.

    `calibration` has `speaker`, `stance`, `row` and `nobody`; `unflagged` and `flagged` are the shares
    of right attributions among those that the model is sure of and those that it asks to review;
    `missing` counts the sentences that another system had no row for; `curve` has the learning curve,
    the last point of which is the model itself, and is empty where none was measured.
    """

    name: str
    articles: int
    sentences: int
    attributions: int
    labels: Mapping[str, str]
    figures: Mapping[str, Figure]
    speakers: tuple[ClassScore, ...]
    stances: tuple[ClassScore, ...]
    speaker_confusion: Confusion
    stance_confusion: Confusion
    calibration: Mapping[str, Reliability]
    risk_coverage: RiskCoverage
    unflagged: Figure
    flagged: Figure
    slices: tuple[Slice, ...]
    habits: tuple[HabitCell, ...]
    baselines: tuple[Baseline, ...]
    curve: tuple[LearntShare, ...]
    furniture: ClassScore | None
    errors: Mapping[str, int]
    sentences_with_errors: int
    mistakes: tuple[Mistake, ...]
    missing: int


@dataclass(frozen=True)
class Evaluation:
    """All sets side by side; `predictions` names the file of another system, or is None for the model.

    `left_out` has the sets that the other system has no row of; `unmatched` counts its rows that meet
    no gold sentence.
    """

    sets: tuple[SetEvaluation, ...]
    predictions: str | None = None
    left_out: tuple[str, ...] = ()
    unmatched: int = 0
    unmatched_examples: tuple[str, ...] = ()
    seed: int = 0
    command: str = "stance evaluate --model MODEL -o DIR"

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values, without the texts of the error list; floats have four digits."""
        sets = {each.name: _plain(each, skip=("name", "mistakes")) for each in self.sets}
        return {"schema": 1, "sets": sets, **_plain(self, skip=("sets", "command"))}

    def to_json(self) -> str:
        """The text of `metrics.json`: the same evaluation gives the same bytes."""
        return (
            json.dumps(self.to_dict(), ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"
        )


def evaluate(
    rows: Sequence[HeldOut], predictions: Path | None = None, seed: int = 0, command: str | None = None
) -> Evaluation:
    """Score held-out rows, or the rows of another system on the same gold.

    `command` is what the user ran; the report prints it under each figure.

    Raises:
        AnnotationError: `predictions` has broken rows or unknown labels; each is named with its line.
        ModelError: some rows of a set lack a baseline or a share of the learning curve that others have,
            or a share is none.
        UsageError: `predictions` cannot be read or meets no held-out sentence.
    """
    replaced = None if predictions is None else replace_predictions(rows, predictions)
    scored = rows if replaced is None else replaced.rows
    sets, left_out = [], []
    for name in SETS:
        numbers = [at for at, row in enumerate(scored) if row.set == name]
        missing = replaced.missing[name] if replaced and numbers else 0
        if numbers and missing == len(numbers):
            left_out.append(name)
        elif numbers:
            ours = None if replaced is None else [rows[at] for at in numbers]
            sets.append(_evaluate_set([scored[at] for at in numbers], ours, missing, seed))
    return Evaluation(
        tuple(sets),
        None if predictions is None else predictions.name,
        tuple(left_out),
        replaced.unmatched if replaced else 0,
        replaced.examples if replaced else (),
        seed,
        command or _command(replaced, predictions),
    )


def _command(replaced: Replaced | None, predictions: Path | None) -> str:
    rival = f" --predictions {predictions.name}" if replaced and predictions else ""
    return f"stance evaluate --model MODEL{rival} -o DIR"


def _evaluate_set(
    rows: Sequence[HeldOut], ours: Sequence[HeldOut] | None, missing: int, seed: int
) -> SetEvaluation:
    name, articles = rows[0].set, len({row.article for row in rows})
    sampler, counts = Sampler(articles, seed), tally(rows)
    gold, predicted = [row.gold_primary for row in rows], [row.predicted_primary for row in rows]
    errors, wrong, shown = mistakes(rows, None if name == "seeds" else EXAMPLES, seed)
    unflagged, flagged = (reviewed(rows, review) for review in (False, True))
    return SetEvaluation(
        name=name,
        articles=articles,
        sentences=len(rows),
        attributions=sum(len(attributions(row)[0]) for row in rows),
        labels=role_labels(rows),
        figures=figures(counts, sampler),
        speakers=class_scores([pair[0] for pair in gold], [pair[0] for pair in predicted], ROLES),
        stances=class_scores([pair[1] for pair in gold], [pair[1] for pair in predicted], STANCES),
        speaker_confusion=_confusion(counts["speaker"], ROLES),
        stance_confusion=_confusion(counts["stance"], STANCES),
        calibration=calibrations(rows),
        risk_coverage=risk_coverage(row_confidences(rows)),
        unflagged=unflagged,
        flagged=flagged,
        slices=slices(rows),
        habits=habit_cells(rows),
        baselines=_baselines(rows, ours, sampler),
        curve=_curve(rows, sampler) if ours is None else (),
        furniture=_furniture(rows),
        errors=errors,
        sentences_with_errors=wrong,
        mistakes=shown,
        missing=missing,
    )


def _curve(rows: Sequence[HeldOut], sampler: Sampler) -> tuple[LearntShare, ...]:
    """The learning curve, from what learnt from least to the model itself."""
    if not all(row.shares for row in rows):
        return ()
    told = {_share(name): pairs for name, pairs in _answers(rows, "shares").items()}
    told[1.0] = [row.predicted_primary for row in rows]
    return tuple(
        LearntShare(share, _baseline(str(share), rows, pairs, sampler).figures["joint_accuracy"])
        for share, pairs in sorted(told.items())
    )


def _share(name: str) -> float:
    try:
        share = float(name)
    except ValueError:
        share = math.nan
    if not 0 < share < 1:
        raise ModelError(
            f"heldout.jsonl: a share of the learning curve is {name!r}, expected one such as '0.5'; train "
            "the model again with 'stance train'"
        )
    return share


def _answers(rows: Sequence[HeldOut], field: str) -> dict[str, list[Any]]:
    """What each of the `baselines` or `shares` says of every row of a set."""
    given: list[Mapping[str, Any]] = [getattr(row, field) for row in rows]
    told = {name: [one.get(name) for one in given] for name in dict.fromkeys(n for one in given for n in one)}
    for name, pairs in told.items():
        if None in pairs:
            what = f"{field.removesuffix('s')} {name!r}"
            raise ModelError(
                f"heldout.jsonl: {pairs.count(None)} of {len(pairs)} rows of the set {rows[0].set!r} have no "
                f"{what}, expected all to; train the model again with 'stance train'"
            )
    return told


def _confusion(counts: Any, labels: Sequence[str]) -> Confusion:
    """The labels that occur, and their counts, from a tally's (article, gold, predicted)."""
    total = counts.sum(0).astype(int)
    used = [at for at in range(len(labels)) if total[at].any() or total[:, at].any()]
    return Confusion(
        tuple(labels[at] for at in used), tuple(tuple(line) for line in total[used][:, used].tolist())
    )


def _furniture(rows: Sequence[HeldOut]) -> ClassScore | None:
    gold = [FURNITURE if row.furniture else "text" for row in rows]
    predicted = [FURNITURE if row.furniture_predicted else "text" for row in rows]
    return next(iter(class_scores(gold, predicted, [FURNITURE])), None)


def _baselines(
    rows: Sequence[HeldOut], ours: Sequence[HeldOut] | None, sampler: Sampler
) -> tuple[Baseline, ...]:
    told = _answers(rows, "baselines")
    if ours is not None:
        told[OURS] = [row.predicted_primary for row in ours]
    return tuple(_baseline(name, rows, pairs, sampler) for name, pairs in told.items())


def _baseline(name: str, rows: Sequence[HeldOut], pairs: Sequence[Any], sampler: Sampler) -> Baseline:
    # The same articles in the same order in both tallies, so that a resample pairs system and baseline.
    articles, gold = [row.article for row in rows], [row.gold_primary for row in rows]
    theirs = tally_pairs(articles, gold, pairs)
    mine = tally_pairs(articles, gold, [row.predicted_primary for row in rows])
    left, right = sampler.values("joint_accuracy", mine), sampler.values("joint_accuracy", theirs)
    low, high = sampler.interval(None if left is None or right is None else left - right)
    gained = int(mine["joint"][:, 0].sum() - theirs["joint"][:, 0].sum())
    return Baseline(
        name, len(rows), figures(theirs, sampler), Figure(gained / len(rows), gained, len(rows), low, high)
    )


def _plain(value: Any, skip: tuple[str, ...] = ()) -> Any:
    """Dataclasses as dicts, tuples as lists, floats rounded to four digits."""
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name not in skip
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
