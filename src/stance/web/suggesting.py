"""Where offers come from: a model that is asked per article, or an annotator's reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stance.active import rank_sentences
from stance.annotated import AnnotatedArticle
from stance.errors import ArticleError
from stance.records import LabelledArticle
from stance.web.desk import Place
from stance.web.offers import Reading
from stance.web.sheets import Sheet

__all__ = ["Suggester", "reader"]


class Suggester:
    """A model that suggests, with the topic of each article.

    Raises:
        ModelError: the model folder is missing, damaged, unsafe or of another schema.
    """

    def __init__(self, folder: Path | None, sheets: Sequence[Sheet]) -> None:
        from stance.model import load

        self._sheets = tuple(sheets)
        topics = {sheet.topic.sha256: sheet.topic for sheet in sheets}
        self._models = {digest: load(folder, topic) for digest, topic in topics.items()}
        self._ranked: dict[str, LabelledArticle] = {}

    def reading(self, sheet: Sheet) -> Reading | None:
        """What the model says of an article."""
        result = self._ranked.get(sheet.article.id) or self._label(sheet)
        return Reading.of_model(result) if result else None

    def queue(self) -> list[Place]:
        """All sentences that are not labelled yet, the most worthwhile first."""
        numbers = {sheet.article.id: number for number, sheet in enumerate(self._sheets)}
        done = {sheet.article.sha256: _labelled(sheet) for sheet in self._sheets}
        found = [result for sheet in self._sheets if (result := self._label(sheet))]
        self._ranked = {result.article.id: result for result in found}
        every = sum(len(result.sentences) for result in found)
        return [Place(numbers[one.article], one.start, one.end) for one in rank_sentences(found, done, every)]

    def _label(self, sheet: Sheet) -> LabelledArticle | None:
        try:
            return self._models[sheet.topic.sha256].label(sheet.article)
        except ArticleError:  # nothing but white space, or another language
            return None


def reader(reading: Mapping[str, AnnotatedArticle]) -> Callable[[Sheet], Reading | None]:
    """What an annotator marked in an article; None if they did not read it, or another text of it."""

    def read(sheet: Sheet) -> Reading | None:
        annotated = reading.get(sheet.article.id)
        same = annotated is not None and annotated.article.sha256 == sheet.article.sha256
        return Reading.of_annotator(annotated) if annotated and same else None

    return read


def _labelled(sheet: Sheet) -> list[tuple[int, int]]:
    return [line.place for line in sheet.read().lines if not line.is_open]
