"""The files of a sample: the sheet to annotate, the weights beside it, the model's labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from stance.agreement import primary
from stance.errors import AnnotationError, UsageError
from stance.files import atomic_write
from stance.labels import FURNITURE, NONE, SOURCE_ROLES
from stance.positions.inputs import flag, read_labels
from stance.rows import ROW_COLUMNS, Row, check_labels, format_table, read_table, whole_number
from stance.sample.drawing import Drawn, Label
from stance.sample.estimating import Answer, Place

__all__ = ["read_answers", "read_frame", "weights_path", "write_sample"]

WEIGHT_COLUMNS = ("article", "start", "end", "stratum", "size", "weight")


def weights_path(sheet: Path) -> Path:
    """Where the weights of a sheet lie: `sample.weights.csv` beside `sample.csv`."""
    return sheet.with_name(f"{sheet.stem}.weights.csv")


def write_sample(sheet: Path, drawn: Sequence[Drawn]) -> None:
    """Write a sample as annotation rows without labels, and its weights beside it.

    Raises:
        UsageError: one of the files is there already (it may hold annotations), or cannot be written.
    """
    for path in (sheet, weights_path(sheet)):
        if path.exists():
            raise UsageError(f"{path} exists already and may hold annotations: choose another name with -o")
    fields = ("article", "sentence", "paragraph", "start", "end", "text")
    blank = [None] * (len(ROW_COLUMNS) - len(fields))
    rows = ([*(getattr(one.candidate, field) for field in fields), *blank] for one in drawn)
    weights = (
        (one.candidate.article, one.candidate.start, one.candidate.end, one.stratum, one.size, one.weight)
        for one in drawn
    )
    # The weights first: a sheet without them would be annotated in vain.
    atomic_write(weights_path(sheet), format_table(WEIGHT_COLUMNS, weights))
    atomic_write(sheet, format_table(ROW_COLUMNS, rows))


def read_frame(paths: Iterable[Path]) -> tuple[dict[Place, Label], tuple[str, ...]]:
    """Every sentence's primary label in files that `stance label` wrote, without furniture.

    With it the speakers' labels that occur, in the order that decides the primary one.

    Raises:
        UsageError: a file is none of labels, or no sentence is in them.
    """
    labels: dict[Place, set[Label]] = {}
    roles: dict[str, str] = {}
    for path in paths:
        for number, row in read_labels(path):
            try:
                place = (str(row["article"]), int(row["start"]), int(row["end"]))
                label, furniture = (str(row["speaker"]), str(row["stance"])), flag(row["furniture"], False)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise UsageError(
                    f"{path}: row {number} is no label ({error}), expected rows of 'stance label'"
                ) from error
            if not furniture:
                labels.setdefault(place, set()).add(label)
                roles[label[0]] = str(row.get("role", NONE))
    if not labels:
        raise UsageError("no sentence in the labels, expected them as 'stance label' writes them")
    known = (name for name in roles if roles[name] in SOURCE_ROLES)
    order = tuple(sorted(known, key=lambda name: SOURCE_ROLES.index(roles[name])))
    return {place: primary(own, order) for place, own in labels.items()}, order


def read_answers(
    sheet: Path, frame: Mapping[Place, Label], order: Sequence[str], allowed: Sequence[str] | None = None
) -> tuple[list[Answer], int]:
    """The annotated sentences of a sheet, and how many it was drawn with.

    `frame` and `order` are what `read_frame` gives; `allowed` are the topic's labels, where it is known.

    Raises:
        AnnotationError: rows that are broken, each with its line.
        UsageError: nothing is annotated, or sheet, weights and labels are not of the same corpus.
    """
    problems: list[str] = []
    weights = {
        place: row
        for row in read_table(weights_path(sheet), WEIGHT_COLUMNS, problems)
        if (place := _place(row, ("stratum", "size"), problems))
    }
    rows: dict[Place, list[Row]] = {}
    for row in read_table(sheet, ROW_COLUMNS, problems):
        place = _place(row, (), problems)
        if place and place not in weights:
            problems.append(row.problem(f"this sentence has no line in {weights_path(sheet)}"))
        elif place and row["speaker"]:
            rows.setdefault(place, []).append(row)
    for own in rows.values():
        check_labels(own, None if allowed is None else [*allowed, NONE, FURNITURE], problems)
    if problems:
        raise AnnotationError(problems)
    _check_corpus(sheet, weights, frame)
    return _answers(sheet, rows, weights, order), len(weights)


def _answers(
    sheet: Path, rows: Mapping[Place, Sequence[Row]], weights: Mapping[Place, Row], order: Sequence[str]
) -> list[Answer]:
    """Each annotated sentence's primary label, with its stratum; none of the strata is missing."""
    if not rows:
        raise UsageError(f"{sheet}: no sentence is annotated, expected speakers and stances")
    answers = []
    for place, own in rows.items():
        marked = ((row["speaker"], row["stance"]) for row in own if row["speaker"] not in (NONE, FURNITURE))
        line = weights[place]
        answers.append(Answer(place, primary(marked, order), int(line["stratum"]), int(line["size"])))
    missing = {int(row["stratum"]) for row in weights.values()} - {answer.stratum for answer in answers}
    if missing:
        raise UsageError(
            f"{sheet}: stratum {min(missing)} is not annotated at all: annotate more of the sample"
        )
    return answers


def _check_corpus(sheet: Path, weights: Mapping[Place, Row], frame: Mapping[Place, Label]) -> None:
    """See that the sample was drawn from the sentences that are labelled."""
    size = sum({row["stratum"]: int(row["size"]) for row in weights.values()}.values())
    strange = next((place for place in weights if place not in frame), None)
    if strange or size != len(frame):
        found = (
            f"{strange[0]} {strange[1]}:{strange[2]} is not in them" if strange else f"they have {len(frame)}"
        )
        raise UsageError(
            f"{sheet} was drawn from {size} sentences and the labels are of others ({found}): give what "
            "'stance label' writes for the same articles, without --attributions-only"
        )


def _place(row: Row, numbers: Sequence[str], problems: list[str]) -> Place | None:
    start, end, *others = (whole_number(row, name, problems) for name in ("start", "end", *numbers))
    return None if start is None or end is None or None in others else (row["article"], start, end)
