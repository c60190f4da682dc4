"""Training: annotated articles to a model folder, with predictions for every article out of fold.

Held out means that no sentence of the article, and nothing derived from it, was seen in fitting,
calibration or threshold setting. The built-in composed articles are predicted in four folds that
share no world; annotated articles are left out one at a time (in ten folds where they are many).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from stance import __version__
from stance.annotations import AnnotatedArticle, read_annotations
from stance.card import card, headline
from stance.cast import Cast
from stance.errors import UsageError
from stance.evaluation import evaluate
from stance.examples import Prepared, prepare
from stance.fitting import fit_calibration, fit_heads
from stance.folds import FOLDS, folds_of
from stance.heads import Head
from stance.heldout import HeldOut, heldout_line
from stance.labels import ROLES, STANCES
from stance.model import Calibration
from stance.storage import check_place, pack_heads, write_folder
from stance.topic import Topic, load_topic
from stance.trials import Fold, Tried, calibrating, held_out, try_fold
from stance.voices import Thresholds

__all__ = ["TrainSettings", "base_folder", "folds_for", "train"]

MOST_LEFT_OUT = 20
"""Annotated articles that are left out one by one; more go into `MANY_FOLDS` folds."""

MANY_FOLDS = 10


@dataclass(frozen=True)
class TrainSettings:
    """What to train on and where to write; `topic` is a built-in name or a path."""

    output: Path
    annotations: Path | None = None
    topic: str | None = None
    use_base: bool = True
    seed: int = 0


Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done, and out of how many."""


def base_folder() -> Path:
    """Where the composed articles lie: in the installed package, or in the checkout."""
    installed = Path(str(resources.files("stance"))) / "base"
    return installed if installed.exists() else Path(__file__).parents[2] / "annotations" / "composed"


def train(settings: TrainSettings, progress: Progress = lambda *_: None) -> Path:
    """Train a model and write its folder; returns the folder.

    Raises:
        UsageError: annotations or topic are broken, there is nothing to train on, a text stands
            twice, or the folder cannot be written.
    """
    check_place(settings.output)
    base = read_annotations(base_folder()) if settings.use_base else []
    own = read_annotations(settings.annotations) if settings.annotations else []
    if not base and not own:
        raise UsageError("nothing to train on: give --annotations DIR, or leave out --no-base")
    topic = load_topic(settings.topic) if settings.topic else _topic_of(own)
    _check_texts((*base, *own))
    with threadpool_limits(1):  # small matrices: more threads cost time and change nothing
        return _train(settings, base, own, topic, progress)


def _train(
    settings: TrainSettings, base: Sequence[AnnotatedArticle], own: Sequence[AnnotatedArticle], topic: Topic,
    progress: Progress,
) -> Path:  # fmt: skip
    casts: dict[str, Cast] = {}
    prepared: list[Prepared] = []
    for annotated in (*base, *own):
        progress("reading", len(prepared), len(base) + len(own))
        prepared.append(prepare(annotated, casts))
    folds = folds_for(prepared[: len(base)], prepared[len(base) :])
    if len(folds) < 2:
        raise UsageError("one article is too few: held-out figures need at least two; annotate another one")
    tried: list[tuple[Tried, ...]] = []
    for fold in folds:
        progress("predicting what is held out", len(tried), len(folds))
        # Annotated articles are calibrated on the composed folds, which may not have seen them.
        tried.append(try_fold(fold, prepared[: len(base)] if fold.base else prepared, casts))
    progress("fitting the model", 0, 1)
    heads = fit_heads(prepared)
    calibration, temperature = fit_calibration(calibrating(tried, None))
    heads["stance"] = replace(heads["stance"], temperature=temperature)
    return _write(settings, topic, (heads, calibration), held_out(tried), (base, own))


def _check_texts(articles: Sequence[AnnotatedArticle]) -> None:
    """See that no text stands twice: held out here, it would be trained on there."""
    seen: dict[str, str] = {}
    for annotated in articles:
        name, text = annotated.article.id, annotated.article.sha256
        if text in seen:
            raise UsageError(
                f"articles {seen[text]} and {name} have the same text; leave one out, or the built-in ones "
                "with --no-base"
            )
        seen[text] = name


def _topic_of(own: Sequence[AnnotatedArticle]) -> Topic:
    """The topic that all annotated articles share, else the default one."""
    topics = {annotated.topic.sha256: annotated.topic for annotated in own}
    if len(topics) > 1:
        names = ", ".join(sorted(topic.name for topic in topics.values()))
        raise UsageError(
            f"the annotations are of several topics ({names}); say with --topic which the model is for"
        )
    return next(iter(topics.values()), None) or load_topic("serbia-arms")


def folds_for(base: Sequence[Prepared], own: Sequence[Prepared]) -> list[Fold]:
    """Composed articles in `FOLDS` folds by world; annotated ones one by one, or in `MANY_FOLDS`."""
    chosen = folds_of([article.annotated for article in base])
    parts = [[p for p in base if chosen[p.annotated.article.id] == fold] for fold in range(FOLDS)]
    folds = [Fold(f"composed-{number}", True, tuple(part)) for number, part in enumerate(parts) if part]
    count = len(own) if len(own) <= MOST_LEFT_OUT else MANY_FOLDS
    return folds + [Fold(f"own-{number}", False, tuple(own[number::count])) for number in range(count)]


def _write(
    settings: TrainSettings, topic: Topic, fitted: tuple[dict[str, Head], Calibration],
    rows: Sequence[HeldOut], data: tuple[Sequence[AnnotatedArticle], Sequence[AnnotatedArticle]],
) -> Path:  # fmt: skip
    heads, calibration = fitted
    thresholds = Thresholds()
    evaluation = evaluate(rows, seed=settings.seed, command=f"stance evaluate --model {settings.output.name}")
    told = {name: _told(articles) for name, articles in zip(("base", "annotations"), data, strict=True)}
    manifest = {
        "name": settings.output.name,
        "stance": __version__,
        "topic": topic.name,
        "roles": ROLES,
        "stances": STANCES,
        "speakers": topic.labels,
        "seed": settings.seed,
        "data": told,
        "calibration": {"speaker": calibration.speaker, "nobody": calibration.nobody},
        "thresholds": {
            **asdict(thresholds),
            "review": calibration.review,
            "review_nobody": calibration.review_nobody,
        },
        "heldout": {scored.name: headline(scored) for scored in evaluation.sets},
        "libraries": {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "spacy")},
    }
    table, arrays = pack_heads(heads)
    files = {
        "heads.json": table,
        "heads.safetensors": arrays,
        "topic.toml": topic.text.encode(),
        "heldout.jsonl": "".join(f"{heldout_line(row)}\n" for row in rows).encode(),
        "card.md": card(topic, manifest, evaluation).encode(),
    }
    write_folder(settings.output, files, manifest)
    return settings.output


def _told(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """How much a set of articles holds, and a digest of texts and labels together."""
    digest = hashlib.sha256()
    for annotated in articles:
        digest.update(
            f"{annotated.article.id} {annotated.article.sha256} {annotated.attributions!r}".encode()
        )
    return {
        "articles": len(articles),
        "sentences": sum(len(annotated.sentences) for annotated in articles),
        "attributions": sum(len(found) for annotated in articles for found in annotated.attributions),
        "sha256": digest.hexdigest(),
    }
