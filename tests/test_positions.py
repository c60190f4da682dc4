"""Positions: whose, when, how often; shifts; the story of the seeds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.cli import main
from stance.confidence import Calibration
from stance.encoder.session import Encoder
from stance.heldoutfile import heldout_lines
from stance.model import Model
from stance.output.formats import choose_format, write_results
from stance.output.options import WriteOptions
from stance.positions import as_labelled, positions
from stance.positions.copies import copies
from stance.positions.holders import folded_name, is_single
from stance.positions.periods import Period
from stance.positions.precision import shift_precision
from stance.positions.table import table_lines
from stance.topic import load_topic
from stance.voices import Thresholds
from tests.handmade import labelled
from tests.heldout_rows import model_with
from tests.heldout_rows import row as heldout_row

ROOT = Path(__file__).parents[1]

CONTRACT = ("speaker", "holder", "stance", "date", "article", "sentence", "text")
ROLES = {"vucic": "leader", "svr": "service", "pentagon_document": "document", "analyst": "analyst"}


def row(date="2023-03-01", stance="denies", speaker="vucic", **more):
    """A row as `stance label` writes it; each has a sentence of its own."""
    number = more.get("sentence", 0)
    article = more.pop("article", f"a-{date}")
    told = hashlib.sha256(f"{article} {number} {stance} {speaker} {more}".encode()).hexdigest()
    return {
        "article": article,
        "topic": "serbia-arms",
        "date": date,
        "date_source": "metadata" if date else None,
        "sentence": number,
        "text": " ".join(told[at : at + 5] for at in range(0, 60, 5)),
        "role": ROLES.get(speaker, "other"),
        "speaker": speaker,
        "holder": "Aleksandar Vucic" if speaker == "vucic" else None,
        "stance": stance,
        "review": False,
        "labelled_by": "model",
        **more,
    }


def turns(found):
    """Shifts as (kind, date and stance of both ends)."""
    return [
        (shift.kind, f"{shift.start.date} {shift.start.stance}", f"{shift.end.date} {shift.end.stance}")
        for shift in found.shifts
    ]


@pytest.fixture(scope="module")
def seeds():
    return positions(read_annotations(ROOT / "annotations"))


STORY = (
    ("2023-04", "denies", None, "a notorious lie"),
    ("2023-06", "hedges", None, "aware that some of our weapons may end up"),
    ("2025-05", "confirms", "concedes", "acknowledged the scale of exports"),
    ("2025-06", "denies", "no_longer", "ammunition will go only to our military depots"),
)


def test_the_seeds_tell_vucics_story(seeds):
    his = [each for each in seeds if each.speaker == "vucic"]
    assert {each.holder for each in his} == {"Aleksandar Vučić"}
    places = []
    for date, stance, detail, words in STORY:
        at, found = next((at, each) for at, each in enumerate(his) if words in each.text)
        assert (found.date, found.stance, found.date_source) == (date, stance, "text")
        assert detail in (None, found.detail)
        places.append(at)
    assert places == sorted(places)


def test_the_seeds_shifts(seeds):
    assert {shift.speaker for shift in seeds.shifts} == {"vucic"}
    assert turns(seeds) == [
        ("shift", "2023-04 denies", "2023-06 hedges"),
        ("shift", "2023-04 denies", "2023-06 confirms"),
        ("shift", "2023-06 confirms", "2025-05 denies"),
        ("contradiction", "2025-05 denies", "2025-05 confirms"),
        ("change_of_practice", "2025-05 confirms", "2025-06 denies"),
        ("change_of_practice", "2025-06 confirms", "2025-06 denies"),
    ]
    assert "a notorious lie" in seeds.shifts[0].start.text
    assert "may end up in Ukraine" in seeds.shifts[0].end.text
    assert "only to our military depots" in seeds.shifts[-1].end.text


MARCH, MAY, JUNE = "2023-03-01", "2023-05-02", "2023-06-03"

SHIFTS = {
    "denies in March, confirms in June": (
        [row(MARCH), row(JUNE, "confirms")],
        [("shift", f"{MARCH} denies", f"{JUNE} confirms")],
    ),
    "the order of files does not matter": (
        [row(JUNE, "confirms"), row(MARCH)],
        [("shift", f"{MARCH} denies", f"{JUNE} confirms")],
    ),
    "three steps": (
        [row(MARCH), row(MAY, "hedges"), row(JUNE, "confirms")],
        [
            ("shift", f"{MARCH} denies", f"{MAY} hedges"),
            ("shift", f"{MAY} hedges", f"{JUNE} confirms"),
        ],
    ),
    "the same again": ([row(MARCH), row(JUNE)], []),
    "another speaker": ([row(MARCH), row(JUNE, "confirms", "svr")], []),
    "confirms, then no longer": (
        [row(MARCH, "confirms"), row(JUNE, detail="no_longer")],
        [("change_of_practice", f"{MARCH} confirms", f"{JUNE} denies")],
    ),
    "confirms, then never": (
        [row(MARCH, "confirms"), row(JUNE, detail="never")],
        [("shift", f"{MARCH} confirms", f"{JUNE} denies")],
    ),
    "yes and no in an article": (
        [row(MARCH, sentence=1), row(MARCH, "confirms", sentence=2)],
        [("contradiction", f"{MARCH} denies", f"{MARCH} confirms")],
    ),
    "yes and no in a day": (
        [row(MARCH, article="b"), row(MARCH, "confirms", article="a")],
        [("contradiction", f"{MARCH} confirms", f"{MARCH} denies")],
    ),
    "yes and no in a month are in no order": (
        [row("2023-03", article="b"), row("2023-03", "confirms", article="a")],
        [],
    ),
    "a month and a day in it are in no order": ([row("2023-03"), row("2023-03-20", "confirms")], []),
    "a month and a day after it": (
        [row("2023-02"), row(MARCH, "confirms")],
        [("shift", "2023-02 denies", f"{MARCH} confirms")],
    ),
    "yes, but no longer": (
        [row(MARCH, "confirms", sentence=1), row(MARCH, sentence=2, detail="no_longer")],
        [("change_of_practice", f"{MARCH} confirms", f"{MARCH} denies")],
    ),
    "yes, but not directly": (
        [row(MARCH, "confirms", sentence=1), row(MARCH, sentence=2, detail="not_directly")],
        [],
    ),
    "leaving open beside a denial is no contradiction": (
        [row(MARCH, sentence=1), row(MARCH, "hedges", sentence=2)],
        [],
    ),
    "undated": ([row(MARCH), row(None, "confirms"), row(None, "denies", sentence=1)], []),
    "flagged for review": ([row(MARCH), row(JUNE, "confirms", review=True)], []),
    "flagged, then reviewed by a person": (
        [row(MARCH), row(JUNE, "confirms", review=True, labelled_by="anna")],
        [("shift", f"{MARCH} denies", f"{JUNE} confirms")],
    ),
    "not about the topic": ([row(MARCH), row(JUNE, "confirms", on_topic=False)], []),
    "two topics": ([row(MARCH), row(JUNE, "confirms", topic="grain-deal")], []),
    "a statement counts at its own date": (
        [row(MAY), row(JUNE, "confirms", statement_date="2023-04-01")],
        [("shift", "2023-04-01 confirms", f"{MAY} denies")],
    ),
    "an old sentence again is no news": (
        [row(MARCH, text="He said once more that no shell of ours had ever gone there."), row(MAY, "hedges"),
         row(JUNE, text="He said once more that no shell of ours has ever gone there.")],
        [("shift", f"{MARCH} denies", f"{MAY} hedges")],
    ),
    "who does not comment takes no other position": (
        [row(MARCH), row(MAY, "hedges", detail="no_comment"), row(JUNE, "confirms")],
        [("shift", f"{MARCH} denies", f"{JUNE} confirms")],
    ),
    "two analysts": (
        [row(MARCH, speaker="analyst", holder="Ana Ilić"), row(JUNE, "confirms", "analyst", holder="Bo Ek")],
        [],
    ),
    "one analyst": (
        [row(MARCH, speaker="analyst", holder="Ana Ilić"), row(JUNE, "hedges", "analyst", holder="ANA ILIC")],
        [("shift", f"{MARCH} denies", f"{JUNE} hedges")],
    ),
    "officials are somebody else each time": (
        [row(MARCH, speaker="other", holder="officials"), row(JUNE, "confirms", "other", holder="officials")],
        [],
    ),
    "nobody named": ([row(MARCH, speaker="other"), row(JUNE, "confirms", "other")], []),
    "a document does not change its mind": (
        [row(MARCH, "hedges", "pentagon_document"), row(JUNE, "confirms", "pentagon_document")],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHIFTS)
def test_shifts(case):
    rows, expected = SHIFTS[case]
    assert turns(positions(rows)) == expected


def test_unsure_lets_flagged_labels_in():
    rows, _ = SHIFTS["flagged for review"]
    assert turns(positions(rows, unsure=True)) == [("shift", f"{MARCH} denies", f"{JUNE} confirms")]


def test_a_named_speaker_is_one_line_under_all_spellings():
    found = positions(
        [row(MARCH, holder="Vucic"), row(MAY, holder="Aleksandar Vučić"), row(JUNE, holder="Vucic")]
    )
    (line,) = found.lines
    assert line.spellings == ("Vucic", "Aleksandar Vučić")
    assert {each.holder for each in found} == {"Vucic"}


def test_others_are_a_line_each_by_name():
    names = ("the Defence Ministry", "Defence ministry", "Defence Ministry", "Foreign Ministry", None)
    rows = [row(MARCH, speaker="other", holder=name, sentence=at) for at, name in enumerate(names)]
    found = positions(rows)
    assert [(line.name, len(line.evidence)) for line in found.lines] == [
        ("the Defence Ministry", 3),
        ("Foreign Ministry", 1),
        ("other, not named", 1),
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [("Krušik", "KRUSIK"), ("The SVR", "SVR"), ("Reuters’", "Reuters"), ("U.S. Army", "u.s army")],
)
def test_spellings_of_one_name(left, right):
    assert folded_name(left) == folded_name(right)


SINGLE = {
    "Janusz Bugajski": True,
    "Reuters": True,
    "the US government": True,
    "The office of Serbian President Aleksandar Vucic": True,
    "officials": False,
    "Officials in Belgrade": False,
    "three Western diplomats in the region": False,
    "documents posted on Telegram": False,
    "a senior official": False,
    "media": False,
    "Russian media": False,
    None: False,
}


@pytest.mark.parametrize("name", SINGLE)
def test_which_names_stand_for_one_source(name):
    assert is_single(name) is SINGLE[name]


DATES = {
    "the article's": ({"date": MAY}, (MAY, "metadata", False)),
    "the sentence's own": ({"date": MAY, "statement_date": MARCH}, (MARCH, "statement", True)),
    "the sentence's, in the article's month": (
        {"date": "2023-05", "statement_date": MAY},
        (MAY, "statement", False),
    ),
    "a statement after its article": ({"date": MAY, "statement_date": JUNE}, (MAY, "metadata", False)),
    "undated": ({"date": None, "statement_date": MARCH}, (None, None, False)),
    "no date at all": ({"date": "soon"}, (None, None, False)),
}


@pytest.mark.parametrize("case", DATES)
def test_what_a_date_rests_on(case):
    facts, expected = DATES[case]
    (found,) = positions([row(**facts)])
    assert (found.date, found.date_source, found.recap) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-03T10:00:00Z", "2024-02-03", "2024-02-03"),
    ],
)
def test_partial_dates(text, first, last):
    period = Period.parse(text)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", [None, "", "2023-13", "2023-02-30", "0000", "April 2023", "20230413"])
def test_what_is_no_date(text):
    assert Period.parse(text) is None


def test_undated_positions_come_last():
    found = positions([row(None), row("2023-04-02"), row("2023-04")])
    assert [each.date for each in found] == ["2023-04", "2023-04-02", None]
    assert [each.article for each in found.undated] == ["a-None"]


WIRE = (
    "BELGRADE - President Aleksandar Vucic on Tuesday denied that any ammunition made in Serbia had been "
    "sold to Ukraine, calling the leaked report a lie."
)
EDITED = WIRE.replace("BELGRADE - President ", "").replace("on Tuesday", "Tuesday")
OTHER = (
    "Vucic told state television that Serbia had not delivered a single shell to either side in the war "
    "and never would."
)


def test_wire_copy_is_shown_once_and_counted_once():
    found = positions(
        [
            row("2023-04-12", article="first", outlet="Agency", text=WIRE),
            row("2023-04-13", article="second", outlet="Daily", text=EDITED),
            row("2023-04-13", article="third", outlet="Weekly", text=WIRE.upper()),
            row("2023-04-14", article="fourth", outlet="Agency", text=OTHER),
            row("2023-04-15", article="fifth", outlet="Gazette", text=OTHER + " He left."),
        ]
    )
    (line,) = found.lines
    assert [[place.article for place in entry.places] for entry in line.evidence] == [
        ["first", "second", "third"],
        ["fourth", "fifth"],
    ]
    assert line.outlets == 1
    assert [(each.date, each.date_source, each.copy) for each in line.evidence[0].places] == [
        ("2023-04-12", "metadata", 1),
        ("2023-04-12", "copy", 1),
        ("2023-04-12", "copy", 1),
    ]


SAID = "On {} the Norvik company said once more that no waste from its plant had ever reached the river."


@pytest.mark.parametrize(
    ("texts", "statements", "expected"),
    [
        ((SAID.format("3 March"), SAID.format("7 June")), ("2023-03-03", "2023-06-07"), 2),
        ((SAID.format("3 March"), SAID.format("March 3")), ("2023-03-03", "2023-03-03"), 1),
        ((SAID.format("3 March"), SAID.format("Friday")), ("2023-03-03", None), 1),
        ((SAID.format("3 March"), SAID.format("a day in March")), ("2023-03-03", "2023-03"), 1),
        ((SAID.format("Monday"), SAID.format("Monday")), ("2023-03-06", "2023-06-05"), 1),
    ],
    ids=["another day", "the same day", "no date", "a month that has the day", "the same words"],
)
def test_a_statement_that_comes_again_on_another_day_is_no_copy(texts, statements, expected):
    found = positions(
        row(f"2023-06-{10 + at}", article=f"a{at}", text=text, statement_date=date)
        for at, (text, date) in enumerate(zip(texts, statements, strict=True))
    )
    assert len(found.lines[0].evidence) == expected


def test_dates_that_contradict_each_other_are_no_copies_of_an_undated_sentence():
    told = [("2023-01-01", None), ("2023-03-04", "2023-03-03"), ("2023-06-08", "2023-06-07")]
    found = positions(
        row(date, article=f"a{at}", text=SAID.format(statement or "a Friday"), statement_date=statement)
        for at, (date, statement) in enumerate(told)
    )
    assert [entry.first.date for entry in found.lines[0].evidence] == [
        "2023-01-01",
        "2023-03-03",
        "2023-06-07",
    ]
    months = [("2023-03", "March"), ("2023-03-03", "3 March"), ("2023-03-05", "5 March")]
    found = positions(
        row("2023-06-10", article=f"a{at}", text=SAID.format(words), statement_date=statement)
        for at, (statement, words) in enumerate(months)
    )
    assert len(found.lines[0].evidence) == 2


def test_near_duplicates():
    short = "He denied it."
    changed = WIRE.replace("denied", "confirmed").replace("sold to Ukraine", "given away for nothing at all")
    texts = [WIRE, OTHER, EDITED, short, short, None, None, changed]
    assert copies(texts)[:7] == [0, 1, 0, 3, 4, 5, 6]


def test_an_article_without_outlet_counts_as_one():
    found = positions([row("2023-04-12"), row("2023-04-12", sentence=1), row("2023-04-13")])
    assert found.lines[0].outlets == 2


def test_of_an_article_labelled_twice_the_later_labels_count(tmp_path):
    first, second = tmp_path / "labels.jsonl", tmp_path / "corrected.jsonl"
    first.write_text(json.dumps(row(MARCH)) + "\n" + json.dumps(row(JUNE)) + "\n", "utf-8")
    second.write_text(json.dumps(row(JUNE, "hedges", labelled_by="anna")) + "\n", "utf-8")
    found = positions([first, second])
    assert [(each.date, each.stance) for each in found] == [(MARCH, "denies"), (JUNE, "hedges")]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The seeds and an article with every kind of row, in every format of labels."""
    folder = tmp_path_factory.mktemp("labels")
    results = [as_labelled(each) for each in read_annotations(ROOT / "annotations")]
    results.append(labelled("made"))
    for ending in ("jsonl", "csv", "parquet", "sqlite"):
        path = folder / f"labels.{ending}"
        options = WriteOptions()
        write_results(choose_format(None, path, options), results, path, io.BytesIO(), options)
    return folder


