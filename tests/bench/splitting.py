"""How well texts are split and page furniture is found, on the annotated articles.

Run from the root of the repository::

    python -m tests.bench.splitting

It prints, for the seeds and for the composed articles, the F1 of sentence boundaries (a sentence counts
where its start and its end are both right) and precision and recall of furniture (by characters, white
space left out).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.parsing import BULLET, split
from stance.records import Sentence

__all__ = ["Scores", "boundary_f1", "furniture_scores", "main", "score"]

GROUPS = {"composed a-e (rules made on these)": "abcde", "composed f-j": "fghij", "snippets k, l": "kl"}


@dataclass(frozen=True)
class Scores:
    """Figures between 0 and 1, and how many sentences the gold has."""

    boundaries: float
    furniture_precision: float
    furniture_recall: float
    sentences: int


def boundary_f1(gold: Iterable[Sequence[Sentence]], predicted: Iterable[Sequence[Sentence]]) -> float:
    """F1 over the (start, end) of all sentences, pooled over the articles."""
    right = wanted = found = 0
    for truth, guess in zip(gold, predicted, strict=True):
        spans, guessed = {_span(s) for s in truth}, {_span(s) for s in guess}
        right += len(spans & guessed)
        wanted += len(spans)
        found += len(guessed)
    return 2 * right / (wanted + found) if wanted + found else 1.0


def furniture_scores(
    gold: Iterable[Sequence[Sentence]], predicted: Iterable[Sequence[Sentence]]
) -> tuple[float, float]:
    """Precision and recall of furniture by characters: a sentence cut in two counts for what it holds."""
    right = wanted = found = 0
    for truth, guess in zip(gold, predicted, strict=True):
        flagged, guessed = _characters(truth), _characters(guess)
        right += len(flagged & guessed)
        wanted += len(flagged)
        found += len(guessed)
    return (right / found if found else 1.0), (right / wanted if wanted else 1.0)


def score(texts: Sequence[str], gold: Sequence[Sequence[Sentence]]) -> Scores:
    """Split the texts and hold the result against the gold."""
    predicted = [split(text) for text in texts]
    precision, recall = furniture_scores(gold, predicted)
    return Scores(boundary_f1(gold, predicted), precision, recall, sum(map(len, gold)))


def _span(sentence: Sentence) -> tuple[int, int]:
    # Older annotations count a list item's marker as part of it.
    marker = BULLET.match(sentence.text)
    return sentence.start + (marker.end() if marker else 0), sentence.end


def _characters(sentences: Sequence[Sentence]) -> set[int]:
    return {
        sentence.start + offset
        for sentence in sentences
        if sentence.furniture
        for offset, character in enumerate(sentence.text)
        if not character.isspace()
    }


def main() -> None:
    """Print the figures, one line for each group of articles."""
    composed = list(read_annotations(Path("annotations/composed")))
    seeds = list(read_annotations(Path("annotations")))
    split("The pipeline is built once.")
    for name, letters in GROUPS.items():
        _print(name, [item for item in composed if item.article.id[0] in letters])
    _print("seeds", seeds)


def _print(name: str, annotated: Sequence[AnnotatedArticle]) -> None:
    texts = [item.article.text for item in annotated]
    began = time.perf_counter()
    scores = score(texts, [item.sentences for item in annotated])
    speed = sum(len(text.encode()) for text in texts) / (time.perf_counter() - began) / 1000
    print(  # noqa: T201
        f"{name}: {scores.sentences} sentences, boundary F1 {scores.boundaries:.3f}, furniture precision "
        f"{scores.furniture_precision:.3f}, recall {scores.furniture_recall:.3f}, {speed:.0f} kB/s"
    )


if __name__ == "__main__":
    main()
