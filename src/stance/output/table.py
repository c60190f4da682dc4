"""Labels for the terminal: a header per article, a block per row, a summary at the end."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stance.labels import NONE, STANCES
from stance.output.rows import rows
from stance.output.terminal import clean, shorten
from stance.output.words import INFERRED, WORDING
from stance.records import LabelledArticle
from stance.wording import counted

__all__ = ["table_lines"]

SPEAKER_WIDTH = 18  # "pentagon_document*"
TEXT_LINES = 4
MIN_TEXT_WIDTH = 30
_INDENT = 4 + 2 + SPEAKER_WIDTH + 1 + 5 + 2 + 8 + 1 + 5 + 2


@dataclass
class _Tally:
    articles: int = 0
    sentences: int = 0
    attributions: int = 0
    review: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)


def table_lines(
    results: Iterable[LabelledArticle], width: int, *, attributions_only: bool = False, text: bool = True
) -> Iterator[str]:
    """The lines of the table, without line ends; none is longer than `width` (76 at least)."""
    room = max(width - _INDENT, MIN_TEXT_WIDTH)
    tally = _Tally()
    for result in results:
        tally.articles += 1
        tally.sentences += len(result.sentences)
        yield from _header(result, max(width, _INDENT + room))
        for row in rows(result, attributions_only=attributions_only, text=text):
            if row["speaker"] != NONE:
                tally.attributions += 1
                tally.cells[row["speaker"], row["stance"]] += 1
            tally.review += row["review"]
            yield from _block(row, room)
        yield ""
    yield from _summary(tally, width)


def _header(result: LabelledArticle, width: int) -> Iterator[str]:
    article = result.article
    topic = f"topic {result.topic}" if result.on_topic else f"not about {result.topic}: no stance given"
    facts = (article.id if article.title else None, article.outlet, article.date or "no date", topic)
    yield shorten(article.title or article.id, width)
    yield shorten(" | ".join(fact for fact in facts if fact), width)
    yield f"{'#':>4}  {'speaker':<{SPEAKER_WIDTH}} {'p':>5}  {'stance':<8} {'p':>5}  text"


def _block(row: dict[str, Any], room: int) -> Iterator[str]:
    speaker, stance = row["speaker"], row["stance"]
    if speaker == NONE:
        speaker, stance = ("(furniture)" if row["furniture"] else "-"), ""
    elif row["mention"] in INFERRED:
        speaker = f"{shorten(speaker, SPEAKER_WIDTH - 1)}*"
    left = (
        f"{row['sentence']:>4}  {shorten(speaker, SPEAKER_WIDTH):<{SPEAKER_WIDTH}} "
        f"{_figure(row['speaker_confidence']):>5}  {stance:<8} {_figure(row['stance_confidence']):>5}"
    )
    words = textwrap.wrap(clean(row["text"] or ""), room, max_lines=TEXT_LINES, placeholder=" …")
    lines = [*words, *_details(row, room)] or [""]
    yield f"{left}  {lines[0]}".rstrip()
    for line in lines[1:]:
        yield " " * _INDENT + line


def _details(row: dict[str, Any], room: int) -> list[str]:
    source, cue = row["source"], row["cue"]
    facts = (
        row["holder"],
        source and f'source "{source["text"]}"',
        cue and f'cue "{cue["text"]}"',
        row["detail"],
        row["via"] and f"via {row['via']}",
        row["mention"] in INFERRED and f"inferred ({row['mention']})",
        row["review"] and "to review",
    )
    line = "; ".join(clean(fact) for fact in facts if fact)
    return textwrap.wrap(line, room, initial_indent="> ", subsequent_indent="  ")


def _summary(tally: _Tally, width: int) -> Iterator[str]:
    counts = ((tally.articles, "article"), (tally.sentences, "sentence"), (tally.attributions, "attribution"))
    line = ", ".join(counted(*each) for each in counts)
    yield line + (f", {tally.review} to review" if tally.review else "")
    if not tally.cells:
        return
    yield f"{'':<{SPEAKER_WIDTH}}" + "".join(f"{stance:>10}" for stance in STANCES)
    totals = Counter[str]()
    for (speaker, _), count in tally.cells.items():
        totals[speaker] += count
    for speaker in sorted(totals, key=lambda name: (-totals[name], name)):
        cells = "".join(f"{tally.cells[speaker, stance]:>10}" for stance in STANCES)
        yield f"{shorten(speaker, SPEAKER_WIDTH):<{SPEAKER_WIDTH}}{cells}"
    legend = ", ".join(f"{stance} = {wording.words}" for stance, wording in WORDING.items())
    yield from textwrap.wrap(f"{legend}; * = speaker inferred", width)


def _figure(probability: float | None) -> str:
    return "" if probability is None else f"{probability:.3f}"
