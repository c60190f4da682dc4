"""The files of a sample: the sheet to annotate, the weights beside it, the model's labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.agreement import primary
from stance.annotations import row_files
from stance.errors import AnnotationError, UsageError
from stance.files import atomic_write
from stance.labels import FURNITURE, NONE, SOURCE_ROLES
from stance.positions.inputs import flag, read_labels
from stance.rows import ROW_COLUMNS, Row, check_labels, format_table, read_table, whole_number
from stance.sample.drawing import Drawn, Label
from stance.sample.estimating import Answer, Place

__all__ = ["Speakers", "read_answers", "read_frame", "read_places", "weights_path", "write_sample"]

WEIGHT_COLUMNS = ("article", "start", "end", "stratum", "size", "weight")


@dataclass(frozen=True)
class Speakers:
    """The speakers' labels in the `order` that decides a primary one; `allowed`, where the topic is known."""

    order: tuple[str, ...]
    allowed: tuple[str, ...] = ()


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


def read_places(sheet: Path) -> list[Place]:
    """The places of a sample's sentences, in the order of the sheet.

    Raises:
        AnnotationError: rows that are broken, each with its line.
    """
    problems: list[str] = []
    places = [_place(row, (), problems) for row in read_table(sheet, ROW_COLUMNS, problems)]
    if problems:
        raise AnnotationError(problems)
    return list(dict.fromkeys(place for place in places if place))


def read_answers(
    sheet: Path, frame: Mapping[Place, Label], speakers: Speakers, folder: Path | None = None
) -> tuple[list[Answer], int]:
    """The annotated sentences of a sample, and how many it was drawn with.

    The annotations stand in the sheet, or in a folder of annotations. `frame` is what `read_frame` gives.

    Raises:
        AnnotationError: rows that are broken, each with its line.
        UsageError: nothing is annotated, or sheet, weights and labels are not of the same corpus.
    """
    weights = _weights(sheet)
    problems: list[str] = []
    tables = [sheet] if folder is None else row_files(folder)
    rows: dict[Place, list[Row]] = {}
    for row in (row for table in tables for row in read_table(table, ROW_COLUMNS, problems)):
        place = _place(row, (), problems)
        if place in weights and row["speaker"] and not (folder and row.is_open):
            rows.setdefault(place, []).append(row)
        elif place and place not in weights and folder is None:
            problems.append(row.problem(f"this sentence has no line in {weights_path(sheet)}"))
    _check_topic(folder or sheet, rows, speakers)
    for own in rows.values():
        check_labels(own, [*speakers.allowed, NONE, FURNITURE] if speakers.allowed else None, problems)
    if problems:
        raise AnnotationError(problems)
    _check_corpus(sheet, weights, frame)
    return _answers(folder or sheet, rows, weights, speakers.order), len(weights)


def _weights(sheet: Path) -> dict[Place, Row]:
    problems: list[str] = []
    table = read_table(weights_path(sheet), WEIGHT_COLUMNS, problems)
    placed = [(_place(row, ("stratum", "size"), problems), row) for row in table]
    if problems:
        raise AnnotationError(problems)
    return {place: row for place, row in placed if place}


def _check_topic(where: Path, rows: Mapping[Place, Sequence[Row]], speakers: Speakers) -> None:
    """See that the annotations are of the labels' topic: if no speaker is, that is one mistake, not many."""
    found = {row["speaker"] for own in rows.values() for row in own} - {NONE, FURNITURE}
    if speakers.allowed and found and found.isdisjoint(speakers.allowed):
        raise UsageError(
            f"{where} has the speakers {', '.join(sorted(found))}, expected {', '.join(speakers.allowed)}; "
            "name the topic of both with --topic, or give the labels that belong to it"
        )


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
