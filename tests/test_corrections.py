"""Corrections: read, written, merged, applied, and carried through a rerun of the command."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from stance.articles import ReadOptions, read_articles
from stance.cli import main
from stance.corrections import (
    COLUMNS,
    Correction,
    apply,
    corrections_path,
    merge,
    read_corrections,
    write_corrections,
)
from stance.corrector import Corrector
from stance.errors import AnnotationError
from stance.output.rows import rows
from tests.handmade import SENTENCES, TEXT, labelled, span

MADE = dataclasses.replace(labelled(), speakers={"vucic": "leader", "svr": "service", "analyst": "analyst"})


def correction(sentence: int, speaker: str, stance: str = "none", **fields) -> Correction:
    place = SENTENCES[sentence]
    told = {
        "article": "000-made",
        "article_sha256": MADE.article.sha256,
        "start": place.start,
        "end": place.end,
        "text": place.text,
        "annotator": "anna",
    }
    return Correction(speaker=speaker, stance=stance, **(told | fields))


HE = span("he", TEXT.index("nobody,"))
CORRECTIONS = (
    correction(1, "vucic", "hedges", source=span("President Vucic"), cue=span("called")),
    correction(2, "none"),
    correction(3, "svr", "denies"),
    correction(3, "analyst", "none", source=span("he", TEXT.index("SVR,")), holder="Ana Anic"),
)


def told(result, *keys):
    return [tuple(row[key] for key in keys) for row in rows(result)]


class TestApply:
    def test_the_rows_of_a_sentence_are_replaced(self):
        assert told(apply(MADE, CORRECTIONS), "sentence", "role", "speaker", "stance", "labelled_by") == [
            (0, "none", "none", "none", "model"),
            (1, "leader", "vucic", "hedges", "anna"),
            (2, "none", "none", "none", "anna"),
            (3, "service", "svr", "denies", "anna"),
            (3, "analyst", "analyst", "none", "anna"),
            (4, "none", "none", "none", "model"),
            (5, "none", "none", "none", "model"),
        ]

    def test_a_correction_has_no_confidence_and_wants_no_review(self):
        keys = ("speaker_confidence", "stance_confidence", "stance_probabilities", "review")
        corrected = told(apply(MADE, CORRECTIONS), *keys)[1:5]
        assert corrected == [(None, None, None, False)] * 4

    def test_what_was_not_corrected_stays_where_the_source_is_the_same(self):
        first, _, unnamed, other = list(rows(apply(MADE, CORRECTIONS)))[1:5]
        assert (first["holder"], first["mention"], first["cue"]["text"]) == (
            "Aleksandar Vucic",
            "name",
            "called",
        )
        assert first["detail"] is None  # "never" goes with denies
        assert (unnamed["holder"], unnamed["source"]) == (None, None)
        assert (other["holder"], other["mention"]) == ("Ana Anic", "pronoun")
        same = apply(MADE, [correction(1, "vucic", "denies", source=span("President Vucic"))])
        assert next(rows(same, attributions_only=True))["detail"] == "never"
        another = apply(MADE, [correction(1, "svr", "denies", source=span("President Vucic"))])
        assert next(rows(another, attributions_only=True))["holder"] is None

    def test_furniture_both_ways(self):
        changed = apply(MADE, [correction(4, "furniture"), correction(5, "vucic", "denies")])
        assert told(changed, "sentence", "furniture", "speaker")[-2:] == [
            (4, True, "none"),
            (5, False, "vucic"),
        ]

    def test_nothing_else_changes(self):
        assert apply(MADE, []) == MADE
        assert apply(MADE, [correction(1, "none", article_sha256="0" * 64)]) == MADE
        assert apply(MADE, [correction(1, "none", text="x" * 59)]) == MADE

    def test_applied_twice_is_applied_once(self):
        once = apply(MADE, CORRECTIONS)
        assert list(rows(apply(once, CORRECTIONS))) == list(rows(once))


class TestFile:
    def test_what_is_written_is_read(self, tmp_path):
        path = tmp_path / "labels.corrections.csv"
        write_corrections(path, reversed(CORRECTIONS))
        assert sorted(read_corrections(path), key=str) == sorted(CORRECTIONS, key=str)
        again = tmp_path / "again.csv"
        write_corrections(again, read_corrections(path))
        assert again.read_bytes() == path.read_bytes()
        with path.open(newline="", encoding="utf-8") as stream:
            assert tuple(next(csv.reader(stream))) == COLUMNS

    def test_offsets_of_words_that_occur_once_may_be_empty(self, tmp_path):
        path = tmp_path / "c.csv"
        write_corrections(path, [CORRECTIONS[0]])
        source = CORRECTIONS[0].source
        bare = path.read_text().replace(f"President Vucic,{source.start},{source.end}", "President Vucic,,")
        path.write_text(bare)
        assert read_corrections(path) == (CORRECTIONS[0],)

    def test_the_later_correction_of_a_sentence_counts(self):
        later = (correction(3, "none", annotator="ben"),)
        assert merge(CORRECTIONS, later) == (*CORRECTIONS[:2], *later)

    def test_where_they_are_kept(self, tmp_path):
        assert corrections_path(tmp_path) == tmp_path / "corrections.csv"
        assert corrections_path(tmp_path / "labels.csv") == tmp_path / "labels.corrections.csv"

    BAD = (
        ({"speaker": "vucci"}, "did you mean 'vucic'"),
        ({"stance": "denys"}, "did you mean 'denies'"),
        ({"annotator": ""}, "who corrected the sentence"),
        ({"annotator": "model"}, "who corrected the sentence"),
        ({"article_sha256": "abc"}, "64 hexadecimal digits"),
        ({"start": "x"}, "whole number"),
        ({"end": "9" * 5000}, "whole number"),
        ({"end": "999"}, "expected those of"),
        ({"source": "Nobody such", "source_start": "", "source_end": ""}, "occurs 0 times"),
        ({"speaker": "none", "stance": "none"}, "has a source or a cue"),
    )

    @pytest.mark.parametrize(("change", "fault"), BAD)
    def test_a_bad_row_is_told_with_its_place(self, change, fault, tmp_path):
        path = tmp_path / "c.csv"
        write_corrections(path, [CORRECTIONS[0]])
        with path.open(newline="", encoding="utf-8") as stream:
            (row,) = csv.DictReader(stream)
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerow(row | change)
        with pytest.raises(AnnotationError, match=fault) as caught:
            read_corrections(path, ("vucic", "svr", "none"))
        assert all(problem.startswith(f"{path}:2: ") for problem in caught.value.problems)

    def test_two_annotators_of_a_sentence_are_told(self, tmp_path):
        path = tmp_path / "c.csv"
        write_corrections(path, [*CORRECTIONS[2:3], dataclasses.replace(CORRECTIONS[3], annotator="ben")])
        with pytest.raises(AnnotationError, match="as in all rows of the sentence"):
            read_corrections(path)

    def test_no_file(self, tmp_path):
        with pytest.raises(AnnotationError, match="cannot read"):
            read_corrections(tmp_path / "nowhere.csv")


class TestCorrector:
    def test_all_used(self):
        corrector = Corrector(CORRECTIONS, "c.csv")
        assert list(rows(corrector(MADE))) == list(rows(apply(MADE, CORRECTIONS)))
        assert list(corrector.told()) == ["c.csv: 3 corrections applied"]

    def test_what_is_lost_is_told_and_not_dropped(self):
        lost = (
            correction(1, "none", start=17, end=20, text="Pre"),
            correction(1, "none", article_sha256="ab" * 32),
            correction(2, "none", article_sha256="ab" * 32),
            correction(1, "none", article_sha256="cd" * 32, article="elsewhere"),
        )
        corrector = Corrector((*CORRECTIONS[:1], *lost))
        corrector(MADE)
        assert list(corrector.told()) == [
            "corrections.csv: 1 correction applied",
            "000-made: the correction at 17:20 fits no sentence any more; kept, not used",
            "000-made: 2 corrections of another text (sha256 abababababab...); kept, not used: "
            "did the article change?",
            "1 correction of articles that were not labelled; kept, not used",
        ]


@pytest.fixture
def corpus(tmp_path, monkeypatch, small):
    """A folder with one article, and the tiny model in the place of the shipped one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stance.model.load", lambda path=None, topic=None: small)
    folder = tmp_path / "in"
    folder.mkdir()
    text = "Serbian President Vučić denied that Serbia had sent ammunition.\n\nThe SVR spoke of shells.\n"
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return folder


