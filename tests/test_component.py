"""The spaCy component: same labels as the command, any tokenizer, processes, displacy, serialisation."""

from __future__ import annotations

import itertools
import json
import pickle
import shutil
import subprocess
import sys
import unicodedata

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy import displacy
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from stance.cli import main
from stance.component import SPANS_KEY, _edges, _Origins
from stance.errors import ModelError, TopicError

TEXT = (
    "Arms row\n\n"
    "Serbian President Aleksandar Vučić denied on Friday that his country had sent ammunition to Ukraine.\n\n"
    "“It is a lie,” he said. “We have not exported a single bullet.”\n\n"
    "The SVR, Vučić said, claimed that Serbian factories had sent shells to Kyiv through third countries.\n"
)


@pytest.fixture(scope="module")
def nlp(trained):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance", config={"model": str(trained)})
    return pipeline


@pytest.fixture(scope="module")
def doc(nlp):
    return nlp(TEXT)


def test_the_entry_point_is_found_and_costs_other_pipelines_nothing():
    script = (
        "import sys, spacy\n"
        "nlp = spacy.blank('en')\n"
        "print(nlp.has_factory('stance'), 'stance.model' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


def test_the_labels_are_those_of_the_command(doc, trained, tmp_path, capfd):
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    args = ["label", str(tmp_path / "text.txt"), "--model", str(trained), "--format", "jsonl"]
    assert main([*args, "--attributions-only"]) == 0
    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    unlike = ("date", "date_source", "title")  # the command also reads what is around a text
    assert [drop(row, unlike) for row in doc._.attributions] == [drop(row, unlike) for row in told]
    assert len(told) >= 3


def drop(row, keys):
    return {key: value for key, value in row.items() if key not in keys}


def test_offsets_are_those_of_the_doc(doc):
    for row in doc._.attributions:
        assert doc.text[row["start"] : row["end"]] == row["text"]
        for part in filter(None, (row["source"], row["cue"])):
            assert doc.text[part["start"] : part["end"]] == part["text"]
    json.dumps(doc._.attributions)


def test_spans_are_the_attributed_sentences_in_the_same_order(doc):
    assert [(span.label_, span.text) for span in doc.spans[SPANS_KEY]] == [
        (f"{row['speaker']}:{row['stance']}", row["text"]) for row in doc._.attributions
    ]
    assert doc.spans[SPANS_KEY][0].label_.startswith("vucic:")
    assert {(span.kb_id, span.id) for span in doc.spans[SPANS_KEY]} == {(0, 0)}


TOKENIZERS = {
    "white space alone": lambda nlp: Tokenizer(nlp.vocab),
    "one token": lambda nlp: lambda text: Doc(nlp.vocab, words=[text], spaces=[False]),
    "characters": lambda nlp: lambda text: Doc(nlp.vocab, words=list(text), spaces=[False] * len(text)),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_any_tokenizer_will_do(name, nlp, doc, trained):
    other = spacy.blank("en")
    other.tokenizer = TOKENIZERS[name](other)
    other.add_pipe("stance", config={"model": str(trained)})
    found = other(TEXT)
    assert found._.attributions == doc._.attributions
    spans = found.spans[SPANS_KEY]
    assert len(spans) == len(doc.spans[SPANS_KEY])
    for span, row in zip(spans, found._.attributions, strict=True):
        assert span.start_char <= row["start"] < row["end"] <= span.end_char


def test_after_other_components(trained):
    other = spacy.blank("en")
    other.add_pipe("sentencizer")
    other.add_pipe("stance", config={"model": str(trained), "topic": "open"}, last=True)
    found = other(TEXT)
    assert {row["stance"] for row in found._.attributions} == {"none"}
    assert other.analyze_pipes()["problems"] == {"sentencizer": [], "stance": []}


def test_two_topics_stand_side_by_side(nlp, doc, trained):
    two = spacy.blank("en")
    two.add_pipe("stance", config={"model": str(trained)})
    two.add_pipe("stance", name="open", config={"model": str(trained), "topic": "open", "spans_key": "open"})
    both = two(TEXT)
    first = len(doc._.attributions)
    assert both._.attributions[:first] == doc._.attributions
    assert {row["topic"] for row in both._.attributions[first:]} == {"open"}
    assert [len(both.spans[key]) for key in (SPANS_KEY, "open")] == [first, len(both._.attributions) - first]
    assert nlp(both)._.attributions[-first:] == doc._.attributions, (
        "again: the same topic's rows are replaced"
    )
    assert len(both._.attributions) == first + len(both.spans["open"])


@pytest.mark.parametrize("text", ["", " \n", "Share this article"])
def test_nobody_speaks(nlp, text):
    found = nlp(text)
    assert (found._.attributions, len(found.spans[SPANS_KEY])) == ([], 0)


def test_a_doc_that_did_not_come_through_is_told_apart(nlp):
    assert nlp.make_doc(TEXT)._.attributions is None


@pytest.mark.parametrize("processes", [1, 2])
def test_in_a_pipe(nlp, doc, processes):
    texts = [TEXT, "", TEXT * 2, "Rain fell."]
    found = list(nlp.pipe(texts, n_process=processes, batch_size=2))
    assert [one.text for one in found] == texts
    assert [one._.attributions for one in found] == [nlp(text)._.attributions for text in texts]
    labels = [[span.label_ for span in one.spans[SPANS_KEY]] for one in found]
    assert labels[0] == [span.label_ for span in doc.spans[SPANS_KEY]]


def test_it_goes_to_another_process_that_is_started_afresh(nlp, doc):
    component = pickle.loads(pickle.dumps(nlp.get_pipe("stance")))
    assert component(nlp.make_doc(TEXT))._.attributions == doc._.attributions


def test_displacy(doc):
    html = displacy.render(doc, style="span", options={"spans_key": SPANS_KEY}, jupyter=False)
    for span in doc.spans[SPANS_KEY]:
        assert span.label_ in html


def test_a_doc_keeps_its_labels_when_it_is_stored(nlp, doc):
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.attributions == doc._.attributions
    assert [span.label_ for span in again.spans[SPANS_KEY]] == [span.label_ for span in doc.spans[SPANS_KEY]]


class TestSerialisation:
    def test_from_disk(self, nlp, doc, tmp_path):
        nlp.to_disk(tmp_path / "pipeline")
        again = spacy.load(tmp_path / "pipeline")
        assert again(TEXT)._.attributions == doc._.attributions
        assert again.get_pipe("stance").to_bytes() == nlp.get_pipe("stance").to_bytes()

    def test_from_bytes(self, nlp, doc, trained):
        again = spacy.blank("en")
        again.add_pipe("stance", config={"model": str(trained)})
        again.from_bytes(nlp.to_bytes())
        assert again(TEXT)._.attributions == doc._.attributions

    def test_another_model_is_refused_in_one_line(self, trained, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(trained, folder)
        pipeline = spacy.blank("en")
        saved = pipeline.add_pipe("stance", config={"model": str(folder)})
        pipeline.to_disk(tmp_path / "pipeline")
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text("utf-8") + "\n", "utf-8")
        with pytest.raises(ModelError, match=f"saved with the model {saved.model.digest}, found") as caught:
            spacy.load(tmp_path / "pipeline")
        assert "\n" not in str(caught.value)

    def test_another_topic_is_refused(self, nlp, trained):
        other = spacy.blank("en").add_pipe("stance", config={"model": str(trained), "topic": "open"})
        with pytest.raises(ModelError, match="saved with the topic"):
            other.from_bytes(nlp.get_pipe("stance").to_bytes())

    @pytest.mark.parametrize(
        ("config", "error"), [({"model": "nowhere"}, ModelError), ({"topic": "nowhere.toml"}, TopicError)]
    )
    def test_a_wrong_setting_is_told_at_once(self, config, error, trained):
        with pytest.raises(error, match="nowhere") as caught:
            spacy.blank("en").add_pipe("stance", config={"model": str(trained)} | config)
        assert "\n" not in str(caught.value)


class TestOtherForms:
    """Text that is not NFC is labelled as the command labels it, and told by its own offsets."""

    def test_decomposed_letters(self, nlp, doc):
        text = unicodedata.normalize("NFD", TEXT)
        found = nlp(text)
        assert len(text) > len(TEXT)
        kept = ("speaker", "stance", "holder", "speaker_confidence", "article_sha256")
        assert [[row[key] for key in kept] for row in found._.attributions] == [
            [row[key] for key in kept] for row in doc._.attributions
        ]
        for row, there in zip(found._.attributions, doc._.attributions, strict=True):
            assert text[row["start"] : row["end"]] == row["text"]
            for name in ("source", "cue"):
                if there[name]:
                    span = row[name]
                    assert text[span["start"] : span["end"]] == span["text"]
                    assert unicodedata.normalize("NFC", span["text"]) == there[name]["text"]

    @given(
        st.text(
            st.sampled_from("aÅÅe\u0301\u0300\u0323\u1100\u1161\u11a8각\u09c7\u09be\u0958\u2126 \U0001d15e")
        )
    )
    def test_the_pieces_make_up_the_whole(self, text):
        edges = [0, *_edges(text)]
        pieces = [text[start:end] for start, end in itertools.pairwise(edges)]
        whole = unicodedata.normalize("NFC", text)
        assert "".join(pieces) == text
        assert "".join(unicodedata.normalize("NFC", piece) for piece in pieces) == whole
        assert len(_Origins(text).starts) == len(whole)
