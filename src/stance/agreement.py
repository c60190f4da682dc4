"""How far annotators agree: per cent, kappa, alpha, F1, and where they do not.

Annotators are compared over sentences, each told by its article and offsets, by their primary
labels (see `primary`) and by the sets of all their attributions. A sentence that an annotator
has no row for is missing for them, and counts neither for nor against.
"""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stance.errors import AnnotationError, UsageError
from stance.labels import FURNITURE, NONE
from stance.rows import read_table

__all__ = ["Agreement", "Disagreement", "LabelAgreement", "Score", "agree", "krippendorff_alpha", "primary"]

COLUMNS = ("article", "start", "end", "text", "speaker", "stance")
ARTICLES = "articles.csv"

Label = tuple[str, str]
Unit = tuple[str, int, int]

_RANKS = {
    label: rank
    for rank, labels in enumerate(
        (("vucic", "leader"), ("svr", "service"), ("pentagon_document", "document"), ("analyst",))
    )
    for label in labels
}
_LAST = {"other": 6, NONE: 7}

FACETS: Mapping[str, Callable[[Label], Hashable]] = {
    "speaker": lambda label: label[0],
    "stance": lambda label: label[1],
    "both": lambda label: label,
}


@dataclass(frozen=True)
class Reading:
    """What one annotator marked: the set of labels of each sentence, and its text."""

    name: str
    labels: Mapping[Unit, frozenset[Label]]
    texts: Mapping[Unit, str]


@dataclass(frozen=True)
class Score:
    """Agreement on one facet of the primary labels; None where a figure is not defined.

    `agreement` and `kappa` (Cohen's) are means over the pairs of annotators, in [0, 1] and
    [-1, 1]; `alpha` is Krippendorff's, nominal, over all annotators.
    """

    facet: str
    agreement: float
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True)
class LabelAgreement:
    """One label: how often each annotator used it, and the share on which pairs agree.

    `f1` is the specific agreement 2 * both / (one + other), pooled over the pairs.
    """

    facet: str
    label: str
    counts: tuple[int, ...]
    f1: float


@dataclass(frozen=True)
class Disagreement:
    """A sentence that not all marked alike; `labels` has one entry per annotator, None if missing."""

    article: str
    start: int
    end: int
    text: str
    labels: tuple[tuple[Label, ...] | None, ...]


