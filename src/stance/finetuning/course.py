"""What a fine-tuning begins with: its settings, the articles as they are read, pieces and first weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from stance.annotated import AnnotatedArticle, digest_of_articles
from stance.annotations import read_annotations
from stance.cast import Cast
from stance.encoder.pieces import WordPieces, stretches_of
from stance.errors import UsageError
from stance.examples import readings
from stance.finetuning.loop import Lesson, Settings
from stance.finetuning.network import Network
from stance.finetuning.targets import GROUPS, UNKNOWN, targets_of
from stance.finetuning.vocabulary import begin_marks, pruned
from stance.folds import family_of
from stance.reading import ReadArticle
from stance.shipped import shipped
from stance.training import base_folder

__all__ = [
    "DISPUTED",
    "WORDS",
    "Course",
    "FinetuneSettings",
    "Stage",
    "Text",
    "course_of",
    "lesson_of",
    "made_with",
]

WORDS = "embeddings.word_embeddings.weight"

DISPUTED = "adjudicated"
"""Who annotated a sentence of the primer in which two readers differed: nothing is learnt from it."""


@dataclass(frozen=True)
class Stage:
    """Rounds over the primer, which go on from the stage before, then rounds over the composed articles for
    each network that begins there."""

    primer: tuple[Settings, ...]
    articles: tuple[Settings, ...]


STAGES = (
    Stage(
        (
            Settings(4, 2.5e-4),
            Settings(3, 2e-4),
            Settings(2, 2e-4),
            Settings(1, 2e-4),
            Settings(1, 2e-4),
        ),
        (Settings(6),),
    ),
    Stage((Settings(1, 2e-4), Settings(1, 2e-4)), (Settings(6),)),
    Stage((Settings(1, 2e-4), Settings(1, 2e-4), Settings(1, 1.5e-4)), (Settings(5),)),
)
"""How the shipped encoder was tuned. The primer grew meanwhile: its rounds came before `xa` to `xh` and `wa`
to `wh`, before `va` to `vh` and `ua` to `uh`, before `tc` to `th` and `ra` to `rf`, before `rg` and `rh`,
before `qb` to `qh`, before `qa`, before `pa` to `pc`, before `oa` to `oh`, before `pd` to `pf`; the last
was over these and a fifth of the rest, and what the stage's networks began with is the mean of what it
and the round before it gave.
"""


@dataclass(frozen=True)
class FinetuneSettings:
    """What to begin with (a folder with `model.safetensors` and `tokenizer.json`) and where to write."""

    weights: Path
    output: Path
    stages: tuple[Stage, ...] = STAGES
    seed: int = 0


@dataclass(frozen=True)
class Text:
    """An article: as it was marked, and as labelling meets it."""

    annotated: AnnotatedArticle
    read: ReadArticle
    met: ReadArticle


@dataclass(frozen=True)
class Course:
    """Everything that a fine-tuning needs."""

    chosen: FinetuneSettings
    primer: Sequence[Text]
    texts: Sequence[Text]
    tokenizer: bytes
    pieces: WordPieces
    state: dict[str, Tensor]


def course_of(chosen: FinetuneSettings) -> Course:
    """Read the articles, and prune the vocabulary to their pieces.

    Raises:
        UsageError: the weights are missing or of another kind.
    """
    state, tokenizer = _given(chosen.weights)
    primer, texts = (
        list(_texts(folder)) for folder in (shipped("primer", "annotations/primer"), base_folder())
    )
    plain = WordPieces(tokenizer)
    read = [text.read for text in (*texts, *primer)]
    used = {piece for each in read for stretch in stretches_of(each, plain) for piece in stretch.ids}
    small, rows = pruned(tokenizer, plain.names(used))
    pieces = WordPieces(small)
    state[WORDS] = state[WORDS][rows].clone()
    begin_marks(state[WORDS], pieces.rows())
    return Course(chosen, primer, texts, small, pieces, state)


def made_with(course: Course) -> dict[str, object]:
    """What every network of a fine-tuning depends on."""
    weights = (f"{name} {tuple(tensor.shape)} {tensor.sum()}" for name, tensor in course.state.items())
    return {
        "weights": hashlib.sha256("\n".join(sorted(weights)).encode()).hexdigest(),
        "vocabulary": hashlib.sha256(course.tokenizer).hexdigest(),
        "primer": digest_of_articles(text.annotated for text in course.primer),
        "articles": digest_of_articles(text.annotated for text in course.texts),
        "settings": [repr(stage) for stage in course.chosen.stages],
        "seed": course.chosen.seed,
    }


def lesson_of(text: Text, pieces: WordPieces, disputed: str | None = None) -> Lesson:
    """An article's lesson, without the sentences of the annotator `disputed`."""
    stretches = stretches_of(text.read, pieces)
    told = zip(text.annotated.sentences, text.annotated.annotators, strict=True)
    left_out = {sentence.index for sentence, annotator in told if annotator == disputed}
    answers = tuple(
        np.full((len(stretch.ids), len(GROUPS)), UNKNOWN, np.int8)
        if text.read.sentences[stretch.at].sentence.index in left_out
        else targets_of(text.annotated, text.read.sentences, stretch)
        for stretch in stretches
    )
    return Lesson(family_of(text.annotated.article.id) or "", stretches, answers)


def _given(folder: Path) -> tuple[dict[str, Tensor], bytes]:
    try:
        state = load_file(folder / "model.safetensors")
        tokenizer = (folder / "tokenizer.json").read_bytes()
    except (OSError, SafetensorError) as error:
        raise UsageError(
            f"{folder}: {error}; expected the folder of all-MiniLM-L6-v2 "
            "with model.safetensors and tokenizer.json"
        ) from error
    if WORDS not in state:
        raise UsageError(
            f"{folder}: model.safetensors has no {WORDS}, expected the weights of all-MiniLM-L6-v2"
        )
    try:
        Network(state)
    except (KeyError, IndexError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"{folder}: model.safetensors is another network ({str(error).splitlines()[0]}), expected the "
            "weights of all-MiniLM-L6-v2"
        ) from error
    return state, tokenizer


def _texts(folder: Path) -> Iterator[Text]:
    casts: dict[str, Cast] = {}
    for annotated in read_annotations(folder):
        yield Text(annotated, *readings(annotated, casts))
