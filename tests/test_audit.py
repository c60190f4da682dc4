"""The audit: unlikely labels, sentences alike, what is mended; broken rows are in test_annotations."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.audit import ALIKE, Marked, audit, fill, find_doubts, find_twins, inspect, marked_sentences
from stance.audit.twins import _shingles
from stance.cli import main
from stance.heldout import HeldOut, Mark
from stance.heldoutfile import heldout_lines, load_heldout
from stance.labels import STANCES
from stance.rows import ROW_COLUMNS, Row, format_table
from tests.conftest import SHIPPED
from tests.heldout_rows import model_with
from tests.test_annotations import GOOD, SENTENCES, TEXT, row, write_folder


def rows_file(folder: Path, *marked: tuple[str, str, str], article: str = "art") -> Path:
    """A file of rows (text, speaker, stance), a hundred characters from one to the next."""
    rows = []
    for at, (text, speaker, stance) in enumerate(marked):
        fields = dict.fromkeys(ROW_COLUMNS, "")
        fields |= {"article": article, "start": str(100 * at), "end": str(100 * at + len(text))}
        fields["annotator"] = "ada"
        source = "" if speaker == "none" else text.split()[0]
        rows.append({**fields, "text": text, "speaker": speaker, "stance": stance, "source": source}.values())
    folder.mkdir(exist_ok=True)
    (folder / f"{article}.csv").write_text(format_table(ROW_COLUMNS, rows), "utf-8")
    return folder


def heard(text: str, *predicted: Mark, nobody: float = 0.1, at: int = 0) -> HeldOut:
    start = 100 * at
    place = (at, start, start + len(text), text)
    labels = {"leader": "mayor"}
    return HeldOut("annotations", "art", "g", "t", *place, labels=labels, predicted=predicted,
                   nobody_confidence=nobody)  # fmt: skip


def mark(role: str, stance: str, speaker: float, sure: float | None) -> Mark:
    return Mark(role, stance, speaker_confidence=speaker, stance_confidence=sure)


TOLD = "He said that it is so."
DOUBTS = [
    # what is marked, whom the model heard, its confidence that nobody speaks; label and probability
    ("mayor denies", [mark("leader", "confirms", 0.9, 0.98)], 0.1, ("mayor denies", 0.02)),
    ("mayor denies", [mark("leader", "denies", 0.9, 0.98)], 0.1, None),
    ("mayor denies", [mark("leader", "confirms", 0.9, 0.9)], 0.1, None),
    ("mayor denies", [mark("leader", "none", 0.9, None)], 0.1, None),
    ("mayor denies", [], 0.99, ("mayor denies", 0.01)),
    ("none none", [mark("other", "denies", 0.9, 0.9)], 0.03, ("nobody", 0.03)),
    ("none none", [], 0.03, None),
    ("mayor denies", [mark("leader", "denies", 0.9, 0.9), mark("other", "none", 0.97, 0.9)], 0.0,
     ("mayor denies alone", 0.03)),
    ("mayor denies", [mark("leader", "denies", 0.9, 0.9), mark("other", "none", 0.5, 0.9)], 0.0, None),
    ("other denies", [mark("leader", "denies", 0.96, 0.9)], 0.0, ("other denies alone", 0.04)),
]  # fmt: skip


@pytest.mark.parametrize(("label", "predicted", "nobody", "expected"), DOUBTS)
def test_a_label_is_doubted_by_what_the_model_leaves_over(tmp_path, label, predicted, nobody, expected):
    speaker, stance = label.split()
    sentences = marked_sentences(rows_file(tmp_path / "f", (TOLD, speaker, stance)))
    doubts, unseen = find_doubts(sentences, [heard(TOLD, *predicted, nobody=nobody)])
    assert unseen == []
    assert [(doubt.label, round(doubt.probability, 6)) for doubt in doubts] == (
        [expected] if expected else []
    )


def test_doubts_are_ranked_and_name_place_and_answer(tmp_path):
    texts = ("First he spoke up.", "Then she spoke up.", "Nobody saw this one.", "Buy our paper")
    labels = (("mayor", "denies"), ("mayor", "hedges"), ("none", "none"), ("furniture", "none"))
    folder = rows_file(tmp_path / "f", *((text, *label) for text, label in zip(texts, labels, strict=True)))
    predicted = [
        heard(texts[0], mark("leader", "confirms", 0.9, 0.96)),
        heard(texts[1], mark("leader", "confirms", 0.9, 0.991), mark("other", "none", 0.6, 0.9), at=1),
        heard("Another text.", nobody=0.0, at=2),
    ]
    doubts, unseen = find_doubts(marked_sentences(folder), predicted)
    assert [doubt.line() for doubt in doubts] == [
        f"{folder}/art.csv:3: look again: mayor hedges is at most 1 % likely to a model that never saw it "
        "and says mayor confirms, other none",
        f"{folder}/art.csv:2: look again: mayor denies is at most 4 % likely to a model that never saw it "
        "and says mayor confirms",
    ]
    assert [sentence.text for sentence in unseen] == [texts[2]]


def test_labels_marked_wrong_on_purpose_are_told():
    """Of the labels told, far more are wrong than of all."""
    heldout = [row for row in load_heldout(SHIPPED) if row.gold_marks]
    rng = random.Random(3)
    sentences, wrong = [], set()
    for number, told in enumerate(heldout):
        rows = []
        for gold in told.gold_marks:
            fields = dict.fromkeys(ROW_COLUMNS, "") | {"speaker": gold.speaker, "stance": gold.stance}
            rows.append(Row(Path("made"), number, fields))
        if rng.random() < 0.05:
            wrong.add(number)
            others = [stance for stance in STANCES if stance != rows[0]["stance"]]
            rows[0] = replace(rows[0], fields={**rows[0].fields, "stance": rng.choice(others)})
        sentences.append(Marked(*told.key, told.text, tuple(rows)))
    doubts, unseen = find_doubts(sentences, heldout)
    assert unseen == []
    told = [doubt.row.line in wrong for doubt in doubts]
    assert len(told) > 50
    assert sum(told) / len(told) > 5 * len(wrong) / len(heldout)


NEAR = [
    ("The mayor said no shells were sold last year.", "The mayor said no shells were sold last year!", True),
    ("The mayor said that no shells at all were sold by the city in the last year or the year before.",
     "The mayor said that no guns at all were sold by the city in the last year or the year before.", True),
    ("The mayor said no shells were sold.", "The mayor denied that guns were sold.", False),
    ("He said so.", "He said so.", False),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "alike"), NEAR)
def test_sentences_alike_with_other_labels_are_told(tmp_path, one, other, alike):
    def twins(*labels):
        marked = ((one, "mayor", labels[0]), (other, "mayor", labels[1]))
        return find_twins(marked_sentences(rows_file(tmp_path / "f", *marked)))

    assert twins("denies", "denies") == []
    assert len(twins("denies", "hedges")) == alike


def test_twins_name_both_places_and_the_words_that_differ(tmp_path):
    texts = NEAR[1][:2]
    labels = ("denies", "hedges")
    marked = [(text, "mayor", label) for text, label in zip(texts, labels, strict=True)]
    folder = rows_file(tmp_path / "f", *marked)
    (found,) = find_twins(marked_sentences(folder))
    assert found.line() == (
        f"{folder}/art.csv:3: look again: mayor hedges, but mayor denies at {folder}/art.csv:2, "
        "with other words only in guns / shells"
    )


def test_the_search_for_twins_is_exact(tmp_path):
    rng = random.Random(8)
    base = [[f"w{rng.randrange(40)}" for _ in range(rng.randrange(6, 25))] for _ in range(12)]
    marked = []
    for _ in range(150):
        words = [f"w{rng.randrange(40)}" if rng.random() < 0.05 else word for word in rng.choice(base)]
        marked.append((" ".join(words), "mayor", rng.choice(("denies", "hedges"))))
    sentences = marked_sentences(rows_file(tmp_path / "f", *marked))
    sets = [_shingles(sentence.text) for sentence in sentences]

    def likest(at):
        shares = [
            (len(sets[at] & sets[other]) / len(sets[at] | sets[other]), -other)
            for other in range(at)
            if sentences[at].labels != sentences[other].labels
        ]
        return max((share for share in shares if share[0] >= ALIKE), default=None)

    expected = [(at, -best[1], best[0]) for at in range(150) if (best := likest(at))]
    number = {sentence.start: at for at, sentence in enumerate(sentences)}
    found = [(number[t.sentence.start], number[t.other.start], t.alike) for t in find_twins(sentences)]
    assert found == expected
    assert len(expected) > 20


def test_fix_fills_in_offsets_and_digests_that_are_missing_and_certain(tmp_path):
    bare = tuple(row(n, *labels, start="", end="") for n, labels in enumerate(
        [("vucic", "denies", "Vučić", "a lie"), ("svr", "confirms", "the SVR"), ("none", "none"),
         ("furniture", "none")]
    ))  # fmt: skip
    folder = write_folder(tmp_path, bare, sha256="")
    assert len(audit(folder, fix=False)) > 4
    assert fill(folder) == 4 + 3 + 1, "four sentences, three spans, a digest"
    assert audit(folder, fix=False) == []
    (article,) = read_annotations(folder)
    assert article.article.text == TEXT
    assert [sentence.text for sentence in article.sentences] == list(SENTENCES)
    assert fill(folder) == 0


def test_fix_changes_nothing_that_is_there(tmp_path):
    folder = write_folder(tmp_path, (row(0, "vucic", "denies", start="1", end="9"), *GOOD[1:]), sha256="ab")
    fill(folder)
    faults = audit(folder, fix=True)
    assert any("sha256 is ab" in fault for fault in faults)
    assert any("1:9" in fault or "text is" in fault for fault in faults)


@pytest.mark.parametrize("start", ["9" * 5000, "\u0663"])
def test_fix_passes_over_a_start_that_is_no_number(tmp_path, start):
    folder = write_folder(tmp_path, (row(0, "vucic", "denies", "Vučić", start=start), *GOOD[3:]))
    assert fill(folder) == 0
    assert any("start is" in fault for fault in audit(folder, fix=True))


def test_fix_leaves_a_file_with_columns_of_one_name(tmp_path):
    folder = write_folder(tmp_path)
    text = "".join(f"{line},x,y\n" for line in (folder / "a.csv").read_text("utf-8").splitlines())
    (folder / "a.csv").write_text(text.replace("x,y", "note,note", 1), "utf-8")
    assert any("a.csv:1: 2 columns have the name 'note'" in fault for fault in audit(folder, fix=True))
    assert "note,note\n" in (folder / "a.csv").read_text("utf-8")


def test_each_folder_is_audited_by_itself(tmp_path):
    text = NEAR[0][0]
    folders = [rows_file(tmp_path / name, (text, "mayor", name)) for name in ("denies", "hedges")]
    assert inspect(folders).suspicious == ()
    assert (inspect(folders).unseen, inspect(folders).unseen_articles) == (2, 1)


class TestCommand:
    @pytest.fixture
    def model(self, tmp_path):
        rows = [heard(TOLD, mark("leader", "confirms", 0.9, 0.98))]
        return model_with(tmp_path / "model", "\n".join(heldout_lines(rows)))

    def test_suspicions_are_no_faults(self, tmp_path, capsys):
        folder = write_folder(tmp_path, (row(0, "none", "none"), *GOOD[1:]))
        assert main(["audit", str(folder)]) == 0
        told = capsys.readouterr()
        assert told.out.endswith(
            "a.csv:2: look again: nobody speaks, but 'Vučić said it is a lie.' has 'said'\n"
        )
        note, counts = told.err.splitlines()
        assert note.startswith("3 sentences of 1 article without an out-of-fold prediction in ")
        assert f"stance train --annotations {folder} -o DIR" in note
        assert counts == "0 broken, 1 for a second look"

    def test_what_is_not_annotated_yet_is_counted_and_what_can_be_mended_told(self, tmp_path, capsys):
        blank = {"annotator": ""}
        lines = (
            row(0, "none", "none", **blank),
            *GOOD[1:3],
            row(2, "none", "none", start="", end=""),
            GOOD[4],
        )
        folder = write_folder(tmp_path, lines)
        assert main(["audit", str(folder)]) == 1
        told = capsys.readouterr()
        assert "look again" not in told.out
        first, *_, mend, counts = told.err.splitlines()
        assert first.startswith("1 sentence not annotated yet (none, without an annotator)")
        assert mend == "4 places can be filled in: run again with --fix"
        assert counts == "3 broken, 0 for a second look"
        before = (folder / "a.csv").read_bytes()
        assert main(["audit", str(folder)]) == 1
        assert (folder / "a.csv").read_bytes() == before
        assert main(["audit", str(folder), "--fix"]) == 0
        assert capsys.readouterr().err.splitlines()[-2] == "4 places filled in"

    @pytest.mark.parametrize(
        ("second", "named"),
        [
            (row(1, "vucic", "confirms", "", "We sent it"), False),  # the speaker runs on
            (row(1, "svr", "confirms", "", "We sent it"), True),
            (row(1, "svr", "confirms", "the SVR", "We sent it"), False),
            (row(1, "", ""), False),  # not marked yet
            (row(1, "vucic", "confirms", sentence="0"), False),  # its number is for people
        ],
    )
    def test_a_source_without_words_runs_on_from_somebody(self, tmp_path, capsys, second, named):
        folder = write_folder(tmp_path, (GOOD[0], second, *GOOD[3:]))
        main(["audit", str(folder)])
        line = f"a.csv:3: look again: {second[6]} has no source words here and does not speak in the sentence"
        assert (line in capsys.readouterr().out) == named

    def test_a_model_folder_says_what_is_unlikely(self, tmp_path, model, capsys):
        folder = rows_file(tmp_path / "f", (TOLD, "mayor", "denies"))
        assert main(["audit", str(folder), "--model", str(model)]) == 1, "there is no articles.csv"
        told = capsys.readouterr()
        assert "art.csv:2: look again: mayor denies is at most 2 % likely" in told.out
        assert "out-of-fold" not in told.err

    def test_a_broken_model_stops_before_anything_is_mended(self, tmp_path, capsys):
        folder = write_folder(tmp_path)
        before = (folder / "a.csv").read_bytes()
        (tmp_path / "model").mkdir()
        assert main(["audit", str(folder), "--fix", "--model", str(tmp_path / "model")]) == 2
        assert "no manifest.json, expected one" in capsys.readouterr().err
        assert (folder / "a.csv").read_bytes() == before
        assert main(["audit", str(folder), "--fix"]) == 0
        assert (folder / "a.csv").read_bytes() != before
