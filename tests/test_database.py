"""The SQLite output, asked with real queries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stance.errors import UsageError
from stance.output.database import write_sqlite
from stance.output.formats import FORMATS, write_results
from stance.output.options import WriteOptions
from stance.output.rows import FLAT_COLUMNS
from tests.handmade import labelled


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "labels.sqlite"
    results = (labelled("b", date="2023-06-01", extra={"note": "x"}), labelled("a"))
    write_sqlite(iter(results), path, WriteOptions())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


def table(database, name):
    """Columns of a table: name -> (type, must be filled, place in the primary key)."""
    return {row[1]: (row[2], row[3], row[5]) for row in database.execute(f"PRAGMA table_info({name})")}


def test_the_schema_has_a_number(database):
    assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_tables_have_types_and_keys(database):
    articles, attributions = table(database, "articles"), table(database, "attributions")
    assert articles["article"] == ("TEXT", 1, 1)
    assert [name for name in attributions if name not in FLAT_COLUMNS] == ["note"]
    assert {name: attributions[name][:2] for name in ("start", "review", "cue_end", "holder")} == {
        "start": ("INTEGER", 1),
        "review": ("INTEGER", 1),
        "cue_end": ("INTEGER", 0),
        "holder": ("TEXT", 0),
    }
    assert attributions["stance_probability_denies"][0] == "REAL"
    (key,) = database.execute("PRAGMA foreign_key_list(attributions)")
    assert key[2:5] == ("articles", "article", "article")
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE attributions SET article = 'nowhere'", "FOREIGN KEY"),
        ("DELETE FROM articles WHERE article = 'a'", "FOREIGN KEY"),
        ("UPDATE attributions SET review = 2", "CHECK"),
        ("UPDATE attributions SET speaker = NULL", "NOT NULL"),
        ("INSERT INTO articles SELECT * FROM articles", "UNIQUE"),
    ],
)
def test_the_rules_are_kept(database, change, told):
    with pytest.raises(sqlite3.IntegrityError, match=told):
        database.execute(change)


def test_booleans_are_numbers(database):
    query = "SELECT typeof(review), sum(review), count(*) FROM attributions GROUP BY 1"
    assert database.execute(query).fetchall() == [("integer", 4, 14)]
    assert database.execute("SELECT DISTINCT on_topic, typeof(on_topic) FROM articles").fetchall() == [
        (1, "integer")
    ]


def test_positions_are_the_rows_with_a_stance_in_the_order_of_their_dates(database):
    found = database.execute("SELECT speaker, holder, stance, date, article, sentence FROM positions")
    per_article = [("vucic", "Aleksandar Vucic", "denies", 1), ("vucic", "Aleksandar Vucic", "denies", 2),
                   ("svr", "SVR", "confirms", 3)]  # fmt: skip
    assert found.fetchall() == [
        (*row[:3], date, article, row[3])
        for article, date in (("a", "2023-04-13"), ("b", "2023-06-01"))
        for row in per_article
    ]
    columns = {name for name, *_ in database.execute("SELECT * FROM positions").description}
    assert {"text", "cue_text", "detail", "statement_date", "review"} <= columns


FACETS = ["speaker", "stance", "holder", "role", "date", "review", "article"]


@pytest.mark.parametrize("column", FACETS)
def test_a_facet_needs_no_walk_over_the_table(database, column):
    query = f"EXPLAIN QUERY PLAN SELECT {column}, count(*) FROM attributions GROUP BY {column}"
    plan = " ".join(row[3] for row in database.execute(query))
    assert "COVERING INDEX" in plan
    assert "TEMP B-TREE" not in plan


def test_two_articles_of_one_name_are_one_line(tmp_path):
    with pytest.raises(UsageError, match="two articles have the id 'a'") as caught:
        write_sqlite(iter((labelled("a"), labelled("a"))), tmp_path / "x.sqlite", WriteOptions())
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line():
    with pytest.raises(UsageError, match=r"/dev/full: cannot write \(.*full\)$"):
        write_results(FORMATS["sqlite"], iter([labelled()]), Path("/dev/full"), None, WriteOptions())
