"""Annotations: read, written, and every fault named with its line."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations, write_annotations, write_articles
from stance.audit import audit, second_looks
from stance.errors import AnnotationError
from stance.folds import family_of
from stance.records import Attribution, Span
from stance.rows import ARTICLE_COLUMNS, ROW_COLUMNS, format_table

ROOT = Path(__file__).parent.parent
TEXT = "Vučić said it is a lie.\n\n“We sent it,” the SVR, he and he said. Nobody spoke.\n\nShare this\n"
SENTENCES = (
    "Vučić said it is a lie.",
    "“We sent it,” the SVR, he and he said.",
    "Nobody spoke.",
    "Share this",
)
PARAGRAPHS = (0, 1, 1, 2)
HE = TEXT.index("he and")


def row(number: int, *labels: str, **changes: str) -> list[str]:
    """A row of sentence `number` with speaker, stance, source and cue, and fields that replace others."""
    text = SENTENCES[number]
    start = TEXT.index(text)
    speaker, stance, source, cue = (*labels, "", "")[:4]
    fields = dict.fromkeys(ROW_COLUMNS, "")
    fields |= {"article": "a", "sentence": str(number), "paragraph": str(PARAGRAPHS[number])}
    fields |= {"start": str(start), "end": str(start + len(text)), "text": text, "annotator": "ada"}
    fields |= {"speaker": speaker, "stance": stance, "source": source, "cue": cue, **changes}
    return list(fields.values())


GOOD = (
    row(0, "vucic", "denies", "Vučić", "a lie"),
    row(1, "svr", "confirms", "the SVR", "We sent it"),
    row(1, "other", "none", "he", "said", source_start=str(HE), source_end=str(HE + 2)),
    row(2, "none", "none"),
    row(3, "furniture", "none"),
)  # fmt: skip


def write_folder(root: Path, rows: tuple[list[str], ...] = GOOD, **article: str) -> Path:
    folder = root / "annotations"
    (folder).mkdir()
    (root / "texts").mkdir()
    (root / "texts" / "a.txt").write_text(TEXT, "utf-8", newline="")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    facts = {"title": "A title", "outlet": "", "date": "2023-04", "date_source": "text"}
    entry = {
        "article": "a",
        "topic": "serbia-arms",
        "file": "texts/a.txt",
        "sha256": digest,
        **facts,
        **article,
    }
    (folder / "articles.csv").write_text(format_table(ARTICLE_COLUMNS, [entry.values()]), "utf-8")
    (folder / "a.csv").write_text(format_table(ROW_COLUMNS, rows), "utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    """The faults without the folder's path."""
    with pytest.raises(AnnotationError) as caught:
        read_annotations(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.problems]


def test_reads_sentences_attributions_and_facts(tmp_path: Path) -> None:
    (found,) = read_annotations(write_folder(tmp_path))
    assert found.article.text == TEXT
    assert (found.article.id, found.article.title, found.article.outlet) == ("a", "A title", None)
    assert (found.article.date, found.article.date_source) == ("2023-04", "text")
    assert [sentence.text for sentence in found.sentences] == list(SENTENCES)
    assert [sentence.paragraph for sentence in found.sentences] == list(PARAGRAPHS)
    assert [sentence.furniture for sentence in found.sentences] == [False, False, False, True]
    assert [len(marked) for marked in found.attributions] == [1, 2, 0, 0]
    assert found.annotators == ("ada",) * 4
    assert found.attributions[0] == (
        Attribution(
            role="leader",
            speaker="vucic",
            stance="denies",
            source=Span(0, 5, "Vučić"),
            cue=Span(17, 22, "a lie"),
            labelled_by="ada",
        ),
    )


