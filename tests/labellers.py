"""Labellers without a model, for tests of what happens around them; other processes import them too."""

from __future__ import annotations

import ctypes
import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stance.errors import ArticleError
from stance.records import Article, Attribution, LabelledArticle, Sentence

ROOT = Path(__file__).parents[1]


def fake_label(article: Article) -> LabelledArticle:
    """One sentence per line; whoever says "no" denies."""
    if "unlabellable" in article.text:
        raise ArticleError("has no sentence that can be read")
    sentences, attributions, start = [], [], 0
    for number, line in enumerate(article.text.splitlines()):
        sentences.append(Sentence(number, number, start, start + len(line), line))
        denial = Attribution("leader", "vucic", "denies", speaker_confidence=0.9, stance_confidence=0.8)
        attributions.append((denial,) if "no" in line else ())
        start += len(line) + 1
    return LabelledArticle(
        article,
        tuple(sentences),
        tuple(attributions),
        (0.5,) * len(sentences),
        "serbia-arms",
        "ab",
        True,
        "sha256:cd",
    )


def slip(article: Article) -> LabelledArticle:
    raise KeyError(article.id)


def dangerous(article: Article) -> LabelledArticle:
    """Some texts hang in the middle of C code that hears nothing, some end the process."""
    if "hang" in article.text:
        ctypes.PyDLL(None).sleep(1000)  # with the interpreter's lock held: no thread of Python's runs
    if "crash" in article.text:
        os.kill(os.getpid(), signal.SIGKILL)
    print("chatter on standard output")  # noqa: T201  # must not be taken for labels
    return fake_label(article)


@dataclass(frozen=True)
class Fatal:
    """Ends the process that it is sent to, as it is unpacked there: what a lack of memory does."""

    filling: bytes = b""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[bytes]]:
        return _die, (self.filling,)

    def __call__(self, article: Article) -> LabelledArticle:
        return fake_label(article)


def _die(filling: bytes) -> None:  # it only has to be sent
    os.kill(os.getpid(), signal.SIGKILL)


def made_up(count: int, seed: int = 0, sentences: int = 12) -> Iterator[str]:
    """Texts that are all different, of sentences of the seeds thrown together."""
    pool = [
        sentence
        for path in sorted((ROOT / "seeds").glob("*.txt"))
        for sentence in re.split(r"(?<=[.”])\s+", path.read_text("utf-8"))
        if 30 < len(sentence) < 300
    ]
    chance = random.Random(seed)
    for number in range(count):
        yield "\n\n".join([f"Report {number} of the day", *chance.sample(pool, sentences)]) + "\n"
