"""Splitting an article into paragraphs and sentences, and a sentence into tokens.

The pipeline is `spacy.blank("en")`: its tokenizer, its rule-based sentencizer and, on top, a
component of our own (`stance.boundaries`) that joins what the sentencizer tore and cuts what it missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

from stance import boundaries, furniture
from stance.records import Sentence

__all__ = ["paragraphs", "split", "tokenise"]

CHUNK = 10_000
"""Characters that the pipeline gets at once; hardly a paragraph is longer."""

RUN = 250
"""Characters without white space that the tokenizer gets at once: its cost is quadratic in their number where
it takes them off one by one (a run of brackets), and only a few URLs are longer."""

BULLET = re.compile(r"\s*(?:(?:[•‣▪◦·●■*\-–]|#{1,6}|\d{1,2}\.)\s+)(?=\S)")
"""The marker of a list item or a Markdown heading; it is no part of the sentence."""

_BLANK = " \t\u200b\u2060\ufeff"
_TERMINAL = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")
_SEAM = re.compile(r"[.!?…][\"'”’»)\]]*\s+(?=[^\sa-z])")
_LONG_RUN = re.compile(rf"\S{{{RUN}}}")
_SURROGATES = re.compile("[\ud800-\udfff]")

# Spaces are often missing after a full stop ("claims.The") and around quotes; the tokenizer must cut there
# so that the component can.
_INFIXES = (
    r"[“”„«»\"。！？]",
    r"(?<=[a-zà-ž])[!?]+(?=[A-ZÀ-Ž“\"])",
    r"(?<=[a-zà-ž0-9)\]]{2})\.(?=[A-ZÀ-Ž][a-zà-ž ])",
)


def split(text: str) -> tuple[Sentence, ...]:
    """Cut a text into sentences, furniture flagged.

    Sentences are in order, never overlap or cross a paragraph, and `sentence.text == text[start:end]`.
    Together they hold every character but white space and bullet markers.
    """
    found: list[Sentence] = []
    for number, (start, end) in enumerate(paragraphs(text)):
        marker = BULLET.match(text, start, end)
        for first, last in _cut(text, marker.end() if marker else start, end):
            found.append(Sentence(len(found), number, first, last, text[first:last]))
    flags = furniture.flag(found)
    return tuple(replace(s, furniture=True) if flag else s for s, flag in zip(found, flags, strict=True))


def tokenise(text: str) -> Doc:
    """Tokenise one sentence; token offsets (`token.idx`) count code points of `text`."""
    clean = _SURROGATES.sub("\ufffd", text)
    tokenizer: Any = _pipeline().tokenizer
    cuts = [match.end() for match in _LONG_RUN.finditer(clean)]
    if not cuts:
        whole: Doc = tokenizer(clean)
        return whole
    bounds = pairwise([0, *cuts, len(clean)])
    tokens = [token for left, right in bounds for token in tokenizer(clean[left:right])]
    return Doc(tokenizer.vocab, [t.text for t in tokens], [bool(t.whitespace_) for t in tokens])


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each paragraph, stripped: its lines, or its blocks in a hard-wrapped file."""
    lines = list(_lines(text))
    wrapped = _is_wrapped(text, lines)
    blocks: list[tuple[int, int]] = []
    last = None
    for number, start, end in lines:
        if wrapped and last == number - 1 and not BULLET.match(text, start, end):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
        last = number
    yield from blocks


def _lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each line that is not blank."""
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        if span := _strip(text, offset, offset + len(line)):
            yield number, *span
        offset += len(line)


def _is_wrapped(text: str, lines: list[tuple[int, int, int]]) -> bool:
    """Whether lines end by width: most that go on below are 55 to 95 characters wide and end mid-sentence."""
    inner = [
        (start, end) for (number, start, end), (following, *_) in pairwise(lines) if following == number + 1
    ]
    if len(inner) < 3 or 2 * len(inner) < len(lines):
        return False
    fitting = [span for span in inner if 55 <= span[1] - span[0] <= 95]
    open_ended = [span for span in fitting if not _TERMINAL.search(text, *span)]
    return len(fitting) >= 0.6 * len(inner) and len(open_ended) >= 0.5 * len(inner)


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and (text[start].isspace() or text[start] in _BLANK):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _BLANK):
        end -= 1
    return (start, end) if start < end else None


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph."""
    for first, last in _chunks(text, start, end):
        # White space of every kind becomes a space, so that the tokenizer makes no token of it.
        flat = re.sub(r"\s", " ", text[first:last])
        doc = tokenise(flat)
        doc.user_data["seams"] = furniture.seams(flat)
        for _, component in _pipeline().pipeline:
            doc = component(doc)
        starts = [token.idx for token in doc if token.is_sent_start]
        for left, right in zip(starts, [*starts[1:], len(flat)], strict=True):
            if span := _strip(text, first + left, first + right):
                yield span


def _chunks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a monster paragraph at a sentence's end, else at white space, else anywhere."""
    while end - start > CHUNK:
        limit = start + CHUNK
        ends = [match.end() for match in _SEAM.finditer(text, start + CHUNK // 2, limit)]
        cut = ends[-1] if ends else text.rfind(" ", start + 1, limit) + 1 or limit
        yield start, cut
        start = cut
    if start < end:
        yield start, end


@cache
def _pipeline() -> Language:
    nlp = spacy.blank("en")
    infixes = [*_INFIXES, *(nlp.Defaults.infixes or ())]
    tokenizer: Any = nlp.tokenizer
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(boundaries.NAME)
    return nlp
