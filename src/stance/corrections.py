"""Corrections: what an annotator says instead of the model, kept beside the labels.

A CSV file, `labels.corrections.csv` beside `labels.csv`, or `corrections.csv` in a folder::

    article,article_sha256,start,end,text,speaker,stance,holder,source,source_start,source_end,\
cue,cue_start,cue_end,annotator

A sentence is told by the digest of its article's text and by its offsets, so that a correction
finds it again after the article was labelled anew, under whatever name. All rows of a sentence
together replace what the model says of it. `none` says that nobody but the reporter speaks,
`furniture` that it is page furniture. `article` is for people; `holder` and the spans may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from stance.errors import AnnotationError
from stance.files import atomic_write
from stance.inputs import CORRECTIONS
from stance.labels import DETAIL_STANCES, FURNITURE, NONE, ROLES
from stance.records import Attribution, LabelledArticle, Sentence, Span
from stance.rows import (
    SPANS,
    Row,
    check_labels,
    find_span,
    format_table,
    read_table,
    shorten,
    whole_number,
)

__all__ = [
    "COLUMNS",
    "Correction",
    "apply",
    "corrections_path",
    "merge",
    "read_corrections",
    "write_corrections",
]

COLUMNS = (
    *("article", "article_sha256", "start", "end", "text", "speaker", "stance", "holder"),
    *("source", "source_start", "source_end", "cue", "cue_start", "cue_end", "annotator"),
)

Labelled = TypeVar("Labelled", bound=LabelledArticle)
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Correction:
    """One source that an annotator hears in a sentence, or `none` or `furniture` for no source."""

    article: str
    article_sha256: str
    start: int
    end: int
    text: str
    speaker: str
    stance: str
    annotator: str
    source: Span | None = None
    cue: Span | None = None
    holder: str | None = None

    @property
    def place(self) -> Place:
        """The sentence: the digest of its article's text, and its offsets."""
        return self.article_sha256, self.start, self.end


def corrections_path(labels: Path) -> Path:
    """Where the corrections of an output file, or of a folder, are kept."""
    return labels / CORRECTIONS if labels.is_dir() else labels.with_name(f"{labels.stem}.{CORRECTIONS}")


def read_corrections(path: Path, labels: Sequence[str] | None = None) -> tuple[Correction, ...]:
    """Read a file of corrections; `labels` are the legal speakers, if they are known.

    Raises:
        AnnotationError: a row is bad, or there is no such file; the message names all faults.
    """
    problems: list[str] = []
    known = (*labels, *(label for label in (NONE, FURNITURE) if label not in labels)) if labels else None
    rows = sorted(read_table(path, COLUMNS, problems), key=_sentence_key)
    found: list[Correction] = []
    for _, group in groupby(rows, key=_sentence_key):
        found += _read_sentence(list(group), known, problems)
    if problems:
        raise AnnotationError(problems)
    return tuple(found)


