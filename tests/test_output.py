"""Rows and writers, on one article built by hand."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from stance.errors import UsageError
from stance.output.formats import FORMATS, choose_format, write_results
from stance.output.options import WriteOptions
from stance.output.rows import COLUMNS, FLAT_COLUMNS, ExtraColumns, flatten, rows
from stance.output.table import table_lines
from tests.handmade import TEXT, labelled

# The keys of the contract's example, in its order.
CONTRACT = re.findall(
    r"\w+",
    """schema article article_sha256 title outlet url date date_source topic topic_sha256 on_topic
sentence paragraph start end text furniture role speaker holder mention via stance detail speaker_confidence
stance_confidence stance_probabilities statement_date labelled_by source cue review model""",
)


def write(name: str, tmp_path: Path, *results, **options) -> bytes:
    target = tmp_path / f"out.{name}"
    write_results(FORMATS[name], iter(results), target, io.BytesIO(), WriteOptions(**options))
    return target.read_bytes()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_rows_have_the_contracts_keys_in_its_order():
    assert list(COLUMNS) == CONTRACT
    for row in rows(labelled()):
        assert list(row) == CONTRACT


def test_a_row_per_attribution_and_one_per_sentence_without():
    found = [(row["sentence"], row["speaker"], row["stance"], row["furniture"]) for row in rows(labelled())]
    assert found == [
        (0, "none", "none", False),
        (1, "vucic", "denies", False),
        (2, "vucic", "denies", False),
        (3, "svr", "confirms", False),
        (3, "vucic", "none", False),
        (4, "none", "none", False),
        (5, "none", "none", True),
    ]
    assert [row["sentence"] for row in rows(labelled(), attributions_only=True)] == [1, 2, 3, 3]


def test_a_row_is_json_with_rounded_figures_and_offsets_into_the_text():
    row = json.loads(json.dumps(next(rows(labelled(), attributions_only=True))))
    assert row["text"] == TEXT[row["start"] : row["end"]]
    assert row["source"] == {"text": "President Vucic", "start": 17, "end": 32}
    assert TEXT[row["cue"]["start"] : row["cue"]["end"]] == row["cue"]["text"] == "a notorious lie"
    assert (row["speaker_confidence"], row["stance_confidence"]) == (0.94, 0.88)
    assert row["stance_probabilities"] == {"confirms": 0.03, "denies": 0.88, "hedges": 0.06, "none": 0.03}
    assert list(row["stance_probabilities"]) == ["confirms", "denies", "hedges", "none"]


def test_a_row_without_attribution():
    row = next(rows(labelled()))
    empty = (
        "holder",
        "mention",
        "via",
        "detail",
        "stance_confidence",
        "stance_probabilities",
        "source",
        "cue",
    )
    assert {row[key] for key in empty} == {None}
    assert (row["role"], row["speaker_confidence"], row["review"]) == ("none", 0.988, False)
    assert [row["review"] for row in rows(labelled()) if row["sentence"] == 4] == [True]


def test_numpy_figures_become_plain_ones():
    numpy = pytest.importorskip("numpy")
    result = labelled()
    object.__setattr__(result, "nobody_confidence", tuple(numpy.float32([0.98765] * 6)))
    assert json.loads(json.dumps(next(rows(result))))["speaker_confidence"] == 0.988


def test_no_text_drops_the_text_alone():
    with_text, without = list(rows(labelled())), list(rows(labelled(), text=False))
    assert {row["text"] for row in without} == {None}
    assert without == [{**row, "text": None} for row in with_text]


def test_flat_columns_stand_in_the_order_of_the_nested_ones():
    assert len(FLAT_COLUMNS) == len(COLUMNS) - 3 + 4 + 3 + 3
    for row in rows(labelled()):
        assert tuple(flatten(row)) == FLAT_COLUMNS
    flat = flatten(next(rows(labelled(), attributions_only=True)))
    assert (flat["source_text"], flat["cue_start"], flat["stance_probability_denies"]) == (
        "President Vucic",
        TEXT.index("a notorious"),
        0.88,
    )


def test_extra_columns_never_clash():
    extras = ExtraColumns()
    renamed = extras.rename({"Text": "a", "note": "b", "text_input": "c", "tags": ["x", "y"], "big": 2**70})
    assert renamed == {
        "Text_input": "a",
        "note": "b",
        "text_input_input": "c",
        "tags": '["x", "y"]',
        "big": str(2**70),
    }
    assert extras.rename({"note": "d", "new": 1}) == {"note": "d", "new": 1}
    assert extras.names == ("Text_input", "note", "text_input_input", "tags", "big", "new")


@pytest.mark.parametrize("name", ["rowid", "OID", "_rowid_"])
def test_a_column_that_sqlite_would_order_rows_by_gets_another_name(name):
    assert ExtraColumns().rename({name: 7}) == {f"{name}_input": 7}


def test_jsonl(tmp_path):
    lines = write("jsonl", tmp_path, labelled("a"), labelled("b")).decode().splitlines()
    assert [json.loads(line) for line in lines] == [*rows(labelled("a")), *rows(labelled("b"))]


def test_csv_keeps_everything_as_it_is(tmp_path):
    data = write("csv", tmp_path, labelled("a"), labelled("b", extra={"note": "-1", "Cue_text": 'x,\n"y"'}))
    table = read_csv(data)
    assert data.startswith(b"schema,")
    assert list(table[0]) == [*FLAT_COLUMNS, "note", "Cue_text_input"]
    assert [(row["article"], row["note"], row["Cue_text_input"]) for row in table[:: len(table) - 1]] == [
        ("a", "", ""),
        ("b", "-1", 'x,\n"y"'),
    ]
    assert table[6]["text"] == "=Share this, +1"
    assert (table[6]["furniture"], table[0]["holder"], table[1]["speaker_confidence"]) == ("true", "", "0.94")


def test_csv_for_excel_has_a_mark_and_no_formulas(tmp_path):
    data = write(
        "csv", tmp_path, labelled(extra={"a": "@x", "b": "\tx", "c": "-1", "+d": "fine", "e": -1}), excel=True
    )
    assert data.startswith(b"\xef\xbb\xbfschema,")
    row = read_csv(data)[6]
    assert [row[name] for name in ("text", "a", "b", "c", "'+d", "e")] == [
        "'=Share this, +1",
        "'@x",
        "'\tx",
        "'-1",
        "fine",
        "-1",
    ]


def test_parquet_has_types_and_the_users_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write(
        "parquet",
        tmp_path,
        labelled("a", extra={"n": 1, "mixed": 1, "f": 1}),
        labelled("b", extra={"mixed": "x", "f": 0.5}),
    )
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == [*FLAT_COLUMNS, "n", "mixed", "f"]
    assert [
        str(table.schema.field(name).type) for name in ("start", "review", "cue_start", "via", "n", "mixed")
    ] == [
        "int64",
        "bool",
        "int64",
        "string",
        "int64",
        "string",
    ]
    assert table.column("f").to_pylist() == [1.0] * 7 + [0.5] * 7
    plain = [flatten(row) for row in (*rows(labelled("a")), *rows(labelled("b")))]
    assert table.select(list(FLAT_COLUMNS)).to_pylist() == plain
    assert table.column("mixed").to_pylist() == ["1"] * 7 + ["x"] * 7


def test_parquet_has_decimals_in_their_words(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    prices = [Decimal("1.50"), Decimal("100.25")]
    write("parquet", tmp_path, *(labelled(str(price), extra={"price": price}) for price in prices))
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column("price").to_pylist() == ["1.50"] * 7 + ["100.25"] * 7


def test_parquet_of_nothing_still_has_its_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write("parquet", tmp_path)
    assert parquet.read_table(tmp_path / "out.parquet").column_names == list(FLAT_COLUMNS)


def test_sqlite_has_articles_and_attributions(tmp_path):
    write("sqlite", tmp_path, labelled("a", extra={"Start": 7}), labelled("b", extra={'odd "name"': "x"}))
    with closing(sqlite3.connect(tmp_path / "out.sqlite")) as database:
        assert database.execute("SELECT article, date FROM articles").fetchall() == [
            ("a", "2023-04-13"),
            ("b", "2023-04-13"),
        ]
        found = database.execute("SELECT * FROM attributions")
        names = [column for column, *_ in found.description]
        assert names == [*FLAT_COLUMNS, "Start_input", 'odd "name"']
        first = found.fetchone()
        assert first == (*flatten(next(rows(labelled("a")))).values(), 7, None)
        count = "SELECT count(*) FROM attributions JOIN articles USING (article) WHERE speaker = 'vucic'"
        assert database.execute(count).fetchone() == (6,)


def test_xlsx_guards_formulas_and_control_characters(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    write("xlsx", tmp_path, labelled(extra={"note": "=1+1", "odd": "a\x0bb"}))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    header, *lines = book["attributions"].iter_rows(values_only=True)
    assert header == (*FLAT_COLUMNS, "note", "odd")
    assert lines[6][header.index("text")] == "'=Share this, +1"
    assert lines[0][-2:] == ("'=1+1", "a\ufffdb")
    assert lines[1][header.index("speaker_confidence")] == 0.94
    assert lines[6][header.index("furniture")] is True


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_labels_give_the_same_bytes(name, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    pytest.importorskip("openpyxl")
    first = write(name, tmp_path, labelled("a", extra={"n": 1}), labelled("b"))
    later = time.gmtime(2_000_000_000)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: later)
    assert write(name, tmp_path, labelled("a", extra={"n": 1}), labelled("b")) == first


@pytest.mark.parametrize("name", list(FORMATS))
def test_lone_surrogates_break_no_format(name, tmp_path):
    pytest.importorskip("pyarrow")
    pytest.importorskip("openpyxl")
    assert write(name, tmp_path, labelled("half \ud83d", extra={"note": "half \ud83d", "\ud83d, \0": 1}))


class TestTable:
    def lines(self, width=100, **options):
        return list(table_lines([labelled()], width, **options))

    @pytest.mark.parametrize("width", [80, 100, 200])
    def test_no_line_is_wider_than_the_terminal(self, width):
        assert max(map(len, self.lines(width))) <= width

    def test_header_rows_and_summary(self):
        text = "\n".join(self.lines())
        assert text.startswith("Serbia <arms> row\n000-made | Paper | 2023-04-13 | topic serbia-arms\n")
        assert re.search(r"^ +1  vucic +0\.940  denies +0\.880  President Vucic called", text, re.M)
        assert re.search(r"^ +2  vucic\* ", text, re.M)
        assert "1 article, 6 sentences, 4 attributions, 2 to review" in text
        assert re.search(r"^vucic +0 +2 +0 +1$", text, re.M)
        assert "confirms = presents as true" in text

    def test_attributions_only_and_no_text(self):
        text = "\n".join(self.lines(attributions_only=True, text=False))
        assert "Nobody else spoke" not in text
        assert "called it" not in text
        assert "vucic" in text

    def test_an_articles_escape_sequences_stay_out_of_the_terminal(self):
        lines = table_lines([labelled(title="red \x1b[31m alert\x07")], 100)
        assert next(lines) == "red  [31m alert "


CHOICES = [
    (None, None, "table"),
    (None, "x.csv", "csv"),
    (None, "x.JSONL", "jsonl"),
    (None, "x.htm", "html"),
    (None, "x.db", "sqlite"),
    (None, "x.xlsx", "xlsx"),
    (None, "x.parquet", "parquet"),
    ("csv", "x.txt", "csv"),
    ("table", "x.txt", "table"),
    ("jsonl", None, "jsonl"),
]


@pytest.mark.parametrize(("name", "output", "expected"), CHOICES)
def test_the_format_follows_the_ending(name, output, expected):
    assert choose_format(name, output and Path(output), WriteOptions()).name == expected


WRONG = [
    (None, "x.json", {}, "did you mean '.jsonl'"),
    (None, "x.xls", {}, "did you mean '.xlsx'"),
    (None, "x", {}, "no ending"),
    ("cvs", None, {}, "did you mean 'csv'"),
    ("csv", "x.jsonl", {}, "drop one of the two"),
    ("parquet", None, {}, "-o labels.parquet"),
    ("sqlite", None, {}, "-o labels.sqlite"),
    ("jsonl", None, {"excel": True}, "--format csv"),
    ("html", None, {"text": False}, "--no-text"),
]


@pytest.mark.parametrize(("name", "output", "options", "told"), WRONG)
def test_a_wrong_choice_is_one_line_with_the_next_step(name, output, options, told):
    with pytest.raises(UsageError) as caught:
        choose_format(name, output and Path(output), WriteOptions(**options))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_output(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        choose_format(None, tmp_path, WriteOptions())


def test_a_failure_midway_leaves_the_old_file(tmp_path):
    def broken():
        yield labelled()
        raise UsageError("no more")

    target = tmp_path / "out.csv"
    target.write_text("old")
    with pytest.raises(UsageError, match="no more"):
        write_results(FORMATS["csv"], broken(), target, io.BytesIO(), WriteOptions())
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