def label(capfd, *args):
    code = main(["label", *map(str, args)])
    out, err = capfd.readouterr()
    return code, out, err


class TestCommand:
    def correct_first(self, labels: Path) -> tuple[Path, Correction]:
        row = json.loads(labels.read_text("utf-8").splitlines()[0])
        mine = Correction(
            **{key: row[key] for key in ("article", "article_sha256", "start", "end", "text")},
            speaker="analyst",
            stance="hedges",
            annotator="anna",
        )
        path = corrections_path(labels)
        write_corrections(path, [mine])
        return path, mine

    def test_a_correction_survives_reruns_and_a_new_name(self, corpus, capfd):
        assert label(capfd, corpus, "-o", "labels.jsonl")[0] == 0
        path, _ = self.correct_first(Path("labels.jsonl"))
        kept = path.read_bytes()
        (corpus / "a.txt").rename(corpus / "b.txt")
        for _ in range(2):
            code, _, err = label(capfd, corpus, "-o", "labels.jsonl")
            assert (code, err.splitlines()[0]) == (0, "labels.corrections.csv: 1 correction applied")
            first = json.loads(Path("labels.jsonl").read_text("utf-8").splitlines()[0])
            assert (first["article"], first["speaker"], first["stance"]) == ("b", "analyst", "hedges")
            assert (first["labelled_by"], first["speaker_confidence"]) == ("anna", None)
        assert path.read_bytes() == kept

    def test_a_text_that_changed_is_told(self, corpus, capfd):
        label(capfd, corpus, "-o", "labels.jsonl")
        path, _ = self.correct_first(Path("labels.jsonl"))
        kept = path.read_bytes()
        with (corpus / "a.txt").open("a", encoding="utf-8") as stream:
            stream.write("\nOne more.\n")
        code, _, err = label(capfd, corpus, "-o", "labels.jsonl")
        assert code == 0
        assert "a: 1 correction of another text" in err
        assert path.read_bytes() == kept

    @pytest.mark.parametrize("where", ["labels.corrections.csv", "desk"])
    def test_from_a_file_or_a_folder(self, where, corpus, capfd):
        label(capfd, corpus, "-o", "labels.jsonl")
        path, _ = self.correct_first(Path("labels.jsonl"))
        if where == "desk":
            Path("desk").mkdir()
            path.rename("desk/corrections.csv")
        code, out, err = label(capfd, corpus, "--format", "jsonl", "--corrections", where)
        assert (code, json.loads(out.splitlines()[0])["labelled_by"]) == (0, "anna")
        assert err.endswith("corrections.csv: 1 correction applied\n")

    def test_bad_corrections_are_told_before_any_work(self, corpus, capfd):
        Path("c.csv").write_text("article\na\n")
        code, out, err = label(capfd, corpus, "--corrections", "c.csv", "-o", "labels.csv")
        assert (code, out) == (2, "")
        assert "c.csv:1: no column 'article_sha256'" in err
        assert not Path("labels.csv").exists()

    def test_the_corrections_are_not_overwritten(self, corpus, capfd):
        Path("c.csv").write_text("x")
        code, _, err = label(capfd, corpus, "--corrections", "c.csv", "-o", "c.csv")
        assert code == 2
        assert "choose another name" in err
        assert Path("c.csv").read_text() == "x"

    def test_in_a_folder_of_articles_they_are_no_article(self, corpus):
        for name in ("corrections.csv", "labels.corrections.csv"):
            (corpus / name).write_text(",".join(COLUMNS) + "\n")
        found = [item.id for item in read_articles([str(corpus)], ReadOptions(), None)]
        assert found == ["a"]