@dataclass(frozen=True)
class Agreement:
    """The figures; `sentences` were marked by two annotators or more, `unshared` by one alone."""

    annotators: tuple[str, ...]
    sentences: int
    unshared: int
    scores: tuple[Score, ...]
    labels: tuple[LabelAgreement, ...]
    attribution_f1: float | None
    disagreements: tuple[Disagreement, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return {"schema": 1, **asdict(self)}

    def table(self) -> str:
        """The same for the terminal."""
        return "\n".join(_table(self))


def agree(paths: Sequence[Path]) -> Agreement:
    """Compare annotators, each a CSV file of annotations or a folder of such files.

    Raises:
        AnnotationError: a file is broken; every bad row is named.
        UsageError: there are fewer than two, or no sentence that two of them marked.
    """
    if len(paths) < 2:
        raise UsageError(f"agreement takes two annotators or more, found {len(paths)}")
    problems: list[str] = []
    readings = [_read(path, name, problems) for path, name in zip(paths, _names(paths), strict=True)]
    if problems:
        raise AnnotationError(problems)
    counts = Counter(unit for reading in readings for unit in reading.labels)
    shared = sorted(unit for unit, count in counts.items() if count > 1)
    if not shared:
        names = " and ".join(reading.name for reading in readings)
        raise UsageError(f"{names} share no sentence, expected rows with the same article, start and end")
    return Agreement(
        annotators=tuple(reading.name for reading in readings),
        sentences=len(shared),
        unshared=len(counts) - len(shared),
        scores=tuple(_score(facet, readings, shared) for facet in FACETS),
        labels=tuple(_label_scores(readings, shared)),
        attribution_f1=_attribution_f1(readings),
        disagreements=tuple(_disagreements(readings, shared)),
    )


def primary(labels: Iterable[Label]) -> Label:
    """The label that stands for a sentence: by the speakers' order, a position before `none`."""
    return min(labels, key=_rank, default=(NONE, NONE))


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha for nominal data; None is a missing value.

    Each unit has the values that the observers gave it; those with fewer than two do not
    count. None where nothing varies, so that chance agreement is not defined.
    """
    observed = 0.0
    totals: Counter[Hashable] = Counter()
    for unit in units:
        values = Counter(value for value in unit if value is not None)
        size = values.total()
        if size < 2:
            continue
        totals += values
        observed += sum(count * (size - count) for count in values.values()) / (size - 1)
    size = totals.total()
    expected = sum(count * (size - count) for count in totals.values())
    return 1 - (size - 1) * observed / expected if expected else None


def _rank(label: Label) -> tuple[int, bool, str, str]:
    speaker, stance = label
    # A label of the user's own topic stands between the known ones and "other".
    return _LAST.get(speaker, _RANKS.get(speaker, 5)), stance == NONE, speaker, stance


def _names(paths: Sequence[Path]) -> list[str]:
    names = [path.resolve().stem if path.is_file() else path.resolve().name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def _read(path: Path, name: str, problems: list[str]) -> Reading:
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.glob("*.csv") if file.name != ARTICLES)
        if not files:
            problems.append(f"{path}: no annotations here, expected CSV files with {','.join(COLUMNS)}")
    labels: dict[Unit, set[Label]] = {}
    texts = {}
    for row in (row for file in files for row in read_table(file, COLUMNS, problems)):
        if not (row["start"].isdecimal() and row["end"].isdecimal()):
            problems.append(row.problem(f"offsets are {row['start']!r}, {row['end']!r}, expected numbers"))
            continue
        unit = (row["article"], int(row["start"]), int(row["end"]))
        texts[unit] = row["text"]
        own = labels.setdefault(unit, set())
        if row["speaker"] not in (NONE, FURNITURE, ""):
            own.add((row["speaker"], row["stance"]))
    return Reading(name, {unit: frozenset(own) for unit, own in labels.items()}, texts)


def _pairs(readings: Sequence[Reading]) -> Iterator[tuple[Reading, Reading, list[Unit]]]:
    """Every two annotators who share sentences, with these."""
    for one, other in itertools.combinations(readings, 2):
        if units := sorted(one.labels.keys() & other.labels.keys()):
            yield one, other, units


def _score(facet: str, readings: Sequence[Reading], shared: Sequence[Unit]) -> Score:
    part = FACETS[facet]
    agreements, kappas = [], []
    for one, other, units in _pairs(readings):
        ours, theirs = ([part(primary(reading.labels[unit])) for unit in units] for reading in (one, other))
        agreements.append(statistics.mean(a == b for a, b in zip(ours, theirs, strict=True)))
        kappas.append(_kappa(ours, theirs))
    defined = [kappa for kappa in kappas if kappa is not None]
    values = (
        [part(primary(r.labels[unit])) if unit in r.labels else None for r in readings] for unit in shared
    )
    return Score(
        facet=facet,
        agreement=statistics.mean(agreements),
        kappa=statistics.mean(defined) if defined else None,
        alpha=krippendorff_alpha(values),
    )


def _kappa(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> float | None:
    from sklearn.metrics import cohen_kappa_score

    # scikit-learn wants plain labels, and says nan where both used one and the same.
    names = {label: number for number, label in enumerate(dict.fromkeys([*ours, *theirs]))}
    if len(names) < 2:
        return None
    return float(cohen_kappa_score([names[label] for label in ours], [names[label] for label in theirs]))


def _label_scores(readings: Sequence[Reading], shared: Sequence[Unit]) -> Iterator[LabelAgreement]:
    for facet in ("speaker", "stance"):
        part = FACETS[facet]
        used = [
            {unit: part(primary(reading.labels[unit])) for unit in shared if unit in reading.labels}
            for reading in readings
        ]
        counts = [Counter(own.values()) for own in used]
        for label in sorted(
            {str(label) for count in counts for label in count}, key=lambda name: (name == NONE, name)
        ):
            both = total = 0
            for one, other in itertools.combinations(used, 2):
                for unit in one.keys() & other.keys():
                    hits = (one[unit] == label) + (other[unit] == label)
                    total += hits
                    both += hits == 2
            yield LabelAgreement(
                facet, label, tuple(count[label] for count in counts), 2 * both / total if total else 0.0
            )


def _attribution_f1(readings: Sequence[Reading]) -> float | None:
    """F1 over the sets of (sentence, speaker, stance), pooled over the pairs."""
    both = total = 0
    for one, other, units in _pairs(readings):
        for unit in units:
            both += len(one.labels[unit] & other.labels[unit])
            total += len(one.labels[unit]) + len(other.labels[unit])
    return 2 * both / total if total else None


def _disagreements(readings: Sequence[Reading], shared: Sequence[Unit]) -> Iterator[Disagreement]:
    for unit in shared:
        labels = tuple(
            tuple(sorted(reading.labels[unit], key=_rank)) if unit in reading.labels else None
            for reading in readings
        )
        if len({own for own in labels if own is not None}) > 1:
            text = next(reading.texts[unit] for reading in readings if unit in reading.texts)
            yield Disagreement(*unit, text, labels)


def _table(agreement: Agreement) -> Iterator[str]:
    names = agreement.annotators
    alone = f"{agreement.unshared} marked by one alone"
    yield f"{', '.join(names)}: {agreement.sentences} sentences in common, {alone}"
    yield ""
    yield f"{'primary label':<20}{'agreement':>10}{'kappa':>10}{'alpha':>10}"
    for score in agreement.scores:
        yield f"{score.facet:<20}{score.agreement:>10.1%}{_figure(score.kappa):>10}{_figure(score.alpha):>10}"
    yield f"attribution F1 {_figure(agreement.attribution_f1)}"
    yield ""
    yield f"{'label':<30}{'F1':>7}  how often each used it"
    for label in agreement.labels:
        counts = ", ".join(f"{name} {count}" for name, count in zip(names, label.counts, strict=True))
        yield f"{f'{label.facet} {label.label}':<30}{label.f1:>7.3f}  {counts}"
    yield ""
    count = len(agreement.disagreements)
    yield f"{count} disagreement{'' if count == 1 else 's'}"
    for item in agreement.disagreements:
        yield f"{item.article} {item.start}:{item.end}  {' '.join(item.text.split())}"
        for name, labels in zip(names, item.labels, strict=True):
            if labels is not None:
                yield f"    {name}: {', '.join(' '.join(label) for label in labels) or NONE}"


def _figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
