"""The Python face: what it offers, what it loads, and what the shipped model says of the seeds."""

from __future__ import annotations

import difflib
import doctest
import json
import subprocess
import sys
from pathlib import Path

import pytest

import stance
from stance.annotations import read_annotations
from stance.heldout import primary
from stance.heldoutfile import load_heldout
from stance.output.rows import COLUMNS
from tests.conftest import ROOT, SEEDS, SHIPPED
from tests.golden import GOLDEN, seeds_as_labelled


def in_a_process(script: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.splitlines()


LOADED = "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}), sep='\\n')"

HOOK = """
import sys
unpickled = []
sys.addaudithook(lambda event, found: unpickled.append(found) if event == "pickle.find_class" else None)
"""

LABELS = {
    "python": "import stance; stance.load(sys.argv[1]).label(open(sys.argv[2], encoding='utf-8').read())",
    "command": (
        "import stance.cli\n"
        "assert stance.cli.main(['label', sys.argv[2], '--model', sys.argv[1], '--format', 'jsonl']) == 0"
    ),
    "explanation": (
        "import stance.cli\n"
        "assert stance.cli.main(['explain', sys.argv[2], '--sentence', '1', '--model', sys.argv[1]]) == 0"
    ),
    "verify": "import stance.cli; assert stance.cli.main(['verify', sys.argv[1]]) == 0",
}


@pytest.fixture(scope="module")
def by_spacy() -> frozenset[str]:
    """What spaCy loads by itself: PyTorch where it is installed, and plugins of other packages."""
    return frozenset(in_a_process("import spacy; spacy.blank('en')" + LOADED))


@pytest.mark.parametrize("way", LABELS)
def test_labelling_needs_no_training_library_and_unpickles_nothing(way, trained, by_spacy):
    script = HOOK + LABELS[way] + LOADED + "\nprint('unpickled', len(unpickled))"
    *loaded, last = in_a_process(script, str(trained), str(SEEDS[0]))
    forbidden = {"sklearn", "scipy", "pandas", "torch", "joblib", "pyarrow", "matplotlib", "openpyxl"}
    assert not (forbidden - by_spacy) & set(loaded)
    assert last == "unpickled 0"
    assert "numpy" in loaded


@pytest.mark.parametrize(
    "start",
    [
        "import stance",
        "import stance; stance.load_topic('serbia-arms'); stance.Article('a', 'x')",
        "import stance.cli; assert stance.cli.main(['--help']) == 0",
        "import stance.cli; assert stance.cli.main(['topic', 'check', 'open']) == 0",
        *[
            f"import stance.cli; assert stance.cli.main([{name!r}, '--help']) == 0"
            for name in ("label", "train")
        ],
    ],
)
def test_the_start_loads_nothing_heavy(start):
    heavy = {"spacy", "sklearn", "scipy", "pandas", "numpy", "joblib", "torch", "trafilatura", "jinja2"}
    assert not heavy & set(in_a_process(start + LOADED))


class TestFace:
    def test_all_names_are_there(self):
        assert list(stance.__all__) == sorted(set(stance.__all__)) == dir(stance)
        for name in stance.__all__:
            assert getattr(stance, name).__doc__, name

    def test_names_come_from_where_they_are_said_to(self):
        for name, module in stance._LATER.items():
            assert getattr(stance, name).__module__ == module

    def test_an_unknown_name(self):
        with pytest.raises(AttributeError, match="module 'stance' has no attribute 'lable'"):
            _ = stance.lable

    def test_errors_are_one_tree(self):
        kinds = [getattr(stance, name) for name in stance.__all__ if name.endswith(("Error", "Extra"))]
        assert len(kinds) == 7
        assert all(issubclass(kind, stance.StanceError) for kind in kinds)


@pytest.fixture(scope="module")
def model():
    return stance.load()


class TestShipped:
    """The model in `models/serbia-arms`. What it is trained on changes; what it can do does not."""

    def test_the_example_of_the_package(self):
        failed, tried = doctest.testmod(stance)
        assert (failed, tried) == (0, 4)

    def test_it_is_the_default(self, model):
        assert stance.load(SHIPPED).digest == model.digest

    def test_labels_of_the_seeds_are_those_of_the_golden_file(self):
        """To renew the file on purpose, after a training:  python -m tests.golden"""
        told, kept = seeds_as_labelled(), GOLDEN.read_text("utf-8")
        changes = list(difflib.unified_diff(kept.splitlines(), told.splitlines(), "kept", "now", lineterm=""))
        assert not changes, "\n".join([*changes, "if this is meant:  python -m tests.golden"])

    def test_it_agrees_with_the_seeds_annotations_better_than_chance(self, model):
        """It has seen them: this only shows that the folder, the topic and the labels fit together."""
        right = total = 0
        for annotated in read_annotations(ROOT / "annotations"):
            gold = {
                (sentence.start, sentence.end): primary(found)
                for sentence, found in zip(annotated.sentences, annotated.attributions, strict=True)
            }
            result = model.label(annotated.article)
            for sentence, found in zip(result.sentences, result.attributions, strict=True):
                right += gold.get((sentence.start, sentence.end)) == primary(found)
                total += 1
        assert right / total > 0.6

    @pytest.mark.parametrize(
        "text", ["Vucic's office declined to comment.", "Serbian officials called it a lie."]
    )
    def test_what_stands_within_a_sources_words_is_no_source(self, model, text):
        [[found]] = model.label(text).attributions
        assert (found.speaker, text.startswith(found.source.text)) == ("other", True)

    def test_its_held_out_rows_are_there(self):
        rows = load_heldout(SHIPPED)
        articles = {row.article for row in rows if row.set == "seeds"}
        assert articles == {path.stem for path in SEEDS}
        assert {row.set for row in rows} == {"seeds", "composed", "contrast"}

    def test_rows_of_the_contract(self, model, tmp_path, capfd):
        from stance.cli import main

        assert main(["label", str(SEEDS[0]), "--format", "jsonl"]) == 0
        found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        assert all(tuple(row) == COLUMNS for row in found)
        assert {row["model"] for row in found} == {model.digest}
        assert any(row["speaker"] == "pentagon_document" for row in found)


def test_the_golden_file_is_whole():
    header, *lines = GOLDEN.read_text("utf-8").splitlines()
    assert header == "article,sentence,speaker,stance"
    assert {line.split(",")[0] for line in lines} == {Path(path).stem for path in SEEDS}
