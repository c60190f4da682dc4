"""A labelled article as the contract's rows, nested (JSON Lines) and flat (CSV, Parquet, SQLite)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stance.labels import NONE, STANCES
from stance.records import Attribution, LabelledArticle, Sentence, Span

__all__ = [
    "BOOLEANS",
    "COLUMNS",
    "FLAT_COLUMNS",
    "FLOATS",
    "INTEGERS",
    "SCHEMA",
    "ExtraColumns",
    "article_row",
    "flatten",
    "rows",
    "stored",
]

SCHEMA = 1

COLUMNS = (
    "schema", "article", "article_sha256", "title", "outlet", "url", "date", "date_source", "topic",
    "topic_sha256", "on_topic", "sentence", "paragraph", "start", "end", "text", "furniture", "role",
    "speaker", "holder", "mention", "via", "stance", "detail", "speaker_confidence", "stance_confidence",
    "stance_probabilities", "statement_date", "labelled_by", "source", "cue", "review", "model",
)  # fmt: skip
"""The keys of a row, in order."""

_SPAN_PARTS = ("text", "start", "end")
_PARTS = {
    "stance_probabilities": tuple((f"stance_probability_{stance}", stance) for stance in STANCES),
    "source": tuple((f"source_{part}", part) for part in _SPAN_PARTS),
    "cue": tuple((f"cue_{part}", part) for part in _SPAN_PARTS),
}

FLAT_COLUMNS = tuple(
    name
    for column in COLUMNS
    for name in ([flat for flat, _ in _PARTS[column]] if column in _PARTS else [column])
)
"""The same with the nested values taken apart."""

INTEGERS = frozenset(
    {"schema", "sentence", "paragraph", "start", "end", "source_start", "source_end", "cue_start", "cue_end"}
)
BOOLEANS = frozenset({"on_topic", "furniture", "review"})
FLOATS = frozenset({"speaker_confidence", "stance_confidence", *(f"stance_probability_{s}" for s in STANCES)})
"""The flat columns that hold figures; all others hold text."""


def rows(
    result: LabelledArticle, *, attributions_only: bool = False, text: bool = True
) -> Iterator[dict[str, Any]]:
    """One JSON-ready dict per attribution, and one per sentence without any, in order.

    Probabilities are rounded to three digits. Without `text` the sentence's words are None;
    with `attributions_only` sentences without attribution are left out.
    """
    head = article_row(result)
    model = {"model": head.pop("model")}
    for number, (sentence, attributions) in enumerate(
        zip(result.sentences, result.attributions, strict=True)
    ):
        place = _place(sentence, text)
        for attribution in attributions:
            yield {**head, **place, **_labels(attribution), **model}
        if not attributions and not attributions_only:
            yield {**head, **place, **_labels(_reporter(result, number)), **model}


def flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `rows` with the keys of `FLAT_COLUMNS`."""
    flat: dict[str, Any] = {}
    for column in COLUMNS:
        value = row[column]
        if column in _PARTS:
            flat |= {name: value and value[part] for name, part in _PARTS[column]}
        else:
            flat[column] = value
    return flat


def article_row(result: LabelledArticle) -> dict[str, Any]:
    """The values that all rows of an article share; `model` comes last, as in a row."""
    article = result.article
    return {
        "schema": SCHEMA,
        "article": _storable(article.id),
        "article_sha256": article.sha256,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "date": article.date,
        "date_source": article.date_source,
        "topic": result.topic,
        "topic_sha256": result.topic_sha256,
        "on_topic": result.on_topic,
        "model": _digest(result.model),
    }


def stored(value: object) -> object:
    """A cell that a file with types can hold; what it has no type for (a date) in its words."""
    return value if value is None or isinstance(value, str | int | float | bytes) else str(value)


class ExtraColumns:
    """Names for the columns that the user's tables have besides, in the order they come up.

    A name that is ours already (in any letter case: SQLite knows no other), or SQLite's for the
    number of a row, gets the suffix `_input`.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken = {"rowid", "oid", "_rowid_", *(name.casefold() for name in FLAT_COLUMNS)}

    @property
    def names(self) -> tuple[str, ...]:
        """The names given so far."""
        return tuple(self._names.values())

    def rename(self, extra: Mapping[str, object]) -> dict[str, object]:
        """An article's own columns under names that clash with nothing."""
        return {self._name(column): _plain(value) for column, value in extra.items()}

    def _name(self, column: str) -> str:
        if column not in self._names:
            name = _storable(column).replace("\x00", "\N{REPLACEMENT CHARACTER}")  # SQLite takes no NUL here
            while name.casefold() in self._taken:
                name += "_input"
            self._taken.add(name.casefold())
            self._names[column] = name
        return self._names[column]


def _reporter(result: LabelledArticle, number: int) -> Attribution:
    """What a row says of a sentence in which nobody but the reporter speaks."""
    annotator = result.annotators[number] if result.annotators else None
    if annotator:
        return Attribution(NONE, NONE, NONE, labelled_by=annotator)
    review = bool(result.review_nobody) and result.review_nobody[number]
    confidence = result.nobody_confidence[number]
    return Attribution(NONE, NONE, NONE, speaker_confidence=confidence, review=review)


def _place(sentence: Sentence, text: bool) -> dict[str, Any]:
    return {
        "sentence": sentence.index,
        "paragraph": sentence.paragraph,
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text if text else None,
        "furniture": sentence.furniture,
    }


def _labels(attribution: Attribution) -> dict[str, Any]:
    probabilities = attribution.stance_probabilities
    return {
        "role": attribution.role,
        "speaker": attribution.speaker,
        "holder": attribution.holder,
        "mention": attribution.mention,
        "via": attribution.via,
        "stance": attribution.stance,
        "detail": attribution.detail,
        "speaker_confidence": _rounded(attribution.speaker_confidence),
        "stance_confidence": _rounded(attribution.stance_confidence),
        "stance_probabilities": probabilities and {key: _rounded(probabilities[key]) for key in STANCES},
        "statement_date": attribution.statement_date,
        "labelled_by": attribution.labelled_by,
        "source": _span(attribution.source),
        "cue": _span(attribution.cue),
        "review": attribution.review,
    }


def _span(span: Span | None) -> dict[str, Any] | None:
    return {"text": span.text, "start": span.start, "end": span.end} if span else None


def _rounded(probability: float | None) -> float | None:
    # float(): a numpy scalar would neither become JSON nor print as a plain figure.
    return None if probability is None else round(float(probability), 3)


def _digest(model: str) -> str:
    return model if ":" in model else f"sha256:{model}"


def _plain(value: object) -> object:
    """A cell: what a table has no type for becomes JSON, or else its words."""
    if isinstance(value, Mapping) or (isinstance(value, Iterable) and not isinstance(value, str | bytes)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return _storable(value) if isinstance(value, str) else value


def _storable(text: str) -> str:
    """The text without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
