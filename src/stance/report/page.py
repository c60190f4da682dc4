"""The held-out report as files: `metrics.json` and `report.html`, one page that needs nothing else."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.errors import MissingExtra, UsageError
from stance.evaluation import Evaluation, SetEvaluation
from stance.files import atomic_write
from stance.heldout import HeldOut, Mark
from stance.mistakes import CATEGORIES, Mistake
from stance.output.pieces import Piece, cut
from stance.report import words
from stance.report.plots import PLOTS, draw
from stance.templating import environment

__all__ = ["require_plots", "write"]


def require_plots() -> None:
    """See that the plots can be drawn, before any slow work.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtra("matplotlib", "report", "the plots of report.html")


def write(evaluation: Evaluation, directory: Path) -> None:
    """Write `metrics.json` and `report.html` into a folder, which is made where it is missing.

    Raises:
        MissingExtra: matplotlib is not installed; nothing is written.
        UsageError: the folder cannot be made or written to.
    """
    require_plots()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{directory}: cannot make this folder ({error.strerror}); choose another place"
        ) from error
    page = _page(evaluation)
    atomic_write(directory / "metrics.json", evaluation.to_json())
    atomic_write(directory / "report.html", page)


def _page(evaluation: Evaluation) -> str:
    from markupsafe import Markup

    plots = {
        each.name: {name: Markup(draw(name, each)) for name in PLOTS if name != "learning" or each.curve}
        for each in evaluation.sets
    }
    errors = {each.name: [_error(mistake, each) for mistake in each.mistakes] for each in evaluation.sets}
    template = environment("stance.report").get_template("report.html.j2")
    return template.render(
        evaluation=evaluation, plots=plots, errors=errors, categories=CATEGORIES, words=words
    )


def _error(mistake: Mistake, each: SetEvaluation) -> Mapping[str, Any]:
    row = mistake.row
    return {
        "row": row,
        "categories": list(dict.fromkeys(category for category, _, _ in mistake.errors)),
        "told": [
            (category, words.pair(gold, each), words.pair(predicted, each))
            for category, gold, predicted in mistake.errors
        ],
        "gold": [_mark(mark, row, each) for mark in row.gold_marks],
        "predicted": [_mark(mark, row, each) for mark in row.predicted_marks],
        "pieces": _pieces(row),
    }


def _mark(mark: Mark, row: HeldOut, each: SetEvaluation) -> Mapping[str, Any]:
    spans = [
        row.text[span[0] - row.start : span[1] - row.start] if span else ""
        for span in (mark.source, mark.cue)
    ]
    return {
        "label": words.pair((mark.role, mark.stance), each),
        "source": spans[0],
        "cue": spans[1],
        "sure": (mark.speaker_confidence, mark.stance_confidence),
        "review": mark.review,
    }


def _pieces(row: HeldOut) -> tuple[Piece, ...]:
    """The sentence cut wherever a span of the gold or of the prediction begins or ends."""
    spans = (
        (f"{side}-{name}", *span)
        for side, marks in (("gold", row.gold_marks), ("predicted", row.predicted_marks))
        for mark in marks
        for name, span in (("source", mark.source), ("cue", mark.cue))
        if span is not None
    )
    return cut(row.text, row.start, spans)