def test_what_is_written_reads_back_equal_and_as_the_same_bytes(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    before = read_annotations(folder)
    write_annotations(folder / "a.csv", before)
    write_articles(folder / "articles.csv", before)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert b"\r" not in written["a.csv"]
    after = read_annotations(folder)
    assert after == before
    write_annotations(folder / "a.csv", after)
    assert (folder / "a.csv").read_bytes() == written["a.csv"]


def test_without_a_file_the_text_is_rebuilt_from_the_rows(tmp_path: Path) -> None:
    text = TEXT.rstrip("\n")
    folder = write_folder(tmp_path, file="", sha256=hashlib.sha256(text.encode()).hexdigest())
    (found,) = read_annotations(folder)
    assert found.article.text == text


def test_a_topic_file_stands_in_the_folder_and_names_the_labels(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, (row(0, "boss", "denies"), *GOOD[3:]), topic="my.toml", file="",
                          sha256="")  # fmt: skip
    topic = 'schema = 1\nname = "my"\nallegation = "It."\n[[speakers]]\nlabel = "boss"\nrole = "leader"\n'
    (folder / "my.toml").write_text(topic, "utf-8")
    (fault,) = faults(folder)
    digest = fault.split("expected ")[1].split()[0]
    listed = (folder / "articles.csv").read_text("utf-8")
    (folder / "articles.csv").write_text(listed.replace(",,,A title", f",,{digest},A title"), "utf-8")
    (found,) = read_annotations(folder)
    assert found.topic.name == "my"
    assert found.attributions[0][0].role == "leader"


FAULTS = (
    ("speaker", row(0, "vucik", "denies"), "speaker is 'vucik' (did you mean 'vucic'?), expected one of"),
    ("stance", row(0, "vucic", "deny"), "stance is 'deny' (did you mean 'denies'?), expected one of"),
    ("none", row(0, "none", "denies"), "speaker none has the stance denies, expected none"),
    ("nobody's", row(0, "none", "none", "Vučić"), "speaker none has a source or a cue, expected them empty"),
    ("text", row(0, "vucic", "none", text="It is a lye."), "text is 'It is a lye.', expected 'Vučić said"),
    ("offset", row(0, "vucic", "none", start="x"), "start is 'x', expected a whole number"),
    ("negative", row(0, "vucic", "none", start="-1"), "start is '-1', expected a whole number"),
    ("ends", row(0, "vucic", "none", start="9", end="3"), "the sentence is at 9:3, expected a start from 0"),
    ("missing", row(0, "vucic", "none", "Putin"), "source 'Putin' occurs 0 times in the sentence"),
    ("half", row(0, "vucic", "none", "Vučić", source_start="0"), "source_end is '', expected a whole"),
    (
        "outside",
        row(0, "svr", "none", "We", source_start="26", source_end="28"),
        "source at 26:28, expected it",
    ),
    ("other", row(0, "svr", "none", "We", source_start="0", source_end="2"), "source is 'We', expected 'Vu'"),
    ("no words", row(0, "vucic", "none", source_start="0"), "source is empty but has offsets"),
    ("article", row(0, "vucic", "none", article="A"), "article is 'A', expected one of a"),
)


@pytest.mark.parametrize(("bad", "told"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, bad: list[str], told: str) -> None:
    found = faults(write_folder(tmp_path, (bad, *GOOD[1:])))
    assert any(fault.startswith("a.csv:2: ") and told in fault for fault in found), found


def test_words_that_occur_twice_need_offsets(tmp_path: Path) -> None:
    (fault,) = faults(write_folder(tmp_path, (*GOOD[:1], row(1, "other", "none", "he"), *GOOD[3:])))
    assert (
        fault == "a.csv:3: source 'he' occurs 3 times in the sentence, expected source_start and source_end"
    )


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, (GOOD[0], row(1, "svr", "confirm"), row(2, "nun", "none"), GOOD[4]))
    (folder / "b.csv").write_text(format_table(ROW_COLUMNS, [row(0, "none", "none", article="b")]), "utf-8")
    found = faults(folder)
    assert [fault.split(": ")[0] for fault in found] == ["b.csv:2", "a.csv:3", "a.csv:4"]


def test_lines_are_counted_over_quoted_line_ends(tmp_path: Path) -> None:
    bad = row(1, "svr", "deny", cue="two\nlines")
    found = faults(write_folder(tmp_path, (GOOD[0], bad, row(2, "nun", "none"), GOOD[4])))
    assert {fault.split(": ")[0] for fault in found} == {"a.csv:3", "a.csv:5"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((GOOD[0], GOOD[0], *GOOD[1:]), "a.csv:3: vucic with the source 'Vučić' stands twice"),
        ((GOOD[0], GOOD[3], GOOD[1], GOOD[4]), "a.csv:4: the sentence is at"),
        ((GOOD[0], *GOOD[3:]), "articles.csv:2: '“We sent it,” the SVR, he and he said.' at 23:"),
        (
            (*GOOD[:3], row(2, "none", "none", paragraph="0"), GOOD[4]),
            "a.csv:5: paragraph is 0, expected 1 or more",
        ),
        ((*GOOD[:3], GOOD[3], GOOD[3], GOOD[4]), "speaker none beside another row, expected it alone"),
        ((), "articles.csv:2: a has no rows"),
    ],
    ids=["twice", "order", "gap", "paragraph", "none twice", "no rows"],
)
def test_the_rows_of_an_article_must_fit_together(
    tmp_path: Path, rows: tuple[list[str], ...], told: str
) -> None:
    found = faults(write_folder(tmp_path, rows))
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"sha256": "0" * 64}, f"sha256 is {'0' * 64}, expected "),
        ({"file": "texts/b.txt"}, "no file "),
        ({"topic": "serbia"}, "serbia: cannot read the topic"),
        ({"topic": "a\0b"}, "cannot read the topic (embedded null byte)"),
        ({"date": "April"}, "date is 'April', expected 2023, 2023-04, 2023-04-13 or nothing"),
        ({"date": "2023-13"}, "date is '2023-13'"),
        ({"date_source": "txt"}, "date_source is 'txt' (did you mean 'text'?)"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_the_list_of_articles_is_checked(tmp_path: Path, fields: dict[str, str], told: str) -> None:
    found = faults(write_folder(tmp_path, **fields))
    assert any(fault.startswith("articles.csv:2: ") and told in fault for fault in found), found


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n1,2\n", "a.csv:1: no column 'article'"),
        (",".join(ROW_COLUMNS).replace("cue,", "que,", 1).encode() + b"\n", "(did you mean 'que'?)"),
        (",".join(ROW_COLUMNS).encode() + b"\na,0\n", "a.csv:2: 2 fields, expected 15"),
        (",".join(ROW_COLUMNS).encode() + b"\n\xff\n", "a.csv:2: byte 0xff, expected UTF-8"),
        (",".join(ROW_COLUMNS).encode() + b'\n"a\n', "a.csv:2: not valid CSV"),
        (b"", "a.csv:1: no column 'article'"),
    ],
    ids=["columns", "misspelt", "fields", "encoding", "quotes", "empty"],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, data: bytes, told: str) -> None:
    folder = write_folder(tmp_path)
    (folder / "a.csv").write_bytes(data)
    assert any(told in fault for fault in faults(folder))


