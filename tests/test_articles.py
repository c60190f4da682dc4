"""Files to articles."""

from __future__ import annotations

import datetime
import errno
import gzip
import hashlib
import io
import json
import logging
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from stance.articles import Archive, ArticleFailure, Document, ReadOptions, find_inputs, read_articles
from stance.dates import date_in_name, date_in_text, parse_date
from stance.decoding import decode
from stance.errors import ArticleError, MissingExtra, UsageError
from stance.ids import UniqueIds
from stance.inputs import names_of
from stance.records import Article

TEXT = "Vučić denies arms sales\n\nPresident Aleksandar Vučić said “nothing” was sold.\n"

PAGE = """<!DOCTYPE html><html><head><title>Vučić denies arms sales - The Post</title>
<meta property="og:site_name" content="The Post">
<meta property="article:published_time" content="2023-04-13T10:00Z">
<link rel="canonical" href="https://example.org/a"></head><body><nav>Home</nav><article>
<h1>Vučić denies arms sales</h1>
<p>The president denied on Monday that weapons were sent to the front, and said that nobody had asked.</p>
<p>He added that the reports were false. “We sell to nobody,” he said at length to the reporters.</p>
</article><footer>All rights reserved</footer></body></html>"""


def read(path: Path, options: ReadOptions | None = None) -> list[Article | ArticleFailure]:
    return list(read_articles([str(path)], options))


def only(path: Path) -> Article:
    (found,) = read(path)
    assert isinstance(found, Article), found
    return found


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", TEXT.encode()),
        ("a.TXT", TEXT.encode()),
        ("a.md", TEXT.encode()),
        ("a.txt", b"\xef\xbb\xbf" + TEXT.encode()),
        ("a.txt", TEXT.encode("utf-16")),
        ("a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be")),
        ("a.txt", unicodedata.normalize("NFD", TEXT).encode()),
        ("a.txt", TEXT.encode("cp1250")),
        ("a.txt.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("a.txt.zst", zstandard.compress(TEXT.encode())),
        ("a.txt.zst", zstandard.compress(TEXT[:2].encode()) + zstandard.compress(TEXT[2:].encode())),
    ],
)
def test_a_text_file_is_read_whatever_its_encoding(tmp_path: Path, name: str, content: bytes) -> None:
    article = only(write(tmp_path / name, content))
    assert (article.id, article.text, article.title) == ("a", TEXT, "Vučić denies arms sales")


def test_a_string_is_no_list_of_paths(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"paths is a string .*expected a list of paths"):
        read_articles(str(tmp_path))


def test_line_ends_and_spaces_stay(tmp_path: Path) -> None:
    text = "  One.\r\n\r\nTwo.\rThree.\u2028\t\n"
    assert only(write(tmp_path / "a.txt", text)).text == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t", "empty"),
        ("a.txt", b"text\x00text", "binary"),
        ("a.txt", b"\xff\xfe\x00", "utf-16-le"),
        ("a.txt", bytes(range(1, 256)), "UTF-8"),
        ("a.txt", b"%PDF-1.7\n1 0 obj", "a PDF, expected text"),
        ("a.html", b"PK\x03\x04word/document.xml", "a ZIP archive, as .docx"),
        ("a.html", b"", "empty"),
        ("a.html", b"<html><body></body></html>", "no article text found"),
        ("a.txt.gz", b"no gzip", "cannot be read"),
        ("a.txt.gz", gzip.compress(TEXT.encode(), mtime=0)[:-12], "cannot be read"),
        ("a.txt.zst", b"no frame", "cannot be read (damaged"),
        ("a.txt.zst", zstandard.compress(TEXT.encode())[:-3], "cannot be read (the file is cut off)"),
        ("a.parquet", b"no parquet", "no Parquet file"),
        ("a.csv", b"", "empty"),
        ("a.jsonl", b"", "empty"),
    ],
)
def test_what_cannot_be_read_fails_alone(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    write(tmp_path / name, content)
    write(tmp_path / "z.txt", TEXT)
    failure, article = read(tmp_path)
    assert isinstance(failure, ArticleFailure)
    assert (failure.article, "\n" in failure.reason) == ("a", False)
    assert reason in failure.reason
    assert isinstance(article, Article)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (lambda pa: pa.timestamp("ms"), 2**60),
        (lambda pa: pa.date32(), 2**31 - 1),
        (lambda pa: pa.timestamp("ms", "Nowhere/No"), 1),
    ],
    ids=["a date-time out of range", "a date out of range", "an unknown time zone"],
)
def test_a_value_that_python_cannot_hold_fails_alone(tmp_path: Path, kind: Any, value: int) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"text": [TEXT], "date": pa.array([value], kind(pa))})
    parquet.write_table(table, tmp_path / "a.parquet")
    write(tmp_path / "z.txt", TEXT)
    failure, article = read(tmp_path)
    assert isinstance(failure, ArticleFailure)
    assert failure.reason.startswith("damaged Parquet file (")
    assert isinstance(article, Article)


