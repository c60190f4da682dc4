"""An annotated article, made of its line in the list of articles and its rows; every fault is named."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

from stance.errors import TopicError
from stance.labels import FURNITURE, NONE
from stance.records import Article, Attribution, Sentence, Span
from stance.rows import SPANS, Row, check_labels, find_span, shorten, unknown, whole_number
from stance.topic import BUILT_IN, Topic, load_topic

__all__ = [
    "AnnotatedArticle",
    "article_of",
    "cached_topic",
    "check_facts",
    "digest_of_articles",
    "parse_article",
    "read_text",
    "rebuilt_text",
    "text_faults",
    "text_place",
    "topic_of",
]

DATE_SOURCES = ("", "metadata", "text", "filename")
_NUMBER = re.compile(r"\d{1,2}\.")
_DATE = re.compile(r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?")


@dataclass(frozen=True)
class AnnotatedArticle:
    """An article with what an annotator marked in it.

    `attributions` has one tuple and `annotators` one name per sentence, in the order of
    `sentences`; furniture, and sentences in which nobody but the reporter speaks, have no
    attribution. `topic_path` and `file` are what `articles.csv` says; an empty `file` means
    that the text stands in the rows alone.
    """

    article: Article
    topic: Topic
    sentences: tuple[Sentence, ...]
    attributions: tuple[tuple[Attribution, ...], ...]
    annotators: tuple[str, ...]
    topic_path: str = ""
    file: str = ""

    @cached_property
    def open_sentences(self) -> frozenset[int]:
        """The sentences that nobody has looked at yet (no attribution, no annotator), by their index.

        In the files they are `none,none` with an empty `annotator`; they say nothing, and nothing is
        learnt from them.
        """
        lines = zip(self.sentences, self.attributions, self.annotators, strict=True)
        return frozenset(
            sentence.index
            for sentence, found, annotator in lines
            if not (found or annotator or sentence.furniture)
        )

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked at any of it."""
        return not any(self.attributions) and not any(self.annotators)


def digest_of_articles(articles: Iterable[AnnotatedArticle]) -> str:
    """SHA-256, in hexadecimal, of what is learnt from articles: texts, furniture and labels."""
    digest = hashlib.sha256()
    for one in articles:
        told = (one.article.id, one.article.sha256, one.sentences, one.attributions, one.annotators)
        digest.update(repr(told).encode())
    return digest.hexdigest()


def parse_article(
    entry: Row, rows: Sequence[Row], problems: list[str], text: str | None = None
) -> AnnotatedArticle | None:
    """One article from its line in the list of articles and its rows.

    `text` is that of the file which the line names, where the file is still to be written.
    Faults go to `problems`, one line each; with any, there is no article.
    """
    before = len(problems)
    topic = _topic(entry, problems)
    labels = (*topic.labels, FURNITURE) if topic else None
    marked = list(_sentences(rows, problems))
    sentences = tuple(sentence for sentence, _ in marked)
    if text is None:
        text = read_text(entry, problems) if entry["file"] else rebuilt_text(sentences)
    # Rows that could not be placed are named already; without them a rebuilt text is another one.
    if text is not None and (entry["file"] or len(problems) == before):
        problems += text_faults(entry, text, sentences)
    attributions = []
    for sentence, own in marked:
        if text is not None and (there := text[sentence.start : sentence.end]) != sentence.text:
            told = f"text is {shorten(sentence.text)}, expected {shorten(there)} as in the article"
            problems.append(own[0].problem(told))
        check_labels(own, labels, problems)
        attributions.append(tuple(_attributions(sentence, own, topic, problems)))
    if topic is None or text is None or len(problems) > before:
        return None
    return AnnotatedArticle(
        article=article_of(entry, text),
        topic=topic,
        sentences=sentences,
        attributions=tuple(attributions),
        annotators=tuple(own[0]["annotator"] for _, own in marked),
        topic_path=entry["topic"],
        file=entry["file"],
    )


def article_of(entry: Row, text: str) -> Article:
    """The article that a line of the list of articles tells of."""
    title, outlet, date, date_source = (
        entry[name] or None for name in ("title", "outlet", "date", "date_source")
    )
    return Article(entry["article"], text, title, outlet, date=date, date_source=date_source)


def _topic(entry: Row, problems: list[str]) -> Topic | None:
    try:
        return topic_of(entry)
    except TopicError as error:
        problems += [entry.problem(fault) for fault in str(error).splitlines()]
    return None


# A folder of annotations names few topics and many articles.
cached_topic = lru_cache(maxsize=512)(load_topic)


def topic_of(entry: Row) -> Topic:
    """The topic that a line of the list of articles names: built in, or a file from the list's folder.

    Raises:
        TopicError: there is no such topic, or its file is broken.
    """
    name = entry["topic"]
    return cached_topic(name if name in BUILT_IN else entry.path.parent / name)


