"""From what a user names to a desk: articles, their place in the folder of annotations, who suggests.

Everything that can be wrong is found here, before a page is shown.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from stance.annotated import AnnotatedArticle, article_of, parse_article, read_text, text_place, topic_of
from stance.annotations import ARTICLES, read_annotations, row_files
from stance.articles import ArticleFailure, read_articles
from stance.errors import AnnotationError, UsageError
from stance.inputs import find_inputs, kind_of, names_of
from stance.packing import is_packed
from stance.parsing import split
from stance.records import Article, Sentence
from stance.rows import ARTICLE_COLUMNS, Row, read_table
from stance.sample import Sample
from stance.topic import BUILT_IN, DEFAULT_TOPIC, Topic, load_topic
from stance.web.asked import DeskOptions
from stance.web.desk import MODEL, READINGS, Desk
from stance.web.drawn import articles_of, queue_of
from stance.web.sheets import Sheet, check_annotator, file_name, read_rows
from stance.web.steps import Line, Lines
from stance.web.suggesting import Suggester, reader

__all__ = ["open_desk"]

TEXTS = "texts"
"""Where a folder keeps the texts that no file of the user's holds as they were read."""


@dataclass(frozen=True)
class _Found:
    """An article, the file that holds its text if there is one, and its own topic if it has one."""

    article: Article
    source: Path | None = None
    topic: Topic | None = None
    topic_path: str = ""


def open_desk(options: DeskOptions, stdin: IO[bytes] | None, tell: Callable[[ArticleFailure], None]) -> Desk:
    """The desk with all articles that can be read; `tell` hears of the others.

    Raises:
        UsageError: it cannot be opened as asked; nothing was written.
    """
    _check(options)
    folder = options.annotations
    listed = _listed(folder)
    where = _where(folder)
    readings = [_reading(path, folder) for path in options.readings or ()]
    sample = Sample.read(options.sample) if options.sample else None
    found = list(_articles(options, listed, where, readings, stdin, tell))
    if not found:
        raise UsageError("no article could be read, so there is nothing to annotate")
    if sample is not None:
        drawn = articles_of(sample)
        found = [item for item in found if item.article.id in drawn]
    sheets = [_sheet(item, options, listed.get(item.article.id), where, readings) for item in found]
    names = _names(options.readings or ())
    if readings:
        sources = {name: reader(reading) for name, reading in zip(READINGS, readings, strict=True)}
        return Desk(sheets, options.annotator, sources, names)
    if sample is not None:
        return Desk(sheets, options.annotator, {}, queue=queue_of(sample, sheets))
    if options.blind and not options.next:
        return Desk(sheets, options.annotator, {})
    suggester = Suggester(options.model, sheets)
    queue = suggester.queue() if options.next else ()
    return Desk(sheets, options.annotator, {} if options.blind else {MODEL: suggester.reading}, queue=queue)


def _check(options: DeskOptions) -> None:
    check_annotator(options.annotator)
    folder = options.annotations
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, expected a folder for annotations")
    nearest = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    if not os.access(nearest, os.W_OK):
        raise UsageError(f"{folder}: cannot write here; choose another folder with --annotations")


def _listed(folder: Path) -> dict[str, Row]:
    path = folder / ARTICLES
    if not path.exists():
        return {}
    return {row["article"]: row for row in read_rows(path, ARTICLE_COLUMNS)[1]}


def _where(folder: Path) -> dict[str, Path]:
    """The file that holds an article's rows already.

    Raises:
        AnnotationError: rows of one article stand in two files.
    """
    found: dict[str, Path] = {}
    problems = []
    for path in row_files(folder) if folder.exists() else ():
        for name in dict.fromkeys(row["article"] for row in read_table(path, ("article",), [])):
            if name in found:
                problems.append(f"{path}: {name} has rows in {found[name]} too, expected one file")
            found.setdefault(name, path)
    if problems:
        raise AnnotationError(problems)
    return found


def _reading(path: Path, folder: Path) -> dict[str, AnnotatedArticle]:
    """What an annotator marked; the list of articles is the reading's own, or the folder's."""
    own, common = path / ARTICLES, folder / ARTICLES
    if not own.exists() and not common.exists():
        raise UsageError(
            f"neither {own} nor {common} is there, expected the list of the articles that were read"
        )
    home = path if own.exists() else folder
    return {
        annotated.article.id: replace(annotated, file=str(text_place(home, annotated.file) or ""))
        for annotated in read_annotations(path, None if own.exists() else common)
        if not annotated.is_open
    }


def _articles(
    options: DeskOptions,
    listed: Mapping[str, Row],
    where: Mapping[str, Path],
    readings: Sequence[Mapping[str, AnnotatedArticle]],
    stdin: IO[bytes] | None,
    tell: Callable[[ArticleFailure], None],
) -> Iterator[_Found]:
    if options.paths:
        sources = {name: path for path, name in names_of(find_inputs(options.paths).files).items()}
        for item in read_articles(options.paths, options.read, stdin):
            if isinstance(item, ArticleFailure):
                tell(item)
            else:
                path = sources.get(item.id)
                yield _Found(item, path if path and _holds(path, item.text) else None)
    elif readings:
        both = sorted(set(readings[0]) & set(readings[1]))
        if not both:
            raise UsageError("no article that both have looked at, so there is nothing to decide between")
        for name in both:
            annotated = readings[0][name]
            source = Path(annotated.file) if annotated.file else None
            yield _Found(annotated.article, source, annotated.topic, annotated.topic_path)
    elif listed:
        yield from _listed_articles(listed, where)
    else:
        raise UsageError(f"nothing to annotate: name articles, or a folder with {ARTICLES} as --annotations")


