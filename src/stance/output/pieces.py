"""A sentence as the pages show it: cut into pieces, each marked with what it is; and a link to follow."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from stance.records import Attribution, Sentence

__all__ = ["Piece", "attributed", "cut", "safe_link"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence; `kind` has the CSS classes of the spans that it lies in, such as `source`."""

    text: str
    kind: str


def cut(text: str, start: int, spans: Iterable[tuple[str, int, int]]) -> tuple[Piece, ...]:
    """A text cut wherever a span begins or ends.

    Spans are (class, start, end), counted as `start` is, which is where the text begins; they may
    overlap. What of them lies outside the text is not shown.
    """
    spans, end = list(spans), start + len(text)
    edges = {start, end, *(min(max(edge, start), end) for _, *both in spans for edge in both)}
    return tuple(
        Piece(
            text[left - start : right - start],
            " ".join(sorted({kind for kind, first, last in spans if first <= left and right <= last})),
        )
        for left, right in itertools.pairwise(sorted(edges))
    )


def attributed(sentence: Sentence, attributions: Iterable[Attribution]) -> tuple[Piece, ...]:
    """A sentence cut wherever a source or a cue begins or ends."""
    spans = (
        (kind, span.start, span.end)
        for attribution in attributions
        for kind, span in (("source", attribution.source), ("cue", attribution.cue))
        if span
    )
    return cut(sentence.text, sentence.start, spans)


def safe_link(url: str | None) -> str | None:
    """An address, if it is one to follow: a link of a stranger's file must not run a script."""
    return url if url and url.lower().startswith(("http://", "https://")) else None
