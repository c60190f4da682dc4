"""The held-out report as plain text for a terminal, at most 110 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from stance.calibration import Reliability
from stance.evaluation import Confusion, Evaluation, SetEvaluation
from stance.report.words import (
    CONFIRMS_NOTE,
    FIGURES,
    INTERVAL_NOTE,
    baseline_name,
    beaten,
    gold_note,
    heading,
    number,
    pair,
    rival_note,
    score,
    system,
)
from stance.scores import ClassScore

__all__ = ["terminal"]

WIDTH = 110


def terminal(evaluation: Evaluation) -> str:
    """All figures as text: side by side, then set by set, then every error of the seeds."""
    parts = [f"Scored: {system(evaluation)}", *rival_note(evaluation), ""]
    parts += _side_by_side(evaluation.sets)
    for each in evaluation.sets:
        parts += ["", "", f"{each.name.upper()}  {heading(each)}", "=" * WIDTH]
        parts += _set(each)
    parts += ["", "", *(_wrapped(note) for note in (gold_note(evaluation), CONFIRMS_NOTE, INTERVAL_NOTE))]
    return "\n".join(line.rstrip() for part in parts for line in _fit(part)) + "\n"


def _fit(part: str) -> list[str]:
    return [
        short
        for line in part.split("\n")
        for short in (textwrap.wrap(line, WIDTH) if len(line) > WIDTH else [line])
    ]


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Aligned columns: the first `left` of them to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )

    return [line(header), "  ".join("-" * width for width in widths), *map(line, rows)]


def _side_by_side(sets: Sequence[SetEvaluation]) -> list[str]:
    rows = [[name, *(score(each.figures.get(key)) for each in sets)] for key, name, _ in FIGURES]
    size = [
        ["articles", *(str(each.articles) for each in sets)],
        ["sentences", *(f"{each.sentences:,}" for each in sets)],
    ]
    return _table(["", *(each.name for each in sets)], size + rows)


def _set(each: SetEvaluation) -> Iterator[str]:
    yield from _baselines(each)
    if warning := beaten(each):
        yield warning
    yield from ("", "Speakers (primary label)")
    yield from _classes(each.speakers, each)
    yield from ("", "Stances (primary label)")
    yield from _classes(each.stances, each)
    yield from ("", "Speaker confusion: gold in rows, predicted in columns")
    yield from _confusion(each.speaker_confusion, each)
    yield from ("", "Stance confusion: gold in rows, predicted in columns")
    yield from _confusion(each.stance_confusion, each)
    yield from ("", "Kinds of sentence (they overlap)")
    yield from _table(
        ["", "sentences", "joint accuracy", "right", "gold attr.", "attribution F1"],
        [
            [cut.name, str(cut.n), number(cut.joint.value), str(cut.joint.right), str(cut.gold_attributions),
             number(cut.attribution_f1)]
            for cut in each.slices
        ],
    )  # fmt: skip
    yield from ("", "Positions against a role's habit (*) and with it")
    yield from _habits(each)
    if each.curve:
        shares = [f"{point.share:.0%}" for point in each.curve]
        figures = [score(point.joint_accuracy) for point in each.curve]
        yield from ("", "Learning curve (joint accuracy by the share of the articles that was learnt from)")
        yield from _table(["", *shares], [["", *figures]])
    yield from ("", "Confidence")
    yield from _confidence(each)
    yield from _errors(each)


def _baselines(each: SetEvaluation) -> list[str]:
    keys = ("joint_accuracy", "speaker_accuracy", "stance_macro_f1")
    rows = [["this system", *(number(each.figures[key].value) for key in keys), ""]]
    for base in each.baselines:
        gain = score(base.gain, signed=True)
        rows.append([baseline_name(base.name), *(number(base.figures[key].value) for key in keys), gain])
    return _table(
        ["", "joint accuracy", "speaker accuracy", "stance macro-F1", "joint: this system better by"], rows
    )


def _classes(scores: Sequence[ClassScore], each: SetEvaluation) -> list[str]:
    return _table(
        ["", "precision", "recall", "F1", "in gold", "predicted"],
        [
            [each.labels.get(one.label, one.label), number(one.precision), number(one.recall), number(one.f1),
             str(one.support), str(one.predicted)]
            for one in scores
        ],
    )  # fmt: skip


def _confusion(confusion: Confusion, each: SetEvaluation) -> list[str]:
    names = [each.labels.get(label, label) for label in confusion.labels]
    rows = [
        [name, *(str(n) if n else "·" for n in counts)]
        for name, counts in zip(names, confusion.counts, strict=True)
    ]
    return _table(["", *names], rows)


def _habits(each: SetEvaluation) -> list[str]:
    return _table(
        ["", "in gold", "found", "predicted", "the others became"],
        [
            [f"{' ' if cell.habit else '*'} {each.labels[cell.role]} {cell.stance}",
             str(cell.support), str(cell.right), str(cell.predicted),
             ", ".join(f"{what} {n}" for what, n in cell.instead)]
            for cell in each.habits
        ],
    )  # fmt: skip


def _confidence(each: SetEvaluation) -> Iterator[str]:
    def row(name: str, one: Reliability) -> list[str]:
        return [name, str(one.n), number(one.confidence), number(one.accuracy), number(one.ece)]

    yield from _table(
        ["", "n", "mean confidence", "share right", "ECE (10 equal-mass bins)"],
        [row(name, one) for name, one in each.calibration.items()],
    )
    rows = each.unflagged.total or 0, each.flagged.total or 0
    if sum(rows):
        yield (
            f"Attributions not marked for review: {rows[0]} of {sum(rows)} ({rows[0] / sum(rows):.1%}), "
            f"of which right {number(each.unflagged.value)}; marked: right {number(each.flagged.value)}."
        )


def _errors(each: SetEvaluation) -> Iterator[str]:
    counts = ", ".join(f"{name} {n}" for name, n in each.errors.items())
    yield from ("", f"Errors: {counts} (in {each.sentences_with_errors} of {each.sentences} sentences)")
    if each.name != "seeds":
        return
    article = ""
    for mistake in each.mistakes:
        if mistake.row.article != article:
            article = mistake.row.article
            yield from ("", f"  {article}")
        for category, gold, predicted in mistake.errors:
            told = f"{pair(gold, each)}, predicted {pair(predicted, each)}"
            yield f"  {mistake.row.sentence:>4}  {category}: {told}"
        yield _wrapped(" ".join(mistake.row.text.split()), " " * 8)