def test_a_page_gives_text_with_paragraphs_and_its_facts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        article = only(write(tmp_path / "a.html", PAGE))
    assert (article.title, article.outlet) == ("Vučić denies arms sales", "The Post")
    assert (article.date, article.date_source) == ("2023-04-13", "metadata")
    assert article.url == "https://example.org/a"
    assert "nobody had asked.\nHe added" in article.text
    assert "rights reserved" not in article.text
    assert not caplog.records


def test_a_page_is_decoded_as_it_declares(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="windows-1250">').encode("cp1250")
    assert only(write(tmp_path / "a.html", page)).title == "Vučić denies arms sales"


@pytest.mark.parametrize("declared", ["ISO-8859-1", "latin1", "us-ascii"])
def test_a_page_keeps_its_quotation_marks_as_browsers_do(tmp_path: Path, declared: str) -> None:
    page = PAGE.replace("<head>", f'<head><meta charset="{declared}">').replace("č", "c").replace("ć", "c")
    assert "“We sell to nobody,”" in only(write(tmp_path / "a.html", page.encode("cp1252"))).text


def test_standard_input_is_read_and_html_seen() -> None:
    for content in (TEXT, PAGE):
        (article,) = read_articles(["-"], stdin=io.BytesIO(content.encode()))
        assert isinstance(article, Article)
        assert (article.id, article.title) == ("stdin", "Vučić denies arms sales")
        assert "<" not in article.text


ROWS = [
    {"ID": "x", "Headline": "One", "Body": "The first.", "Published": "13 April 2023", "lean": 1.5},
    {"ID": "x", "Headline": None, "Body": "The second.", "Published": "04/05/2023", "lean": None},
    {"ID": "", "Headline": "Three", "Body": "", "Published": None, "lean": 2.0},
]


def write_jsonl(path: Path) -> None:
    write(path, "\n".join(json.dumps(row) for row in ROWS))


def write_csv(path: Path) -> None:
    rows = [",".join("" if v is None else str(v) for v in row.values()) for row in ROWS]
    write(path, "\ufeff" + "\r\n".join([",".join(ROWS[0]), *rows]))


def write_parquet(path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def packed(pack: Callable[[bytes], bytes], write: Callable[[Path], None]) -> Callable[[Path], None]:
    def written(path: Path) -> None:
        write(path)
        path.write_bytes(pack(path.read_bytes()))

    return written


@pytest.mark.parametrize(
    ("name", "writer"),
    [
        ("t.jsonl", write_jsonl),
        ("t.csv", write_csv),
        ("t.parquet", write_parquet),
        ("t.jsonl.gz", packed(gzip.compress, write_jsonl)),
        ("t.csv.gz", packed(gzip.compress, write_csv)),
        ("t.parquet.gz", packed(gzip.compress, write_parquet)),
        ("t.jsonl.zst", packed(zstandard.compress, write_jsonl)),
        ("t.csv.zst", packed(zstandard.compress, write_csv)),
        ("t.parquet.zst", packed(zstandard.compress, write_parquet)),
    ],
)
def test_a_table_gives_an_article_per_row(tmp_path: Path, name: str, writer: Callable[[Path], None]) -> None:
    writer(tmp_path / name)
    first, second, third = read(tmp_path / name)
    assert isinstance(first, Article)
    assert (first.id, first.text, first.title, first.date, first.date_source) == (
        *("x", "The first.", "One"),
        *("2023-04-13", "metadata"),
    )
    assert list(first.extra) == ["lean"]
    assert str(first.extra["lean"]) == "1.5"
    assert isinstance(second, Article)
    assert (second.id, second.title, second.date, second.date_source) == ("x#2", None, None, None)
    assert third == ArticleFailure("t-3", "no text in column 'Body'")


def test_the_user_names_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "wording;text;nr\nThe first.;other;7\n")
    (article,) = read(path, ReadOptions(text_column="wording", id_column="nr"))
    assert isinstance(article, Article)
    assert (article.id, article.text, article.extra) == ("7", "The first.", {"text": "other"})


def test_a_column_that_the_user_names_is_not_guessed_for_another_use(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "article,maintext\n7,The first.\n")
    (article,) = read(path, ReadOptions(id_column="article"))
    assert isinstance(article, Article)
    assert (article.id, article.text, article.extra) == ("7", "The first.", {})


def test_half_a_character_in_an_id_becomes_one(tmp_path: Path) -> None:
    assert only(write(tmp_path / "t.jsonl", '{"id": "a\\ud800", "text": "One."}')).id == "a\ufffd"


def test_bad_rows_fail_alone(tmp_path: Path) -> None:
    lines = [
        b'{"text": "The first."}',
        b"{",
        b"[1]",
        b'{"text": 7}',
        b'{"text": "\xe8"}',
        b"",
        b'{"text": "Last."}',
    ]
    found = read(write(tmp_path / "t.jsonl", b"\n".join(lines)))
    assert [isinstance(item, Article) for item in found] == [True, False, False, False, True, True]
    reasons = [item.reason for item in found if isinstance(item, ArticleFailure)]
    assert "line 2 is no JSON" in reasons[0]
    assert reasons[1:] == ["line 3 is no JSON object", "column 'text' holds int, expected text"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,No, never.\n2,Two.",
            ["line 2 has more cells than the header; put a cell that holds ','", "Two."],
        ),
        ("1,One.,,\n2", ["One.", "no text in column 'text'"]),
        ('1,One.\n2,"Two.\n3,Three.', ["One.", "line 3 begins a row that is no CSV"]),
        ('1,"One.\n2,"Two."\n3,Three.', ["line 2 begins a row that is no CSV", "Three."]),
        ('1,"The "first" one."\n2,Two.', ["line 2 begins a row that is no CSV", "Two."]),
        ('1,"Never," he said.\n2,Two.', ["line 2 begins a row that is no CSV", "Two."]),
        ('1,"Never" he said.\n2,Two.', ['"Never" he said.', "Two."]),
        ('1,The "first" one.\n2,"The\n""second"", too."', ['The "first" one.', 'The\n"second", too.']),
    ],
    ids=["more", "empty", "open", "merged", "not doubled", "too many", "none quoted", "sound"],
)
def test_a_broken_csv_row_is_told_and_the_others_are_read(
    tmp_path: Path, rows: str, expected: list[str]
) -> None:
    found = read(write(tmp_path / "t.csv", f"id,text\n{rows}\n"))
    told = [item.text if isinstance(item, Article) else item.reason for item in found]
    assert [one[: len(begins)] for one, begins in zip(told, expected, strict=True)] == expected
    assert not any("\n" in item.reason for item in found if isinstance(item, ArticleFailure))


