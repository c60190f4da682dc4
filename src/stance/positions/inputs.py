"""Labels in: files as `stance label` writes them, labelled articles, annotated articles."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from stance.annotated import AnnotatedArticle
from stance.columns import TABLES
from stance.errors import ArticleError, UsageError
from stance.labels import MODEL, NONE, STANCES
from stance.lexicon import PRONOUNS, fold
from stance.positions.values import Position
from stance.records import Attribution, LabelledArticle, Sentence, Span

__all__ = ["ENDINGS", "LabelRow", "as_labelled", "flag", "read_labels"]

SQLITE = (".sqlite", ".db")
ENDINGS = (*TABLES, *SQLITE)
"""The endings of label files."""

NEEDED = ("article", "sentence", "text", "speaker", "stance")
LabelRow = Mapping[str, Any]


def read_labels(path: Path) -> Iterator[tuple[int, LabelRow]]:
    """The rows of a label file, each with its number from 1.

    Raises:
        UsageError: the file cannot be read, or is no label file.
        MissingExtra: Parquet needs pyarrow.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        found = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise UsageError(f"{path} {found}, expected labels in one of {', '.join(ENDINGS)}")
    try:
        if kind in SQLITE:
            yield from enumerate(_sqlite(path), 1)
            return
        with path.open("rb") as file:
            for number, row in enumerate(TABLES[kind](file), 1):
                if isinstance(row, ArticleError):
                    raise row
                yield number, {key: None if value == "" else value for key, value in row.items()}
    except ArticleError as error:
        raise UsageError(f"{path}: {error}; expected labels as 'stance label' writes them") from error
    except (OSError, UnicodeError) as error:
        reason = isinstance(error, OSError) and error.strerror
        raise UsageError(f"{path}: cannot read the labels ({reason or error})") from error


def _sqlite(path: Path) -> Iterator[LabelRow]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            order = "ORDER BY rowid"
            yield from map(dict, database.execute(f"SELECT * FROM attributions {order}"))
    except sqlite3.Error as error:
        raise UsageError(
            f"{path}: no labels in it ({error}), expected a table attributions as 'stance label' writes it"
        ) from error


def told(row: LabelRow, where: str) -> Position:
    """A row, nested or flat, as a position whose holder and date are as the row tells them.

    Raises:
        UsageError: a column is missing or holds what it cannot; `where` names the row.
    """
    missing = [column for column in NEEDED if column not in row]
    if missing:
        raise UsageError(
            f"{where}: no {' and no '.join(missing)}, found {', '.join(row) or 'nothing'}; "
            "expected labels as 'stance label' writes them"
        )
    if row["stance"] not in STANCES:
        raise UsageError(f"{where}: stance is {row['stance']!r}, expected one of {', '.join(STANCES)}")
    try:
        told_as_is: dict[str, Any] = {key: _words(row, key) for key in _AS_TOLD}
        return Position(
            speaker=str(row["speaker"]),
            holder=_words(row, "holder"),
            stance=str(row["stance"]),
            date=_words(row, "date"),
            article=str(row["article"]),
            sentence=int(row["sentence"]),
            text=None if row["text"] is None else str(row["text"]),
            date_source=_words(row, "date_source"),
            article_date=row.get("date"),
            article_date_source=row.get("date_source"),
            start=int(row.get("start") or 0),
            end=int(row.get("end") or 0),
            source=_span(row, "source"),
            cue=_span(row, "cue"),
            speaker_confidence=_figure(row.get("speaker_confidence")),
            stance_confidence=_figure(row.get("stance_confidence")),
            labelled_by=str(row.get("labelled_by") or MODEL),
            review=flag(row.get("review"), False),
            **told_as_is,
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise UsageError(f"{where}: a bad number, span or text ({error}); write the labels again") from error


_AS_TOLD = ("detail", "statement_date", "title", "outlet", "url", "topic", "role", "mention", "via")


def counts(row: LabelRow) -> bool:
    """Whether a row is about the topic, and about the article's own text."""
    return flag(row.get("on_topic"), True) and not flag(row.get("furniture"), False)


def _words(row: LabelRow, name: str) -> str | None:
    words = row.get(name)
    if words is not None and not isinstance(words, str):
        raise TypeError(f"{name} holds {type(words).__name__}, expected text")
    return words


def _span(row: LabelRow, name: str) -> Span | None:
    nested = row.get(name)
    if isinstance(nested, Mapping):
        return Span(int(nested["start"]), int(nested["end"]), str(nested["text"]))
    words = row.get(f"{name}_text")
    return Span(int(row[f"{name}_start"]), int(row[f"{name}_end"]), str(words)) if words else None


def _figure(value: Any) -> float | None:
    return None if value is None else float(value)


def flag(value: Any, default: bool) -> bool:
    """What a column of yes and no says, in whatever format; `default` where it says nothing."""
    if value is None:
        return default
    return value.strip().lower() in ("true", "1") if isinstance(value, str) else bool(value)


def as_labelled(annotated: AnnotatedArticle) -> LabelledArticle:
    """An annotated article as if a model had labelled it: no confidences, `labelled_by` the annotator.

    Holders are the topic's names, or else the words that the annotator marked as the source;
    details are those that the sentence's words tell.
    """
    names = {speaker.label: speaker.name for speaker in annotated.topic.speakers if speaker.name}
    people = "+".join(sorted(set(annotated.annotators))) or "nobody"
    return LabelledArticle(
        article=annotated.article,
        sentences=annotated.sentences,
        attributions=tuple(
            tuple(_annotated(sentence, each, names) for each in group)
            for sentence, group in zip(annotated.sentences, annotated.attributions, strict=True)
        ),
        nobody_confidence=(1.0,) * len(annotated.sentences),
        topic=annotated.topic.name,
        topic_sha256=annotated.topic.sha256,
        on_topic=True,
        model=f"annotations:{people}",
    )


def _annotated(sentence: Sentence, marked: Attribution, names: Mapping[str, str]) -> Attribution:
    words = marked.source.text if marked.source else None
    pronoun = words is not None and fold(words) in PRONOUNS
    bare = re.sub(r"^(?:the|an?) ", "", words, flags=re.IGNORECASE) if words and not pronoun else None
    return Attribution(
        role=marked.role,
        speaker=marked.speaker,
        stance=marked.stance,
        source=marked.source,
        cue=marked.cue,
        holder=names.get(marked.speaker) or bare,
        mention="implicit" if words is None else "pronoun" if pronoun else None,
        detail=told_detail(sentence.text, marked.stance) if marked.stance != NONE else None,
        labelled_by=marked.labelled_by,
    )


def told_detail(text: str, stance: str) -> str | None:
    """The detail of a position that the words of a sentence tell, else None."""
    from stance.parsing import tokenise
    from stance.patterns import detail_of

    words = (fold(token.text) for token in tokenise(text))
    return detail_of(" ".join(word for word in words if not word.isspace()), stance, on_topic=True)