def test_a_folder_without_a_list_is_told(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path)
    assert fault.startswith(
        "articles.csv:1: cannot read (No such file or directory), expected a CSV file with article,"
    )


def test_a_spreadsheets_mark_line_ends_and_decomposed_letters_are_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    before = read_annotations(folder)
    text = (folder / "a.csv").read_text("utf-8")
    decomposed = unicodedata.normalize("NFD", text.replace("\n", "\r\n"))
    assert decomposed != text
    (folder / "a.csv").write_bytes(b"\xef\xbb\xbf" + decomposed.encode())
    assert read_annotations(folder) == before


def test_a_reading_is_read_by_another_folders_list(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    reading = folder / "readings" / "ada"
    reading.mkdir(parents=True)
    (folder / "a.csv").rename(reading / "a.csv")
    (found,) = read_annotations(reading, folder / "articles.csv")
    assert found.article.text == TEXT


def test_audit_finds_and_fixes(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    untouched = (folder / "a.csv").read_bytes()
    assert audit(folder, fix=False) == []
    assert (folder / "a.csv").read_bytes() == untouched
    assert audit(folder, fix=True) == []
    assert b",,," in untouched.splitlines()[1]
    first = (folder / "a.csv").read_text("utf-8").splitlines()[1]
    assert first.endswith("vucic,denies,Vučić,0,5,a lie,17,22,ada")
    fixed = (folder / "a.csv").read_bytes()
    assert audit(folder, fix=True) == []
    assert (folder / "a.csv").read_bytes() == fixed


def test_audit_leaves_a_file_with_broken_lines_as_it_is(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    broken = (folder / "a.csv").read_text("utf-8") + "a,9\n"
    (folder / "a.csv").write_text(broken, "utf-8")
    (fault,) = audit(folder, fix=True)
    assert fault.endswith("a.csv:7: 2 fields, expected 15 as in the header")
    assert (folder / "a.csv").read_text("utf-8") == broken


def test_second_looks_are_hints(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, (row(0, "none", "none"), *GOOD[1:]))
    (hint,) = second_looks(folder)
    assert hint.endswith("a.csv:2: look again: nobody speaks, but 'Vučić said it is a lie.' has 'said'")
    assert audit(folder, fix=False) == []


@pytest.fixture(scope="module")
def composed() -> list[AnnotatedArticle]:
    return read_annotations(ROOT / "annotations" / "composed")


def test_the_composed_articles_are_whole(composed: list[AnnotatedArticle]) -> None:
    assert len(composed) == 1735
    assert sum(len(article.sentences) for article in composed) == 13997
    labels = {mark.speaker for article in composed for marks in article.attributions for mark in marks}
    assert labels == {"leader", "service", "document", "analyst", "other"}
    assert all(
        mark.speaker == mark.role for item in composed for marks in item.attributions for mark in marks
    )


def test_composed_topics_name_no_analyst_and_no_other_source(composed: list[AnnotatedArticle]) -> None:
    for topic in {article.topic_path: article.topic for article in composed}.values():
        assert not topic.sources
        open_set = [speaker for speaker in topic.speakers if speaker.role in ("analyst", "other")]
        assert [(item.label, item.name, item.aliases, item.descriptions) for item in open_set] == [
            ("analyst", None, (), ()),
            ("other", None, (), ()),
        ]


def test_worlds_share_no_name_of_a_party_or_a_leader(composed: list[AnnotatedArticle]) -> None:
    owner: dict[str, str] = {}
    families: dict[str, str] = {}
    for article in composed:
        topic = article.topic
        leaders = [
            alias for speaker in topic.speakers if speaker.role == "leader" for alias in speaker.aliases
        ]
        for name in (*(word for words in topic.parties.values() for word in words), *leaders):
            assert owner.setdefault(name.casefold(), topic.name) == topic.name, name
        if family := family_of(article.article.id):
            assert families.setdefault(family, topic.name) == topic.name
    assert len(set(owner.values())) == 568
    assert len(families) == 177


def test_the_later_worlds_are_smaller_so_that_the_older_ones_keep_their_folds(composed) -> None:
    sizes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for article in composed:
        later = len(article.article.id.split("_")[0]) == 2
        sizes[later][article.topic.name] += len(article.sentences)
    assert max(sizes[True].values()) < min(sizes[False].values())


def test_a_carriage_return_in_a_sentence_is_written_and_read_back(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (before,) = read_annotations(folder)
    text = before.article.text.replace("it is", "it\ris")
    first = replace(before.sentences[0], text=text[:23])
    changed = replace(before, article=replace(before.article, text=text),
                      sentences=(first, *before.sentences[1:]))  # fmt: skip
    (tmp_path / "texts" / "a.txt").write_bytes(text.encode())
    write_annotations(folder / "a.csv", [changed])
    write_articles(folder / "articles.csv", [changed])
    assert read_annotations(folder) == [changed]
