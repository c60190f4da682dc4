"""The figures of an agreement, as values, as JSON, and for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from stance.agreement.intervals import Figure
from stance.agreement.readings import Label, Marked
from stance.labels import NONE
from stance.wording import counted

__all__ = ["Agreement", "Disagreement", "LabelAgreement", "PairScore", "Score", "SpanAgreement"]


@dataclass(frozen=True)
class PairScore:
    """Two annotators on one facet: the sentences that both marked, per cent, Cohen's kappa."""

    annotators: tuple[str, str]
    sentences: int
    agreement: float
    kappa: float | None


@dataclass(frozen=True)
class Score:
    """Agreement on one facet of the primary labels, with 95 % intervals.

    `agreement` and `kappa` (Cohen's) are means over the pairs of annotators, which `pairs` has
    one by one. `fleiss` is Fleiss' kappa over the `whole` sentences that all annotators marked;
    `alpha` is Krippendorff's, nominal, over all that two or more marked.
    """

    facet: str
    agreement: Figure
    kappa: Figure
    fleiss: Figure
    alpha: Figure
    whole: int
    pairs: tuple[PairScore, ...]


@dataclass(frozen=True)
class LabelAgreement:
    """One primary label against all others.

    `counts` is how often each annotator used it. `f1` is the specific agreement
    2 * both / (one + other) pooled over the pairs, `kappa` Cohen's as a mean over the pairs,
    `alpha` Krippendorff's; None where a figure is not defined.
    """

    facet: str
    label: str
    counts: tuple[int, ...]
    f1: float
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True)
class SpanAgreement:
    """How far the words agree that were marked as `source` or `cue`, pooled over the pairs.

    All spans of a sentence are compared, so an attribution that only one marked counts against.
    `exact` is F1 over spans with the same offsets, `overlap` F1 over the characters that they
    cover. `counts` is the number of spans per annotator; `unplaced` are those left out because
    their row does not tell where the words stand.
    """

    span: str
    exact: Figure
    overlap: Figure
    counts: tuple[int, ...]
    unplaced: int


@dataclass(frozen=True)
class Disagreement:
    """A sentence whose sets of labels differ.

    `marks` has one entry per annotator, in the order of the labels, None where it is missing.
    """

    article: str
    start: int
    end: int
    text: str
    marks: tuple[tuple[Marked, ...] | None, ...]

    @property
    def labels(self) -> tuple[tuple[Label, ...] | None, ...]:
        """The different labels of each annotator."""
        return tuple(
            None if own is None else tuple(dict.fromkeys(mark.label for mark in own)) for own in self.marks
        )


@dataclass(frozen=True)
class Agreement:
    """The figures; `sentences` were marked by two annotators or more, `unshared` by one alone.

    `clusters` says what the bootstrap behind the intervals drew: "articles" or "sentences"; `strange`
    tells of labels that are none of the topic's, one line each.
    """

    annotators: tuple[str, ...]
    articles: int
    sentences: int
    unshared: int
    clusters: str
    scores: tuple[Score, ...]
    labels: tuple[LabelAgreement, ...]
    attribution_f1: Figure
    spans: tuple[SpanAgreement, ...]
    disagreements: tuple[Disagreement, ...]
    strange: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return {"schema": 1, **asdict(self)}

    def to_html(self) -> str:
        """The same as one self-contained page, with the readings side by side."""
        from stance.agreement.page import page

        return page(self)

    def table(self) -> str:
        """The same for the terminal."""
        return "\n".join(_table(self))


WIDTH = 23


def _table(agreement: Agreement) -> Iterator[str]:
    names = agreement.annotators
    alone = f"{agreement.unshared} marked by one alone"
    yield f"{', '.join(names)}: {agreement.sentences} sentences in common, {alone}"
    yield f"Intervals are 95 %, from a bootstrap over {agreement.clusters}."
    yield ""
    heads = ("agreement", "Cohen's kappa", "Fleiss' kappa", "Krippendorff's alpha")
    yield f"{'primary label':<15}" + "".join(f"{head:>{WIDTH}}" for head in heads)
    for score in agreement.scores:
        kinds = (score.kappa, score.fleiss, score.alpha)
        figures = [_with_interval(score.agreement, ".1%"), *(_with_interval(kind) for kind in kinds)]
        yield f"{score.facet:<15}" + "".join(f"{told:>{WIDTH}}" for told in figures)
    yield from _pairs(agreement)
    yield ""
    yield f"attribution F1 {_with_interval(agreement.attribution_f1)}"
    for span in agreement.spans:
        left_out = f", {span.unplaced} without a place left out" if span.unplaced else ""
        told = f"exact F1 {_with_interval(span.exact)}, characters F1 {_with_interval(span.overlap)}"
        yield f"{span.span + ' words':<14} {told}{left_out}"
    yield ""
    yield f"{'label':<30}{'F1':>7}{'kappa':>8}{'alpha':>8}  how often each used it"
    for label in agreement.labels:
        counts = ", ".join(f"{name} {count}" for name, count in zip(names, label.counts, strict=True))
        cells = "".join(f"{figure(value):>8}" for value in (label.kappa, label.alpha))
        yield f"{f'{label.facet} {label.label}':<30}{label.f1:>7.3f}{cells}  {counts}"
    yield ""
    yield from _list(agreement)


def _pairs(agreement: Agreement) -> Iterator[str]:
    if len(agreement.annotators) < 3:
        return
    yield ""
    yield f"{'pair':<40}{'sentences':>10}{'agreement':>11}{'kappa':>8}"
    for score in agreement.scores:
        for pair in score.pairs:
            name = f"{score.facet}: {' and '.join(pair.annotators)}"
            yield f"{name:<40}{pair.sentences:>10}{pair.agreement:>11.1%}{figure(pair.kappa):>8}"


def _list(agreement: Agreement) -> Iterator[str]:
    yield counted(len(agreement.disagreements), "disagreement")
    for item in agreement.disagreements:
        yield f"{item.article} {item.start}:{item.end}  {' '.join(item.text.split())}"
        for name, labels in zip(agreement.annotators, item.labels, strict=True):
            if labels is not None:
                yield f"    {name}: {', '.join(' '.join(label) for label in labels) or NONE}"


def figure(value: float | None) -> str:
    """A figure as it is told."""
    return "n/a" if value is None else f"{value:.3f}"


def _with_interval(value: Figure, form: str = ".3f") -> str:
    if value.value is None:
        return "n/a"
    told = format(value.value, form)
    if value.low is None or value.high is None:
        return told
    return f"{told} [{value.low:.2f}, {value.high:.2f}]"