@pytest.mark.parametrize("ending", ["csv", "parquet", "sqlite"])
def test_all_formats_of_labels_say_the_same(files, ending):
    told = positions([files / "labels.jsonl"])
    assert len(told) == 63
    assert positions([files / f"labels.{ending}"]) == told


def test_labelled_articles_say_the_same_as_their_rows(files):
    results = [as_labelled(each) for each in read_annotations(ROOT / "annotations")]
    results.append(labelled("made"))
    assert positions(results) == positions([str(files / "labels.jsonl")])


def test_annotations_as_labels():
    annotated = read_annotations(ROOT / "annotations")[3]
    told = as_labelled(annotated)
    every = [each for group in told.attributions for each in group]
    assert {each.labelled_by for each in every} == {"adjudicated"}
    assert {each.speaker_confidence for each in every} == {None}
    assert {each.mention for each in every if each.source is None} == {"implicit"}
    assert "He" not in {each.holder for each in every}


def test_to_frame(seeds):
    frame = seeds.to_frame()
    assert tuple(frame.columns[:7]) == CONTRACT
    assert len(frame) == len(seeds) == 60
    assert str(frame["copy"].dtype) == "Int64"
    assert positions([]).to_frame().empty


def test_a_model_gives_the_positions_of_its_results(seeds):
    results = map(as_labelled, read_annotations(ROOT / "annotations"))
    model = Model({}, load_topic("serbia-arms"), Thresholds(), Calibration(), "sha256:ab", Encoder(b"", b""))
    assert model.positions(results).equals(seeds.to_frame())


