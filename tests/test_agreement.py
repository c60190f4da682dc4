"""Agreement of annotators: published worked examples, a library's figures, readings reckoned by hand."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from stance.agreement import COLUMNS, Figure, agree, fleiss_kappa, krippendorff_alpha, primary
from stance.agreement import coefficients as c
from stance.agreement.intervals import Resampler
from stance.agreement.readings import read_readings
from stance.cli import main
from stance.errors import AnnotationError, UsageError
from tests.conftest import ROOT

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


# How often each of five diagnoses was given to a patient; each row sums to the number of psychiatrists.
# Fleiss (1971), Measuring nominal scale agreement among many raters, table 1: thirty patients, six raters.
FLEISS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# The textbooks' example with ten patients and fourteen raters (e is 14).
TEXTBOOK = "0000e 02642 00356 03920 22811 77000 32630 25322 65210 02237"


@pytest.mark.parametrize(
    ("table", "agreement", "kappa"), [(FLEISS, 0.5556, 0.430), (TEXTBOOK, 0.378, 0.210)], ids=["1971", "ten"]
)
def test_fleiss_kappa_is_that_of_the_published_examples(table, agreement, kappa):
    units = [
        [diagnosis for diagnosis, count in enumerate(row) for _ in range(int(count, 16))]
        for row in table.split()
    ]
    assert fleiss_kappa(units) == pytest.approx(kappa, abs=0.0005)
    codes, labels = c.encode(units)
    counts = c.coincidences(codes, np.zeros(len(units), int), len(labels))
    assert c.observed(counts)[0] == pytest.approx(agreement, abs=0.0005)


def test_fleiss_kappa_leaves_out_what_not_all_marked():
    units = [("a", "a", "b"), ("b", "b", "b"), ("a", "b", "a")]
    assert fleiss_kappa([*units, ("a", None, "b"), (None, None, "a")]) == fleiss_kappa(units)
    assert fleiss_kappa([("a", "a"), ("a", "a")]) is None
    assert fleiss_kappa([]) is None


def test_cohens_kappa_is_that_of_the_published_example():
    # Cohen (1960), A coefficient of agreement for nominal scales: 200 cases, agreement .70, by chance .41.
    counts = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert float(c.observed(counts)) == pytest.approx(0.70)
    assert float(c.cohen(counts)) == pytest.approx(0.492, abs=0.0005)


@pytest.mark.parametrize("seed", range(20))
def test_random_tables_give_the_librarys_figures_and_the_definitions(seed):
    rng = np.random.default_rng(seed)
    labels, size = int(rng.integers(2, 7)), int(rng.integers(5, 80))
    truth = rng.integers(labels, size=size)
    told = np.where(rng.random((3, size)) < 0.6, truth, rng.integers(labels, size=(3, size)))
    codes, clusters = told.T, rng.integers(4, size=size)
    counts = c.confusions(codes, (0, 1), clusters, labels).sum(0)
    assert float(c.cohen(counts)) == pytest.approx(cohen_kappa_score(told[0], told[1]))
    for label in range(labels):
        against = c.one_against_rest(counts, label)
        expected = cohen_kappa_score(told[0] == label, told[1] == label)
        assert float(c.cohen(against)) == pytest.approx(expected, nan_ok=True)
    # Fleiss' kappa by his formula; alpha by Krippendorff's relation to it where nothing is missing.
    table = np.stack([(told == label).sum(0) for label in range(labels)], 1)
    seen, chance = ((table * table).sum(1) - 3).mean() / 6, ((table.sum(0) / table.sum()) ** 2).sum()
    kappa = (seen - chance) / (1 - chance)
    assert fleiss_kappa(codes.tolist()) == pytest.approx(kappa)
    assert krippendorff_alpha(codes.tolist()) == pytest.approx(kappa + (1 - kappa) / (3 * size))


def test_alpha_counts_a_unit_with_gaps_by_those_who_marked_it():
    # By the definition, pair by pair: observed disagreement in a unit is weighted by 1 / (m - 1).
    rng = np.random.default_rng(5)
    codes = np.where(rng.random((60, 4)) < 0.3, -1, rng.integers(3, size=(60, 4)))
    units = [[value for value in row if value >= 0] for row in codes.tolist()]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    seen = sum(sum(a != b for a in unit for b in unit) / (len(unit) - 1) for unit in units) / len(values)
    chance = sum(a != b for a in values for b in values) / len(values) / (len(values) - 1)
    gaps = [[None if value < 0 else value for value in row] for row in codes.tolist()]
    assert krippendorff_alpha(gaps) == pytest.approx(1 - seen / chance)


def test_intervals_are_those_of_a_bootstrap_written_out():
    right, total = np.array([3.0, 1, 4, 0, 5]), np.array([5.0, 5, 4, 2, 6])

    def share(tables):
        return c.ratio(*tables)

    found = Resampler(5, 400, seed=7).figure(share, [right, total])
    assert found.value == pytest.approx(13 / 22)
    rng = np.random.default_rng(7)
    draws = [rng.multinomial(5, [0.2] * 5) for _ in range(400)]
    shares = [(draw * right).sum() / (draw * total).sum() for draw in draws]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(shares, [0.025, 0.975])))
    assert Resampler(1).figure(share, [right[:1], total[:1]]) == Figure(3 / 5)
    assert Resampler(5).figure(share, [total, total]) == Figure(1.0), "no interval where nothing varies"
    assert Resampler(5).figure(share, [right, 0 * total]) == Figure(None)


ORDER = ("vucic", "svr", "pentagon_document", "analyst", "other")
PRIMARIES = [
    ([], ("none", "none")),
    ([("other", "denies"), ("svr", "none")], ("svr", "none")),
    ([("svr", "confirms"), ("vucic", "denies")], ("vucic", "denies")),
    ([("analyst", "none"), ("pentagon_document", "hedges")], ("pentagon_document", "hedges")),
    ([("other", "none"), ("other", "confirms")], ("other", "confirms")),
    ([("mayor", "confirms"), ("other", "none")], ("other", "none")),
]


@pytest.mark.parametrize(("labels", "expected"), PRIMARIES)
def test_primary(labels, expected):
    assert primary(labels, ORDER) == primary(reversed(labels), ORDER) == expected


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
    speaker = scores["speaker"]
    assert {speaker.agreement, speaker.kappa, speaker.fleiss, speaker.alpha} == {Figure(1.0)}
    # Stances: denies/hedges, denies/denies, none/none twice. By hand: chance agreement is
    # 1/2 * 1/4 + 1/2 * 1/2 = 3/8, so kappa is (3/4 - 3/8) / (5/8).
    assert scores["stance"].agreement.value == 0.75
    assert scores["stance"].kappa.value == pytest.approx(0.6)
    assert scores["both"].kappa.value == pytest.approx(0.6)
    assert scores["both"].kappa.low <= 0.6 <= scores["both"].kappa.high
    # Fleiss' chance agreement is that of the pooled labels: (3/8)^2 + (1/8)^2 + (4/8)^2 = 26/64.
    assert scores["stance"].fleiss.value == pytest.approx((3 / 4 - 26 / 64) / (38 / 64))
    assert (found.articles, found.clusters) == (1, "sentences")
    # Both marked vucic/denies in sentence 1; anna marked three attributions there and before, ben two.
    assert found.attribution_f1.value == pytest.approx(2 * 1 / 5)
    labels = {(label.facet, label.label): label for label in found.labels}
    denies = labels["stance", "denies"]
    assert (denies.counts, denies.f1) == ((2, 1), pytest.approx(2 / 3))
    # Denies against the rest: 3 of 4 alike, by chance 2/4 * 1/4 + 2/4 * 3/4 = 1/2.
    assert denies.kappa == pytest.approx(1 / 2)
    assert (labels["stance", "hedges"].counts, labels["stance", "hedges"].f1) == ((0, 1), 0)
    assert (labels["speaker", "vucic"].counts, labels["speaker", "vucic"].f1) == ((2, 2), 1)
    assert list(labels)[-1] == ("stance", "none")


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
    stance = found.scores[1]
    assert [(pair.annotators, pair.sentences) for pair in stance.pairs] == [
        (("anna", "ben"), 4), (("anna", "carl"), 1), (("ben", "carl"), 2),
    ]  # fmt: skip
    assert [pair.agreement for pair in stance.pairs] == [0.75, 1, 0.5]
    assert stance.agreement.value == pytest.approx(2.25 / 3)
    assert stance.whole == 1
    assert "stance: ben and carl" in found.table()


def test_articles_are_drawn_where_they_are_enough(tmp_path):
    def marked(name, stances):
        rows = [f"a{at},0,9,words,vucic,{stance}\n" for at, stance in enumerate(stances)]
        path = tmp_path / f"{name}.csv"
        path.write_text(",".join(COLUMNS) + "\n" + "".join(rows))
        return path

    ours = ["denies", "hedges"] * 5
    found = agree([marked("a", ours), marked("b", [*ours[:9], "denies"])])
    assert (found.articles, found.clusters) == (10, "articles")
    agreement = found.scores[1].agreement
    assert agreement.low < agreement.value == 0.9 < agreement.high == 1
    assert agree([tmp_path / "a.csv", tmp_path / "b.csv"]) == found, "a seed gives the same intervals"


def test_spans_agree_by_their_offsets_and_by_the_characters_they_cover(tmp_path):
    header = "article,start,end,text,speaker,stance,source,source_start,source_end,cue,cue_start,cue_end\n"

    def spans(name, *rows):
        path = tmp_path / f"{name}.csv"
        path.write_text(header + "".join(f"art,100,130,He said he had said so,vucic,{row}\n" for row in rows))
        return path

    one = spans("one", "denies,He,100,102,he had said,108,119")
    # The words of the source stand once with this capital; "said" stands twice and has no place.
    other = spans("other", "denies,He,,,had said,111,119", "none,,,,said,,")
    found = agree([one, other])
    source, cue = found.spans
    assert (source.exact.value, source.overlap.value, source.counts, source.unplaced) == (1, 1, (1, 1), 0)
    assert (cue.exact.value, cue.counts, cue.unplaced) == (0, (1, 1), 1)
    assert cue.overlap.value == pytest.approx(2 * 8 / (11 + 8))
    assert "1 without a place left out" in found.table()


def test_what_nobody_has_looked_at_is_no_agreement(tmp_path):
    def table(name, *lines):
        rows = [f"a,{at},{at + 1},words,{line}\n" for at, line in enumerate(lines)]
        (tmp_path / name).write_text("article,start,end,text,speaker,stance,annotator\n" + "".join(rows))
        return tmp_path / name

    half = table("half.csv", "vucic,denies,ada", "none,none,ada", "none,none,", "furniture,none,")
    other = table("other.csv", "vucic,denies,ben", "svr,none,ben", "none,none,ben", "furniture,none,")
    assert agree([half, other]).sentences == 3  # the page's furniture, too
    filled = table("filled.csv", "vucic,denies,", "none,none,", "none,none,", ",,")
    found = agree([filled, other])
    assert found.sentences == 3
    told = "2 rows of none are taken for sentences that were read"
    assert found.strange == (f"filled names no annotator: {told}",)
    blank = table("blank.csv", "none,none,", "none,none,", "none,none,", "none,none,")
    with pytest.raises(UsageError, match="blank and other share no sentence"):
        agree([blank, other])


def test_a_row_without_a_speaker_is_not_marked_yet(anna, tmp_path):
    begun = reading(tmp_path / "begun.csv", (0, "vucic", "denies"), (1, "", ""), (2, "none", "none"))
    assert agree([anna, begun]).sentences == 2


def test_the_page_shows_readings_side_by_side_and_runs_nothing(anna, tmp_path):
    hostile = tmp_path / "<script>.csv"
    rows = "art,0,9,a <b>bold</b> sentence,vucic,<img src=x>\nart,10,19,sentence 1,none,none\n"
    hostile.write_text(",".join(COLUMNS) + "\n" + rows)
    page = agree([anna, hostile]).to_html()
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>bold" not in page
    assert "default-src 'none'; style-src 'sha256-" in page
    assert page.index("anna</h4>") < page.index("&lt;script&gt;</h4>")
    assert "nobody speaks" in page
    assert page.count('class="item"') == 2


def test_the_topics_order_decides_which_label_stands_for_a_sentence(tmp_path):
    """The leader goes before the analyst, whatever the topic calls them."""
    folder = tmp_path / "anna"
    folder.mkdir()
    shutil.copy(ROOT / "annotations" / "example" / "smelter.toml", folder)
    (folder / "articles.csv").write_text("article,topic\na,smelter.toml\n", "utf-8")
    labels = ("analyst,confirms", "premier,none", "premier,denies")
    rows = "".join(f"a,0,9,words,{label}\n" for label in labels)
    (folder / "a.csv").write_text("article,start,end,text,speaker,stance\n" + rows, "utf-8")
    (reading,) = read_readings([folder])
    assert reading.order.index("premier") < reading.order.index("agency") < reading.order.index("analyst")
    assert reading.primary(("a", 0, 9)) == ("premier", "denies")
    (alone,) = read_readings([folder / "a.csv"])
    assert alone.order == reading.order


def test_the_command_writes_what_the_ending_says(anna, ben, tmp_path, capsys):
    assert main(["agree", str(anna), str(ben)]) == 0
    assert capsys.readouterr().out == agree([anna, ben]).table() + "\n"
    for name, begins in {"a.html": "<!DOCTYPE", "a.json": "{", "a.txt": "anna, ben: 4"}.items():
        assert main(["agree", str(anna), str(ben), "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text("utf-8").lstrip().startswith(begins)
    file = anna if anna.is_file() else next(anna.glob("*.csv"))
    before = file.read_bytes()
    assert main(["agree", str(file), str(file), "--format", "json", "-o", str(file)]) == 2
    assert "is one of the inputs" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert main(["agree", str(anna), str(ben), "-o", str(tmp_path / "a.pdf")]) == 2
    assert "a.pdf ends in '.pdf', expected one of .json, .html" in capsys.readouterr().err
    assert not (tmp_path / "a.pdf").exists()
    assert main(["agree", str(anna), str(ben), "-o", str(tmp_path / "b.html"), "--format", "json"]) == 2
    assert "b.html ends in '.html' but --format is json: drop one of the two" in capsys.readouterr().err
    assert not (tmp_path / "b.html").exists()
    assert main(["agree", str(anna), str(ben), "-o", str(tmp_path)]) == 2
    assert f"is a folder, expected a file: try  -o {tmp_path / 'agreement.html'}" in capsys.readouterr().err
    assert main(["agree", str(anna), str(ben), "-o", str(tmp_path / "c.dat"), "--format", "json"]) == 0
    assert (tmp_path / "c.dat").read_text("utf-8").startswith("{")


def test_slips_of_the_pen_are_told_and_counted_as_they_are(tmp_path, capsys):
    slips = ["vucicc,denies", "vucicc,denies", "svr,confirm", "none,none", "vucic,denies"]
    for name, labels in {"a": slips, "b": ["vucic,denies"] * 5}.items():
        rows = [f"art,{at},{at + 1},words,{label}\n" for at, label in enumerate(labels)]
        (tmp_path / f"{name}.csv").write_text(",".join(COLUMNS) + "\n" + "".join(rows))
    ask = ["agree", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    stance = "a: stance 'confirm' (1×) is none of the topic's (did you mean 'confirms'?), counted as it is"
    for listed in ("", "art,broken.toml\n"):  # whose speakers they ought to be is not known
        (tmp_path / "articles.csv").write_text(f"article,topic\n{listed}", "utf-8")
        assert main(ask) == 0
        assert capsys.readouterr().err.splitlines() == [stance]
    (tmp_path / "articles.csv").write_text("article,topic\nart,serbia-arms\n", "utf-8")
    assert main(ask) == 0
    assert capsys.readouterr().err.splitlines() == [
        "a: speaker 'vucicc' (2×) is none of the topic's (did you mean 'vucic'?), counted as it is",
        stance,
    ]


def test_table_and_json_tell_the_same(anna, ben):
    found = agree([anna, ben])
    data = json.loads(json.dumps(found.to_json()))
    assert data["annotators"] == ["anna", "ben"]
    assert [score["facet"] for score in data["scores"]] == ["speaker", "stance", "both"]
    first = data["disagreements"][0]["marks"]
    assert [[(mark["speaker"], mark["stance"]) for mark in marks] for marks in first] == [
        [("vucic", "denies")],
        [("vucic", "hedges")],
    ]
    table = found.table()
    assert "anna, ben: 4 sentences in common, 1 marked by one alone" in table
    kappa = next(score.kappa for score in found.scores if score.facet == "stance")
    assert f"0.600 [{kappa.low:.2f}, {kappa.high:.2f}]" in table
    assert "art 0:9  sentence 0\n    anna: vucic denies\n    ben: vucic hedges" in table


def test_one_label_alone_has_no_kappa(tmp_path):
    paths = [reading(tmp_path / name, (0, "none", "none")) for name in ("a.csv", "b.csv")]
    found = agree(paths)
    for score in found.scores:
        assert score.agreement == Figure(1.0)
        assert {score.kappa, score.fleiss, score.alpha} == {Figure(None)}
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


def test_numbers_beyond_any_text_are_told(anna, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(f"article,start,end,text,speaker,stance\nart,{'9' * 5000},9,words,none,none\n")
    with pytest.raises(AnnotationError, match=r"other\.csv:2: start is '9+', expected a whole number"):
        agree([anna, other])


def test_offsets_that_are_not_the_words_own_do_not_count(tmp_path):
    head = "article,start,end,text,speaker,stance,source,source_start,source_end\n"
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, end in zip(paths, ("2", "999999999"), strict=True):
        path.write_text(f"{head}art,0,8,He said.,vucic,denies,He,0,{end}\n")
    readings = read_readings(paths)
    assert [reading.marks["art", 0, 8][0].source_at for reading in readings] == [(0, 2), (0, 2)]


def test_two_folders_are_told_how_to_be_adjudicated(capsys):
    readings = [str(ROOT / "annotations" / "readings" / f"reader-{name}") for name in "ab"]
    assert main(["agree", *readings]) == 0
    assert f"stance annotate --adjudicate {readings[0]} {readings[1]}" in capsys.readouterr().err
