"""What others say of a sentence: the model's suggestion, an annotator's reading.

Their sentences need not be cut as those on the desk: where they are not, an attribution goes to the
sentence that holds its cue, or else its source.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from stance.annotated import AnnotatedArticle
from stance.records import Attribution, LabelledArticle, Sentence, Span

__all__ = ["Offer", "Reading"]


@dataclass(frozen=True)
class Offer:
    """What somebody says of one sentence.

    `nobody` is the model's calibrated probability that nobody speaks, None for a reading; `unsure`
    is true where the model's confidence is under its threshold for review.
    """

    marks: tuple[Attribution, ...] = ()
    furniture: bool = False
    nobody: float | None = None
    unsure: bool = False

    @property
    def labels(self) -> frozenset[tuple[str, str]]:
        """The (speaker, stance) pairs; spans do not count."""
        return frozenset((mark.speaker, mark.stance) for mark in self.marks)


@dataclass(frozen=True)
class Reading:
    """What somebody says of an article: an entry per sentence, None where they did not look."""

    sentences: tuple[Sentence, ...]
    offers: tuple[Offer | None, ...]

    @classmethod
    def of_model(cls, result: LabelledArticle) -> Reading:
        """A model's labels as suggestions."""
        unsure = result.review_nobody or (False,) * len(result.sentences)
        return cls(
            result.sentences,
            tuple(
                Offer(marks, sentence.furniture, nobody, doubt or any(mark.review for mark in marks))
                for sentence, marks, nobody, doubt in zip(
                    result.sentences, result.attributions, result.nobody_confidence, unsure, strict=True
                )
            ),
        )

    @classmethod
    def of_annotator(cls, annotated: AnnotatedArticle) -> Reading:
        """What an annotator marked."""
        return cls(
            annotated.sentences,
            tuple(
                Offer(marks, sentence.furniture) if marks or annotator or sentence.furniture else None
                for sentence, marks, annotator in zip(
                    annotated.sentences, annotated.attributions, annotated.annotators, strict=True
                )
            ),
        )

    @cached_property
    def _edges(self) -> tuple[list[int], list[int]]:
        return [sentence.start for sentence in self.sentences], [item.end for item in self.sentences]

    def offer(self, sentence: Sentence) -> Offer | None:
        """What is said of a sentence on the desk; None if nothing."""
        starts, ends = self._edges
        places = range(bisect_right(ends, sentence.start), bisect_left(starts, sentence.end))
        found = [(self.sentences[at], offer) for at in places if (offer := self.offers[at])]
        if not found:
            return None
        return Offer(
            tuple(_marks(found, sentence)),
            all(offer.furniture for _, offer in found),
            found[0][1].nobody if len(found) == 1 else None,
            any(offer.unsure for _, offer in found),
        )


def _marks(found: list[tuple[Sentence, Offer]], sentence: Sentence) -> Iterator[Attribution]:
    seen = set()
    for theirs, offer in found:
        for mark in offer.marks:
            anchor = mark.cue or mark.source or Span(theirs.start, theirs.start + 1, "")
            if not _holds(sentence, anchor):
                continue
            source, cue = (span if _holds(sentence, span) else None for span in (mark.source, mark.cue))
            if (mark.speaker, source) not in seen:
                seen.add((mark.speaker, source))
                yield replace(mark, source=source, cue=cue)


def _holds(sentence: Sentence, span: Span | None) -> bool:
    return span is not None and sentence.start <= span.start and span.end <= sentence.end
