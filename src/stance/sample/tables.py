"""The files of a sample: the sheet to annotate, the weights beside it, the model's labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.agreement import primary
from stance.annotations import row_files
from stance.errors import AnnotationError, UsageError, did_you_mean
from stance.files import atomic_write
from stance.labels import FURNITURE, MODEL, NONE, SOURCE_ROLES
from stance.output.text import guarded
from stance.positions.inputs import flag, read_labels
from stance.rows import ROW_COLUMNS, Row, check_labels, format_table, read_table, unknown, whole_number
from stance.sample.drawing import Drawn, Label
from stance.sample.estimating import Answer, Place

__all__ = ["Frame", "Sample", "read_answers", "read_frame", "weights_path", "write_sample"]

WEIGHT_COLUMNS = ("article", "start", "end", "stratum", "size", "weight", "topic_sha256")


@dataclass(frozen=True)
class Sample:
    """A drawn sample as its files have it: the sentences' words in the sheet's order, and their weights."""

    path: Path
    texts: Mapping[Place, str]
    weights: Mapping[Place, Row]

    @classmethod
    def read(cls, path: Path) -> Sample:
        """The sample of a sheet and of the weights beside it.

        Raises:
            AnnotationError: rows that are broken, or have no weight, each with its line.
            UsageError: there are none.
        """
        weights = _weights(path)
        problems: list[str] = []
        texts: dict[Place, str] = {}
        for row in read_table(path, ROW_COLUMNS, problems):
            place = _place(row, (), problems)
            if place in weights:
                texts[place] = row["text"]
            elif place:
                problems.append(row.problem(f"this sentence has no line in {weights_path(path)}"))
        if problems:
            raise AnnotationError(problems)
        if not texts:
            raise UsageError(f"{path} has no sentence, expected those that 'stance sample' drew")
        return cls(path, texts, weights)

    @property
    def topics(self) -> frozenset[str]:
        """The digests of the topics that the sentences were labelled under when they were drawn."""
        return frozenset(row["topic_sha256"] for row in self.weights.values())


@dataclass(frozen=True)
class Frame:
    """What a model says of a corpus: each sentence's primary label and words, without furniture.

    `order` has the speakers' labels that occur, in the order that decides the primary one; `topics` the
    digests of the topics of the labels. Labels that were written without text have none of the words.
    """

    labels: Mapping[Place, Label]
    order: tuple[str, ...]
    texts: Mapping[Place, str]
    topics: frozenset[str]


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
    # The weights first: a sheet without them would be annotated in vain.
    atomic_write(weights_path(sheet), format_table(WEIGHT_COLUMNS, map(_weight, drawn)))
    atomic_write(sheet, format_table(ROW_COLUMNS, rows))


def _weight(one: Drawn) -> tuple[object, ...]:
    drawn = one.candidate
    return drawn.article, drawn.start, drawn.end, one.stratum, one.size, one.weight, drawn.topic


def read_frame(paths: Iterable[Path]) -> Frame:
    """What the files say that `stance label` wrote.

    Raises:
        UsageError: a file is none of labels, or no sentence is in them.
    """
    labels: dict[Place, set[Label]] = {}
    texts: dict[Place, str] = {}
    roles: dict[str, str] = {}
    topics: set[str] = set()
    for path in paths:
        for number, row in read_labels(path):
            try:
                place = (str(row["article"]), int(row["start"]), int(row["end"]))
                label, furniture = (str(row["speaker"]), str(row["stance"])), flag(row["furniture"], False)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise UsageError(
                    f"{path}: row {number} is no label ({error}), expected rows of 'stance label'"
                ) from error
            if row.get("labelled_by") not in (None, MODEL):
                raise UsageError(
                    f"{path}: row {number} was corrected by {row['labelled_by']}, expected the model's own "
                    "labels: write them to a file that no corrections lie beside"
                )
            if furniture:
                continue
            labels.setdefault(place, set()).add(label)
            roles[label[0]] = str(row.get("role", NONE))
            topics.add(str(row.get("topic_sha256") or ""))
            if row.get("text"):
                texts[place] = str(row["text"])
    if not labels:
        raise UsageError("no sentence in the labels, expected them as 'stance label' writes them")
    known = (name for name in roles if roles[name] in SOURCE_ROLES)
    order = tuple(sorted(known, key=lambda name: SOURCE_ROLES.index(roles[name])))
    primaries = {place: primary(own, order) for place, own in labels.items()}
    return Frame(primaries, order, texts, frozenset(topics - {""}))


def read_answers(
    sheet: Path, frame: Frame, speakers: Sequence[str] = (), folder: Path | None = None
) -> tuple[list[Answer], int]:
    """The annotated sentences of a sample, and how many it was drawn with.

    The annotations stand in the sheet, or in a folder of annotations. `speakers` are the topic's labels in
    their order, where the topic is known.

    Raises:
        AnnotationError: rows that are broken, each with its line.
        UsageError: nothing is annotated, or sheet, weights and labels are not of the same corpus.
    """
    sample = Sample.read(sheet)
    _check_corpus(sample, frame)
    problems: list[str] = []
    tables = [sheet] if folder is None else row_files(folder)
    rows: dict[Place, list[Row]] = {}
    for row in (row for table in tables for row in read_table(table, ROW_COLUMNS, problems)):
        place = _place(row, (), problems)
        if not place or not row["speaker"] or (folder and row.is_open):
            continue
        if place in sample.weights:
            rows.setdefault(place, []).append(row)
        else:
            problems += _cut_anew(row, place, sample)
    _check_speakers(folder or sheet, rows, speakers)
    for own in rows.values():
        check_labels(own, tuple(dict.fromkeys([*speakers, NONE, FURNITURE])) if speakers else None, problems)
        problems += _slips(own, frame.order) if not speakers else []
    if problems:
        raise AnnotationError(problems)
    return _answers(folder or sheet, rows, sample.weights, speakers or frame.order), len(sample.weights)


def _cut_anew(row: Row, place: Place, sample: Sample) -> Iterator[str]:
    """A line where an annotator cut a drawn sentence otherwise: its answer would be lost."""
    article, start, end = place
    for name, first, last in sample.weights:
        if name == article and start < last and first < end:
            yield row.problem(
                f"the sentence at {start}:{end} was drawn as {first}:{last}, expected it as it was drawn: "
                "undo what joined or split it"
            )
            return


def _weights(sheet: Path) -> dict[Place, Row]:
    problems: list[str] = []
    table = read_table(weights_path(sheet), WEIGHT_COLUMNS, problems)
    placed = [(_place(row, ("stratum", "size"), problems), row) for row in table]
    if problems:
        raise AnnotationError(problems)
    return {place: row for place, row in placed if place}


def _check_speakers(where: Path, rows: Mapping[Place, Sequence[Row]], speakers: Sequence[str]) -> None:
    """See that the annotations are of the labels' topic: if no speaker is, that is one mistake, not many."""
    found = {row["speaker"] for own in rows.values() for row in own} - {NONE, FURNITURE}
    if speakers and found and found.isdisjoint(speakers):
        raise UsageError(
            f"{where} has the speakers {', '.join(sorted(found))}, expected {', '.join(speakers)}; "
            "name the topic of both with --topic, or give the labels that belong to it"
        )


