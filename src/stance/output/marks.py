"""A labelled article as a page shows it: sentences in marked pieces, each source with its reasons."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stance.labels import MODEL, NONE
from stance.output.pieces import Piece, attributed, safe_link
from stance.output.words import DETAIL_WORDS, MENTION_WORDS, WORDING, Wording, inferred
from stance.records import Attribution, LabelledArticle

__all__ = ["Marked", "Note", "Section", "section"]

Facet = Callable[[str, str], str]


@dataclass(frozen=True)
class Note:
    """One attribution as the margin tells it; `reasons` are what hover and focus show besides."""

    speaker: str
    holder: str | None
    stance: str
    facet: str
    wording: Wording
    confidence: str
    inferred: str | None
    via: str | None
    review: bool
    corrected_by: str | None
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Marked:
    """A sentence in pieces; `gap` is the text between it and the one before.

    `corrected_by` tells whose word it is that nobody speaks here, None if it is the model's.
    """

    index: int
    gap: str
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    furniture: bool
    corrected_by: str | None = None

    @property
    def stance(self) -> str | None:
        """The stance whose colour the sentence bears: its first position, or else `none`."""
        stances = [note.stance for note in self.notes]
        return next((stance for stance in stances if stance != NONE), stances[0] if stances else None)

    @property
    def facets(self) -> tuple[str, ...]:
        """Whom and what the sentence shows, as CSS classes."""
        return tuple(dict.fromkeys(note.facet for note in self.notes))


@dataclass(frozen=True)
class Section:
    """An article on the page; `number` makes its anchors unique."""

    number: int
    result: LabelledArticle
    link: str | None
    paragraphs: tuple[tuple[Marked, ...], ...]

    @property
    def facets(self) -> tuple[str, ...]:
        """Whom and what the article shows, as CSS classes."""
        found = (
            facet for paragraph in self.paragraphs for sentence in paragraph for facet in sentence.facets
        )
        return tuple(dict.fromkeys(found))


def section(
    number: int, result: LabelledArticle, facet: Facet, *, attributions_only: bool = False
) -> Section:
    """An article's sentences in paragraphs; `facet` gives the class for a speaker with a stance."""
    marked = list(_marked(result, facet, attributions_only))
    paragraphs = itertools.groupby(marked, key=lambda pair: pair[0])
    return Section(
        number=number,
        result=result,
        link=safe_link(result.article.url),
        paragraphs=tuple(tuple(sentence for _, sentence in group) for _, group in paragraphs),
    )


def _marked(result: LabelledArticle, facet: Facet, attributions_only: bool) -> Iterator[tuple[int, Marked]]:
    """Sentences to show, each with its paragraph's number."""
    paragraph, end = -1, 0
    annotators = result.annotators or [None] * len(result.sentences)
    for sentence, attributions, annotator in zip(
        result.sentences, result.attributions, annotators, strict=True
    ):
        if attributions_only and not attributions:
            continue
        gap = result.article.text[end : sentence.start] if sentence.paragraph == paragraph else ""
        paragraph, end = sentence.paragraph, sentence.end
        yield (
            paragraph,
            Marked(
                index=sentence.index,
                gap=" … " if gap.strip() else gap,
                pieces=attributed(sentence, attributions),
                notes=tuple(_note(one, facet(one.speaker, one.stance)) for one in attributions),
                furniture=sentence.furniture,
                corrected_by=None if attributions else annotator,
            ),
        )


def _note(attribution: Attribution, facet: str) -> Note:
    figures = (("speaker", attribution.speaker_confidence), ("stance", attribution.stance_confidence))
    return Note(
        speaker=attribution.speaker,
        holder=attribution.holder,
        stance=attribution.stance,
        facet=facet,
        wording=WORDING[attribution.stance],
        confidence=", ".join(f"{name} {figure:.0%}" for name, figure in figures if figure is not None),
        inferred=inferred(attribution),
        via=attribution.via,
        review=attribution.review,
        corrected_by=None if attribution.labelled_by == MODEL else attribution.labelled_by,
        reasons=tuple(_reasons(attribution)),
    )


def _reasons(attribution: Attribution) -> Iterator[tuple[str, str]]:
    """What the label stands on, as pairs of a word and what there is to say."""
    named, guess = MENTION_WORDS.get(attribution.mention or ""), inferred(attribution)
    words = f"“{attribution.source.text}”" if attribution.source else ""
    how = f"inferred from {guess}" if guess else named or ""
    if words or how:
        yield "who", f"{words} ({how})" if words and how else words or how
    if attribution.cue:
        yield "words", f"“{attribution.cue.text}”"
    if attribution.detail:
        yield "more exactly", DETAIL_WORDS[attribution.detail]
    if attribution.via:
        yield "told by", attribution.via
    if attribution.statement_date:
        yield "said on", attribution.statement_date
    yield from _confidences(attribution)
    if attribution.labelled_by != MODEL:
        yield "corrected by", attribution.labelled_by
    if attribution.review:
        yield "review", "under the model's threshold, so look before you use it"


def _confidences(attribution: Attribution) -> Iterator[tuple[str, str]]:
    if attribution.speaker_confidence is not None:
        yield "this source speaks", f"{attribution.speaker_confidence:.0%}"
    if attribution.stance_probabilities:
        ranked = sorted(attribution.stance_probabilities.items(), key=lambda pair: -pair[1])
        yield "stance", ", ".join(f"{WORDING[stance].words} {share:.0%}" for stance, share in ranked)
        if attribution.confidence is not None:
            yield "both are right", f"{attribution.confidence:.0%}"