def write_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Write a whole file of corrections, in the order of the articles and their text.

    Raises:
        UsageError: the file cannot be written.
    """
    ordered = sorted(corrections, key=lambda each: (each.article, *each.place, _at(each.source)))
    atomic_write(path, format_table(COLUMNS, map(_fields, ordered)))


def merge(old: Iterable[Correction], new: Iterable[Correction]) -> tuple[Correction, ...]:
    """Both, where a sentence that the new ones speak of is theirs alone."""
    later = tuple(new)
    places = {correction.place for correction in later}
    return (*(correction for correction in old if correction.place not in places), *later)


def apply(result: Labelled, corrections: Iterable[Correction]) -> Labelled:
    """The labelled article with the corrections of its sentences; those of others do nothing.

    A correction's attribution has no confidences, needs no review and is `labelled_by` its
    annotator. What the correction does not tell (`holder`, `mention`, `via`, `statement_date`,
    and a `detail` that fits the stance) stays where the model heard the same source.
    """
    groups: dict[Place, list[Correction]] = {}
    for correction in corrections:
        groups.setdefault(correction.place, []).append(correction)
    sentences, attributions = list(result.sentences), list(result.attributions)
    annotators = list(result.annotators or [None] * len(sentences))
    for number, sentence in enumerate(sentences):
        own = groups.get((result.article.sha256, sentence.start, sentence.end), ())
        if own and own[0].text == sentence.text:
            sentences[number] = replace(sentence, furniture=own[0].speaker == FURNITURE)
            attributions[number] = tuple(_corrected(result, number, own))
            annotators[number] = own[0].annotator
    return replace(
        result,
        sentences=tuple(sentences),
        attributions=tuple(attributions),
        annotators=tuple(annotators) if any(annotators) else (),
    )


def _corrected(result: LabelledArticle, number: int, own: Sequence[Correction]) -> Iterator[Attribution]:
    for correction in own:
        if correction.speaker in (NONE, FURNITURE):
            continue
        told = _same_source(correction, result.attributions[number])
        spoken = correction.speaker
        role = result.speakers.get(spoken) or _role_elsewhere(result).get(spoken)
        attribution = Attribution(
            role=role or (spoken if spoken in ROLES else "other"),
            speaker=spoken,
            stance=correction.stance,
            source=correction.source,
            cue=correction.cue,
            holder=correction.holder,
            labelled_by=correction.annotator,
        )
        if told is None:
            yield attribution
            continue
        yield replace(
            attribution,
            # The name that another speaker was introduced by is not this one's.
            holder=correction.holder or (told.holder if told.speaker == spoken else None),
            mention=told.mention,
            via=told.via,
            detail=told.detail if DETAIL_STANCES.get(told.detail or "") == correction.stance else None,
            statement_date=told.statement_date,
        )


def _same_source(correction: Correction, told: Iterable[Attribution]) -> Attribution | None:
    """The model's attribution to the same words, or, where no words name the source, to the same label."""
    return next(
        (
            one
            for one in told
            if one.source == correction.source
            and (one.source is not None or one.speaker == correction.speaker)
        ),
        None,
    )


def _role_elsewhere(result: LabelledArticle) -> Mapping[str, str]:
    return {one.speaker: one.role for group in result.attributions for one in group}


def _sentence_key(row: Row) -> tuple[str, str, str]:
    start, end = (row[name].rjust(9, "0") for name in ("start", "end"))  # in the order of the figures
    return row["article_sha256"], start, end


def _read_sentence(
    rows: Sequence[Row], labels: Sequence[str] | None, problems: list[str]
) -> Iterator[Correction]:
    check_labels(rows, labels, problems)
    first = rows[0]
    seen: set[tuple[str, Span | None]] = set()
    for row in rows:
        problems += _row_faults(row, first)
        start, end = (whole_number(row, name, problems) for name in ("start", "end"))
        if start is None or end is None:
            continue
        if end - start != len(row["text"]) or not row["text"]:
            problems.append(
                row.problem(f"text has {len(row['text'])} characters, expected those of {start}:{end}")
            )
            continue
        sentence = Sentence(0, 0, start, end, row["text"])
        source, cue = (find_span(row, name, sentence, problems) for name in SPANS)
        if (row["speaker"], source) in seen:
            problems.append(row.problem("the same source stands twice, expected one row per source"))
        seen.add((row["speaker"], source))
        yield Correction(
            row["article"], row["article_sha256"], start, end, row["text"],
            row["speaker"], row["stance"], row["annotator"], source, cue, row["holder"] or None,
        )  # fmt: skip


def _row_faults(row: Row, first: Row) -> Iterator[str]:
    digest = row["article_sha256"]
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        yield row.problem(f"article_sha256 is {digest!r}, expected 64 hexadecimal digits")
    if row["annotator"] in ("", "model"):
        yield row.problem(f"annotator is {row['annotator']!r}, expected who corrected the sentence")
    for column in ("annotator", "text"):
        if row[column] != first[column]:
            told, expected = shorten(row[column]), shorten(first[column])
            yield row.problem(f"{column} is {told}, expected {expected} as in all rows of the sentence")


def _fields(correction: Correction) -> Iterator[object]:
    spans = {"source": correction.source, "cue": correction.cue}
    for column in COLUMNS:
        name, _, part = column.partition("_")
        if name in spans:
            span = spans[name]
            yield None if span is None else getattr(span, part or "text")
        else:
            yield getattr(correction, column)


def _at(span: Span | None) -> int:
    return span.start if span else -1