def _slips(rows: Sequence[Row], order: Sequence[str]) -> Iterator[str]:
    """Speakers that are nearly one of the labels', where the topic's own are not known."""
    for row in rows:
        known = (*order, NONE, FURNITURE)
        if row["speaker"] not in known and did_you_mean(row["speaker"], known):
            yield row.problem(f"{unknown('speaker', row['speaker'], known)}, or --topic")


def _answers(
    where: Path, rows: Mapping[Place, Sequence[Row]], weights: Mapping[Place, Row], order: Sequence[str]
) -> list[Answer]:
    """Each annotated sentence's primary label, with its stratum; none of the strata is missing."""
    if not rows:
        raise UsageError(
            f"{where}: no sentence is annotated, expected speakers and stances (or --annotations DIR, where "
            "'stance annotate --sample' saved them)"
        )
    answers = []
    for place, own in rows.items():
        marked = ((row["speaker"], row["stance"]) for row in own if row["speaker"] not in (NONE, FURNITURE))
        line = weights[place]
        answers.append(Answer(place, primary(marked, order), int(line["stratum"]), int(line["size"])))
    missing = {int(row["stratum"]) for row in weights.values()} - {answer.stratum for answer in answers}
    if missing:
        raise UsageError(
            f"{where}: stratum {min(missing)} is not annotated at all: annotate more of the sample"
        )
    return answers


def _check_corpus(sample: Sample, frame: Frame) -> None:
    """See that the sample was drawn from the sentences that are labelled, under the same topic."""
    size = sum({row["stratum"]: int(row["size"]) for row in sample.weights.values()}.values())
    strange = next((place for place in sample.weights if place not in frame.labels), None)
    changed = next(
        # For spreadsheets an apostrophe stands before text that they would run as a formula.
        (at for at, text in sample.texts.items() if frame.texts.get(at, text) not in (text, guarded(text))),
        None,
    )
    if strange or changed or size != len(frame.labels):
        place, what = (strange, "is not in them") if strange else (changed, "has other words there")
        found = f"{place[0]} {place[1]}:{place[2]} {what}" if place else f"they have {len(frame.labels)}"
        raise UsageError(
            f"{sample.path} was drawn from {size} sentences and the labels are of others ({found}): give "
            "what 'stance label' writes for the same articles, without --attributions-only"
        )
    if frame.topics and frame.topics != sample.topics:
        raise UsageError(
            f"{sample.path} was drawn under another topic than the labels have: draw and label with the "
            "same --topic"
        )


def _place(row: Row, numbers: Sequence[str], problems: list[str]) -> Place | None:
    start, end, *others = (whole_number(row, name, problems) for name in ("start", "end", *numbers))
    return None if start is None or end is None or None in others else (row["article"], start, end)
