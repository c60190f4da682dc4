"""Folders of several files: the list of articles, topics and texts beside them, written whole."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from stance.annotated import AnnotatedArticle, rebuilt_text
from stance.annotations import ARTICLES, write_articles
from stance.errors import UsageError
from stance.files import atomic_folder
from stance.formats.sheets import FACTS
from stance.rows import ARTICLE_COLUMNS, Row, read_table
from stance.topic import BUILT_IN

__all__ = ["file_name", "fresh_folder", "lay_out", "places", "read_entries", "reader_of"]

_LONGEST = 150


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """A new folder that stands at `target` when the block ends well.

    Raises:
        UsageError: something is there already, or the place is not writable.
    """
    _check_place(target)
    with atomic_folder(target) as fresh:
        yield fresh


def _check_place(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, expected a folder: choose another place")
    try:
        held = min(target.iterdir(), default=None) if target.exists() else None
    except OSError as error:
        raise UsageError(f"{target}: cannot read ({error.strerror}); choose a new folder") from error
    # Files that people made, or IN itself, may be among what a folder holds.
    if held:
        raise UsageError(f"{target} holds {held.name}, which would be lost: choose a new folder")


def lay_out(
    articles: Sequence[AnnotatedArticle], folder: Path, notes: list[str], *, texts: bool = True
) -> None:
    """Write the list of articles, their topics and, with `texts`, the texts that no rows give back.

    A text goes where the article says (`file`), a topic too; where that is no place inside the
    folder it goes to `texts/` or `topics/`, and `notes` say so.
    """
    written: dict[str, str] = {}
    listed: dict[str, AnnotatedArticle] = {}
    for annotated in articles:
        placed = _with_topic(annotated, folder, written, notes)
        if texts:
            placed = _with_text(placed, folder, written, notes)
        listed.setdefault(annotated.article.id, placed)
    write_articles(folder / ARTICLES, list(listed.values()))


def _with_topic(
    annotated: AnnotatedArticle, folder: Path, written: dict[str, str], notes: list[str]
) -> AnnotatedArticle:
    topic, name = annotated.topic, annotated.topic_path or annotated.topic.name
    if name in BUILT_IN:
        return annotated
    spare = f"topics/{file_name(topic.name)}-{topic.sha256[:8]}.toml"
    for place in (name, f"topics/{file_name(topic.name)}.toml", spare):
        if _is_inside(place, ".toml") and _put(folder, place, topic.text, written):
            break
    if place != name:
        notes.append(f"{annotated.article.id}: its topic {name} is {place} in the folder")
    return replace(annotated, topic_path=place)


def _with_text(
    annotated: AnnotatedArticle, folder: Path, written: dict[str, str], notes: list[str]
) -> AnnotatedArticle:
    article, name = annotated.article, annotated.file
    if not name and rebuilt_text(annotated.sentences) == article.text:
        return annotated
    for place in (name, f"texts/{file_name(article.id)}.txt", f"texts/{article.sha256}.txt"):
        fine = _is_inside(place, ".txt", ".md", ".text") and not _is_other(
            folder.parent / place, article.text
        )
        if fine and _put(folder, place, article.text, written):
            break
    if place != name:
        notes.append(f"{article.id}: its text stands in {place}" + (f", not {name}" if name else ""))
    return replace(annotated, file=place)


def _is_inside(place: str, *endings: str) -> bool:
    path = PurePosixPath(place)
    fine = not path.is_absolute() and ".." not in path.parts and "\\" not in place and "\0" not in place
    return bool(place) and fine and path.suffix in endings


def _is_other(path: Path, text: str) -> bool:
    # Readers look beside the folder first: another text of that name there would be taken.
    try:
        there = path.read_bytes().decode("utf-8", "replace") if path.is_file() else text
    except OSError:
        return True
    return unicodedata.normalize("NFC", there) != text


def _put(folder: Path, place: str, text: str, written: dict[str, str]) -> bool:
    if written.setdefault(place, text) != text:
        return False
    path = folder / place
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    except OSError:
        return False
    return True


def file_name(name: str) -> str:
    """A name as it can stand in a file system: letters, digits and few signs stay as they are."""
    safe = re.sub(r"[^\w ,()+=@.-]", lambda match: quote(match[0], safe=""), name)
    safe = re.sub(r"^[. ]|[. ]$", lambda match: f"%{ord(match[0]):02X}", safe) or "%"
    if len(safe.encode()) > _LONGEST or safe == ARTICLES.partition(".")[0]:
        safe = f"{safe.encode()[: _LONGEST // 2].decode('utf-8', 'ignore')}-{zlib.crc32(name.encode()):08x}"
    return safe


def reader_of(annotated: AnnotatedArticle) -> str:
    """Who marked an article: its first annotator that has a name."""
    names = [item.labelled_by for own in annotated.attributions for item in own]
    return next((name for name in (*names, *annotated.annotators) if name), "")


def places(articles: Sequence[AnnotatedArticle]) -> list[tuple[str, str]]:
    """Each article's file name, and its annotator's where several marked it (else empty)."""
    times = Counter(annotated.article.id for annotated in articles)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for annotated in articles:
        key = annotated.article.id
        reader = file_name(reader_of(annotated) or "reading") if times[key] > 1 else ""
        seen[key, reader] += 1
        again = f"-{seen[key, reader]}" if reader and seen[key, reader] > 1 else ""
        found.append((file_name(key), reader + again))
    return found


def read_entries(folder: Path, problems: list[str]) -> dict[str, Row]:
    """The list of articles of a folder by their file names, in its order; empty without a list."""
    path = folder / ARTICLES
    rows = read_table(path, ARTICLE_COLUMNS, problems) if path.is_file() else []
    blank = dict.fromkeys(FACTS, "")
    return {file_name(row["article"]): replace(row, fields={**blank, **row.fields}) for row in rows}
