"""Annotations: CSV files of hand-set labels, read with every fault named, written whole.

A folder holds `articles.csv`, one row per article, and files of rows, one row per attribution
and at least one per sentence, in the order of the text::

    article,sentence,paragraph,start,end,text,speaker,stance,source,source_start,source_end,\
cue,cue_start,cue_end,annotator

A sentence in which nobody but the reporter speaks has `none,none`; page furniture has the
speaker `furniture`. A sentence is told by its offsets; its number is for people. The offsets
of `source` and `cue` may be empty where the words occur once in the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from stance.annotated import AnnotatedArticle, check_facts, parse_article
from stance.errors import AnnotationError
from stance.files import atomic_write
from stance.labels import FURNITURE, NONE
from stance.records import Article, Attribution, Sentence, Span
from stance.rows import ARTICLE_COLUMNS, ROW_COLUMNS, Row, format_table, read_table, unknown

__all__ = [
    "ARTICLES",
    "article_fields",
    "read_annotations",
    "row_files",
    "sentence_fields",
    "write_annotations",
    "write_articles",
]

ARTICLES = "articles.csv"


def read_annotations(folder: Path, articles: Path | None = None) -> list[AnnotatedArticle]:
    """Read a folder of annotations, in the order of its list of articles.

    `articles` is the list of articles where it is not the folder's own (an annotator's
    reading of some of the articles that another folder lists).

    Raises:
        AnnotationError: a row of a file is bad; the message names all of them, one per line.
    """
    problems: list[str] = []
    index = read_table(articles or folder / ARTICLES, ARTICLE_COLUMNS, problems)
    rows = [row for path in row_files(folder) for row in read_table(path, ROW_COLUMNS, problems)]
    by_article: dict[str, list[Row]] = {entry["article"]: [] for entry in index}
    for row in rows:
        if row["article"] in by_article:
            by_article[row["article"]].append(row)
        else:
            problems.append(row.problem(unknown("article", row["article"], tuple(by_article))))
    problems += _twice(index)
    found = []
    for entry in index:
        problems += check_facts(entry)
        own = by_article.pop(entry["article"], [])
        if own:
            found.append(parse_article(entry, own, problems))
        elif not articles and entry["article"]:
            problems.append(
                entry.problem(f"{entry['article']} has no rows, expected one per sentence in {folder}")
            )
    if problems:
        raise AnnotationError(problems)
    return [article for article in found if article]


def row_files(folder: Path) -> list[Path]:
    """The CSV files of rows that lie directly in a folder of annotations."""
    return sorted(path for path in folder.glob("*.csv") if path.name != ARTICLES)


def write_annotations(path: Path, articles: Sequence[AnnotatedArticle]) -> None:
    """Write the rows of some articles to one CSV file, whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    rows = (
        fields.values()
        for annotated in articles
        for line in zip(annotated.sentences, annotated.attributions, annotated.annotators, strict=True)
        for fields in sentence_fields(annotated.article.id, *line)
    )
    atomic_write(path, format_table(ROW_COLUMNS, rows))


def write_articles(path: Path, articles: Sequence[AnnotatedArticle]) -> None:
    """Write the list of articles (`articles.csv`), whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    entries = (
        article_fields(each.article, each.topic_path or each.topic.name, each.file).values()
        for each in articles
    )
    atomic_write(path, format_table(ARTICLE_COLUMNS, entries))


def article_fields(article: Article, topic: str, file: str) -> dict[str, str]:
    """An article's line in the list of articles; `topic` and `file` are what the line says of them."""
    facts = (article.title, article.outlet, article.date, article.date_source)
    values = (article.id, topic, file, article.sha256, *(fact or "" for fact in facts))
    return dict(zip(ARTICLE_COLUMNS, values, strict=True))


def sentence_fields(
    article: str, sentence: Sentence, attributions: Sequence[Attribution], annotator: str
) -> Iterator[dict[str, str]]:
    """The rows of a sentence; `annotator` stands in them where it has no attribution."""
    place = (article, *map(str, (sentence.index, sentence.paragraph, sentence.start, sentence.end)))
    nobody, blank = FURNITURE if sentence.furniture else NONE, _span_fields(None)
    labels = [
        (item.speaker, item.stance, *_span_fields(item.source), *_span_fields(item.cue), item.labelled_by)
        for item in attributions
    ]
    for own in labels or [(nobody, NONE, *blank, *blank, annotator)]:
        yield dict(zip(ROW_COLUMNS, (*place, sentence.text, *own), strict=True))


def _twice(index: Sequence[Row]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for entry in index:
        name = entry["article"]
        if not name:
            yield entry.problem("article is empty, expected an id")
        elif name in seen:
            yield entry.problem(
                f"article {name!r} stands on line {seen[name]} too, expected one row per article"
            )
        seen.setdefault(name, entry.line)


def _span_fields(span: Span | None) -> tuple[str, str, str]:
    return (span.text, str(span.start), str(span.end)) if span else ("", "", "")
