"""Bad records: every one is named with its file and line, and no damage makes a reader crash."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from stance.errors import AnnotationError
from stance.formats import read_annotated, write_annotated
from tests.annotation_sets import annotation_set
from tests.bench.roundtrip import WRITTEN
from tests.test_formats import TEXT, one_article
from tests.test_formats_foreign import PRODIGY, SERBIA, TSV, label_studio


def entities(*items: tuple[int, int, str]) -> str:
    return json.dumps({"text": TEXT, "label": items})


def studio(*results: tuple[str, str, list[str]]) -> str:
    """A task of Label Studio with one region; a result is a control, its type and the labels."""
    told = [
        {"id": "x", "from_name": name, "type": kind, "value": {"start": 2, "end": 7, kind: labels}}
        for name, kind, labels in results
    ]
    return json.dumps([{"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 3, "result": told}]}])


FAULTS = {
    "no json": ("doccano", "a.jsonl", "{}\n{", [":1: no text, expected a string", ":2: no JSON ("]),
    "several": (
        "doccano",
        "a.jsonl",
        f"{entities((2, 7, 'vucik/denies'))}\n{entities((2, 99, 'cue'))}\n\n{entities((2, 7, 'vucic/deny'))}",
        [
            ":1: entity #0: speaker is 'vucik' (did you mean 'vucic'?), expected one of vucic, svr",
            ":2: entity #0: 2:99 is no stretch of the text, expected 0 <= start < end <= 53",
            ":4: entity #0: stance is 'deny' (did you mean 'denies'?), expected one of",
        ],
    ),
    "no stance": (
        "doccano",
        "a.jsonl",
        entities((2, 7, "vucic")),
        [":1: entity #0: 'vucic' has no stance, expected a"],
    ),
    "two sentences": (
        "doccano",
        "a.jsonl",
        entities((19, 33, "vucic/none")),
        ["expected it inside one sentence"],
    ),
    "lonely cue": (
        "doccano",
        "a.jsonl",
        entities((19, 24, "cue")),
        [":1: entity #0: the cue 'a lie' is linked to no attribution, and its sentence has 0"],
    ),
    "twice": (
        "doccano",
        "a.jsonl",
        entities((2, 7, "vucic/none"), (2, 7, "vucic/denies")),
        [":1: entity #1: vucic with the source 'Vučić' stands twice, expected one"],
    ),
    "the same id": (
        "doccano",
        "a.jsonl",
        json.dumps(
            {
                "text": TEXT,
                "entities": [
                    {"id": 5, "label": "vucic/denies", "start_offset": 2, "end_offset": 7},
                    {"id": 5, "label": "svr/hedges", "start_offset": 26, "end_offset": 33},
                ],
            }
        ),
        [":1: entity 5: the id 5 stands twice, expected one for each mark"],
    ),
    "furniture": (
        "doccano",
        "a.jsonl",
        entities((0, 25, "furniture"), (2, 7, "vucic/none")),
        [":1: entity #0: furniture holds an attribution"],
    ),
    "half a character": ("doccano", "a.jsonl", '{"text": "a \\ud83d b"}', [":1: half a character"]),
    "an array that does not end": (
        "labelstudio",
        "a.json",
        '[{"data": {"text": "x"}},\n',
        [":2: the array does not"],
    ),
    "words": (
        "labelstudio",
        "a.json",
        label_studio(0).replace('"a lie"', '"a lye"', 1).replace("}, {", "},\n{"),
        [":1: annotation 3: region y: 'a lye', expected 'a lie' as at 19:24"],
    ),
    "several labels": (
        "labelstudio",
        "a.json",
        studio(("speaker", "labels", ["vucic", "svr"]), ("stance", "choices", ["denies", "hedges"])),
        [
            ":1: annotation 3: region x: 2 labels of 'speaker', expected one: draw a region for each",
            ":1: annotation 3: region x: 2 labels of 'stance', expected one",
        ],
    ),
    "a region drawn twice": (
        "labelstudio",
        "a.json",
        studio(("speaker", "labels", ["vucic"]), ("speaker", "labels", ["vucic"])),
        [":1: annotation 3: region x: 2 labels of 'speaker', expected one"],
    ),
    "prodigy": (
        "prodigy",
        "a.jsonl",
        json.dumps({**PRODIGY, "relations": [{"head": 9, "child": 6, "label": "cue"}]}),
        [":1: relation 0: the link joins the head 9 and 1, expected an attribution and a cue"],
    ),
    "brat": (
        "brat",
        "a.ann",
        "T1\tvucic 2 7\tPutin\nX\nT2\tvucic 2 9999999999\t\n\nA1\tStance T7 denies\nT3\tsvr 27 99\tx\n",
        [
            ":1: text is 'Putin', expected 'Vučić' as at 2 7",
            ":2: 'X', expected an id such as T1, then a tab",
            ":3: 'vucic 2 9999999999', expected a type, a start and an end",
            ":5: 'Stance T7 denies', expected a name and the id of a mark",
            ":6: 27 99 is no stretch of the text, expected 0 <= start < end <= 53",
        ],
    ),
    "inception": (
        "inception",
        "a.tsv",
        TSV.replace("1-3\t9-13\tsaid\t_", "1-3\t9-13\tsaid").replace("1-4\t14", "1.4\t14"),
        [":10: 8 columns, expected 9 as the header says", ":11: '1.4\\t14-16"],
    ),
    "conll": (
        "conll",
        "a.conll",
        "# newdoc id = a\n# text = Vučić lied.\nVučić\t0\t5\tB-vucic/denies\tX\nlied\t5\t9\tO\tO\n",
        [
            ":3: tag 'X', expected O, B-... or I-...",
            ":4: token 'lied' at 5:9, expected ' lie' as in '# text'",
        ],
    ),
    "table": (
        "table",
        "a.csv",
        "speaker,stance,text,source\nvucic,denies,Vučić lied.,Putin\nnone,denies,It is.,\nx\n",
        [
            ":2: source 'Putin' occurs 0 times in the sentence, expected words of the sentence",
            ":3: no speaker beside a stance, a source or a cue",
            ":4: 1 fields, expected 4 as in the header",
        ],
    ),
    "columns of one name": (
        "table",
        "a.csv",
        "text,speaker,stance,text,,\nVučić lied.,vucic,denies,x,,\n",
        [":1: 2 columns have the name 'text', expected a name of its own for each: rename or remove one"],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_bad_record_is_named_with_file_and_line(case, tmp_path):
    name, file, content, expected = FAULTS[case]
    path = tmp_path / file
    path.write_bytes(content.encode())
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    with pytest.raises(AnnotationError) as caught:
        read_annotated(name, path, SERBIA)
    found = list(caught.value.problems)
    assert all(problem.startswith(f"{path}:") for problem in found), found
    for message in expected:
        assert any(message in problem for problem in found), (message, found)


def test_a_text_that_was_changed_is_told(tmp_path):
    write_annotated("doccano", tmp_path / "a.jsonl", [one_article()])
    content = (tmp_path / "a.jsonl").read_text("utf-8")
    (tmp_path / "a.jsonl").write_text(content.replace("said it is", "said it was"))
    with pytest.raises(AnnotationError, match=r"a.jsonl:1: sha256 is .*; was the text changed\?"):
        read_annotated("doccano", tmp_path / "a.jsonl")


def test_an_article_without_a_topic_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_text(entities((2, 7, "vucic/none")))
    with pytest.raises(AnnotationError, match=r"a.jsonl:1: a-1 names no topic, expected --topic FILE"):
        read_annotated("doccano", tmp_path / "a.jsonl")


# --- files that were damaged

_WRONG = (None, 1, -1, 1.5, True, "x", "", [], {}, [1], {"a": 1}, "cue", 10**9, [[]])
_LINES = ("", "x\ty", "#", "# text = a", "1-1\t0-1\tx", "T1\ta 0 1\tx", "\t\t\t", '"')


def damage_json(value: Any, chance: random.Random) -> None:
    """Replace or remove a few parts of a JSON value."""
    parts: list[tuple[Any, Any]] = []

    def walk(inner: Any) -> None:
        keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        for key in keys:
            parts.append((inner, key))
            walk(inner[key])

    walk(value)
    for inner, key in chance.sample(parts, min(2, len(parts))):
        inner[key] = chance.choice(_WRONG)


def damage_lines(text: str, chance: random.Random) -> str:
    """Remove, double, cut or replace a few lines of a text."""
    lines = text.split("\n")
    for _ in range(2):
        place = chance.randrange(len(lines))
        line = lines[place]
        lines[place : place + 1] = chance.choice(
            (
                [""],
                [line, line],
                [line[: len(line) // 2]],
                [chance.choice(_LINES)],
                [line.replace("\t", " ", 1)],
            )
        )
    return "\n".join(lines)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_damaged_file_is_read_or_refused_with_its_name_and_never_crashes(name, tmp_path):
    problems: list[str] = []
    for seed in range(30):
        chance = random.Random(seed)
        out = tmp_path / str(seed)
        write_annotated(name, out, annotation_set(seed))
        files = [out] if out.is_file() else [path for path in sorted(out.rglob("*")) if path.is_file()]
        path = chance.choice(files)
        content = path.read_bytes().decode()
        if name == "labelstudio":
            value = json.loads(content)
            damage_json(value, chance)
            content = json.dumps(value)
        elif out.is_file() and name != "conll":
            value = [json.loads(line) for line in content.split("\n") if line]
            damage_json(value, chance)
            content = "\n".join(map(json.dumps, value))
        else:
            content = damage_lines(content, chance)
        path.write_bytes(content.encode())
        try:
            read_annotated(name, out, SERBIA)
        except AnnotationError as error:
            problems += error.problems
    assert problems
    assert [problem for problem in problems if str(tmp_path) not in problem] == []
