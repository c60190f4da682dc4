"""Predictions out of fold: every article labelled by heads that were fitted on the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stance import furniture
from stance.baselines import BASELINES
from stance.cast import Cast
from stance.examples import Prepared
from stance.fitting import Trial, fit_calibration, fit_heads, tempered
from stance.folds import family_of
from stance.heldout import HeldOut, Mark
from stance.labels import NONE, ROLES
from stance.model import Calibration, Model
from stance.reading import ReadArticle, read_article
from stance.records import Attribution, Sentence, Span
from stance.relevance import is_on_topic
from stance.topic import Topic
from stance.turns import Dossier
from stance.voices import Thresholds, hear

__all__ = ["Fold", "Tried", "calibrating", "held_out", "try_fold"]


@dataclass(frozen=True)
class Fold:
    """Articles that are predicted by what was fitted on all the others; `base` are the composed ones."""

    name: str
    base: bool
    articles: tuple[Prepared, ...]


@dataclass(frozen=True)
class Tried:
    """One article of a fold as its heads heard it, sentence by sentence; `baselines` likewise."""

    fold: Fold
    prepared: Prepared
    read: ReadArticle
    trials: tuple[Trial, ...]
    baselines: tuple[Mapping[str, tuple[str, str]], ...]


def try_fold(
    fold: Fold, articles: Sequence[Prepared], casts: Mapping[str, Cast], drop: tuple[str, ...] = ()
) -> tuple[Tried, ...]:
    """Fit the heads and the baselines on all articles but the fold's, and let them label the fold."""
    held = {id(article) for article in fold.articles}
    training = [article for article in articles if id(article) not in held]
    heads = fit_heads(training, drop)
    fitted = {name: fit(training) for name, fit in BASELINES.items()}
    tried = []
    for prepared in fold.articles:
        read = _as_met(prepared, casts)
        heard = hear(read, heads, Thresholds())
        golds = (prepared.annotated.attributions[sentence.sentence.index] for sentence in read.sentences)
        trials = [
            Trial(found, silence, _by_role(gold)) for (found, silence), gold in zip(heard, golds, strict=True)
        ]
        told = {name: answer(read) for name, answer in fitted.items()}
        baselines = tuple({name: pairs[at] for name, pairs in told.items()} for at in range(len(trials)))
        tried.append(Tried(fold, prepared, read, tuple(trials), baselines))
    return tuple(tried)


def _as_met(prepared: Prepared, casts: Mapping[str, Cast]) -> ReadArticle:
    """The article as labelling meets it: what is furniture is not told but recognised."""
    annotated = prepared.annotated
    flags = furniture.flag([replace(sentence, furniture=False) for sentence in annotated.sentences])
    sentences = [replace(s, furniture=flag) for s, flag in zip(annotated.sentences, flags, strict=True)]
    if tuple(sentences) == annotated.sentences:
        return prepared.read
    return read_article(annotated.article, sentences, casts[annotated.topic.sha256])


def _by_role(gold: Sequence[Attribution]) -> dict[str, frozenset[str]]:
    stances: dict[str, frozenset[str]] = {}
    for attribution in gold:
        stances[attribution.role] = stances.get(attribution.role, frozenset()) | {attribution.stance}
    return stances


def calibrating(tried: Sequence[Sequence[Tried]], held: Fold | None) -> list[Trial]:
    """The trials to calibrate on: the composed ones where there are any, without the fold `held`."""
    others = [one for fold in tried for one in fold if one.fold is not held]
    chosen = [one for one in others if one.fold.base] or others
    return [trial for one in chosen for trial in one.trials]


def held_out(tried: Sequence[Sequence[Tried]]) -> list[HeldOut]:
    """The rows of `heldout.jsonl`, calibrated on the other folds."""
    rows: list[HeldOut] = []
    for fold in tried:
        if fold:
            calibration, temperature = fit_calibration(calibrating(tried, fold[0].fold))
            rows += [row for one in fold for row in _rows(one, calibration, temperature)]
    return rows


def _rows(tried: Tried, calibration: Calibration, temperature: float) -> Iterator[HeldOut]:
    annotated = tried.prepared.annotated
    model = Model({}, annotated.topic, Thresholds(), calibration, "")
    dossier, on_topic = Dossier.of(tried.read), is_on_topic(tried.read)
    at_of = {sentence.sentence.index: at for at, sentence in enumerate(tried.read.sentences)}
    previous: str | None = None
    for sentence, gold in zip(annotated.sentences, annotated.attributions, strict=True):
        at = at_of.get(sentence.index)
        row = _gold_row(tried, sentence, gold, previous)
        previous = sentence.text
        if sentence.index in annotated.open_sentences:
            continue
        if at is None:
            yield replace(row, furniture_predicted=True, baselines=dict.fromkeys(BASELINES, (NONE, NONE)))
            continue
        trial = tried.trials[at]
        heard = [tempered(one, temperature) for one in trial.heard]
        predicted = tuple(_mark(model.attribution(tried.read, at, one, dossier, on_topic)) for one in heard)
        yield replace(
            row,
            predicted=predicted,
            nobody_confidence=calibration.of_nobody(trial.silence),
            baselines=tried.baselines[at],
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
        gold=tuple(_mark(attribution) for attribution in gold),
    )


def _labels(topic: Topic) -> dict[str, str]:
    return {role: topic.label_of(role) for role in ROLES}


def _mark(attribution: Attribution) -> Mark:
    return Mark(
        role=attribution.role,
        stance=attribution.stance,
        speaker=attribution.speaker,
        source=_range(attribution.source),
        cue=_range(attribution.cue),
        holder=attribution.holder,
        mention=attribution.mention,
        speaker_confidence=attribution.speaker_confidence,
        stance_confidence=attribution.stance_confidence,
        review=attribution.review,
    )


def _range(span: Span | None) -> tuple[int, int] | None:
    return (span.start, span.end) if span else None
