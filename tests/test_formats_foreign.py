"""Files of other tools and plain tables: what their users export is read."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest

from stance.annotations import read_annotations
from stance.errors import AnnotationError, UsageError
from stance.formats import FORMATS, FormatOptions, Reading, read_annotated, write_annotated
from stance.records import Span
from tests.test_formats import LIE, SVR, TEXT, VUCIC, one_article

SERBIA = FormatOptions(topic="serbia-arms")


def told(reading: Reading) -> list[tuple[object, ...]]:
    """Each attribution: sentence, speaker, stance, source, cue, annotator."""
    return [
        (number, a.speaker, a.stance, a.source and a.source.text, a.cue and a.cue.text, a.labelled_by)
        for article in reading.articles
        for number, own in enumerate(article.attributions)
        for a in own
    ]


# --- what comes from the tools

DOCCANO = {
    "id": 7,
    "text": TEXT,
    "entities": [
        {"id": 31, "label": "vucic/denies", "start_offset": 2, "end_offset": 7},
        {"id": 32, "label": "cue", "start_offset": 19, "end_offset": 24},
        {"id": 33, "label": "svr/hedges", "start_offset": 26, "end_offset": 33},
    ],
    "relations": [{"id": 1, "from_id": 31, "to_id": 32, "type": "cue"}],
}


def region(
    key: str, name: str, kind: str, label: str, span: tuple[int, int], words: str
) -> dict[str, object]:
    value = {"start": span[0], "end": span[1], "text": words, kind: [label]}
    return {"id": key, "from_name": name, "to_name": "text", "type": kind, "value": value}


def label_studio(shift: int) -> str:
    """A task as the tool exports it; `shift` is what an emoji at the start adds to the offsets."""
    vucic, lie = (tuple(n + shift for n in span) for span in (VUCIC, LIE))
    result = [
        region("x", "label", "labels", "vucic", vucic, "Vučić"),
        region("x", "stance", "choices", "denies", vucic, "Vučić"),
        region("y", "label", "labels", "cue", lie, "a lie"),
        {"type": "relation", "from_id": "y", "to_id": "x", "direction": "left"},
    ]
    annotation = {"id": 3, "completed_by": {"id": 1, "email": "ada@x.org"}, "result": result}
    return json.dumps([{"id": 1, "data": {"text": TEXT}, "annotations": [annotation], "predictions": []}])


PRODIGY = {
    "text": TEXT,
    "spans": [
        {"start": 2, "end": 7, "label": "vucic/denies", "token_start": 1, "token_end": 1},
        {"start": 19, "end": 24, "label": "cue", "token_start": 5, "token_end": 6},
    ],
    "relations": [{"head": 1, "child": 6, "label": "cue"}],
    "_input_hash": 1,
    "_session_id": "set-ada",
    "answer": "accept",
}
BRAT = """\
T1\tvucic 2 7\tVučić
A1\tStance E1 denies
E1\tvucic:T1 Cue:T2
T2\tCue 19 20;21 24\ta lie
T3\tsvr 26 29;30 33\tThe SVR
A2\tStance T3 hedges
"""
TSV = """\
#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=x.Attribution|ROLE_x.Attribution:cues_x.Link|x.Cue|speaker|stance
#T_SP=x.Cue|


#Text=😀 Vučić said it is a lie.
1-1\t0-2\t😀\tSYM\t_\t_\t_\t_\t_\t
1-2\t3-8\tVučić\tPROPN\t*\t1-6[1]\tvucic\tdenies\t_\t
1-3\t9-13\tsaid\t_\t_\t_\t_\t_\t_\t
1-4\t14-16\tit\t_\t_\t_\t_\t_\t_\t
1-5\t17-19\tis\t_\t_\t_\t_\t_\t_\t
1-6\t20-21\ta\t_\t_\t_\t_\t_\t*[1]\t
1-7\t22-26\tlie.\t_\t_\t_\t_\t_\t_\t
1-7.1\t22-25\tlie\t_\t_\t_\t_\t_\t*[1]\t
"""
CONLL = """\
-DOCSTART- O

😀 O
Vučić B-vucic/denies
said O
a B-cue
lie I-cue

