"""Labelled articles as one page: the text as written, marked, with the speakers in the margin."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from stance.labels import NONE
from stance.output.options import WriteOptions
from stance.output.spool import Spool
from stance.output.words import INFERRED, WORDING, Wording, inferred
from stance.records import Attribution, LabelledArticle, Sentence

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page", "write_html"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence; `kind` has `source`, `cue`, both or neither as CSS classes."""

    text: str
    kind: str


@dataclass(frozen=True)
class Note:
    """One attribution, as the margin tells it."""

    sentence: int
    speaker: str
    holder: str | None
    stance: str
    wording: Wording
    confidence: str
    inferred: str | None
    via: str | None
    review: bool


@dataclass(frozen=True)
class Marked:
    """A sentence in pieces; `gap` is the text between it and the one before."""

    index: int
    gap: str
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    furniture: bool

    @property
    def stance(self) -> str | None:
        """The stance whose colour the sentence bears: its first position, or else `none`."""
        stances = [note.stance for note in self.notes]
        return next((stance for stance in stances if stance != NONE), stances[0] if stances else None)


@dataclass(frozen=True)
class Section:
    """An article on the page; `number` makes its anchors unique."""

    number: int
    result: LabelledArticle
    link: str | None
    paragraphs: tuple[tuple[Marked, ...], ...]


@dataclass(frozen=True)
class Entry:
    """A line of the list at the top; `counts` has one figure per stance, in the order of `WORDING`."""

    number: int
    title: str
    date: str | None
    on_topic: bool
    counts: tuple[int, ...]


def page(results: Iterable[LabelledArticle], *, attributions_only: bool = False) -> str:
    """The whole page as text; see `write_html`."""
    return "".join(_page(results, attributions_only))


def write_html(results: Iterable[LabelledArticle], out: IO[bytes], options: WriteOptions) -> None:
    """One self-contained page in UTF-8; with several articles, a list of them stands at the top.

    Sections wait on disk until the list is known. The page loads nothing and runs nothing.
    """
    for piece in _page(results, options.attributions_only):
        out.write(piece.encode("utf-8", "replace"))


def _page(results: Iterable[LabelledArticle], attributions_only: bool) -> Iterator[str]:
    from markupsafe import Markup

    environment = _environment()
    template = environment.get_template("article.html.j2")
    entries = []
    with Spool[str]() as spool:
        for number, result in enumerate(results, 1):
            section = _section(number, result, attributions_only)
            entries.append(_entry(number, result))
            spool.add(template.render(section=section))
        style, _, _ = environment.loader.get_source(environment, "page.css")  # type: ignore[union-attr]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        yield from environment.get_template("page.html.j2").generate(
            entries=entries,
            sections=(Markup(section) for section in spool),
            style=Markup(style),
            style_digest=digest,
            inferred=INFERRED,
        )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("stance"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["wording"] = WORDING
    return environment


def _entry(number: int, result: LabelledArticle) -> Entry:
    stances = [attribution.stance for group in result.attributions for attribution in group]
    return Entry(
        number=number,
        title=result.article.title or result.article.id,
        date=result.article.date,
        on_topic=result.on_topic,
        counts=tuple(stances.count(stance) for stance in WORDING),
    )


def _section(number: int, result: LabelledArticle, attributions_only: bool) -> Section:
    url = result.article.url
    marked = list(_marked(result, attributions_only))
    paragraphs = itertools.groupby(marked, key=lambda pair: pair[0])
    return Section(
        number=number,
        result=result,
        # Only these schemes: a link of a stranger's file must not run a script.
        link=url if url and url.lower().startswith(("http://", "https://")) else None,
        paragraphs=tuple(tuple(sentence for _, sentence in group) for _, group in paragraphs),
    )


def _marked(result: LabelledArticle, attributions_only: bool) -> Iterator[tuple[int, Marked]]:
    """Sentences to show, each with its paragraph's number."""
    paragraph, end = -1, 0
    for sentence, attributions in zip(result.sentences, result.attributions, strict=True):
        if attributions_only and not attributions:
            continue
        gap = result.article.text[end : sentence.start] if sentence.paragraph == paragraph else ""
        paragraph, end = sentence.paragraph, sentence.end
        yield (
            paragraph,
            Marked(
                index=sentence.index,
                gap=" … " if gap.strip() else gap,
                pieces=tuple(_pieces(sentence, attributions)),
                notes=tuple(_note(sentence, attribution) for attribution in attributions),
                furniture=sentence.furniture,
            ),
        )


def _pieces(sentence: Sentence, attributions: Iterable[Attribution]) -> Iterator[Piece]:
    """The sentence cut wherever a source or a cue begins or ends; they may overlap."""
    spans = [
        (kind, span)
        for attribution in attributions
        for kind, span in (("source", attribution.source), ("cue", attribution.cue))
        if span
    ]
    edges = {sentence.start, sentence.end, *(edge for _, span in spans for edge in (span.start, span.end))}
    for start, end in itertools.pairwise(sorted(edges)):
        kinds = {kind for kind, span in spans if span.start <= start and end <= span.end}
        yield Piece(sentence.text[start - sentence.start : end - sentence.start], " ".join(sorted(kinds)))


def _note(sentence: Sentence, attribution: Attribution) -> Note:
    figures = (("speaker", attribution.speaker_confidence), ("stance", attribution.stance_confidence))
    return Note(
        sentence=sentence.index,
        speaker=attribution.speaker,
        holder=attribution.holder,
        stance=attribution.stance,
        wording=WORDING[attribution.stance],
        confidence=", ".join(f"{name} {figure:.0%}" for name, figure in figures if figure is not None),
        inferred=inferred(attribution),
        via=attribution.via,
        review=attribution.review,
    )
