"""What the fuzzer feeds, one function of bytes per target.

A target returns where the program answers or refuses with an error of its own; what else comes out of it
is a finding, and so is an offset that does not fit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from stance.annotations import read_annotations
from stance.articles import Archive
from stance.cast import Cast
from stance.corrections import read_corrections
from stance.documents import read_document
from stance.errors import StanceError
from stance.formats import FORMATS, read_annotated
from stance.model import Model, load
from stance.parsing import split
from stance.reading import read_article
from stance.records import Article
from stance.topic import load_topic, parse_topic
from tests.test_any_text import ask_everything

__all__ = ["SEEDS", "TARGETS"]

KINDS = (".txt", ".md", ".html")
TABLES = ("in.csv", "in.jsonl", "in.jsonl.gz", "in.txt.zst")


def _text(data: bytes) -> str:
    """Any text, lone surrogates too."""
    return data.decode("utf-8", "surrogateescape")


def _file(name: str, data: bytes) -> Path:
    place = _folder() / name
    place.write_bytes(data)
    return place


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="stance-fuzz-"))


@cache
def _model() -> Model:
    return load()


@cache
def _cast(topic: str) -> Cast:
    return Cast(load_topic(topic))


def reader(data: bytes) -> None:
    """An article's file, of the kind that the first byte says."""
    article = read_document(data[1:], "a", KINDS[data[0] % len(KINDS)] if data else ".txt")
    assert article.text.strip()


def tables(data: bytes) -> None:
    """A table of articles, plain or packed."""
    place = _file(TABLES[data[0] % len(TABLES)] if data else TABLES[0], data[1:])
    for _ in Archive((str(place),)):
        pass


def splitter(data: bytes) -> None:
    """A text into sentences: in order, without overlap, each where it says."""
    text, end = _text(data), 0
    for sentence in split(text):
        assert end <= sentence.start < sentence.end
        assert text[sentence.start : sentence.end] == sentence.text
        end = sentence.end


def mentions(data: bytes) -> None:
    """Mentions, quotations and every feature of a text, under a topic with a cast and under one without."""
    text = _text(data[1:])
    cast = _cast("open" if data[:1] > b"\x7f" else "serbia-arms")
    ask_everything(read_article(Article("a", text), split(text), cast))


def labelling(data: bytes) -> None:
    """A text to labels, by the shipped model."""
    result = _model().label(_text(data))
    for found in result.attributions:
        for one in found:
            for span in (one.source, one.cue):
                assert span is None or result.article.text[span.start : span.end] == span.text


def annotations(data: bytes) -> None:
    """An annotation folder: the list and the rows are the two halves of the input."""
    head, _, rows = data.partition(b"\x00")
    _file("articles.csv", head)
    _file("a.csv", rows)
    read_annotations(_folder())


def topic(data: bytes) -> None:
    """A topic file, and the cast that it makes."""
    Cast(parse_topic(_text(data)))


def corrections(data: bytes) -> None:
    """A file of corrections."""
    read_corrections(_file("c.csv", data))


def converters(data: bytes) -> None:
    """A file of another annotation tool, of the format that the first byte says."""
    names = sorted(FORMATS)
    name = names[data[0] % len(names)] if data else names[0]
    ending = {"brat": ".ann", "inception": ".tsv", "conll": ".conll", "csv": ".csv"}.get(name, ".jsonl")
    _file("in.txt", data[1 : 1 + len(data) // 2])
    read_annotated(name, _file(f"in{ending}", data[1:]))


def _guarded(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def guarded(data: bytes) -> None:
        try:
            target(data)
        except StanceError as error:
            if not str(error).strip():  # an error that says nothing helps nobody
                raise

    return guarded


TARGETS = {
    each.__name__: _guarded(each)
    for each in (
        reader,
        tables,
        splitter,
        mentions,
        labelling,
        annotations,
        topic,
        corrections,
        converters,
    )
}
"""Each target by its name."""

_ARTICLE = (
    "“We sell, yes,” Vučić said on May 4.\n\n“To whom?\n\n- U.S. papers: 'no'… he added (laughs).".encode()
)
_ROWS = (Path(__file__).parents[2] / "annotations" / "example" / "articles.csv").read_bytes()

SEEDS = {
    "reader": (b"\x00" + _ARTICLE, b"\x02<html><body><p>" + _ARTICLE, _ARTICLE.decode().encode("utf-16")),
    "tables": (b"\x00id,text\n1,He denied it.\n", b'\x01{"text": "He denied it."}\n'),
    "splitter": (_ARTICLE,),
    "mentions": (b"\x00" + _ARTICLE, b"\xff" + _ARTICLE),
    "labelling": (_ARTICLE,),
    "annotations": (_ROWS + b"\x00article,sentence,paragraph,start,end,text,speaker,stance\n",),
    "topic": (load_topic("serbia-arms").text.encode(),),
    "corrections": (b"article,start,end,speaker,stance\na,0,4,other,denies\n",),
    "converters": tuple(
        bytes([at]) + b'{"text": "He denied it.", "label": [[0, 2, "x"]]}\n' for at in range(8)
    ),
}
"""What the fuzzer begins with."""