def run(capfdbinary, *args):
    code = main(["positions", *map(str, args)])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def test_json_keeps_the_contract(files, capfdbinary):
    code, out, err = run(capfdbinary, files / "labels.jsonl", "--format", "json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert {tuple(each)[:7] for each in told["positions"]} == {CONTRACT}
    assert {tuple(each)[:4] for each in told["shifts"]} == {("speaker", "holder", "from", "to")}
    assert all(each[end] in told["positions"] for each in told["shifts"] for end in ("from", "to"))
    assert {each["stance"] for each in told["positions"]} == {"confirms", "denies", "hedges"}


def test_csv_is_the_positions_flat(files, tmp_path, capfdbinary):
    target = tmp_path / "positions.csv"
    assert run(capfdbinary, files / "labels.csv", "-o", target)[0] == 0
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0])[:7] == CONTRACT
    assert len(rows) == 63
    assert {each["review"] for each in rows} == {"true", "false"}


def test_the_table_tells_counts_dates_and_shifts_with_their_sentences(files, capfdbinary):
    code, out, _ = run(capfdbinary, files / "labels.jsonl")
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("vucic"))
    assert line.split()[1:6] == ["Aleksandar", "Vučić", "4", "8", "7"]
    assert line.endswith("2023-04 to 2025-06")
    assert "change of practice: vucic (Aleksandar Vučić): presents as true" in out
    assert "only to\n      our military depots" in out or "only to our military depots" in out
    assert "Dates of articles: 5 from the article's text, 1 from metadata." in out


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_the_table_keeps_to_its_width(seeds, width):
    assert max(map(len, table_lines(seeds, width))) <= max(width, 80)


