"""Figures checked against values worked out by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from stance.calibration import reliability, risk_coverage
from stance.errors import ModelError
from stance.evaluation import evaluate
from stance.heldout import primary
from stance.mistakes import wrong_pairs
from stance.scores import matched_spans
from stance.slices import SLICES, slices
from tests.heldout_rows import FIVE, many, mark, row


def the_set(rows, **options):
    return evaluate(rows, **options).sets[0]


def test_the_figures_of_five_sentences():
    each = the_set(FIVE)
    expected = {
        "joint_accuracy": (2 / 5, 2, 5),
        "speaker_accuracy": (3 / 5, 3, 5),
        "stance_accuracy": (3 / 5, 3, 5),
        "speaker_macro_f1": ((2 / 3 + 1 + 1 + 0) / 4, None, None),
        "stance_macro_f1": ((1 / 2 + 2 / 3 + 2 / 3) / 3, None, None),
        "attribution_precision": (2 / 5, 2, 5),
        "attribution_recall": (2 / 4, 2, 4),
        "attribution_f1": (4 / 9, None, None),
    }
    for name, (value, right, total) in expected.items():
        figure = each.figures[name]
        assert figure.value == pytest.approx(value), name
        assert (figure.right, figure.total) == (right, total), name
        assert (figure.low, figure.high) == (None, None), "five sentences of one article have no interval"
    assert (each.articles, each.sentences, each.attributions) == (1, 5, 4)
    assert each.errors == {
        "missed attribution": 1, "spurious attribution": 2, "wrong speaker": 0, "wrong stance": 1
    }  # fmt: skip
    assert each.labels["service"] == "svr"


def test_the_classes_and_confusions_of_five_sentences():
    each = the_set(FIVE)
    denies = next(one for one in each.stances if one.label == "denies")
    assert (denies.precision, denies.recall, denies.f1) == pytest.approx((1 / 3, 1, 1 / 2))
    assert (denies.support, denies.predicted) == (1, 3)
    assert each.stance_confusion.labels == ("confirms", "denies", "none")
    assert each.stance_confusion.counts == ((1, 1, 0), (0, 1, 0), (0, 1, 1))
    assert [one.label for one in each.speakers] == ["leader", "service", "document", "other", "none"]


def test_what_is_taken_for_furniture_has_no_attribution():
    each = the_set([row(0, "leader denies", "leader denies", furniture_predicted=True)])
    assert each.figures["joint_accuracy"].value == 0
    assert each.errors["missed attribution"] == 1


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("", ("none", "none")),
        ("other denies, leader hedges", ("leader", "hedges")),
        ("leader none, service confirms", ("leader", "none")),
        ("other none, other denies", ("other", "denies")),
        ("other confirms, other denies", ("other", "confirms")),
        ("none none", ("none", "none")),
    ],
)
def test_primary_label(marks, expected):
    assert primary(row(0, marks).gold) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "right"),
    [
        ([(0, 10)], [(0, 10)], 1),
        ([(0, 10)], [(0, 5)], 1),  # an overlap of exactly a half
        ([(0, 10)], [(0, 4)], 0),
        ([(0, 10)], [(0, 10), (0, 9)], 1),  # one to one
        ([(0, 10), (0, 7)], [(0, 8), (0, 14)], 2),  # the first fits both; only the best pairing finds two
        ([(0, 10)], [], 0),
    ],
)
def test_spans_pair_off_one_to_one(gold, predicted, right):
    assert matched_spans(gold, predicted) == right


def test_span_f1_leaves_out_what_has_no_span():
    rows = [
        row(
            0,
            gold=(mark("leader denies", (0, 10), (20, 30)),),
            predicted=(mark("other none", (0, 9), (40, 50)),),
        ),
        row(1, gold=(mark("leader denies"),), predicted=(mark("leader denies", (100, 110)),)),
    ]
    figures = the_set(rows).figures
    assert figures["source_f1"].value == pytest.approx(2 * 1 / (2 + 1))
    assert figures["cue_f1"].value == 0
    assert the_set(FIVE).figures["source_f1"].value is None


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("leader denies", "leader hedges", ["wrong stance"]),
        ("leader denies", "other denies", ["wrong speaker"]),
        ("leader denies", "other hedges", ["wrong speaker"]),
        ("leader denies", "", ["missed attribution"]),
        ("", "leader denies", ["spurious attribution"]),
        ("leader denies, other none", "other none", ["missed attribution"]),
        (
            "leader denies, service confirms",
            "service denies, other denies",
            ["wrong stance", "wrong speaker"],
        ),
    ],
)
def test_errors_by_category(gold, predicted, expected):
    pairs = [{(each.role, each.stance) for each in row(0, side).gold} for side in (gold, predicted)]
    assert [category for category, _, _ in wrong_pairs(*pairs)] == expected


def test_calibration_error_of_twenty():
    hits = [True] * 7 + [False] * 3 + [True] * 5 + [False] * 5
    one = reliability(list(zip([0.9] * 10 + [0.5] * 10, hits, strict=True)))
    assert one.ece == pytest.approx(0.5 * 0.2 + 0.5 * 0)
    assert [(each.n, each.accuracy) for each in one.bins] == [(10, 0.5), (10, 0.7)]
    assert reliability([]).ece is None
    assert reliability([(0.75, hit) for hit in (True, True, True, False)]).ece == 0


def test_ten_bins_of_equal_mass():
    told = [(confidence, True) for confidence in np.linspace(0, 1, 50).tolist()]
    assert [each.n for each in reliability(told).bins] == [5] * 10


def test_risk_coverage_takes_ties_together():
    curve = risk_coverage([(0.8, True), (0.1, False), (0.9, True), (0.8, False)])
    assert [point for pair in curve.points for point in pair] == pytest.approx([0.25, 0, 0.75, 1 / 3, 1, 0.5])
    assert curve.aurc == pytest.approx(0.5 / 3 + 0.25 / 2)


def test_confidences_are_held_against_the_gold():
    sure = {"speaker_confidence": 0.8, "stance_confidence": 0.6}
    rows = [
        row(0, "leader denies", predicted=(mark("leader denies", **sure),)),
        row(1, "leader denies", predicted=(mark("leader hedges", review=True, **sure),)),
        row(2, "leader denies", predicted=(mark("other denies", **sure),)),
        row(3, "", "", nobody_confidence=0.9),
        row(4, "leader denies", "", nobody_confidence=0.7),
    ]
    each = the_set(rows)
    found = {name: (one.n, one.accuracy, one.ece) for name, one in each.calibration.items()}
    assert found["speaker"] == pytest.approx((3, 2 / 3, 0.8 - 2 / 3))
    assert found["stance"] == pytest.approx((2, 1 / 2, 0.1))
    assert found["row"] == pytest.approx((3, 1 / 3, 0.48 - 1 / 3))
    assert found["nobody"] == pytest.approx((2, 1 / 2, (0.1 + 0.7) / 2))
    assert each.risk_coverage.points == ((1.0, pytest.approx(2 / 3)),)
    assert (each.unflagged.right, each.unflagged.total) == (1, 2)
    assert (each.flagged.right, each.flagged.total) == (0, 1)


@pytest.mark.parametrize(
    ("told", "confidence"),
    [
        ((0.8, 0.6, 0.7), 0.7),
        ((0.8, 0.6, None), 0.48),
        ((0.8, None, 0.8), None),
        ((None, None, None), None),
    ],
)
def test_the_confidence_in_a_row_is_told_or_a_product(told, confidence):
    speaker, stance, both = told
    one = mark("leader denies", speaker_confidence=speaker, stance_confidence=stance, confidence=both)
    assert one.row_confidence == (confidence and pytest.approx(confidence))


def test_macro_f1_is_scikit_learns():
    rows = many()
    figures = the_set(rows).figures
    for at, name in enumerate(("speaker", "stance")):
        gold, predicted = (
            [each.gold_primary[at] for each in rows],
            [each.predicted_primary[at] for each in rows],
        )
        assert figures[f"{name}_accuracy"].value == pytest.approx(accuracy_score(gold, predicted))
        expected = f1_score(gold, predicted, labels=sorted(set(gold)), average="macro")
        assert figures[f"{name}_macro_f1"].value == pytest.approx(expected)


def test_intervals_are_by_article_and_repeat_with_the_seed():
    rows = many()
    first, again, other = (the_set(rows, seed=seed).figures["joint_accuracy"] for seed in (0, 0, 1))
    assert first == again
    assert (first.low, first.high) != (other.low, other.high)
    assert first.low < first.value < first.high
    # Clusters count: with whole articles right or wrong, the interval is that of 12 coins, not of 240.
    blocks = [
        row(n, "leader denies", "leader denies" if at < 6 else "", set="composed", article=str(at), topic="w")
        for at in range(12)
        for n in range(20)
    ]
    figure = the_set(blocks).figures["joint_accuracy"]
    assert figure.high - figure.low > 3 * 1.96 * math.sqrt(0.25 / 240)


def test_few_articles_have_no_interval():
    assert the_set(many(articles=9)).figures["joint_accuracy"].low is None


def test_baselines_stand_on_the_same_sentences():
    rows = many()
    [base] = the_set(rows).baselines
    nobody = sum(each.gold_primary == ("none", "none") for each in rows)
    right = sum(each.gold_primary == each.predicted_primary for each in rows)
    assert base.figures["joint_accuracy"].right == nobody
    assert base.gain.right == right - nobody
    assert base.gain.low < base.gain.value < base.gain.high


def test_the_learning_curve_ends_at_the_model_itself():
    rows = many()
    half, whole = the_set(rows).curve
    nobody = sum(each.gold_primary == ("none", "none") for each in rows)
    assert (half.share, half.joint_accuracy.right) == (0.5, nobody)
    assert (whole.share, whole.joint_accuracy) == (1.0, the_set(rows).figures["joint_accuracy"])
    assert half.joint_accuracy.low < half.joint_accuracy.value < half.joint_accuracy.high


def test_rows_without_shares_have_no_curve():
    first, *others = many()
    assert the_set([replace(first, shares={}), *others]).curve == ()


def test_a_baseline_that_is_missing_somewhere_is_told():
    rows = [row(0, baselines={"cues": ("none", "none")}), row(1)]
    with pytest.raises(ModelError, match=r"1 of 2 rows of the set 'seeds' have no baseline 'cues'"):
        evaluate(rows)


PAIR = ("none", "none")
SHARES = {
    "missing somewhere": (
        [{"0.25": PAIR, "0.5": PAIR}, {"0.25": PAIR}],
        "1 of 2 rows of the set 'seeds' have no share '0.5', expected all to",
    ),
    "a word": ([{"half": PAIR}] * 2, "a share of the learning curve is 'half', expected one such as '0.5'"),
    "no number": ([{"nan": PAIR}] * 2, "a share of the learning curve is 'nan', expected one such as '0.5'"),
}


@pytest.mark.parametrize("fault", SHARES)
def test_a_share_that_cannot_be_used_is_told(fault):
    shares, told = SHARES[fault]
    with pytest.raises(ModelError, match=told):
        evaluate([row(at, shares=each) for at, each in enumerate(shares)])


def in_slices(text, *gold, first=False):
    one = row(0, text=text, gold=tuple(gold))
    return {name for name, _, test in SLICES if test(one, first)}


def named(text, words, label, **more):
    at = text.index(words)
    return mark(label, (at, at + len(words)), **more)


@pytest.mark.parametrize(
    ("text", "words", "label", "expected"),
    [
        ("“It is a lie,” Vucic said.", "Vucic", "leader denies", {"direct quotation", "negation"}),
        ("He said arms may end up there.", "He", "leader hedges", {"indirect speech", "pronoun", "modal"}),
        ("The chart lists Serbia.", "The chart", "document confirms", {"indirect speech", "document"}),
        ("The Serb leader agreed.", "The Serb leader", "leader none", {"indirect speech", "description"}),
        ("President Vucic agreed.", "President Vucic", "leader none", {"indirect speech"}),
        ("The SVR agreed.", "The SVR", "service none", {"indirect speech"}),
        ("Officials of Serbia’s ministry agreed.", "Serbia’s ministry", "other none",
         {"indirect speech", "description"}),
        ("Krusik said Moscow accused it.", "Krusik", "other none", {"indirect speech", "nested"}),
    ],
)  # fmt: skip
def test_slices_are_told_from_text_and_gold(text, words, label, expected):
    assert in_slices(text, named(text, words, label)) == expected


def test_slices_without_a_source():
    assert in_slices("It goes on.", mark("leader none")) == {"running quotation"}
    assert in_slices("Nothing to see.") == {"nobody speaks"}
    assert in_slices("Arms reach Ukraine", first=True) == {"nobody speaks", "headline"}
    assert in_slices("Arms reach Ukraine.”", first=True) == {"nobody speaks"}
    two = in_slices("A and B.", mark("leader none", (0, 1)), mark("other none", (6, 7)))
    assert two == {"indirect speech", "several attributions"}


def test_a_slice_counts_its_own():
    rows = [row(0, "leader denies", "leader denies", text="No"), row(1, "leader denies", "", text="No.")]
    found = {cut.name: cut for cut in slices(rows)}
    assert (found["negation"].n, found["negation"].joint.right) == (2, 1)
    assert found["negation"].attribution_f1 == pytest.approx(2 / 3)
    assert (found["headline"].n, found["headline"].joint.right) == (1, 1)
    assert found["furniture"].joint.value is None


def test_cells_against_the_habit():
    rows = [
        row(0, "service denies", "service confirms"),
        row(1, "service denies", "service denies"),
        row(2, "service denies", ""),
        row(3, "leader confirms", "leader confirms"),
    ]
    cells = {(cell.role, cell.stance): cell for cell in the_set(rows).habits}
    service = cells["service", "denies"]
    assert (service.support, service.right, service.predicted, service.habit) == (3, 1, 1, False)
    assert service.instead == (("confirms", 1), ("missed", 1))
    assert cells["service", "confirms"].predicted == 1
    assert cells["leader", "confirms"].right == 1


def test_seeds_list_all_errors_and_others_two_hundred():
    rows = [row(n, "leader denies", "") for n in range(300)]
    others = [row(n, "leader denies", "", set="composed") for n in range(300)]
    seeds, composed = evaluate(rows + others).sets
    assert len(seeds.mistakes) == 300
    assert len(composed.mistakes) == 200
    assert composed.errors["missed attribution"] == composed.sentences_with_errors == 300


def test_metrics_are_sorted_rounded_and_the_same_each_time():
    text = evaluate(FIVE).to_json()
    assert text == evaluate(list(FIVE)).to_json()
    data = json.loads(text)
    assert text == json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert data["sets"]["seeds"]["figures"]["attribution_f1"]["value"] == 0.4444
