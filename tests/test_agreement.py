"""Agreement of annotators, on readings small enough to reckon by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from stance.agreement import COLUMNS, agree, krippendorff_alpha, primary
from stance.errors import AnnotationError, UsageError

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, part C: four observers, twelve units.
PUBLISHED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def test_alpha_is_that_of_the_published_example():
    observers = [
        [None if cell == "." else cell for cell in line.split()] for line in PUBLISHED.split("\n") if line
    ]
    assert krippendorff_alpha(zip(*observers, strict=True)) == pytest.approx(0.743, abs=0.0005)


ALPHAS = [
    ([("a", "a"), ("b", "b")], 1.0),
    ([("a", "b"), ("b", "a")], -0.5),
    ([("a", "a"), ("b", "b"), ("a", None)], 1.0),
    ([("a", "a"), ("a", "a")], None),
    ([], None),
]


@pytest.mark.parametrize(("units", "expected"), ALPHAS)
def test_alpha(units, expected):
    assert krippendorff_alpha(units) == (expected if expected is None else pytest.approx(expected))


PRIMARIES = [
    ([], ("none", "none")),
    ([("other", "denies"), ("svr", "none")], ("svr", "none")),
    ([("svr", "confirms"), ("vucic", "denies")], ("vucic", "denies")),
    ([("service", "confirms"), ("leader", "denies")], ("leader", "denies")),
    ([("analyst", "none"), ("document", "hedges")], ("document", "hedges")),
    ([("other", "none"), ("other", "confirms")], ("other", "confirms")),
    ([("other", "none"), ("mayor", "none")], ("mayor", "none")),
]


@pytest.mark.parametrize(("labels", "expected"), PRIMARIES)
def test_primary(labels, expected):
    assert primary(labels) == primary(reversed(labels)) == expected


def reading(path: Path, *labels: tuple[int, str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number, speaker, stance in labels:
            writer.writerow(("art", number * 10, number * 10 + 9, f"sentence {number}", speaker, stance))
    return path


@pytest.fixture
def anna(tmp_path):
    return reading(
        tmp_path / "anna.csv",
        (0, "vucic", "denies"),
        (1, "svr", "confirms"),
        (1, "vucic", "denies"),
        (2, "none", "none"),
        (3, "furniture", "none"),
    )


@pytest.fixture
def ben(tmp_path):
    return reading(
        tmp_path / "ben" / "art.csv",
        (0, "vucic", "hedges"),
        (1, "vucic", "denies"),
        (2, "none", "none"),
        (3, "none", "none"),
        (4, "other", "none"),
    ).parent


def test_two_annotators(anna, ben):
    found = agree([anna, ben])
    assert (found.annotators, found.sentences, found.unshared) == (("anna", "ben"), 4, 1)
    scores = {score.facet: score for score in found.scores}
    assert scores["speaker"].agreement == scores["speaker"].kappa == scores["speaker"].alpha == 1
    # Stances: denies/hedges, denies/denies, none/none twice. By hand: chance agreement is
    # 1/2 * 1/4 + 1/2 * 1/2 = 3/8, so kappa is (3/4 - 3/8) / (5/8).
    assert scores["stance"].agreement == 0.75
    assert scores["stance"].kappa == pytest.approx(0.6)
    assert scores["both"].kappa == pytest.approx(0.6)
    # Both marked vucic/denies in sentence 1; anna marked three attributions there and before, ben two.
    assert found.attribution_f1 == pytest.approx(2 * 1 / 5)
    labels = {(label.facet, label.label): (label.counts, label.f1) for label in found.labels}
    assert labels["stance", "denies"] == ((2, 1), pytest.approx(2 / 3))
    assert labels["stance", "hedges"] == ((0, 1), 0)
    assert labels["speaker", "vucic"] == ((2, 2), 1)


def test_disagreements_name_the_sentence_and_all_labels(anna, ben):
    first, second = agree([anna, ben]).disagreements
    assert (first.start, first.text, first.labels) == (
        0,
        "sentence 0",
        ((("vucic", "denies"),), (("vucic", "hedges"),)),
    )
    assert second.labels == ((("vucic", "denies"), ("svr", "confirms")), (("vucic", "denies"),))


def test_a_third_annotator_may_have_marked_a_part(anna, ben, tmp_path):
    carl = reading(tmp_path / "carl.csv", (0, "vucic", "denies"), (4, "other", "none"))
    found = agree([anna, ben, carl])
    assert (found.sentences, found.unshared) == (5, 0)
    assert found.disagreements[0].labels[2] == (("vucic", "denies"),)
    assert found.disagreements[1].labels[2] is None


def test_table_and_json_tell_the_same(anna, ben):
    found = agree([anna, ben])
    data = json.loads(json.dumps(found.to_json()))
    assert data["annotators"] == ["anna", "ben"]
    assert [score["facet"] for score in data["scores"]] == ["speaker", "stance", "both"]
    assert data["disagreements"][0]["labels"] == [[["vucic", "denies"]], [["vucic", "hedges"]]]
    table = found.table()
    assert "anna, ben: 4 sentences in common, 1 marked by one alone" in table
    assert "stance                   75.0%     0.600" in table
    assert "art 0:9  sentence 0\n    anna: vucic denies\n    ben: vucic hedges" in table


def test_one_label_alone_has_no_kappa(tmp_path):
    paths = [reading(tmp_path / name, (0, "none", "none")) for name in ("a.csv", "b.csv")]
    found = agree(paths)
    assert {(score.agreement, score.kappa, score.alpha) for score in found.scores} == {(1, None, None)}
    assert "n/a" in found.table()


def test_same_names_are_told_apart_by_their_path(tmp_path):
    paths = [reading(tmp_path / name / "art.csv", (0, "none", "none")) for name in ("a", "b")]
    assert agree(paths).annotators == tuple(map(str, paths))


def test_what_cannot_be_compared_is_told(anna, tmp_path):
    other = reading(tmp_path / "other.csv", (9, "none", "none"))
    with pytest.raises(UsageError, match="anna and other share no sentence"):
        agree([anna, other])
    with pytest.raises(UsageError, match="two annotators or more, found 1"):
        agree([anna])
    (tmp_path / "empty").mkdir()
    other.write_text("article,start,end,text,speaker,stance\nart,x,9,words,none,none\n")
    with pytest.raises(AnnotationError) as caught:
        agree([anna, other, tmp_path / "empty"])
    assert len(caught.value.problems) == 2
    assert "other.csv:2:" in caught.value.problems[0]
