"""Articles that nobody has annotated yet: texts, pages and tables of articles, cut into sentences."""

from __future__ import annotations

from pathlib import Path

from stance.annotated import AnnotatedArticle, cached_topic
from stance.articles import ArticleFailure, read_articles
from stance.errors import AnnotationError, UsageError
from stance.formats.values import Format, FormatOptions, Reading
from stance.inputs import PAGES, TEXTS, kind_of
from stance.records import Article
from stance.topic import BUILT_IN

__all__ = ["TEXT"]


def _read(path: Path, options: FormatOptions) -> Reading:
    if options.topic is None:
        raise UsageError(f"{path} names no topic, expected --topic FILE, {' or '.join(BUILT_IN)}")
    found: list[AnnotatedArticle] = []
    failed = []
    for item in read_articles([path]):
        if isinstance(item, ArticleFailure):
            failed.append(f"{item.article}: {item.reason}")
        else:
            found.append(_blank(item, options.topic))
    if not found:
        raise AnnotationError(failed)
    return Reading(tuple(found), tuple(f"left out: {line}" for line in failed))


def _blank(article: Article, topic: str) -> AnnotatedArticle:
    from stance.parsing import split

    sentences = split(article.text)
    return AnnotatedArticle(
        article=article,
        topic=cached_topic(topic),
        sentences=sentences,
        attributions=((),) * len(sentences),
        annotators=("",) * len(sentences),
        topic_path=topic,
    )


def _guess(path: Path) -> bool:
    files = path.iterdir() if path.is_dir() else [path]
    return any(kind_of(file) in (*TEXTS, *PAGES) for file in files)


TEXT = Format(_read, None, _guess)