def test_no_escape_sequence_reaches_the_terminal():
    evil = "Ana \x1b[31mIlić"
    rows = [row(MARCH, speaker="analyst", holder=evil), row(JUNE, "confirms", "analyst", holder=evil)]
    lines = list(table_lines(positions(rows), 100))
    assert "\x1b" not in "".join(lines)
    assert "1 change of position" in lines


def test_nothing_to_tell(tmp_path, capfdbinary):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", "utf-8")
    assert run(capfdbinary, empty)[:2] == (0, "0 positions, 0 holders, 0 articles\n")


MISTAKES = {
    "no label file": ("notes.txt", "hello", "notes.txt ends in '.txt', expected labels in one of"),
    "no labels": ("labels.jsonl", '{"speaker": "vucic"}\n', "no article and no sentence and no text"),
    "another stance": ("labels.jsonl", json.dumps(row(stance="doubts")), "stance is 'doubts', expected one"),
    "a bad number": ("labels.jsonl", json.dumps(row(sentence="one")), "a bad number, span or text"),
    "no finite number": (
        "labels.jsonl",
        json.dumps(row(sentence=float("inf"))),
        "a bad number, span or text",
    ),
    "too large a number": ("labels.jsonl", json.dumps(row(stance_confidence=10**400)), "a bad number, span"),
    "no text": ("labels.jsonl", json.dumps(row(date=2023)), "date holds int, expected text"),
    "a holder of parts": ("labels.jsonl", json.dumps(row(holder={"a": 1})), "holder holds dict, expected"),
    "half a span": ("labels.jsonl", json.dumps(row(cue={"text": "a"})), "a bad number, span or text"),
    "no JSON": ("labels.jsonl", "{", "line 1 is no JSON"),
    "no database": ("labels.sqlite", "hello", "expected a table attributions"),
    "no Parquet": ("labels.parquet", "hello", "no Parquet file"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line(case, tmp_path, capfdbinary):
    name, text, told = MISTAKES[case]
    (tmp_path / name).write_text(text, "utf-8")
    code, out, err = run(capfdbinary, tmp_path / name)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_utf_16_that_is_cut_off_is_told(tmp_path, capfdbinary):
    path = tmp_path / "labels.csv"
    path.write_bytes(
        "\ufeffarticle,sentence,text,speaker,stance\na,0,x,vucic,denies\n".encode("utf-16-le")[:-1]
    )
    code, out, err = run(capfdbinary, path)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {path}: cannot read the labels ('utf-16-le' codec can't decode")
    assert err.count("\n") == 1


OUTPUTS = {
    "unknown ending": ("positions.doc", None, "ends in '.doc'"),
    "no ending": ("positions", None, "has no ending"),
    "disagree": ("positions.csv", "json", "drop one of the two"),
}


@pytest.mark.parametrize("case", OUTPUTS)
def test_outputs_that_do_not_fit(case, tmp_path, capfdbinary):
    name, form, told = OUTPUTS[case]
    labels, asked = tmp_path / "labels.csv", ("--format", form) if form else ()
    labels.write_text("x\n", "utf-8")
    code, _, err = run(capfdbinary, labels, "-o", tmp_path / name, *asked)
    assert (code, told in err, (tmp_path / name).exists()) == (2, True, False)
    code, _, err = run(capfdbinary, labels, "-o", tmp_path, *asked)
    assert (code, "is a folder, expected a file" in err) == (2, True)


def test_the_output_may_not_be_an_input(tmp_path, capfdbinary):
    path = tmp_path / "labels.csv"
    path.write_text("x\n", "utf-8")
    code, _, err = run(capfdbinary, path, "-o", path)
    assert (code, path.read_text("utf-8")) == (2, "x\n")
    assert "is one of the inputs" in err


def test_labels_without_text_still_tell():
    found = positions([row(MARCH, text=None), row(JUNE, "confirms", text=None)])
    assert len(found.shifts) == 1
    assert "(no text: label without --no-text)" in "\n".join(table_lines(found, 100))


def sentence(article, number, gold, predicted, **more):
    text = f"{article} says in sentence number {number} what nobody else has said before."
    facts = {"set": "composed", "topic": "world", "article": article, "text": text, **more}
    return heldout_row(number, gold, predicted, **facts)


def test_the_precision_of_shifts_is_counted_at_both_ends():
    rows = [
        sentence("w_1", 0, "leader denies", "leader denies"),
        sentence("w_2", 0, "leader hedges", "leader hedges"),
        sentence("w_3", 0, "leader hedges", "leader confirms"),
        sentence("w_3", 1, "leader denies", "leader denies", set="contrast"),
    ]
    measured = shift_precision(rows)
    assert (measured.right, measured.total, measured.worlds, measured.articles) == (1, 2, 1, 3)
    assert measured.value == 0.5
    assert shift_precision([]).value is None


def test_the_precision_is_told_where_the_shipped_model_labelled(tmp_path, monkeypatch, capfdbinary):
    rows = [
        sentence("w_1", 0, "leader denies", "leader denies"),
        sentence("w_2", 0, "leader hedges", "leader hedges"),
    ]
    folder = model_with(tmp_path / "model", "\n".join(heldout_lines(rows)))
    monkeypatch.setattr("stance.storage.default_folder", lambda: folder)
    manifest = (folder / "manifest.json").read_bytes()
    told = []
    for model in ("sha256:" + hashlib.sha256(manifest).hexdigest(), "sha256:another"):
        labels = tmp_path / "labels.jsonl"
        lines = [
            json.dumps(row(date, stance, model=model))
            for date, stance in ((MARCH, "denies"), (JUNE, "hedges"))
        ]
        labels.write_text("\n".join(lines), "utf-8")
        told.append(json.loads(run(capfdbinary, labels, "--format", "json")[1])["shift_precision"])
    assert told == [shift_precision(rows).told(), None]
    assert told[0].startswith("1 of 1 shifts (100%) right at both ends")


def test_articles_off_the_topic_are_counted(tmp_path, capfdbinary):
    path = tmp_path / "labels.jsonl"
    rows = [
        row(MARCH),
        row(JUNE, "confirms", on_topic=False),
        row(MAY, on_topic=False),
        row(MAY, on_topic=False),
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")
    assert positions([path]).off_topic == 2
    assert main(["positions", str(path)]) == 0
    assert capfdbinary.readouterr().err.startswith(b"2 articles are not about the topic of the labels")
