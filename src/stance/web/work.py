"""What a worker process does with a job: read articles, label them, write rows or a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from stance.corrections import Correction
from stance.corrector import Corrector
from stance.dates import parse_date
from stance.documents import read_document
from stance.errors import ArticleError
from stance.output.options import WriteOptions
from stance.output.page import page
from stance.output.text import write_jsonl
from stance.records import Article, LabelledArticle
from stance.topic import Topic

__all__ = ["Answer", "Document", "Facts", "Job", "Labeller"]

TOLD = 20
"""Articles of a request that cannot be labelled, and are told by name."""

_WARM_UP = (
    "Leaders trade words\n\n“We sell nothing to anybody,” Ana Petrova, the president, told The Paper. "
    "She said it was a lie. According to analysts, they may have.\n\nRead also: More news\n"
)
"""A text that makes the pipeline, the tables and the topic's cast ready."""


@dataclass(frozen=True)
class Document:
    """One article as it came in; `kind` and `file` as in `read_document`, the rest where told."""

    id: str
    data: bytes
    kind: str = ""
    file: str = ""
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Job:
    """Articles to label; the answer is a key of the table of answers below.

    The `corrections` are applied to rows and pages; `correct` is where a page leads to, so that its
    sentences can be corrected.
    """

    documents: tuple[Document, ...]
    kind: str = "rows"
    corrections: tuple[Correction, ...] = ()
    correct: str = ""


@dataclass(frozen=True)
class Answer:
    """A job's result in UTF-8 (or its labels as they are), and how much was labelled.

    `lost` counts the corrections of these very texts that fit no sentence any more.
    """

    body: bytes
    articles: int = 0
    sentences: int = 0
    lost: int = 0
    labels: tuple[LabelledArticle, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What a service says of its model."""

    digest: str
    topic: Topic


class Labeller:
    """A loaded model that answers jobs, one at a time: spaCy's memory zones are one per process.

    Raises:
        ModelError: the folder is missing, damaged, unsafe or of another schema.
    """

    def __init__(self, path: Path | None, topic: Topic | None) -> None:
        from stance.model import load

        self._model = load(path, topic)
        self._model.label(_WARM_UP)
        self.facts = Facts(self._model.digest, self._model.topic)

    def answer(self, job: Job) -> Answer:
        """Label the articles of a job.

        Raises:
            ArticleError: some of them cannot be labelled; the message names them.
        """
        corrector = Corrector(job.corrections)
        results: list[LabelledArticle] = []
        faults: list[str] = []
        for document in job.documents:
            try:
                results.append(corrector(self._label(document)))
            except ArticleError as error:
                faults.append(f"{document.id}: {error}")
        if faults:
            more = f"; and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
            raise ArticleError("; ".join(faults[:TOLD]) + more)
        answer = _ANSWERS[job.kind](results, job)
        count = sum(len(result.sentences) for result in results)
        return replace(answer, articles=len(results), sentences=count, lost=corrector.lost)

    def _label(self, document: Document) -> LabelledArticle:
        article = _read(document)
        with _memory_zone():
            return self._model.label(article)


def _read(document: Document) -> Article:
    article = read_document(document.data, document.id, document.kind, document.file)
    told = {name: getattr(document, name) for name in ("title", "outlet", "url")}
    article = replace(article, **{name: value for name, value in told.items() if value is not None})
    if document.date is None:
        return article
    date = parse_date(document.date)
    if date is None:
        raise ArticleError(f"date is {document.date!r}, expected a whole one such as 2023-04-13")
    return replace(article, date=date, date_source="metadata")


@contextmanager
def _memory_zone() -> Iterator[None]:
    """Forget the words of an article when it is labelled: spaCy would keep every new one for ever."""
    from stance.parsing import tokenise

    with tokenise("").vocab.memory_zone():
        yield


def _rows(results: list[LabelledArticle], job: Job) -> Answer:  # noqa: ARG001
    """A JSON array with a line for each row, the very bytes that `stance label --format jsonl` writes."""
    lines = io.BytesIO()
    write_jsonl(results, lines, WriteOptions())
    return Answer(b"[" + lines.getvalue().rstrip(b"\n").replace(b"\n", b",\n") + b"]\n")


def _page(results: list[LabelledArticle], job: Job) -> Answer:
    return Answer(page(results, correct=job.correct).encode("utf-8", "replace"))


def _labels(results: list[LabelledArticle], job: Job) -> Answer:  # noqa: ARG001
    return Answer(b"", labels=tuple(results))


_ANSWERS: Mapping[str, Callable[[list[LabelledArticle], Job], Answer]] = {
    "rows": _rows,
    "page": _page,
    "labels": _labels,
}
