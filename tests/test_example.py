"""The worked example of the README: a story that is not about weapons, its topic and its annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.cli import main
from stance.heldout import primary
from stance.model import load
from stance.topic import load_topic

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "annotations" / "example"
TOPIC = EXAMPLE / "smelter.toml"
SPEAKERS = ("premier", "agency", "report", "analyst", "other", "none")


def test_the_topic_is_valid_and_has_nothing_of_the_template_left(capsys):
    assert main(["topic", "check", str(TOPIC)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("smelter: The state-owned smelter")
    assert "note:" not in told
    assert load_topic(TOPIC).labels == SPEAKERS


def test_the_annotations_are_clean(capsys):
    assert main(["audit", str(EXAMPLE)]) == 0
    assert "0 broken, 0 for a second look" in "".join(capsys.readouterr())


def test_the_annotations_are_a_page_with_every_speaker_and_stance():
    articles = read_annotations(EXAMPLE)
    marks = [mark for article in articles for found in article.attributions for mark in found]
    assert sum(len(article.sentences) for article in articles) == 43
    assert {mark.speaker for mark in marks} == {*SPEAKERS} - {"none"}
    assert {mark.stance for mark in marks} == {"confirms", "denies", "hedges", "none"}
    assert {mark.labelled_by for mark in marks} == {"example-reader"}


@pytest.mark.parametrize("folder", ["annotations", "annotations/composed"])
def test_no_other_folder_of_annotations_takes_the_example_in(folder):
    articles = read_annotations(ROOT / folder)
    assert articles
    assert not [article.article.id for article in articles if article.topic.name == "smelter"]


def test_the_shipped_model_is_of_use_on_it_before_any_annotation():
    model = load(topic=load_topic(TOPIC))
    right = total = 0
    for annotated in read_annotations(EXAMPLE):
        result = model.label(annotated.article)
        assert result.on_topic
        assert [sentence.text for sentence in result.sentences] == [s.text for s in annotated.sentences]
        assert {mark.speaker for found in result.attributions for mark in found} <= {*SPEAKERS}
        for found, gold in zip(result.attributions, annotated.attributions, strict=True):
            right += primary(found) == primary(gold)
            total += 1
    # The best constant answer is right in a fifth; the README tells the figure itself.
    assert right > total / 2