The B-svr/hedges
SVR I-svr/hedges
"""
TIGHT = """\
-DOCSTART- O
Vučić B-vucic/denies
said O
a B-cue
lie I-cue
-DOCSTART- O
The B-svr/hedges
SVR I-svr/hedges
"""
TABLE = "Actor,Stance,text,source,note\nvucic,denies,Vučić said it is a lie.,Vučić,x\n,,Nobody spoke.,,\n"

VUCIC_DENIES = (0, "vucic", "denies", "Vučić", "a lie", "")
SVR_HEDGES = (1, "svr", "hedges", "The SVR", None, "")
FOREIGN = {
    "doccano": ("doccano", "a.jsonl", json.dumps(DOCCANO), [VUCIC_DENIES, SVR_HEDGES]),
    "doccano without relations": (
        "doccano-spans",
        "a.jsonl",
        json.dumps({"text": TEXT, "label": [[2, 7, "vucic/denies"], [19, 24, "cue"]]}),
        [VUCIC_DENIES],
    ),
    "doccano as an array": ("doccano", "a.json", json.dumps([DOCCANO], indent=2), [
        VUCIC_DENIES, SVR_HEDGES
    ]),
    "label studio": ("labelstudio", "a.json", label_studio(0), [(*VUCIC_DENIES[:5], "ada@x.org")]),
    "label studio in UTF-16": ("labelstudio", "a.json", label_studio(1), [(*VUCIC_DENIES[:5], "ada@x.org")]),
    "prodigy": ("prodigy", "a.jsonl", json.dumps(PRODIGY), [(*VUCIC_DENIES[:5], "set-ada")]),
    "brat": ("brat", "a.ann", BRAT, [VUCIC_DENIES, SVR_HEDGES]),
    "inception": ("inception", "a.tsv", TSV, [(*VUCIC_DENIES[:4], "a lie", "")]),
    "conll": ("conll", "a.conll", CONLL, [VUCIC_DENIES, SVR_HEDGES]),
    "conll without blank lines": ("conll", "a.conll", TIGHT, [VUCIC_DENIES, (0, *SVR_HEDGES[1:])]),
}  # fmt: skip


@pytest.mark.parametrize("case", FOREIGN)
def test_what_a_tool_exports_is_read(case, tmp_path):
    name, file, content, expected = FOREIGN[case]
    path = tmp_path / file
    path.write_bytes(content.encode())
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    reading = read_annotated(name, path, SERBIA)
    assert told(reading) == expected
    if name != "inception":
        assert FORMATS[name].guess(path)


def test_what_is_left_out_of_a_tools_file_is_said(tmp_path):
    records = [
        {**DOCCANO, "Comments": ["why?"], "relations": [{"from_id": 31, "to_id": 33, "type": "knows"}]},
        {**DOCCANO, "colour": "red", "relations": []},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    reading = read_annotated("doccano", path, SERBIA)
    assert set(reading.notes) == {
        "no sentences in the file: the text was split into them (2×)",
        "no annotator in the file, so sentences without a mark count as not looked at: "
        "say who with --annotator (2×)",
        "left out: the field 'Comments' (1×)",
        "left out: the field 'colour' (1×)",
        "left out: relations of the type 'knows' (1×)",
    }


def test_tasks_that_were_not_accepted_are_left_out(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({**PRODIGY, "answer": a}) + "\n" for a in ("accept", "reject", "ignore"))
    )
    reading = read_annotated("prodigy", path, SERBIA)
    assert len(reading.articles) == 1
    assert "left out: tasks with the answer 'reject' (1×)" in reading.notes


def test_utf16_offsets_of_label_studio_are_told_by_their_words(tmp_path):
    (tmp_path / "a.json").write_text(label_studio(1))
    notes = read_annotated("labelstudio", tmp_path / "a.json", SERBIA).notes
    assert any("the offsets count UTF-16 units" in note for note in notes)


def test_predictions_are_read_where_there_are_no_annotations(tmp_path):
    (task,) = json.loads(label_studio(0))
    (annotation,) = task.pop("annotations")
    task["predictions"] = [{"model_version": "m1", "result": annotation["result"]}]
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert told(read_annotated("labelstudio", tmp_path / "a.json", SERBIA))[0][-1] == "m1"


def test_a_mark_in_parts_with_words_between_is_one_stretch_and_that_is_said(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "a.ann").write_bytes(b"T1\tvucic 2 7;13 15\tVu\xc4\x8di\xc4\x87 it\nA1\tStance T1 denies\n")
    reading = read_annotated("brat", tmp_path, SERBIA)
    assert told(reading) == [(0, "vucic", "denies", "Vučić said it", None, "")]
    assert reading.notes[0] == f"{tmp_path}/a.ann:1: T1 has ' said ' between its parts: taken as one stretch"


def test_a_text_that_is_not_in_nfc_is_read_in_nfc(tmp_path):
    decomposed = unicodedata.normalize("NFD", TEXT)
    start = decomposed.index("said")
    record = {"text": decomposed, "label": [[start, start + 4, "vucic/none"]]}
    (tmp_path / "a.jsonl").write_text(json.dumps(record))
    reading = read_annotated("doccano", tmp_path / "a.jsonl", SERBIA)
    assert reading.articles[0].article.text == TEXT
    assert told(reading) == [(0, "vucic", "none", "said", None, "")]


def test_who_marked_a_file_without_annotators_is_said_with_an_option(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT, "label": [[2, 7, "vucic/denies"]]}))
    (unsigned,) = read_annotated("doccano", path, SERBIA).articles
    assert unsigned.open_sentences == {1}
    reading = read_annotated("doccano", path, replace(SERBIA, annotator="ada"))
    (signed,) = reading.articles
    assert (signed.annotators, signed.open_sentences) == (("ada", "ada"), frozenset())
    assert reading.notes == ("no sentences in the file: the text was split into them (1×)",)


def test_who_looked_at_open_sentences_in_a_tool_is_known_afterwards(tmp_path):
    path = tmp_path / "p.jsonl"
    write_annotated("prodigy", path, [one_article(attributions=((), ()), annotators=("", ""))])
    task = json.loads(path.read_text("utf-8")) | {"_annotator_id": "cleo"}
    path.write_text(json.dumps(task))
    assert read_annotated("prodigy", path).articles[0].annotators == ("cleo", "cleo")


def test_an_annotators_changes_in_a_tool_are_kept(tmp_path):
    path = tmp_path / "p.jsonl"
    write_annotated("prodigy", path, [one_article()])
    task = json.loads(path.read_text("utf-8"))
    task["spans"][0]["label"] = "vucic/hedges"
    for relation in task["relations"]:
        if relation["head_span"]["label"] == "vucic/denies":
            relation["head_span"]["label"] = "vucic/hedges"
    task["_annotator_id"] = "cleo"
    path.write_text(json.dumps(task))
    assert told(read_annotated("prodigy", path)) == [
        (0, "vucic", "hedges", "Vučić", "a lie", "cleo"),
        (1, "svr", "hedges", "The SVR", "may know", "ben"),
        (1, "other", "none", None, "may know", "ada"),
    ]


# --- tables


def test_a_table_is_read_by_its_own_columns(tmp_path):
    path = tmp_path / "coded.csv"
    path.write_text(TABLE, "utf-8")
    reading = read_annotated("table", path, replace(SERBIA, columns={"speaker": "Actor"}))
    assert told(reading) == [(0, "vucic", "denies", "Vučić", None, "")]
    assert reading.articles[0].article.text == "Vučić said it is a lie. Nobody spoke."
    assert reading.notes[0] == f"{path}: columns that were left out: note"
    write_annotated("csv", tmp_path / "out", reading.articles)
    assert read_annotations(tmp_path / "out") == list(reading.articles)


def test_columns_without_a_name_are_no_field(tmp_path):
    path = tmp_path / "coded.csv"
    path.write_text(",speaker,stance,text,\n7,vucic,denies,Vučić lied.,\n8,none,none,Nobody spoke.,\n")
    reading = read_annotated("table", path, SERBIA)
    assert reading.articles[0].article.text == "Vučić lied. Nobody spoke."
    assert reading.notes[0] == f"{path}: columns that were left out: (no name)"


def test_a_table_of_json_lines_with_the_articles_body(tmp_path):
    rows = [
        {
            "article": "a",
            "text": TEXT[26:],
            "speaker": "svr",
            "stance": "hedges",
            "source": "The SVR",
            "body": TEXT,
        },
        {"article": "b", "text": "Share this", "speaker": "furniture", "stance": None, "annotator": "ada"},
        {"article": "b", "text": "It is.", "speaker": "other", "stance": "none", "cue": "is", "paragraph": 1},
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(
        AnnotationError, match=r"t.jsonl:1: '😀 Vučić said it is a lie.' at 0:26 of the text has no row"
    ):
        read_annotated("table", tmp_path / "t.jsonl", SERBIA)
    rows.insert(0, {**rows[0], "text": TEXT[:25], "speaker": "", "stance": "", "source": ""})
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second = read_annotated("table", tmp_path / "t.jsonl", SERBIA).articles
    assert first.article.text == TEXT
    assert first.attributions[1][0].source == Span(*SVR, "The SVR")
    assert [sentence.furniture for sentence in second.sentences] == [True, False]
    assert second.article.text == "Share this\n\nIt is."


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"speeker": "Actor"}, "field is 'speeker' (did you mean 'speaker'?), expected one of"),
        ({"speaker": "Acter"}, "column is 'Acter' (did you mean 'Actor'?), expected one of Actor, Stance"),
        (
            {},
            "no column 'speaker', found Actor, Stance, text, source, note; say which one it is with --map",
        ),
    ],
)
def test_a_column_that_is_not_there_is_told(columns, message, tmp_path):
    (tmp_path / "coded.csv").write_text(TABLE, "utf-8")
    with pytest.raises(UsageError) as caught:
        read_annotated("table", tmp_path / "coded.csv", replace(SERBIA, columns=columns))
    assert message in str(caught.value)
