"""Labelled articles as a pandas table: the columns, their types, what is missing."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from stance.frames import to_frame
from stance.labels import DETAILS, MENTIONS, ROLES, STANCES
from stance.output.rows import FLAT_COLUMNS, flatten, rows
from stance.topic import load_topic
from tests.handmade import TEXT, labelled

TOPIC = load_topic("serbia-arms")
KNOWN = {label: TOPIC.role_of(label) for label in TOPIC.labels}


def made(article_id="a", **changes):
    return dataclasses.replace(labelled(article_id), speakers=KNOWN, **changes)


TYPES = {
    "category": ["role", "speaker", "stance", "mention", "detail"],
    "Int64": ["schema", "sentence", "paragraph", "start", "end"]
    + [f"{span}_{edge}" for span in ("source", "cue") for edge in ("start", "end")],
    "boolean": ["on_topic", "furniture", "review"],
    "float64": ["speaker_confidence", "stance_confidence", *(f"stance_probability_{s}" for s in STANCES)],
}


@pytest.mark.parametrize("results", [[], [made()], [made("a"), made("b")]], ids=len)
def test_columns_and_types_are_always_the_same(results):
    frame = to_frame(iter(results))
    assert tuple(frame.columns) == FLAT_COLUMNS
    assert len(frame) == 7 * len(results)
    told = {column: kind for kind, columns in TYPES.items() for column in columns}
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        name: told.get(name, "string") for name in FLAT_COLUMNS
    }


def test_the_values_are_those_of_the_rows():
    results = [made("a"), made("b")]
    plain = [flatten(row) for result in results for row in rows(result)]
    frame = to_frame(results).astype(object)
    assert frame.where(frame.notna(), None).to_dict("records") == plain


@pytest.mark.parametrize(
    ("column", "expected"),
    [("role", ROLES), ("stance", STANCES), ("mention", MENTIONS), ("detail", DETAILS)],
)
def test_categories_are_the_whole_label_space_in_its_order(column, expected):
    assert tuple(to_frame([made()])[column].cat.categories) == expected


def test_the_speakers_are_the_topics():
    frame = to_frame([made()])
    assert tuple(frame["speaker"].cat.categories) == TOPIC.labels
    assert "analyst" not in set(frame["speaker"])
    assert frame.groupby("speaker", observed=False).size()["analyst"] == 0


def test_speakers_of_several_topics_and_of_none_told():
    other = dataclasses.replace(made("b"), speakers={"president": "leader", "none": "none"})
    told = tuple(to_frame([made(), other])["speaker"].cat.categories)
    assert told == (*TOPIC.labels[:-1], "president", "none")
    untold = tuple(to_frame([labelled()])["speaker"].cat.categories)
    assert untold == ("vucic", "svr", "none")


def test_what_is_missing_is_missing():
    frame = to_frame([made()])
    nobody = frame[frame["sentence"] == 4].iloc[0]
    empty = ["holder", "mention", "detail", "stance_confidence", "source_start", "cue_text", "url"]
    assert nobody[empty].isna().all()
    assert nobody["review"] is True or bool(nobody["review"])
    assert frame["cue_start"].isna().sum() == 4
    assert frame["cue_start"].dropna().astype(int).tolist()[0] == TEXT.index("a notorious")


def test_frames_of_one_topic_fit_together():
    both = pd.concat([to_frame([made("a")]), to_frame([made("b")])], ignore_index=True)
    pd.testing.assert_frame_equal(both, to_frame([made("a"), made("b")]))


def test_a_model_gives_its_topics_speakers(small):
    text = "Serbian President Aleksandar Vučić denied that his country had sent ammunition to Ukraine."
    frame = small.label(text).to_frame()
    assert tuple(frame["speaker"].cat.categories) == small.topic.labels
    assert frame.loc[0, "speaker"] == "vucic"
