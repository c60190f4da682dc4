"""Training: annotated articles to a model folder, with predictions for every article out of fold.

Held out means that no sentence of the article, and nothing derived from it, was seen in fitting,
calibration or threshold setting. The built-in composed articles are predicted in four folds that
share no world; annotated articles are left out one at a time (in ten folds where they are many),
what shares a contrast family or sentences whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from stance import __version__
from stance.annotated import AnnotatedArticle, digest_of_articles
from stance.annotations import read_annotations
from stance.card import card, headline
from stance.cast import Cast
from stance.confidence import Calibration
from stance.encoder.session import Encoder
from stance.encoder.vectors import VECTORS, Vectors
from stance.errors import UsageError
from stance.evaluation import evaluate
from stance.examples import Prepared, prepare
from stance.fitting import fit_calibration, fit_heads
from stance.folds import FOLDS, check_groups, folds_of, groups_of
from stance.heads import Head
from stance.heldout import HeldOut
from stance.heldoutfile import heldout_lines
from stance.labels import ROLES, STANCES
from stance.reading import ReadArticle
from stance.shipped import shipped
from stance.storage import check_place, default_folder, pack_heads, write_folder
from stance.topic import DEFAULT_TOPIC, Topic, load_topic
from stance.trials import Fold, Plan, calibrating, held_out, try_folds
from stance.voices import Thresholds

__all__ = ["Encoding", "TrainSettings", "base_folder", "folds_for", "train"]

MOST_LEFT_OUT = 20
"""Annotated articles that are left out one by one; more go into `MANY_FOLDS` folds."""

MANY_FOLDS = 10

ENCODER = ("encoder.onnx", "tokenizer.json")

SHARES = (0.25, 0.5)
"""Shares of the composed articles that the learning curve is measured at, besides all of them: doublings."""


@dataclass(frozen=True)
class TrainSettings:
    """What to train on and where to write; `topic` is a built-in name or a path.

    `encoder` is a folder of `stance finetune`, the shipped encoder by default. How many processes
    fit the folds (`jobs`) changes no figure.
    """

    output: Path
    annotations: Path | None = None
    topic: str | None = None
    use_base: bool = True
    seed: int = 0
    encoder: Path | None = None
    jobs: int = 1


Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done, and out of how many."""


def base_folder() -> Path:
    """Where the composed articles lie: in the installed package, or in the checkout."""
    return shipped("base", "annotations/composed")


@dataclass(frozen=True)
class Encoding:
    """How annotated articles are encoded: what the encoder learnt from, as it was told out of fold."""

    encoder: Encoder
    vectors: Vectors

    @classmethod
    def load(cls, folder: Path | None = None) -> Encoding:
        """The shipped encoder and vectors, or those of a folder of `stance finetune`.

        Raises:
            UsageError: a file is missing or broken, or the two do not belong together.
        """
        place, kept = folder or default_folder(), (folder or base_folder()) / VECTORS
        try:
            graph, tokenizer = (place / name for name in ENCODER)
            encoder = Encoder(graph.read_bytes(), tokenizer.read_bytes())
            vectors = Vectors.unpack(kept.read_bytes(), str(kept))
        except OSError as error:
            raise UsageError(
                f"{error.filename}: {error.strerror}; expected {', '.join((*ENCODER, VECTORS))}, which "
                "'stance finetune' writes"
            ) from error
        if vectors.encoder != encoder.digest:
            raise UsageError(
                f"{kept} was computed with encoder {vectors.encoder[:12]}…, but {place} holds "
                f"{encoder.digest[:12]}…; write both with 'stance finetune'"
            )
        return cls(encoder, vectors)

    def own(self, article: ReadArticle) -> ReadArticle:
        """A user's article, encoded."""
        return self.vectors.encode(article, self.encoder, strict=False)

    def base(self, article: ReadArticle) -> ReadArticle:
        """A composed article, as it was told out of fold.

        Raises:
            UsageError: it is read otherwise than when the vectors were computed.
        """
        return self.vectors.encode(article, self.encoder, strict=True)


def train(settings: TrainSettings, progress: Progress = lambda *_: None) -> Path:
    """Train a model and write its folder; returns the folder.

    Raises:
        UsageError: annotations or topic are broken, there is nothing to train on, a text stands
            twice, the folder cannot be written, `jobs` is less than 1, or a process is gone.
    """
    if settings.jobs < 1:
        raise UsageError(f"jobs is {settings.jobs}, expected 1 or more")
    check_place(settings.output)
    base = read_annotations(base_folder()) if settings.use_base else []
    own = _annotated(settings.annotations) if settings.annotations else []
    if not base and not own:
        raise UsageError("nothing to train on: give --annotations DIR, or leave out --no-base")
    topic = load_topic(settings.topic) if settings.topic else _topic_of(own)
    _check_texts((*base, *own))
    if not base:
        check_groups(own)
    with threadpool_limits(1):  # small matrices: more threads cost time and change nothing
        return _train(settings, base, own, topic, progress)


