"""Reading held-out rows, and another system's rows on the same gold."""

import json
from dataclasses import replace

import pytest

from stance.errors import AnnotationError, ModelError, UsageError
from stance.evaluation import evaluate
from stance.heldout import HeldOut, Mark
from stance.heldoutfile import heldout_lines, load_heldout
from stance.rival import replace_predictions
from tests.heldout_rows import FIVE, model_with, row


def stored(**change):
    gold = [{"role": "leader", "speaker": "vucic", "stance": "denies", "source": [2, 5], "cue": None}]
    return {
        "set": "seeds", "article": "a", "group": "a", "topic": "serbia-arms", "labels": None, "sentence": 0,
        "start": 0, "end": 9, "text": "He denied", "furniture": False, "gold": gold,
        "predicted": [{**gold[0], "speaker_confidence": 0.9, "stance_confidence": 0.8, "mention": "pronoun"}],
        "nobody_confidence": 0.03, "furniture_predicted": False, "baselines": {"cues": ["leader", "denies"]},
        "shares": {"0.25": ["leader", "none"]},
    } | change  # fmt: skip


def model_dir(tmp_path, *lines):
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    return model_with(tmp_path / "model", text)


def test_rows_are_read_as_they_were_written(tmp_path):
    [one] = load_heldout(model_dir(tmp_path, stored()))
    assert one.gold == (Mark("leader", "denies", "vucic", (2, 5)),)
    assert one.predicted[0].speaker_confidence == 0.9
    assert one.baselines == {"cues": ("leader", "denies")}
    assert one.shares == {"0.25": ("leader", "none")}
    assert one.previous is None