def _listed_articles(listed: Mapping[str, Row], where: Mapping[str, Path]) -> Iterator[_Found]:
    grouped: dict[Path, dict[str, list[Row]]] = {}
    for name, entry in listed.items():
        path = None if entry["file"] else where.get(name)
        if path and path not in grouped:  # one file may hold the rows of many articles
            groups = grouped[path] = {}
            for row in read_rows(path)[1]:
                groups.setdefault(row["article"], []).append(row)
        yield _listed_article(entry, grouped[path].get(name, ()) if path else ())


def _listed_article(entry: Row, rows: Sequence[Row]) -> _Found:
    problems: list[str] = []
    text = read_text(entry, problems) if entry["file"] else None
    if text is not None:
        return _Found(article_of(entry, text), text_place(entry.path.parent, entry["file"]))
    annotated = parse_article(entry, rows, problems) if rows else None
    if annotated is None:
        raise AnnotationError(problems or [entry.problem("no file and no rows, expected the article's text")])
    return _Found(annotated.article)


def _holds(path: Path, text: str) -> bool:
    """Whether a reader of the annotations gets just this text from the file."""
    if kind_of(path) not in (".txt", ".md") or is_packed(path):
        return False
    try:
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8")) == text
    except (OSError, UnicodeDecodeError):
        return False


def _sheet(
    found: _Found,
    options: DeskOptions,
    entry: Row | None,
    where: Mapping[str, Path],
    readings: Sequence[Mapping[str, AnnotatedArticle]],
) -> Sheet:
    folder, article = options.annotations, found.article
    if entry is not None and entry["sha256"] != article.sha256:
        told = (
            f"{article.id} has the text {article.sha256[:12]}…, expected {entry['sha256'][:12]}… as annotated"
        )
        raise AnnotationError(
            [entry.problem(f"{told}; restore the old text, or choose another --annotations")]
        )
    topic, topic_path = _topic(found, options, entry)
    own = file_name(article.id)
    if entry is not None:
        file = entry["file"]
    elif found.source is not None:
        file = _relative(found.source, folder.absolute().parent)
    else:
        file = f"{TEXTS}/{own}.txt"
        if (folder.absolute().parent / file).exists():  # a reader looks there first
            file = f"{folder.absolute().name}/{file}"
    return Sheet(
        folder=folder,
        path=where.get(article.id, folder / f"{own}.csv"),
        article=article,
        topic=topic,
        topic_path=topic_path,
        file=file,
        copy_text=entry is None and found.source is None,
        first=_first(article, readings),
    )


def _first(article: Article, readings: Sequence[Mapping[str, AnnotatedArticle]]) -> Lines:
    read: tuple[Sentence, ...] = (
        readings[0][article.id].sentences if readings and article.id in readings[0] else ()
    )
    return tuple(Line(sentence) for sentence in read or split(article.text))


def _topic(found: _Found, options: DeskOptions, entry: Row | None) -> tuple[Topic, str]:
    """The article's topic and how its folder names it: as listed, as asked for, or the model's own."""
    folder = options.annotations
    asked = load_topic(options.topic) if options.topic else None
    if entry is not None:
        name, listed = entry["topic"], topic_of(entry)
        if asked and asked.sha256 != listed.sha256:
            told = f"{found.article.id} is annotated under the topic {name}, expected {options.topic}"
            raise AnnotationError(
                [entry.problem(f"{told}; leave --topic out or choose another --annotations")]
            )
        return listed, name
    if options.topic and asked:
        return asked, _topic_name(options.topic, folder)
    if found.topic is not None:
        at_home = found.topic_path if found.topic_path in BUILT_IN else None
        if at_home is None and options.readings:
            at_home = _topic_name(str(options.readings[0] / found.topic_path), folder)
        return found.topic, at_home or found.topic.name
    if options.model is not None:
        topic, own = _topic_of_model(options.model), options.model / "topic.toml"
        same = [name for name in BUILT_IN if load_topic(name).sha256 == topic.sha256]
        return topic, same[0] if same else _relative(own, folder.absolute())
    return load_topic(DEFAULT_TOPIC), DEFAULT_TOPIC


@lru_cache(maxsize=1)
def _topic_of_model(folder: Path) -> Topic:
    """The topic of a model; a folder of articles asks for it once per article."""
    from stance.model import load

    return load(folder).topic


def _topic_name(name: str, folder: Path) -> str:
    return name if name in BUILT_IN else _relative(Path(name), folder.absolute())


def _relative(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), start)).as_posix()
    except ValueError:  # on another drive
        return path.absolute().as_posix()


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    names = tuple(path.resolve().name for path in paths)
    return names if len(set(names)) == len(names) else tuple(str(path) for path in paths)
