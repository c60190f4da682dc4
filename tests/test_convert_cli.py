"""`stance convert`: formats told by looks and endings, one line for a mistake, nothing written by halves."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.cli import main
from stance.errors import AnnotationError
from stance.formats import FORMATS

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "annotations"
RECORD = {"text": "Vučić lied.", "label": [[0, 5, "vucic/denies"]]}


def run(capsys, *args: object) -> tuple[int, str, list[str]]:
    """Exit code, standard output and the lines of standard error."""
    code = main(["convert", *map(str, args)])
    out, err = capsys.readouterr()
    return code, out, err.splitlines()


@pytest.fixture
def doccano(tmp_path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(RECORD) + "\n", "utf-8")
    return path


def test_the_seeds_go_there_and_back(tmp_path, capsys):
    task, back = tmp_path / "tasks.json", tmp_path / "back"
    code, out, err = run(capsys, SEEDS, task)
    assert (code, out) == (0, "")
    seeds = read_annotations(SEEDS)
    marks = sum(len(own) for seed in seeds for own in seed.attributions)
    counted = f"5 articles, {sum(len(seed.sentences) for seed in seeds)} sentences, {marks} attributions"
    assert err[-1].startswith(f"Wrote {task}: {counted}")
    assert err[-1].endswith("(csv to labelstudio)")
    assert any("annotations/readings" in line for line in err[:-1])
    code, _, err = run(capsys, task, back)
    assert (code, len(err)) == (0, 1)
    assert err[0].endswith("(labelstudio to csv)")
    assert read_annotations(back) == seeds


def test_a_file_of_a_tool_becomes_a_folder_of_annotations(doccano, tmp_path, capsys):
    code, _, err = run(capsys, doccano, tmp_path / "out", "--topic", "serbia-arms", "--annotator", "ada")
    assert code == 0
    assert err == [
        "no sentences in the file: the text was split into them (1×)",
        f"Wrote {tmp_path}/out: 1 article, 1 sentence, 1 attribution (doccano-spans to csv)",
    ]
    (found,) = read_annotations(tmp_path / "out")
    marks = [(mark.speaker, mark.labelled_by) for own in found.attributions for mark in own]
    assert marks == [("vucic", "ada")]


def test_a_table_with_columns_of_its_own(tmp_path, capsys):
    path = tmp_path / "coded.csv"
    path.write_text("actor,stance,text\nvucic,denies,Vučić lied.\n", "utf-8")
    options = ("--map", "speaker=actor", "--topic", "serbia-arms")
    assert run(capsys, path, tmp_path / "out", *options)[0] == 0
    code, _, err = run(capsys, path, tmp_path / "out2", "--map", "speaker=aktor")
    assert (code, len(err)) == (2, 1)
    assert "column is 'aktor' (did you mean 'actor'?), expected one of actor, stance, text" in err[0]
    assert not (tmp_path / "out2").exists()


def test_articles_become_blank_annotations(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Arms row grows\n\nVučić said no. He left.\n\nShare this\n", "utf-8")
    (folder / "b.txt").write_bytes(b"\0\0")
    code, _, err = run(capsys, folder, tmp_path / "blank", "--topic", "serbia-arms")
    assert code == 0
    assert err[0].startswith("left out: b: ")
    assert err[-1] == f"Wrote {tmp_path}/blank: 1 article, 4 sentences, 0 attributions (text to csv)"
    (found,) = read_annotations(tmp_path / "blank")
    assert [sentence.text for sentence in found.sentences][1:3] == ["Vučić said no.", "He left."]
    assert found.open_sentences == {0, 1, 2}
    assert run(capsys, folder, tmp_path / "t.json", "--to", "labelstudio", "--topic", "serbia-arms")[0] == 0
    assert run(capsys, tmp_path / "t.json", tmp_path / "back")[0] == 0
    assert read_annotations(tmp_path / "back") == [found]


def test_a_numbered_list_can_be_annotated(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("Why it matters\n\n1. Vučić said no.\n2. He left.\n", "utf-8")
    assert run(capsys, path, tmp_path / "blank", "--topic", "serbia-arms")[0] == 0
    (found,) = read_annotations(tmp_path / "blank")
    assert [sentence.text for sentence in found.sentences] == ["Why it matters", "Vučić said no.", "He left."]
    rows = tmp_path / "blank" / "a.csv"
    rows.write_text(re.sub(r"(?m)^a,2,.*\n", "", rows.read_text("utf-8")), "utf-8")
    with pytest.raises(AnnotationError, match=r"'2\. He left\.' at .* has no row"):
        read_annotations(tmp_path / "blank")


MISTAKES = {
    "nothing to read": ("blank.md out --topic serbia-arms", "blank: empty, expected text"),
    "no topic": ("text.md out", "text.md names no topic, expected --topic FILE, open or serbia-arms"),
    "no such file": ("nowhere out", "nowhere: no such file or folder"),
    "unknown format": (
        "in.jsonl out --from docano",
        "no format 'docano' (did you mean 'doccano'?), expected",
    ),
    "unknown target": ("in.jsonl out --to xml", "no format 'xml', expected one of csv, doccano"),
    "only read": ("in.jsonl out --to table", "table is only read, expected --to csv|doccano|"),
    "unknown ending": ("in.jsonl out.xml", "the ending '.xml' does not tell one format; name it with --to"),
    "two formats": ("in.jsonl out.jsonl", "the ending '.jsonl' does not tell one format"),
    "no looks": ("text.xyz out", "text.xyz: cannot tell its format; name it with --from csv|"),
    "itself": ("in.jsonl in.jsonl --to doccano", "in.jsonl is both IN and OUT"),
    "map": ("in.jsonl out --map speaker", "--map speaker: expected FIELD=COLUMN, such as"),
    "map twice": ("in.jsonl out --map a=b --map a=c", "--map a=c: a is b already"),
    "map elsewhere": (
        "in.jsonl out --map a=b",
        "--map is for a plain table, and in.jsonl is read as doccano",
    ),
    "topic": ("in.jsonl out --topic x.toml", "x.toml: cannot read the topic"),
    "folder": ("in.jsonl no/out --topic serbia-arms", "no/out: cannot write here (No such file or"),
    "file": ("in.jsonl no/t.json --topic serbia-arms", "no/t.json: cannot write here"),
    "folder over file": ("in.jsonl text.xyz --to csv --topic serbia-arms", "text.xyz is a file, expected"),
    "folder with files": (
        "in.jsonl . --to csv --topic serbia-arms",
        "holds blank.md, which would be lost",
    ),
    "empty": ("empty.jsonl out --from doccano", "empty.jsonl holds no article in the format"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_written(case, doccano, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("text.xyz").write_text("x")
    Path("text.md").write_text("x")
    Path("blank.md").write_text("\n")
    Path("empty.jsonl").write_text("\n")
    before = sorted(tmp_path.rglob("*"))
    args, told = MISTAKES[case]
    code, out, err = run(capsys, *args.split())
    assert (code, out) == (2, "")
    assert [line for line in err if line.startswith("Error: ")] == err[:1], err
    assert told in err[0]
    assert sorted(tmp_path.rglob("*")) == before


def test_every_bad_record_is_a_line_and_the_old_output_stays(tmp_path, capsys):
    path, out = tmp_path / "in.jsonl", tmp_path / "tasks.json"
    out.write_text("old")
    bad = {**RECORD, "label": [[0, 5, "vucik/denies"], [0, 99, "cue"]]}
    path.write_text("".join(json.dumps(record) + "\n" for record in (RECORD, bad, bad)), "utf-8")
    code, _, err = run(capsys, path, out, "--topic", "serbia-arms")
    assert code == 2
    assert [line.split(": ")[1] for line in err] == [f"{path}:2", f"{path}:3", f"{path}:2", f"{path}:3"]
    assert out.read_text() == "old"


def test_the_help_names_every_format_and_has_examples(capsys):
    assert main(["convert", "--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in FORMATS)
    assert "stance convert annotations/ tasks.json --to labelstudio" in told