def _sentences(rows: Sequence[Row], problems: list[str]) -> Iterator[tuple[Sentence, list[Row]]]:
    placed: list[tuple[tuple[int, int, int], Row]] = []
    for row in rows:
        numbers = [whole_number(row, name, problems) for name in ("start", "end", "paragraph", "sentence")]
        if None not in numbers:
            placed.append(((numbers[0] or 0, numbers[1] or 0, numbers[2] or 0), row))
        if row.path != rows[0].path:
            problems.append(
                row.problem(f"{row['article']} has rows in {rows[0].path} too, expected one file")
            )
    index = paragraph = end = 0
    for place, group in groupby(placed, key=lambda item: item[0]):
        own = [row for _, row in group]
        problems += _place_faults(own, place, end, paragraph)
        if end <= place[0] < place[1]:
            text = own[0]["text"]
            yield Sentence(index, place[2], place[0], place[1], text, own[0]["speaker"] == FURNITURE), own
            index, paragraph, end = index + 1, place[2], place[1]


def _place_faults(
    rows: Sequence[Row], place: tuple[int, int, int], end: int, paragraph: int
) -> Iterator[str]:
    first = rows[0]
    if not end <= place[0] < place[1]:
        told = f"the sentence is at {place[0]}:{place[1]}"
        yield first.problem(
            f"{told}, expected a start from {end} on (sentences in order, none twice), then an end"
        )
    if place[2] < paragraph:
        yield first.problem(f"paragraph is {place[2]}, expected {paragraph} or more as in the row above")
    for row in rows[1:]:
        if row["text"] != first["text"]:
            told = f"text is {shorten(row['text'])}, expected {shorten(first['text'])} as in the row above"
            yield row.problem(told)


def text_faults(entry: Row, text: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """What does not fit between an article's digest, its text and its sentences."""
    digest = Article(entry["article"], text).sha256
    if entry["sha256"] != digest:
        told = entry["sha256"] or "empty"
        yield entry.problem(f"sha256 is {told}, expected {digest} as of the text; was the text changed?")
    end = 0
    for start, next_end in [*((item.start, item.end) for item in sentences), (len(text), len(text))]:
        # A bullet, a list's number or a stray quote between two sentences is no loss; a word is.
        gap = text[end:start].strip()
        if re.search(r"\w", gap) and not _NUMBER.fullmatch(gap):
            gap = shorten(gap)
            yield entry.problem(f"{gap} at {end}:{start} of the text has no row, expected one per sentence")
        end = max(end, next_end)


def read_text(entry: Row, problems: list[str]) -> str | None:
    """The text of the file that an entry of the list of articles names, in NFC."""
    folder = entry.path.parent
    path = text_place(folder, entry["file"])
    if path is None:
        missing = folder.parent / entry["file"]
        problems.append(entry.problem(f"no file {missing}, expected the article's text there"))
        return None
    try:
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(entry.problem(f"{path}: cannot read ({error}), expected text in UTF-8"))
        return None


def text_place(folder: Path, file: str) -> Path | None:
    """The file that a folder's list of articles names: beside the folder, or else in it."""
    return next((place for place in (folder.parent / file, folder / file) if place.is_file()), None)


def rebuilt_text(sentences: Sequence[Sentence]) -> str:
    """The text of an article without a file of its own: its sentences, and white space between them."""
    text, paragraph = "", 0
    for sentence in sentences:
        fill = " " if sentence.paragraph == paragraph else "\n"
        text = text.ljust(sentence.start, fill) + sentence.text
        paragraph = sentence.paragraph
    return text


def check_facts(entry: Row) -> Iterator[str]:
    """What is wrong with the date of an entry of the list of articles."""
    if not _DATE.fullmatch(entry["date"]):
        yield entry.problem(f"date is {entry['date']!r}, expected 2023, 2023-04, 2023-04-13 or nothing")
    if entry["date_source"] not in DATE_SOURCES:
        yield entry.problem(unknown("date_source", entry["date_source"], DATE_SOURCES))


def _attributions(
    sentence: Sentence, rows: Sequence[Row], topic: Topic | None, problems: list[str]
) -> Iterator[Attribution]:
    seen: set[tuple[str, Span | None]] = set()
    for row in rows:
        speaker = row["speaker"]
        if speaker in (NONE, FURNITURE):
            continue
        source, cue = (find_span(row, name, sentence, problems) for name in SPANS)
        if (speaker, source) in seen:
            told = f"{speaker} with the source {source.text if source else ''!r}"
            problems.append(row.problem(f"{told} stands twice, expected one row per source and sentence"))
        seen.add((speaker, source))
        if topic and speaker in topic.labels:
            role = topic.role_of(speaker)
            yield Attribution(role, speaker, row["stance"], source, cue, labelled_by=row["annotator"])