def test_a_row_comes_back_as_it_was(tmp_path):
    sure = {"speaker_confidence": 0.0, "stance_confidence": 0.5, "confidence": 0.25}
    mark = Mark("leader", "none", "vucic", (0, 2), None, **sure)
    first = HeldOut("seeds", "a", "a", "t", 0, 0, 9, "He denied", predicted=(mark,), nobody_confidence=0.0)
    second = HeldOut("seeds", "a", "a", "t", 1, 10, 13, "No.", True, "He denied", furniture_predicted=True)
    king, none = Mark("leader", "denies", "king"), Mark("leader", "none", "leader")
    pairs = {"tfidf": ("leader", "none"), "cues": ("other", "none")}
    other = replace(
        HeldOut("seeds", "b", "b", "t", 0, 0, 3, "Yes", gold=(king,), labels={"leader": "king"}),
        predicted=(none,),
        baselines=pairs,
    )
    rows = [first, second, other]
    assert load_heldout(model_dir(tmp_path, *(line + "\n" for line in heldout_lines(rows)))) == rows


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{nope\n", "Expecting property name"),
        ("[" * 100_000 + "\n", "maximum recursion depth exceeded"),
        ("[]\n", "found list, expected a JSON object"),
        (stored(set="tests"), "set is 'tests', expected one of seeds, composed"),
        (stored(start="0"), "start is '0', expected int"),
        (stored(start=10), "start and end are 10:9"),
        (stored(gold=[{"role": "king", "stance": "denies"}]), "role is 'king', expected one of leader"),
        (stored(gold=[{"role": "leader", "stance": "maybe"}]), "stance is 'maybe'"),
        (stored(gold=["leader"]), "gold has 'leader', expected objects"),
        (
            stored(gold=[{"role": "leader", "stance": "none", "cue": [5, 99]}]),
            r"cue is \[5, 99\], expected two",
        ),
        (stored(nobody_confidence=2), "nobody_confidence is 2, expected a number from 0 to 1"),
        (stored(baselines={"cues": "none"}), "baseline 'cues' is 'none'"),
        (stored(shares={"0.5": ["king", "none"]}), "role is 'king'"),
        (stored(shares=[]), r"shares is \[\], expected dict"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, message):
    with pytest.raises(ModelError, match=rf"heldout\.jsonl:2: .*{message}") as caught:
        load_heldout(model_dir(tmp_path, stored(), line))
    assert "\n" not in str(caught.value)


def test_a_missing_or_empty_file_is_told(tmp_path):
    with pytest.raises(ModelError, match="stance train"):
        load_heldout(tmp_path)
    with pytest.raises(ModelError, match="no rows"):
        load_heldout(model_dir(tmp_path))


def test_what_was_changed_afterwards_is_refused(tmp_path):
    folder = model_dir(tmp_path, stored())
    (folder / "heldout.jsonl").write_text(json.dumps(stored(predicted=[])) + "\n", "utf-8")
    with pytest.raises(ModelError, match=r"heldout\.jsonl has sha256 .* changed or damaged"):
        load_heldout(folder)


def test_deep_nesting_in_rows_of_another_system_is_named(tmp_path):
    path = tmp_path / "rival.jsonl"
    path.write_text("[" * 100_000, "utf-8")
    with pytest.raises(AnnotationError, match=r"rival\.jsonl:1: maximum recursion depth exceeded"):
        replace_predictions(FIVE, path)


def rival(tmp_path, *rows):
    path = tmp_path / "rival.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    return path


def test_another_system_on_the_same_gold(tmp_path):
    path = rival(
        tmp_path,
        {"article": "a", "start": 0, "end": 50, "speaker": "vucic", "stance": "denies",
         "source": {"text": "xx", "start": 0, "end": 2}},
        {"article": "a", "start": 100, "end": 150, "role": "service", "stance": "confirms"},
        {"article": "a", "start": 300, "end": 350, "speaker": "pentagon_document", "stance": "confirms"},
        {"article": "a", "start": 300, "end": 350, "speaker": "other", "stance": "hedges"},
        {"article": "a", "start": 400, "end": 450, "speaker": "furniture", "stance": None},
        {"article": "a", "start": 401, "end": 450, "speaker": "svr", "stance": "none"},
    )  # fmt: skip
    rows = [*FIVE, row(0, "leader denies", "leader denies", set="composed", article="w", topic="w")]
    found = evaluate(rows, path)
    [each] = found.sets
    assert each.figures["joint_accuracy"].right == 5
    assert each.figures["attribution_f1"].value == 1
    assert (each.missing, found.unmatched, found.unmatched_examples) == (1, 1, ("a 401:450",))
    assert found.left_out == ("composed",)
    assert each.furniture.recall == 1
    ours = next(base for base in each.baselines if base.name == "model")
    assert ours.figures["joint_accuracy"].right == 2


def test_unknown_labels_are_named_with_their_lines(tmp_path):
    here = {"article": "a", "start": 0, "end": 50}
    path = rival(
        tmp_path,
        {**here, "speaker": "vucic", "stance": "denies"},
        {**here, "speaker": "putin", "stance": "denies"},
        {**here, "speaker": "svr", "stance": "lies"},
        {**here, "speaker": "svr", "role": "leader", "stance": "none"},
        {"start": 0, "end": 50},
    )
    with pytest.raises(AnnotationError) as caught:
        evaluate(FIVE, path)
    assert [problem.split(": ")[0].rsplit(":")[-1] for problem in caught.value.problems] == [
        "2",
        "3",
        "4",
        "5",
    ]
    assert "speaker is 'putin', expected one of" in caught.value.problems[0]


def test_predictions_that_meet_nothing_are_told(tmp_path):
    path = rival(tmp_path, {"article": "b", "start": 0, "end": 50, "speaker": "vucic", "stance": "denies"})
    with pytest.raises(UsageError, match=r"none of its 1 rows meets .* such as a 0:50"):
        evaluate(FIVE, path)
    with pytest.raises(UsageError, match="cannot read the predictions"):
        evaluate(FIVE, tmp_path / "absent.jsonl")
