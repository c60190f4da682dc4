"""The spaCy component: `nlp.add_pipe("stance")`.

    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("stance")
    >>> doc = nlp("The Serbian president denied that weapons were sent to Ukraine.")
    >>> [(found["speaker"], found["stance"]) for found in doc._.attributions]
    [('vucic', 'denies')]
    >>> [(span.label_, span.start, span.end) for span in doc.spans["stance"]]
    [('vucic:denies', 0, 11)]

It asks nothing of the pipeline before it and works with every tokenizer: the article is split and
read anew from `doc.text`. The labels are those of `stance label --attributions-only` on that text.

spaCy imports this module whenever a pipeline is made, whether it has the component or not: what
labels is imported by the first component.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from stance.errors import ArticleError, ModelError

if TYPE_CHECKING:
    from stance.model import Model

__all__ = ["SPANS_KEY", "StanceComponent", "make_stance"]

SPANS_KEY = "stance"
"""Where `doc.spans` has the attributed sentences, and what displacy's `spans_key` has to be."""

_FILE = "stance.json"


class StanceComponent:
    """Labels a `Doc`: `doc._.attributions` and `doc.spans["stance"]`.

    `doc._.attributions` is a list of plain dicts, the contract's rows with a speaker, in order
    (empty where nobody speaks, and on a text that is empty or not in English; None on a `Doc` that did
    not come through here). Their offsets count characters of `doc.text`, also where that is not NFC.
    `doc.spans["stance"]` has one span for each, in the same order: the sentence, labelled
    `speaker:stance`, so that displacy shows who says what beside the whole statement; its source and
    cue are in the row. Where a token crosses the sentence's edge, the span takes in all of it. `id` and
    `kb_id` of a span are unused.

    `model` is a model folder (the shipped one by default), `topic` a topic file or the name of a
    built-in topic (the model's by default). A second component, for another topic, takes another
    `spans_key` than "stance"; its rows stand behind the first one's, and say their topic.

    Raises:
        ModelError: the folder is missing, damaged, unsafe or of another schema.
        TopicError: the topic is missing or broken.
    """

    def __init__(
        self, model: str | None = None, topic: str | None = None, spans_key: str = SPANS_KEY
    ) -> None:
        from stance.model import load

        self.config = {"model": model, "topic": topic, "spans_key": spans_key}
        self.model: Model = load(model, topic or None)
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        """Label a document in place."""
        found = list(self._rows(doc.text))
        spans = [
            doc.char_span(
                row["start"], row["end"], f"{row['speaker']}:{row['stance']}", alignment_mode="expand"
            )
            for row in found
        ]
        own = (self.model.digest, self.model.topic.sha256)
        others = [row for row in doc._.attributions or () if (row["model"], row["topic_sha256"]) != own]
        doc._.attributions = [*others, *found]
        kept = [span for span in spans if span]
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=kept)
        return doc

    def _rows(self, text: str) -> Iterator[dict[str, Any]]:
        from stance.output.rows import rows

        try:
            result = self.model.label(text)
        except ArticleError:  # empty, or not in English: nothing to tell; a pipeline goes on
            return
        origins = None if result.article.text == text else _Origins(text)
        for row in rows(result, attributions_only=True):
            yield _moved(row, text, origins) if origins else row

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:  # noqa: ARG002  # spaCy's signature
        """The settings, and what tells the model and the topic; not the model itself."""
        return json.dumps(self._identity(), sort_keys=True).encode()

    def from_bytes(self, data: bytes, *, exclude: Collection[str] = ()) -> StanceComponent:  # noqa: ARG002
        """Check that this component labels as the one that was saved.

        Raises:
            ModelError: it has another model or topic.
        """
        saved, here = json.loads(data), self._identity()
        for what, key in (("model", "model_digest"), ("topic", "topic_sha256")):
            if saved.get(key) != here[key]:
                raise ModelError(
                    f"the pipeline was saved with the {what} {saved.get(key)}, found {here[key]}: "
                    f"give it that {what}, or build it anew with nlp.add_pipe('stance')"
                )
        return self

    def to_disk(self, path: Path | str, *, exclude: Collection[str] = ()) -> None:
        """Write `to_bytes` into a folder, which is made."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: Path | str, *, exclude: Collection[str] = ()) -> StanceComponent:
        """See `from_bytes`."""
        return self.from_bytes((Path(path) / _FILE).read_bytes(), exclude=exclude)

    def _identity(self) -> dict[str, str | None]:
        return {
            **self.config,
            "model_digest": self.model.digest,
            "topic_name": self.model.topic.name,
            "topic_sha256": self.model.topic.sha256,
        }


@Language.factory(
    "stance",
    assigns=["doc._.attributions", "doc.spans"],
    default_config={"model": None, "topic": None, "spans_key": SPANS_KEY},
)
def make_stance(
    nlp: Language,  # noqa: ARG001  # spaCy's signature
    name: str,  # noqa: ARG001
    model: str | None,
    topic: str | None,
    spans_key: str,
) -> StanceComponent:
    """Build the component `stance`; spaCy calls it for `nlp.add_pipe("stance", config={...})`."""
    return StanceComponent(model, topic, spans_key)


if not Doc.has_extension("attributions"):
    Doc.set_extension("attributions", default=None)


class _Origins:
    """From offsets in the NFC form of a text to offsets in the text itself.

    The text is cut into the shortest pieces whose NFC forms make up the whole one. A label's edge
    inside of such a piece (a letter with its marks) goes to the piece's edge.
    """

    def __init__(self, text: str) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        at = 0
        for end in _edges(text):
            length = len(unicodedata.normalize("NFC", text[at:end]))
            self.starts += [at] * length
            self.ends += [end] * length
            at = end

    def of(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


def _edges(text: str) -> Iterator[int]:
    at = 0
    for end in range(1, len(text)):
        if text[end].isascii() or not _joins(text[at:end], text[end]):
            yield end
            at = end
    if text:
        yield len(text)


def _joins(piece: str, char: str) -> bool:
    """Whether NFC makes something else of a piece and the next character than of each alone."""
    if unicodedata.combining(char):
        return True
    whole = unicodedata.normalize("NFC", piece + char)
    return whole != unicodedata.normalize("NFC", piece) + unicodedata.normalize("NFC", char)


def _moved(row: dict[str, Any], text: str, origins: _Origins) -> dict[str, Any]:
    """The row with the offsets and the words of the text that it was made from."""
    start, end = origins.of(row["start"], row["end"])
    moved = {**row, "start": start, "end": end, "text": text[start:end]}
    for name in ("source", "cue"):
        if row[name]:
            start, end = origins.of(row[name]["start"], row[name]["end"])
            moved[name] = {"text": text[start:end], "start": start, "end": end}
    return moved
