"""Formats of other tools: written and read back equal, exports of the tools read, every fault named."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.errors import UsageError
from stance.formats import FormatOptions, choose_input, read_annotated, write_annotated
from stance.formats.offsets import Offsets
from stance.formats.tokens import tokens
from stance.records import Article, Attribution, Sentence, Span
from stance.topic import load_topic
from tests.annotation_sets import annotation_set
from tests.bench.roundtrip import WRITTEN, comes_back

ROOT = Path(__file__).parent.parent
SERBIA = FormatOptions(topic="serbia-arms")
TEXT = "😀 Vučić said it is a lie. The SVR, he said, may know."
VUCIC, LIE, SVR, MAY = (
    (TEXT.index(w), TEXT.index(w) + len(w)) for w in ("Vučić", "a lie", "The SVR", "may know")
)


def one_article(**changes: object) -> AnnotatedArticle:
    text = TEXT
    sentences = (Sentence(0, 0, 0, 25, text[:25]), Sentence(1, 0, 26, len(text), text[26:]))
    marks = (
        (
            Attribution(
                "leader", "vucic", "denies", Span(*VUCIC, "Vučić"), Span(*LIE, "a lie"), labelled_by="ada"
            ),
        ),
        (
            Attribution(
                "service", "svr", "hedges", Span(*SVR, "The SVR"), Span(*MAY, "may know"), labelled_by="ben"
            ),
            Attribution("other", "other", "none", None, Span(*MAY, "may know"), labelled_by="ada"),
        ),
    )
    article = AnnotatedArticle(
        Article("a", text), load_topic("serbia-arms"), sentences, marks, ("ada", "ben"), "serbia-arms"
    )
    return replace(article, **changes)  # type: ignore[arg-type]


# --- what is written comes back


@pytest.mark.parametrize("name", WRITTEN)
def test_random_sets_come_back_equal(name, tmp_path):
    for seed in range(60):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert comes_back(name, annotation_set(seed), folder), f"seed {seed}"


@pytest.mark.parametrize("name", WRITTEN)
def test_the_seeds_and_composed_articles_come_back_equal(name, tmp_path):
    for group in ("annotations", "annotations/composed"):
        folder = tmp_path / group.replace("/", "-")
        folder.mkdir()
        articles = read_annotations(ROOT / group)
        assert comes_back(name, articles[:: max(1, len(articles) // 60)], folder)


def test_articles_come_back_equal_through_all_formats_in_a_row(tmp_path):
    before = articles = annotation_set(1)
    for name in WRITTEN:
        write_annotated(name, tmp_path / name, articles)
        articles = list(read_annotated(name, tmp_path / name).articles)
    assert articles == before


@pytest.mark.parametrize("name", WRITTEN)
def test_the_readings_of_several_annotators_stay_apart(name, tmp_path):
    ada = one_article()
    ben = one_article(attributions=((), ada.attributions[1][:1]), annotators=("ben", "ben"))
    write_annotated(name, tmp_path / "out", [ada, ben])
    assert sorted(read_annotated(name, tmp_path / "out").articles, key=lambda a: a.annotators) == [ada, ben]


def test_a_reading_of_one_annotator_is_read_by_the_list_above_it(tmp_path):
    ada = one_article()
    ben = one_article(attributions=((), ada.attributions[1][:1]), annotators=("ben", "ben"))
    write_annotated("csv", tmp_path / "out", [ada, ben])
    assert read_annotated("csv", tmp_path / "out" / "readings" / "ben").articles == (ben,)


def test_a_text_that_its_rows_do_not_give_back_gets_a_file_and_a_note(tmp_path):
    text = f"{TEXT[:25]}\t{TEXT[26:]}"
    article = one_article(article=Article("a", text))
    for name in ("csv", "inception"):
        assert write_annotated(name, tmp_path / name, [article]) == ["a: its text stands in texts/a.txt"]
        assert read_annotated(name, tmp_path / name).articles == (replace(article, file="texts/a.txt"),)


@pytest.mark.parametrize("place", ["../../evil.txt", "/evil.txt", "a\\..\\evil.txt", "articles.csv"])
def test_nothing_is_written_outside_the_folder_or_over_its_own_files(place, tmp_path):
    out = tmp_path / "deep" / "out"
    out.parent.mkdir()
    (note,) = write_annotated("csv", out, [one_article(file=place)])
    assert note == f"a: its text stands in texts/a.txt, not {place}"
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["deep/out/a.csv", "deep/out/articles.csv", "deep/out/texts/a.txt"]


def test_another_text_of_the_same_name_beside_the_folder_is_not_taken_for_it(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("Another text.")
    write_annotated("csv", tmp_path / "out", [one_article(file="seeds/a.txt")])
    (found,) = read_annotations(tmp_path / "out")
    assert (found.file, found.article.text) == ("texts/a.txt", TEXT)


def test_what_annotations_do_not_hold_is_said(tmp_path):
    model = replace(one_article().attributions[0][0], holder="Vučić", stance_confidence=0.9)
    article = one_article(article=Article("a", TEXT, url="u", extra={"x": 1}), attributions=((model,), ()))
    notes = write_annotated("doccano", tmp_path / "out.jsonl", [article])
    assert {note.split(",")[0] for note in notes} == {
        "left out: 'url'", "left out: 'extra'", "left out: 'holder'", "left out: 'stance_confidence'"
    }  # fmt: skip


# --- what the files look like


def test_doccano_has_both_shapes(tmp_path):
    write_annotated("doccano", tmp_path / "r.jsonl", [one_article()])
    write_annotated("doccano-spans", tmp_path / "s.jsonl", [one_article()])
    record = json.loads((tmp_path / "r.jsonl").read_text("utf-8"))
    assert record["entities"][0] == {"id": 1, "label": "vucic/denies", "start_offset": 2, "end_offset": 7}
    assert [(r["from_id"], r["to_id"], r["type"]) for r in record["relations"]] == [
        (1, 2, "cue"), (3, 5, "cue"), (4, 5, "cue")
    ]  # fmt: skip
    spans = json.loads((tmp_path / "s.jsonl").read_text("utf-8"))["label"]
    assert spans[0] == [2, 7, "vucic/denies"]
    assert spans[3] == [26, 53, "other/none/unnamed"]


def test_label_studio_counts_code_points(tmp_path):
    write_annotated("labelstudio", tmp_path / "t.json", [one_article()])
    (task,) = json.loads((tmp_path / "t.json").read_text("utf-8"))
    first, second, *_ = task["annotations"][0]["result"]
    assert (first["type"], first["value"]) == (
        "labels",
        {"start": 2, "end": 7, "text": "Vučić", "labels": ["vucic"]},
    )
    assert (second["id"], second["value"]["choices"]) == (first["id"], ["denies"])


def test_prodigy_has_tokens_that_give_the_text_back(tmp_path):
    text = f"{TEXT[:25]}\n  {TEXT[26:]}  "
    changed = one_article(article=Article("a", text), attributions=((), ()))
    changed = replace(
        changed, sentences=(changed.sentences[0], replace(changed.sentences[1], start=28, end=55))
    )
    write_annotated("prodigy", tmp_path / "p.jsonl", [changed])
    task = json.loads((tmp_path / "p.jsonl").read_text("utf-8"))
    assert "".join(token["text"] + " " * token["ws"] for token in task["tokens"]) == text
    assert "_annotator_id" not in task
    assert task["meta"] == {"article": "a"}


def test_brat_parts_a_stretch_at_line_ends(tmp_path):
    text = TEXT.replace("a lie", "a\nlie")
    changed = one_article(article=Article("a", text))
    cue = replace(changed.attributions[0][0], cue=Span(*LIE, "a\nlie"))
    changed = replace(
        changed,
        attributions=((cue,), ()),
        sentences=(replace(changed.sentences[0], text=text[:25]), changed.sentences[1]),
    )
    write_annotated("brat", tmp_path / "b", [changed])
    lines = (tmp_path / "b" / "a.ann").read_text("utf-8").splitlines()
    assert "T4\tCue 19 20;21 24\ta lie" in lines
    assert "R1\tCue Arg1:T3 Arg2:T4" in lines
    assert (tmp_path / "b" / "a.txt").read_text("utf-8") == text
    assert read_annotated("brat", tmp_path / "b").articles == (changed,)


def test_inception_counts_utf16_units(tmp_path):
    write_annotated("inception", tmp_path / "i", [one_article()])
    lines = (tmp_path / "i" / "a.tsv").read_text("utf-8").split("\n")
    assert lines[0] == "#FORMAT=WebAnno TSV 3.3"
    assert "" == lines[4] == lines[5]
    assert lines[6] == f"#Text={TEXT[:25]}"
    assert lines[7].split("\t")[:3] == ["1-1", "0-2", "😀"]
    assert lines[8].split("\t") == [
        "1-2", "3-8", "Vučić", "cue[1]", "1-6[2]", "ada[1]", "vucic[1]", "denies[1]", "false[1]", "_",
        "ada[6]", "false[6]", "0[6]", "",
    ]  # fmt: skip


def test_conll_has_bio_columns(tmp_path):
    write_annotated("conll", tmp_path / "c.conll", [one_article()])
    lines = (tmp_path / "c.conll").read_text("utf-8").split("\n")
    assert "Vučić\t2\t7\tB-vucic/denies\tO" in lines
    assert "lie\t21\t24\tO\tI-cue" in lines
    assert "# attribution = other/none/unnamed\tada" in lines


# --- places


@pytest.mark.parametrize("name", ["csv", "brat", "inception"])
def test_a_folder_that_holds_anything_is_not_replaced(name, tmp_path):
    out = tmp_path / "out"
    write_annotated(name, out, [one_article()])
    (out / "GUIDELINES.md").write_text("mine")
    before = {path: path.read_bytes() for path in out.iterdir()}
    for place, held in ((out, "GUIDELINES.md"), (tmp_path, "out")):
        with pytest.raises(UsageError, match=rf"holds {held}, which would be lost: choose a new folder"):
            write_annotated(name, place, [one_article()])
    assert {path: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize("name", ["csv", "brat", "inception"])
def test_a_folder_is_written_whole_or_not_at_all(name, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    longer = [one_article(), one_article(article=Article("b", TEXT))]
    with monkeypatch.context() as patched:
        patched.setattr(f"stance.formats.{'contract' if name == 'csv' else name}.places", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_annotated(name, out, longer)
    assert list(out.iterdir()) == []
    write_annotated(name, out, longer)
    assert read_annotated(name, out).articles == tuple(longer)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_told_by_its_looks(name, tmp_path):
    ending = {"labelstudio": ".json", "conll": ".tsv", "csv": "", "brat": "", "inception": ""}.get(
        name, ".jsonl"
    )
    path = tmp_path / f"out{ending}"
    write_annotated(name, path, [one_article()])
    assert choose_input(None, path) == name


# --- the small parts


@pytest.mark.parametrize(
    ("text", "utf16", "offsets", "points"),
    [
        ("a😀b", False, (0, 1, 2, 3, 4, -1), (0, 1, 2, 3, None, None)),
        ("a😀b", True, (0, 1, 2, 3, 4, 5), (0, 1, None, 2, 3, None)),
        ("😀😀", True, (0, 1, 2, 3, 4), (0, None, 1, None, 2)),
        ("c\u030cb", False, (0, 1, 2, 3), (0, None, 1, 2)),
        ("😀c\u030cb", True, (2, 3, 4, 5), (1, None, 2, 3)),
    ],
)
def test_offsets(text, utf16, offsets, points):
    counted = Offsets(text, utf16=utf16)
    assert tuple(map(counted.point, offsets)) == points
    if unicodedata.is_normalized("NFC", text):
        pairs = [pair for pair in zip(points, offsets, strict=True) if pair[0] is not None]
        assert [counted.unit(point) for point, _ in pairs] == [offset for _, offset in pairs]


def test_tokens_are_cut_where_marks_begin_and_end():
    text = "It's 122mm-Grad, \tsaid"
    assert [text[a:b] for a, b in tokens(text, 0, len(text), [(1, 4), (6, 9), (16, 22)])] == [
        "I", "t", "'", "s", "1", "22m", "m", "-", "Grad", ",", " \t", "said"
    ]  # fmt: skip
