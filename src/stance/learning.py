"""When more annotation stops paying: a learning curve over the annotated articles.

The model is fitted on growing shares of them, every article is predicted by fits that did not see
it, and the question is whether the last share still made it better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.annotated import AnnotatedArticle
from stance.errors import UsageError
from stance.folds import check_groups, groups_of

if TYPE_CHECKING:
    import numpy as np

    from stance.cast import Cast
    from stance.examples import Prepared
    from stance.trials import Tried

    Array = np.ndarray[Any, Any]

__all__ = ["CurvePoint", "LearningCurve", "when_to_stop"]

Progress = Callable[[str, int, int], None]

SHARES = (0.25, 0.5, 0.75, 1.0)
FEWEST = 4
"""Articles that a learning curve takes at least."""

WORTH = 0.01
"""Joint accuracy under which a gain is not worth another share of articles."""


@dataclass(frozen=True)
class CurvePoint:
    """Out-of-fold joint accuracy with a share of the annotated articles, as a mean over repeats.

    `articles` is how many the fits saw on average; `low` and `high` are a 95 % t-interval of the
    mean over repeats, which redraw the folds and the articles that are left out (with five
    articles all repeats are alike at the last point, and the interval is nothing).
    """

    share: float
    articles: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """The points, and what the last share of articles brought.

    `gain` is the joint accuracy of the last point over the one before, `error` its standard error
    over articles (see `when_to_stop`), `margin` so much of it as a gain must exceed to be no
    chance (one-sided 95 %, by Student's t with one degree of freedom less than articles).
    """

    points: tuple[CurvePoint, ...]
    gain: float
    error: float
    margin: float

    @property
    def pays(self) -> bool | None:
        """Whether more annotation still pays; None where the figures do not tell."""
        if self.gain > self.margin:
            return True
        return False if self.gain + self.margin < WORTH else None

    def sentence(self) -> str:
        """The same in a sentence."""
        before, last = self.points[-2:]
        brought = (
            f"the step from {before.articles:.0f} to {last.articles:.0f} articles changed joint accuracy by "
            f"{100 * self.gain:+.1f} points (standard error {100 * self.error:.1f})"
        )
        return {
            True: f"More annotation still pays: {brought}.",
            False: f"More annotation of this kind hardly pays: {brought}, less than a point at best.",
            None: f"Whether more annotation pays cannot be told yet: {brought}; annotate on and look again.",
        }[self.pays]


def when_to_stop(
    annotated: Sequence[AnnotatedArticle],
    base: Sequence[AnnotatedArticle] = (),
    repeats: int = 5,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> LearningCurve:
    """The learning curve of some annotated articles, on top of `base`, which every fit sees whole.

    In every repeat the articles are dealt into five folds (fewer where they are few; what shares a
    family or sentences stays together), and every fold is predicted by fits on 25, 50, 75 and 100 %
    of the others, each share holding the one before. That makes `repeats` times twenty fits: a
    fraction of a second each without a base, several seconds each on the built-in one. The gain of
    the last step is taken article by article as a mean over repeats; its standard error is that of
    a ratio over articles as clusters (Cochran 1977, Sampling Techniques, chapter 6), so it speaks
    of articles like these and not only of these.

    Raises:
        UsageError: there are fewer than four articles, all are held out together, or fewer than two repeats.
    """
    if len(annotated) < FEWEST or repeats < 2:
        raise UsageError(
            f"{len(annotated)} articles in {repeats} repeats are too few for a learning curve, "
            f"expected {FEWEST} articles and 2 repeats or more"
        )
    check_groups(annotated)
    import numpy as np

    from stance.examples import prepare
    from stance.training import Encoding

    casts: dict[str, Cast] = {}
    encoding = Encoding.load()
    own = [prepare(one, casts, encoding.own) for one in annotated]
    ground = [prepare(one, casts, encoding.base) for one in base]
    right, seen = _measured(own, ground, repeats, seed, progress)
    sizes = np.array([len(one.sentences) - len(one.open_sentences) for one in annotated])
    return _curve(right, sizes, seen.mean(axis=0))


def _measured(
    own: Sequence[Prepared], ground: Sequence[Prepared], repeats: int, seed: int, progress: Progress
) -> tuple[Array, Array]:
    """Right answers (repeats x shares x articles), and articles learnt from (repeats x shares)."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    names = [one.annotated.article.id for one in own]
    groups = _grouped(own)
    right = np.zeros((repeats, len(SHARES), len(own)))
    seen = np.zeros((repeats, len(SHARES)))
    rng = np.random.default_rng(seed)
    with threadpool_limits(1):  # small matrices: more threads cost time and change nothing
        for repeat in range(repeats):
            folds = _deal(groups, rng)
            for at, share in enumerate(SHARES):
                progress("fitting on shares", repeat * len(SHARES) + at, repeats * len(SHARES))
                hits, seen[repeat, at] = _predict(folds, ground, share)
                right[repeat, at] = [hits[name] for name in names]
    return right, seen


def _grouped(own: Sequence[Prepared]) -> list[list[Prepared]]:
    """The articles that are held out together, in an order that is theirs and not the caller's."""
    ordered = sorted(own, key=lambda one: one.annotated.article.id)
    groups: dict[int, list[Prepared]] = {}
    for one, group in zip(ordered, groups_of([one.annotated for one in ordered]), strict=True):
        groups.setdefault(group, []).append(one)
    return list(groups.values())


def _deal(groups: Sequence[Sequence[Prepared]], rng: np.random.Generator) -> list[list[Prepared]]:
    """The articles in up to five folds, in an order of chance; what is held out together stays so."""
    numbers = list(range(len(groups)))
    rng.shuffle(numbers)
    count = min(5, len(numbers))
    return [[one for number in numbers[at::count] for one in groups[number]] for at in range(count)]


def _predict(
    folds: Sequence[Sequence[Prepared]], base: Sequence[Prepared], share: float
) -> tuple[Mapping[str, int], float]:
    """How many sentences of each article a share of the other folds predicts right; how many those were."""
    from stance.trials import Fold, try_fold

    hits: dict[str, int] = {}
    sizes = []
    for at, held in enumerate(folds):
        others = [one for fold in (*folds[at + 1 :], *folds[:at]) for one in fold]
        taken = others[: max(1, round(share * len(others)))]
        sizes.append(len(taken))
        fold = Fold(f"fold-{at}", False, tuple(held))
        for tried in try_fold(fold, [*base, *taken, *held], baselines=False):
            hits[tried.prepared.annotated.article.id] = sum(_hits(tried))
    return hits, sum(sizes) / len(sizes)


def _hits(tried: Tried) -> Iterator[bool]:
    """Whether the primary role and stance are right, of each sentence that an annotator has looked at."""
    from stance.heldout import primary
    from stance.labels import NONE
    from stance.trials import primaries

    annotated, read = tried.prepared.annotated, tried.prepared.met
    told = primaries(read, [trial.heard for trial in tried.trials])
    heard = {sentence.sentence.index: pair for sentence, pair in zip(read.sentences, told, strict=True)}
    for sentence, gold in zip(annotated.sentences, annotated.attributions, strict=True):
        if sentence.index not in annotated.open_sentences:
            yield primary(gold) == heard.get(sentence.index, (NONE, NONE))


def _curve(right: Array, sentences: Array, seen: Array) -> LearningCurve:
    """From right answers (repeats, shares, articles) to the curve."""
    import numpy as np
    from scipy.stats import t

    repeats, _, articles = right.shape
    accuracy = right.sum(axis=2) / sentences.sum()
    spread = accuracy.std(axis=0, ddof=1) * t.ppf(0.975, repeats - 1) / math.sqrt(repeats)
    points = tuple(
        CurvePoint(share, float(count), float(mean), float(max(0, mean - half)), float(min(1, mean + half)))
        for share, count, mean, half in zip(SHARES, seen, accuracy.mean(axis=0), spread, strict=True)
    )
    gained = (right[:, -1] - right[:, -2]).mean(axis=0)
    gain = gained.sum() / sentences.sum()
    squares = np.square(gained - gain * sentences).sum()
    error = math.sqrt(squares * articles / (articles - 1)) / float(sentences.sum())
    margin = float(t.ppf(0.95, articles - 1)) * error
    return LearningCurve(points, float(gain), error, margin)