def test_a_csv_whose_header_is_broken_is_told(tmp_path: Path) -> None:
    (failure,) = read(write(tmp_path / "t.csv", 'id,"text\n1,One.\n'))
    assert isinstance(failure, ArticleFailure)
    assert failure.reason.startswith("line 1 begins a row that is no CSV (unexpected end of data, line 2)")


def test_a_header_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "Überblick,Übersicht\nOne.,x\n".encode("cp1252"))
    (article,) = read(path, ReadOptions(text_column="Überblick"))
    assert isinstance(article, Article)
    assert (article.text, article.extra) == ("One.", {"Übersicht": "x"})


def test_a_csv_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", 'text\n"Vučić said “nothing” was sold, and that\nwas all."\n'.encode("cp1250")
    )
    assert only(path).text == "Vučić said “nothing” was sold, and that\nwas all."


def test_ids_are_stems_or_paths_where_stems_collide(tmp_path: Path) -> None:
    for name in (
        "n/a.txt",
        "n/deep/a.html.txt",
        "m/a.txt",
        "m/b.txt",
        "m/c.txt",
        "m/c.md",
        "m/.hidden.txt",
        "m/x.pdf",
    ):
        write(tmp_path / name, TEXT)
    ids = [item.id for item in read(tmp_path) if isinstance(item, Article)]
    assert ids == ["m/a", "b", "m/c", "m/c#2", "n/a", "a.html"]


