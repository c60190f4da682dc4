"""Predictions out of fold: every article labelled by heads that were fitted on the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from stance.baselines import BASELINES
from stance.engines import for_each
from stance.examples import Prepared
from stance.fitting import Calibrated, Trial, fit_calibration, fit_heads
from stance.folds import family_of
from stance.heldout import HeldOut, Mark, primary
from stance.labels import NONE, ROLES
from stance.reading import ReadArticle
from stance.records import Attribution, Sentence, Span
from stance.relevance import relevance_of
from stance.telling import Teller
from stance.topic import Topic
from stance.turns import Dossier
from stance.voices import Heard, Thresholds, hear

__all__ = ["Fold", "Plan", "Tried", "calibrating", "held_out", "primaries", "try_fold", "try_folds"]

Pair = tuple[str, str]


@dataclass(frozen=True)
class Fold:
    """Articles that are predicted by what was fitted on all the others; `base` are the composed ones."""

    name: str
    base: bool
    articles: tuple[Prepared, ...]


@dataclass(frozen=True)
class Tried:
    """One article of a fold as its heads heard it, sentence by sentence.

    `baselines` has, likewise, the primary role and stance by each baseline, `shares` those by heads that
    learnt from a share of the articles.
    """

    fold: Fold
    prepared: Prepared
    trials: tuple[Trial, ...]
    baselines: Mapping[str, Sequence[Pair]]
    shares: Mapping[str, Sequence[Pair]]

    @property
    def marked(self) -> list[Trial]:
        """The trials of the sentences that an annotator has looked at."""
        left = self.prepared.annotated.open_sentences
        pairs = zip(self.prepared.met.sentences, self.trials, strict=True)
        return [trial for sentence, trial in pairs if sentence.sentence.index not in left]


@dataclass(frozen=True)
class Plan:
    """Folds and what their heads learn from: the composed articles `base`, and beside them the user's `own`.

    `shares` are those of the composed articles that the learning curve is measured at, `drop` blocks of
    features that the heads do without.
    """

    folds: tuple[Fold, ...]
    base: tuple[Prepared, ...]
    own: tuple[Prepared, ...]
    shares: tuple[float, ...] = ()
    drop: tuple[str, ...] = ()

    def answer(self, number: int) -> list[_Answers]:
        """Fit on what a fold, by its number, does not hold, and ask about each of its articles."""
        fold = self.folds[number]
        # Annotated articles are calibrated on the composed folds, which may not have seen them.
        known = self.base if fold.base else (*self.base, *self.own)
        with threadpool_limits(1):  # small matrices: more threads cost time and change nothing
            return list(_answers(fold, known, self.drop, self.shares if fold.base else ()))


def try_folds(
    plan: Plan, jobs: int = 1, progress: Callable[[int, int], None] = lambda *_: None
) -> list[tuple[Tried, ...]]:
    """All folds of a plan, in their order, in so many processes; `progress` is told how many are done.

    Raises:
        UsageError: `jobs` is less than 1, or one of the processes is gone.
    """
    jobs = min(jobs, len(plan.folds)) if plan.folds else jobs
    found: list[tuple[Tried, ...]] = []
    progress(0, len(plan.folds))
    for number, answers in enumerate(for_each(plan, Plan.answer, range(len(plan.folds)), jobs)):
        found.append(_tried(plan.folds[number], answers))
        progress(len(found), len(plan.folds))
    return found


def try_fold(
    fold: Fold,
    articles: Sequence[Prepared],
    drop: tuple[str, ...] = (),
    shares: Sequence[float] = (),
    *,
    baselines: bool = True,
) -> tuple[Tried, ...]:
    """Fit the heads and the baselines on all articles but the fold's, and let them label the fold.

    With `shares` heads are also fitted on these shares of the articles, for the learning curve;
    `baselines` can be left out where only the heads are asked for.
    """
    return _tried(fold, _answers(fold, articles, drop, shares, baselines=baselines))


@dataclass(frozen=True)
class _Answers:
    """What was heard in each sentence of an article, and what the others say of it (see `Tried`)."""

    heard: Sequence[tuple[tuple[Heard, ...], float]]
    baselines: Mapping[str, Sequence[Pair]]
    shares: Mapping[str, Sequence[Pair]]


def _answers(
    fold: Fold,
    articles: Sequence[Prepared],
    drop: tuple[str, ...] = (),
    shares: Sequence[float] = (),
    *,
    baselines: bool = True,
) -> Iterator[_Answers]:
    held = {id(article) for article in fold.articles}
    training = [article for article in articles if id(article) not in held]
    heads = fit_heads(training, drop)
    parts = {f"{share:g}": fit_heads(_part(training, share), drop) for share in shares}
    fitted = {name: fit(training) for name, fit in BASELINES.items()} if baselines else {}
    for prepared in fold.articles:
        read = prepared.met
        told = {
            share: primaries(read, [found for found, _ in hear(read, part, Thresholds())])
            for share, part in parts.items()
        }
        others = {name: answer(read) for name, answer in fitted.items()}
        yield _Answers(hear(read, heads, Thresholds()), others, told)


def _tried(fold: Fold, answers: Iterable[_Answers]) -> tuple[Tried, ...]:
    """The answers beside what they are about, the very articles of the fold."""
    tried = []
    for prepared, told in zip(fold.articles, answers, strict=True):
        read = prepared.met
        golds = (prepared.annotated.attributions[sentence.sentence.index] for sentence in read.sentences)
        trials = [
            Trial(read, at, *heard, _by_role(gold))
            for at, (heard, gold) in enumerate(zip(told.heard, golds, strict=True))
        ]
        tried.append(Tried(fold, prepared, tuple(trials), told.baselines, told.shares))
    return tuple(tried)


def _part(articles: Sequence[Prepared], share: float) -> list[Prepared]:
    """A share of the articles by sentences, worlds whole, in an order that has nothing to do with them."""
    worlds: dict[str, list[Prepared]] = {}
    for article in articles:
        worlds.setdefault(article.annotated.topic.name, []).append(article)
    order = sorted(worlds, key=lambda name: hashlib.sha256(name.encode()).digest())
    wanted = share * sum(len(article.annotated.sentences) for article in articles)
    taken: list[Prepared] = []
    for name in order:
        if sum(len(article.annotated.sentences) for article in taken) < wanted:
            taken += worlds[name]
    return taken


def primaries(read: ReadArticle, heard: Sequence[Sequence[Heard]]) -> list[Pair]:
    """The primary role and stance of each sentence of an article; calibration would change none."""
    stanced = relevance_of(read).stanced
    return [primary([Mark(one.role, one.stance if stanced else NONE) for one in found]) for found in heard]


def _by_role(gold: Sequence[Attribution]) -> dict[str, frozenset[str]]:
    stances: dict[str, frozenset[str]] = {}
    for each in gold:
        stances[each.role] = stances.get(each.role, frozenset()) | {each.stance}
    return stances


def calibrating(tried: Sequence[Sequence[Tried]], held: Fold | None) -> list[Trial]:
    """The trials to calibrate on: the composed ones where there are any, without the fold `held`."""
    others = [one for fold in tried for one in fold if one.fold is not held]
    chosen = [one for one in others if one.fold.base] or others
    return [trial for one in chosen for trial in one.marked]


def held_out(
    tried: Sequence[Sequence[Tried]], whole: Calibrated, drop: tuple[str, ...] = ()
) -> list[HeldOut]:
    """The rows of `heldout.jsonl`, calibrated on the other folds.

    `whole` is what is calibrated on everything (`calibrating` without a fold held out). It serves annotated
    folds beside composed ones as well, since these alone are calibrated on then.
    """
    based = any(one.fold.base for fold in tried for one in fold)
    rows: list[HeldOut] = []
    for fold in filter(None, tried):
        own = fold[0].fold
        apart = own.base or not based
        calibrated = fit_calibration(calibrating(tried, own), drop) if apart else whole
        rows += [row for one in fold for row in _rows(one, calibrated)]
    return rows


def _rows(tried: Tried, calibrated: Calibrated) -> Iterator[HeldOut]:
    annotated, read = tried.prepared.annotated, tried.prepared.met
    calibration = calibrated.calibration
    teller = Teller(read, calibration, calibrated.row, Dossier.of(read), relevance_of(read))
    at_of = {sentence.sentence.index: at for at, sentence in enumerate(read.sentences)}
    previous: str | None = None
    for sentence, gold in zip(annotated.sentences, annotated.attributions, strict=True):
        at = at_of.get(sentence.index)
        row = _gold_row(tried, sentence, gold, previous)
        previous = sentence.text
        if sentence.index in annotated.open_sentences:
            continue
        if at is None:
            nothing = (NONE, NONE)
            yield replace(
                row,
                furniture_predicted=True,
                baselines=dict.fromkeys(tried.baselines, nothing),
                shares=dict.fromkeys(tried.shares, nothing),
            )
            continue
        trial = tried.trials[at].softened(calibrated.temperature)
        yield replace(
            row,
            predicted=tuple(map(_mark, teller.sentence(at, trial.heard, trial.silence))),
            nobody_confidence=calibration.of_nobody(trial.silence),
            baselines={name: pairs[at] for name, pairs in tried.baselines.items()},
            shares={name: pairs[at] for name, pairs in tried.shares.items()},
        )


def _gold_row(tried: Tried, sentence: Sentence, gold: Sequence[Attribution], previous: str | None) -> HeldOut:
    annotated = tried.prepared.annotated
    article = annotated.article.id
    kind = "contrast" if family_of(article) else "composed"
    if not tried.fold.base:
        kind = "seeds" if annotated.file.startswith("seeds/") else "annotations"
    return HeldOut(
        set=kind,
        article=article,
        group=tried.fold.name,
        topic=annotated.topic.name,
        sentence=sentence.index,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        furniture=sentence.furniture,
        previous=previous,
        labels=None if tried.fold.base else _labels(annotated.topic),
        gold=tuple(map(_mark, gold)),
    )


def _labels(topic: Topic) -> dict[str, str]:
    return {role: topic.label_of(role) for role in ROLES}


def _mark(told: Attribution) -> Mark:
    return Mark(
        role=told.role,
        stance=told.stance,
        speaker=told.speaker,
        source=_range(told.source),
        cue=_range(told.cue),
        holder=told.holder,
        mention=told.mention,
        speaker_confidence=told.speaker_confidence,
        stance_confidence=told.stance_confidence,
        confidence=told.confidence,
        review=told.review,
    )


def _range(span: Span | None) -> tuple[int, int] | None:
    return (span.start, span.end) if span else None
