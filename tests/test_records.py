"""The values that travel, the label space, and the exceptions."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import pickle

import pytest

from stance import errors, labels, records
from stance.errors import AnnotationError, ArticleError, MissingExtra, StanceError, UsageError
from stance.records import Article, Attribution, LabelledArticle, Sentence, Span

SENTENCE = Sentence(3, 1, 10, 24, "“Не”, he said.")


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [(10, 24, "“Не”, he said."), (11, 13, "Не"), (16, 18, "he"), (24, 24, ""), (10, 10, "")],
)
def test_a_part_of_a_sentence(start: int, end: int, text: str) -> None:
    assert SENTENCE.span(start, end) == Span(start, end, text)


@pytest.mark.parametrize(("start", "end"), [(9, 12), (12, 25), (14, 12), (0, 0), (25, 25)])
def test_a_part_outside_the_sentence_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"{start}:{end} is not inside sentence 10:24"):
        SENTENCE.span(start, end)


@pytest.mark.parametrize("text", ["", "Vučić", "a \ud800 half of a pair"])
def test_an_article_is_identified_by_its_text(text: str) -> None:
    expected = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    assert Article("one", text).sha256 == Article("two", text, title="Else").sha256 == expected
    assert Article("one", text + " ").sha256 != expected


@pytest.mark.parametrize(
    "value",
    [
        Article("a", "text"),
        SENTENCE,
        Span(0, 1, "x"),
        Attribution("other", "other", "none"),
        LabelledArticle(Article("a", "t"), (), (), (), "open", "", False, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_frozen_and_travel_between_processes(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "other")
    assert pickle.loads(pickle.dumps(value)) == value


def test_an_attribution_without_a_model_has_no_probabilities() -> None:
    attribution = Attribution("leader", "vucic", "denies", labelled_by="mk")
    assert attribution.speaker_confidence is attribution.stance_confidence is None
    assert attribution.stance_probabilities is attribution.source is attribution.cue is None
    assert not attribution.review


def test_the_label_space() -> None:
    assert labels.SOURCE_ROLES == ("leader", "service", "document", "analyst", "other")
    assert (*labels.SOURCE_ROLES, "none") == labels.ROLES
    assert labels.STANCES == ("confirms", "denies", "hedges", "none")
    assert (*labels.POSITIONS, labels.NONE) == labels.STANCES
    assert labels.MENTIONS == ("name", "description", "pronoun", "running", "metonymy", "implicit")


def test_each_detail_refines_one_stance() -> None:
    of_stance = {
        stance: {d for d, of in labels.DETAIL_STANCES.items() if of == stance} for stance in labels.STANCES
    }
    assert of_stance == {
        "confirms": {"asserts", "concedes"},
        "denies": {"never", "no_longer", "not_directly"},
        "hedges": {"possible", "partial", "no_comment", "disclaims", "inquires"},
        "none": {"other_part", "off_topic"},
    }
    assert set(labels.DETAILS) == set().union(*of_stance.values())


ALL_ERRORS = [
    error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, Exception)
]


@pytest.mark.parametrize("error", ALL_ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_its_place_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, StanceError)
    assert error.__name__ in errors.__all__
    assert error.__name__ in (errors.__doc__ or "")
    assert error.__doc__


@pytest.mark.parametrize("error", [e for e in ALL_ERRORS if e not in (StanceError, ArticleError)])
def test_all_but_an_article_stop_the_command(error: type[Exception]) -> None:
    assert issubclass(error, UsageError)
    assert not issubclass(ArticleError, UsageError)


def test_a_missing_extra_says_how_to_get_it() -> None:
    assert str(MissingExtra("pyarrow", "tables", "writing Parquet")) == (
        "writing Parquet needs pyarrow: in stance's own folder run  pip install '.[tables]'"
    )


def test_an_annotation_error_names_every_row() -> None:
    error = AnnotationError(["a.csv, line 2: x", "a.csv, line 9: y"])
    assert error.problems == ("a.csv, line 2: x", "a.csv, line 9: y")
    assert str(error) == "a.csv, line 2: x\na.csv, line 9: y"


@pytest.mark.parametrize("module", [errors, labels, records])
def test_the_public_names_are_sorted_and_there(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert names == sorted(names)
    assert all(hasattr(module, name) for name in names)
