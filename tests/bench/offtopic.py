"""How often an article is rightly told to be on its topic, or off it, on articles that nothing was set by.

Run from the root of the repository::

    python -m tests.bench.offtopic

Off topic: the sixty articles of `annotations/off-topic`, labelled by the shipped model. On topic: the
composed articles, each under the topic file of its own world, and the seeds; excerpts are told apart, of
which some are a single sentence without a word of the topic. A false position is a stance
other than `none` in an article that is off topic.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.articles import ArticleFailure, read_articles
from stance.cast import Cast
from stance.examples import readings
from stance.folds import family_of
from stance.labels import POSITIONS
from stance.model import load
from stance.relevance import SHORT, relevance_of

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Print the three figures."""
    print(f"off topic, told as such: {off_topic()}")  # noqa: T201
    composed = [a for a in read_annotations(ROOT / "annotations" / "composed") if not family_of(a.article.id)]
    whole = [a for a in composed if len(a.sentences) >= SHORT]
    print(f"composed articles told to be on topic: {on_topic(whole)}")  # noqa: T201
    parts = [a for a in composed if len(a.sentences) < SHORT and _has_position(a)]
    print(f"composed excerpts with a position told to be on topic: {on_topic(parts)}")  # noqa: T201
    print(f"seeds told to be on topic: {on_topic(read_annotations(ROOT / 'annotations'))}")  # noqa: T201


def _has_position(annotated: AnnotatedArticle) -> bool:
    return any(each.stance in POSITIONS for told in annotated.attributions for each in told)


def off_topic() -> str:
    """How many articles are told to be off topic, and how many positions are found in them all the same."""
    model = load()
    articles = sorted(map(str, (ROOT / "annotations" / "off-topic").glob("*.txt")))
    results = [model.label(each) for each in read_articles(articles) if not isinstance(each, ArticleFailure)]
    right = sum(not result.on_topic for result in results)
    sentences = sum(len(result.sentences) for result in results)
    found = sum(
        each.stance in POSITIONS for result in results for told in result.attributions for each in told
    )
    false = f"{found} false positions in {sentences} sentences ({1000 * found / sentences:.1f} per 1,000)"
    return f"{right} of {len(results)}; {false}"


def on_topic(articles: Iterable[AnnotatedArticle]) -> str:
    """How many annotated articles are told to be on their own topic."""
    casts: dict[str, Cast] = {}
    told = [relevance_of(readings(annotated, casts)[1]).on_topic for annotated in articles]
    return f"{sum(told)} of {len(told)}"


if __name__ == "__main__":
    main()
