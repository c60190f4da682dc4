"""The card says the figures that the evaluation has, in words that hold for any model."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from stance.card import card, headline
from stance.evaluation import evaluate
from stance.topic import load_topic
from tests.heldout_rows import FIVE, many

MANIFEST = {
    "name": "my-model",
    "data": {
        "base": {"articles": 12, "sentences": 240, "attributions": 167},
        "annotations": {"articles": 1, "sentences": 5, "attributions": 4},
    },
}


@pytest.fixture(scope="module")
def evaluation():
    return evaluate([*FIVE, *many()], command="stance evaluate --model my-model")


@pytest.fixture(scope="module")
def text(evaluation):
    return card(load_topic("serbia-arms"), MANIFEST, evaluation)


def cells(text, name):
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_it_names_model_data_and_command(text):
    assert text.startswith("# Model `my-model`\n")
    assert "Topic `serbia-arms`. Weapons or ammunition made in Serbia" in text
    assert "12 composed articles and snippets (240 sentences" in text
    assert "1 annotated articles (5 sentences" in text
    assert "`stance evaluate --model my-model`" in text


def test_it_says_whose_readings_the_labels_are(text):
    assert "These are the five seed articles" in text
    assert "No human coder has labelled any of it" in text
    own = evaluate([replace(each, set="annotations") for each in FIVE], command="x")
    told = " ".join(card(load_topic("open"), MANIFEST, own).split())
    assert "seed articles, read by" not in told
    assert "Who read them, and by which guide, is for their owner to say." in told
    assert "No human coder has labelled the composed articles: " in told


def test_figures_are_those_of_the_evaluation(text, evaluation):
    assert [each.name for each in evaluation.sets] == ["seeds", "composed"]
    seeds, composed = (each.figures["joint_accuracy"] for each in evaluation.sets)
    assert cells(text, "joint accuracy") == [
        f"{seeds.value:.3f} ({seeds.right}/{seeds.total})",
        f"{composed.value:.3f} [{composed.low:.3f}, {composed.high:.3f}]",
    ]
    for stance in ("confirms", "denies", "hedges", "none"):
        expected = {score.label: score.f1 for each in evaluation.sets[1:] for score in each.stances}[stance]
        assert cells(text, f"F1 of `{stance}`")[1] == f"{expected:.3f}"
    # The seeds of this file have no baseline: their cell is empty.
    assert cells(text, "baseline constant: joint accuracy")[0] == ""
    assert re.fullmatch(r"0\.\d{3} \[.*\]", cells(text, "baseline constant: joint accuracy")[1])


def test_every_table_is_whole(text):
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
        assert re.fullmatch(r"\|(---\|)+", table.splitlines()[1])


def test_nothing_is_left_open(text):
    assert not re.search(r"\bNone\b|\bnan\b|\{\{|\{%|Undefined", text)


def test_what_cannot_be_reckoned_is_a_dash():
    rows = [row for row in FIVE if not row.gold]
    text = card(load_topic("serbia-arms"), MANIFEST, evaluate(rows))
    assert cells(text, "F1 of `hedges`") == ["–"]


def test_headline(evaluation):
    seeds, composed = (headline(each) for each in evaluation.sets)
    assert (seeds["articles"], seeds["sentences"], seeds["joint_accuracy"]) == (1, 5, 0.4)
    assert (composed["articles"], composed["sentences"]) == (12, 240)
    assert set(seeds) == {
        *("articles", "sentences", "joint_accuracy", "speaker_accuracy", "stance_accuracy"),
        *("stance_macro_f1", "attribution_f1"),
    }
    for name, value in composed.items():
        assert value is None or value == round(value, 4), name


def test_a_trained_models_card_agrees_with_its_manifest(trained):
    manifest = json.loads((trained / "manifest.json").read_text("utf-8"))
    (told,) = manifest["heldout"].values()
    text = (trained / "card.md").read_text("utf-8")
    assert float(cells(text, "joint accuracy")[0].split()[0]) == pytest.approx(
        told["joint_accuracy"], abs=1e-3
    )
    assert cells(text, "articles, sentences") == [f"{told['articles']}, {told['sentences']}"]