def test_the_same_file_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", TEXT)
    assert find_inputs([str(path), str(tmp_path), str(tmp_path / "." / "a.txt")]).files == (path,)


def test_files_of_other_kinds_are_told(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", "c.pdf", "d.docx", "e", ".f.pdf", "in/corrections.csv"):
        write(tmp_path / name, TEXT)
    (note,) = Archive([tmp_path]).notes
    assert note.startswith(
        "passed over, since they are no articles: 2 .pdf, 1 without an ending, 1 .docx; read are"
    )
    assert not Archive([tmp_path / "a.txt"]).notes


def test_a_path_that_is_none_is_a_pattern(tmp_path: Path) -> None:
    for name in ("b1.txt", "a1.txt", "deep/c1.txt", "x[1].txt", "a2.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("He said no.", "utf-8")
    for pattern, names in (
        ("*1.txt", ["a1.txt", "b1.txt"]),
        ("**/*1.txt", ["a1.txt", "b1.txt", "deep/c1.txt"]),
        ("[ab]?.*", ["a1.txt", "a2.md", "b1.txt"]),
        ("x[1].txt", ["x[1].txt"]),  # a file of this name
        ("d*", ["deep/c1.txt"]),
    ):
        assert find_inputs([tmp_path / pattern]).files == tuple(tmp_path / name for name in names)
    with pytest.raises(UsageError, match=r"none\*\.txt: no such file or folder"):
        find_inputs([tmp_path / "none*.txt"])


def test_hidden_folders_are_left_out_and_closed_ones_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", ".git/b.txt", "shut/c.txt"):
        write(tmp_path / name, TEXT)
    scandir = os.scandir

    def closed(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", closed)
    archive = Archive([tmp_path])
    assert [item.id for item in archive] == ["a"]
    assert archive.notes == (f"{tmp_path / 'shut'}: passed over, it cannot be read (Permission denied)",)
    with pytest.raises(
        UsageError, match=r"no articles in this folder.*it cannot be read \(Permission denied"
    ):
        Archive([tmp_path / "shut"])
    assert [item.id for item in Archive([tmp_path / ".git"])] == ["b"]


def test_a_table_of_labels_is_no_table_of_articles(tmp_path: Path) -> None:
    columns = "article,sentence,start,end,text,speaker,stance"
    labels = write(tmp_path / "in" / "labels.csv", f"{columns}\na,0,0,5,Text.,none,none\n")
    with pytest.raises(UsageError, match=r"labels.csv holds labelled sentences, expected articles"):
        Archive([labels])
    with pytest.raises(UsageError, match=r"only labelled sentences in this folder"):
        Archive([tmp_path])
    assert [item.id for item in Archive([labels], ReadOptions(text_column="text"))] == ["labels-1"]


def test_what_the_user_got_wrong_is_told_before_reading(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", "x")
    (tmp_path / "empty").mkdir()
    table = str(write(tmp_path / "t.csv", "body,nr\nText.,1\n"))
    bare = str(write(tmp_path / "bare.csv", "x,y\n1,2\n"))
    cases = [
        ([], ReadOptions(), "no input"),
        ([str(tmp_path / "none.txt")], ReadOptions(), "no such file or folder"),
        ([str(tmp_path / "a.pdf")], ReadOptions(), "unknown format .pdf, expected .txt, .md"),
        ([str(tmp_path / "empty")], ReadOptions(), "no articles in this folder"),
        (["-"], ReadOptions(), "standard input"),
        ([table], ReadOptions(text_column="bodi"), "no column 'bodi', found body, nr (did you mean 'body'?)"),
        (
            [table],
            ReadOptions(text_column="body", id_column="body"),
            "column 'body' is named by --text-column and --id-column, expected one of them",
        ),
        ([bare], ReadOptions(), "no column looks like the text, found x, y; name it with --text-column"),
    ]
    for paths, options, message in cases:
        with pytest.raises(UsageError, match=re.escape(message)) as caught:
            read_articles(paths, options)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["t.parquet", "a.txt.zst"])
def test_a_missing_package_names_the_extra(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install '\.\[tables\]'"):
        read_articles([str(write(tmp_path / name, b""))])


def test_what_a_small_packed_file_blows_up_to_is_read_in_pieces(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl.zst", zstandard.compress((b" " * 999 + b"\n") * 50_000 + b'{"text": "The end."}')
    )
    assert path.stat().st_size < 10_000
    assert [item.text for item in read(path) if isinstance(item, Article)] == ["The end."]


class TestArchive:
    def test_files_are_opened_by_whoever_reads_them(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", TEXT)
        path = write(tmp_path / "b.jsonl", '{"text": "One."}\n{"text": "Two."}\n')
        archive = Archive([str(tmp_path)])
        assert archive.size == sum(each.stat().st_size for each in tmp_path.iterdir())
        first, second, third = archive
        assert isinstance(first, Document)
        assert first.path.is_absolute()
        assert first.read().text == TEXT
        assert isinstance(second, Article)
        assert isinstance(third, Article)
        (tmp_path / "a.txt").unlink()
        with pytest.raises(ArticleError, match="cannot be read"):
            first.read()
        assert path.exists()

    @pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz", "t.csv", "t.jsonl.zst", "t.parquet"])
    def test_the_position_tells_how_much_is_behind(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        rows = [
            {"text": f"{hashlib.sha512(bytes([n % 256, n // 256])).hexdigest()} said."} for n in range(3000)
        ]
        lines = "\n".join(json.dumps(row) for row in rows).encode()
        if name == "t.parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            parquet.write_table(pytest.importorskip("pyarrow").Table.from_pylist(rows), path)
        elif name == "t.csv":
            path.write_text("\n".join(["text", *(row["text"] for row in rows)]), "utf-8")
        else:
            pack = {"gz": gzip.compress, "zst": zstandard.compress}.get(name.rpartition(".")[2], bytes)
            path.write_bytes(pack(lines))
        archive = Archive([str(path)])
        shares = [archive.position / archive.size for _ in archive]
        assert shares == sorted(shares)
        assert 0.3 < shares[1500] < 0.7
        assert archive.position == archive.size

    def test_repeated_ids_get_numbers_whatever_they_are_made_of(self) -> None:
        with UniqueIds() as ids:
            taken = [ids.take(name) for name in ("a", "b", "a", "a#2", "a", "\ud800", "\ud800")]
        assert taken == ["a", "b", "a#2", "a#2#2", "a#3", "\ud800", "\ud800#2"]

    def test_ids_that_no_disk_can_hold_are_told_as_a_full_disk(self) -> None:
        with UniqueIds() as ids:
            ids._given.execute("PRAGMA max_page_count = 1")
            with pytest.raises(OSError, match="full"):
                ids.take("a" * 100_000)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A headline\n\nText.", "A headline"),
        ("# A headline\r\n\r\nText.", "A headline"),
        ("Is it so?\n\nText.", "Is it so?"),
        ("A sentence.\n\nText.", None),
        ("A headline", None),
        ("A line that is\nwrapped by width.", None),
        ("word " * 30 + "\n\nText.", None),
    ],
)
def test_a_headline_is_short_and_has_no_full_stop(tmp_path: Path, text: str, title: str | None) -> None:
    assert only(write(tmp_path / "a.txt", text)).title == title


@pytest.mark.parametrize(
    ("name", "text", "date", "source"),
    [
        ("a.txt", "Headline\n\nBELGRADE, April 13, 2023 (Reuters) - He denied it.", "2023-04-13", "text"),
        ("2022-01-01.txt", "Headline\n\n13 April 2023\n\nHe denied it.", "2023-04-13", "text"),
        ("2023-04-13-denial.txt", "Headline\n\nHe denied it.", "2023-04-13", "filename"),
        (
            "a.txt",
            "Headline\n\nIt began on 24 February 2022, when the army of Russia crossed the border.",
            None,
            None,
        ),
        ("a.txt", "Headline\n\nApril 2023\n\nHe denied it.", None, None),
    ],
)
def test_a_date_comes_from_the_text_else_the_name(
    tmp_path: Path, name: str, text: str, date: str | None, source: str | None
) -> None:
    article = only(write(tmp_path / name, text))
    assert (article.date, article.date_source) == (date, source)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2023-04-13T23:59:00+02:00", "2023-04-13"),
        ("2023/4/13", "2023-04-13"),
        ("20230413", "2023-04-13"),
        (20230413, "2023-04-13"),
        ("Thu, 13 Apr 2023 10:00:00 GMT", "2023-04-13"),
        ("April 13th, 2023", "2023-04-13"),
        ("Sept. 5, 2023", "2023-09-05"),
        ("13.4.2023", "2023-04-13"),
        ("4/13/2023", "2023-04-13"),
        ("04/04/2023", "2023-04-04"),
        (datetime.datetime(2023, 4, 13, 10), "2023-04-13"),
        ("04/05/2023", None),
        ("31 February 2023", None),
        ("June 2024", None),
        ("1681380000", None),
        (None, None),
        (True, None),
    ],
)
def test_only_whole_and_sure_dates_are_read(value: object, date: str | None) -> None:
    assert parse_date(value) == date


def test_dates_in_names_and_texts_are_whole() -> None:
    assert date_in_name("x_20230413_final") == "2023-04-13"
    assert date_in_name("1202304131 2023-13-45") is None
    assert date_in_text("") is None


def test_older_encodings_are_told_by_what_they_spell() -> None:
    assert decode("A café, “no” – he said.".encode("cp1252")) == "A café, “no” – he said."
    assert (
        decode("Президент отрицал поставки оружия.".encode("cp1251")) == "Президент отрицал поставки оружия."
    )


def test_ids_are_in_nfc_as_tables_are_read(tmp_path):
    folded, whole = "Đuric\u0301", "Đurić"
    (tmp_path / f"{folded}.txt").write_text("He left.", "utf-8")
    (tmp_path / "t.jsonl").write_text(
        "".join(f'{{"id": "{name}-1", "text": "He left."}}\n' for name in (folded, whole)), "utf-8"
    )
    found = [article.id for article in read_articles([tmp_path])]
    assert sorted(found) == sorted([whole, f"{whole}-1", f"{whole}-1#2"])
    assert whole in names_of([tmp_path / f"{folded}.txt"]).values()


def test_a_rows_title_is_put_before_its_text_where_that_is_asked_for(tmp_path):
    titles = ("Boss admits it", "  Boss\u00a0 admits  it ", "", "He", "HE LEFT.")
    rows = "".join(f"{title},He left.\n" for title in titles)
    (tmp_path / "t.csv").write_text(f"title,text\n{rows}", "utf-8")
    plain = [article.text for article in read_articles([tmp_path / "t.csv"])]
    assert plain == ["He left."] * 5
    told = [article.text for article in read_articles([tmp_path / "t.csv"], ReadOptions(with_title=True))]
    assert told == ["Boss admits it\n\nHe left."] * 2 + ["He left.", "He\n\nHe left.", "He left."]


def test_a_row_that_cannot_be_read_keeps_its_id(tmp_path):
    (tmp_path / "t.csv").write_text("id,text\na06,\n,\na07,He left.\n", "utf-8")
    found = list(read_articles([tmp_path / "t.csv"]))
    assert [(one.article, one.reason) for one in found[:2]] == [
        ("a06", "no text in column 'text'"),
        ("t-2", "no text in column 'text'"),
    ]
    assert found[2].id == "a07"
    (tmp_path / "pandas.csv").write_text(",title,text\n0,A,He left.\n", "utf-8")
    assert [article.id for article in read_articles([tmp_path / "pandas.csv"])] == ["pandas-1"]