def _train(
    settings: TrainSettings, base: Sequence[AnnotatedArticle], own: Sequence[AnnotatedArticle], topic: Topic,
    progress: Progress,
) -> Path:  # fmt: skip
    casts: dict[str, Cast] = {}
    encoding = Encoding.load(settings.encoder)
    prepared: list[Prepared] = []
    for annotated in (*base, *own):
        progress("reading", len(prepared), len(base) + len(own))
        encode = encoding.base if len(prepared) < len(base) else encoding.own
        prepared.append(prepare(annotated, casts, encode))
    folds = folds_for(prepared[: len(base)], prepared[len(base) :])
    plan = Plan(tuple(folds), tuple(prepared[: len(base)]), tuple(prepared[len(base) :]), SHARES)
    tried = try_folds(plan, settings.jobs, partial(progress, "predicting what is held out"))
    progress("fitting the model", 0, 1)
    heads = fit_heads(prepared)
    calibrated = fit_calibration(calibrating(tried, None))
    heads["row"] = calibrated.row
    heads["stance"] = replace(heads["stance"], temperature=calibrated.temperature)
    fitted = _Fitted(heads, calibrated.calibration, encoding.encoder)
    return _write(settings, topic, fitted, held_out(tried, calibrated), (base, own))


def _annotated(folder: Path) -> list[AnnotatedArticle]:
    """The articles of a folder that somebody has looked at."""
    found = [one for one in read_annotations(folder) if not one.is_open]
    if not found:
        raise UsageError(
            f"nothing is annotated in {folder}: expected speakers and stances, and in sentences in which "
            "nobody speaks the annotator"
        )
    return found


@dataclass(frozen=True)
class _Fitted:
    """What labels: the heads, their calibration, the encoder that they listen to."""

    heads: dict[str, Head]
    calibration: Calibration
    encoder: Encoder


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
    return next(iter(topics.values()), None) or load_topic(DEFAULT_TOPIC)


def folds_for(base: Sequence[Prepared], own: Sequence[Prepared]) -> list[Fold]:
    """Composed articles in `FOLDS` folds by world; annotated ones one by one, or in `MANY_FOLDS`.

    Of the annotated ones those that share a family or sentences stay together (`groups_of`).
    """
    chosen = folds_of([article.annotated for article in base])
    parts = [[p for p in base if chosen[p.annotated.article.id] == fold] for fold in range(FOLDS)]
    folds = [Fold(f"composed-{number}", True, tuple(part)) for number, part in enumerate(parts) if part]
    groups = groups_of([article.annotated for article in own])
    different = len(set(groups))
    count = different if len(own) <= MOST_LEFT_OUT else min(MANY_FOLDS, different)
    dealt = ([p for p, group in zip(own, groups, strict=True) if group % count == n] for n in range(count))
    return folds + [Fold(f"own-{number}", False, tuple(part)) for number, part in enumerate(dealt)]


def _write(
    settings: TrainSettings, topic: Topic, fitted: _Fitted,
    rows: Sequence[HeldOut], data: tuple[Sequence[AnnotatedArticle], Sequence[AnnotatedArticle]],
) -> Path:  # fmt: skip
    calibration, thresholds = fitted.calibration, Thresholds()
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
    table, arrays = pack_heads(fitted.heads)
    files = {
        "encoder.onnx": fitted.encoder.graph,
        "tokenizer.json": fitted.encoder.tokenizer,
        "heads.json": table,
        "heads.safetensors": arrays,
        "topic.toml": topic.text.encode(),
        "heldout.jsonl": "".join(f"{line}\n" for line in heldout_lines(rows)).encode(),
        "card.md": card(topic, manifest, evaluation).encode(),
    }
    write_folder(settings.output, files, manifest)
    return settings.output


def _told(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """How much a set of articles holds, and a digest of texts and labels together."""
    return {
        "articles": len(articles),
        "sentences": sum(len(annotated.sentences) for annotated in articles),
        "attributions": sum(len(found) for annotated in articles for found in annotated.attributions),
        "sha256": digest_of_articles(articles),
    }
