"""Why a sentence got its label: who was asked, how probable each was, and what decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import fmean

from stance.features import (
    Features,
    encoder_alone,
    role_features,
    running_features,
    source_features,
    stance_features,
)
from stance.heads import Head
from stance.mentions import Mention
from stance.output.words import WORDING
from stance.reading import ReadArticle
from stance.records import Attribution, Sentence
from stance.turns import Turn
from stance.voices import EVEN, Heard, Listener, Thresholds, role_of_cast

__all__ = ["Explanation", "Question", "explain"]

TOP = 6
"""Reasons that an explanation names for each answer."""

LEAST = 0.05
"""The least probability that an answer must lose without a word for the word to be named."""

ENCODER = "encoder"
"""The block whose features are one reason together: each alone, a log-odds times a weight, says little."""


@dataclass(frozen=True)
class Question:
    """One head's answer: who or what was asked about, the probabilities, the reasons that weighed most.

    A reason is the name of a feature with what it adds to the likeliest answer; all that the encoder
    tells is one, `encoder`, and `encoder` has the probabilities that it gives the answers by itself
    (none where the sentence was not encoded). From `threshold` on, where there is one, a yes is taken
    for one, unless nobody is heard; under it, too, where somebody speaks and this is the likeliest.
    `words` are those of the sentence that the answer hangs on most, each with how much more probable the
    answer is than where the encoder does not see the word (erasure, Li et al. 2016, "Understanding Neural
    Networks through Representation Erasure").
    """

    subject: str
    head: str
    probabilities: Mapping[str, float]
    reasons: tuple[tuple[str, float], ...]
    encoder: Mapping[str, float] = field(default_factory=dict)
    threshold: float | None = None
    words: tuple[tuple[str, float], ...] = ()

    @property
    def answer(self) -> str:
        """The most probable class."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True)
class Explanation:
    """A sentence's labels, and what the model was asked about it, in order: of the mentions the likeliest.

    `topic` is the name of what `stanced` is false off; under `review` a row is to be reviewed;
    `silences` are the raw probabilities that nobody but the reporter speaks, by the answers and by the
    encoder, of which the mean counts.
    """

    sentence: Sentence
    questions: tuple[Question, ...]
    stanced: bool = True
    labels: tuple[Attribution, ...] = ()
    silences: tuple[float, ...] = ()
    topic: str = ""
    review: float = 0.0

    def lines(self) -> list[str]:
        """The explanation as lines of text."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.sentence.index}  {self.sentence.text}"
        if self.sentence.furniture:
            yield "  page furniture: not part of the article, never labelled"
        elif not self.questions:
            yield "  nobody is named who could be a source: only the reporter speaks"
        elif not self.stanced:
            yield f"  the article is not about {self.topic}, or that has no allegation: nobody gets a stance"
        yield from (_label(label, self) for label in self.labels)
        for question in self.questions:
            if question.head in _WHO:
                yield from _told(question)
        if self.questions and self.silences:
            by = zip(self.silences, ("by these answers", "by the encoder"), strict=False)
            parts = ", ".join(f"{probability:.3f} {words}" for probability, words in by)
            mean = fmean(self.silences)
            yield ""
            yield f"  Does nobody speak?  {mean:.3f} (nobody is heard over {EVEN:.2f}): {parts}"
        for question in self.questions:
            if question.head not in _WHO:
                yield from _told(question)
        if self.questions:
            yield ""
            yield from _LEGEND.splitlines()


def _told(question: Question) -> Iterator[str]:
    """One question, its answers and what weighed most."""
    yield ""
    taken = f" (taken from {question.threshold:.2f} on)" if question.threshold is not None else ""
    yield f"  {_ASKED[question.head].format(question.subject)}  {_ranked(question.probabilities)}{taken}"
    for feature, gain in question.reasons:
        told = f"encoder: {_ranked(question.encoder)}" if feature == ENCODER else feature
        yield f"    {gain:+.2f}  {told}"
    if question.words:
        found = question.probabilities[question.answer]
        hidden = ", ".join(f"“{words}” {found - lost:.2f}" for words, lost in question.words)
        yield f"    hangs on: {question.answer} {found:.2f}, without {hidden}"


def _ranked(chances: Mapping[str, float]) -> str:
    return ", ".join(f"{label} {p:.3f}" for label, p in sorted(chances.items(), key=lambda one: -one[1]))


def _label(label: Attribution, told_of: Explanation) -> str:
    """One label in words; a stance that was asked for, that is."""
    source, cue = (f"“{span.text}”" if span else "not in this sentence" for span in (label.source, label.cue))
    sure = f"speaker {label.speaker_confidence:.2f}"
    if label.stance_confidence is not None:
        sure += f", stance {label.stance_confidence:.2f}, both {label.confidence:.2f}"
    told = f"  = {label.speaker} {label.stance}"
    if told_of.stanced:
        told += f": {label.holder or label.speaker} {WORDING[label.stance].told}"
    told += f"  (source {source}; cue {cue}; confidence: {sure})"
    if not label.review:
        return told
    low = (label.confidence or 0.0) < told_of.review
    why = f"both under {told_of.review:.2f}" if low else "one thing is wanting to be on the topic"
    return f"{told}  to be reviewed: {why}"


_LEGEND = """\
  + speaks for the likeliest answer, - against it (in log-odds: 1 makes it about three times as likely).
  encoder: all that the fine-tuned network tells, and what it would answer by itself; structure: place
  and quotation marks; discourse: the topic's words, the sentences before.
  hangs on: how probable the answer would be if the network did not see a word of the sentence."""


_ASKED = {
    "source": "Does “{}” name a source?",
    "role": "Which role has “{}”?",
    "running": "Does {} go on speaking?",
    "stance": "What does {} do to the allegation?",
}

_WHO = ("source", "running")
"""The questions on whether somebody speaks."""


Hidden = Iterable[tuple[int, int, ReadArticle]]
"""The first of a sentence's words, the one after the last, and the article as it is told without them."""


def explain(
    article: ReadArticle,
    sentence: Sentence,
    heads: Mapping[str, Head],
    thresholds: Thresholds,
    hiding: Callable[[ReadArticle, int], Hidden],
    *,
    stanced: bool,
) -> Explanation:
    """Ask the heads again about one sentence and keep what decided; on the stance only if `stanced`.

    `hiding` hides the words of a sentence, by its place in the article (`Encoder.hidden`).
    """
    numbers = [read.sentence.index for read in article.sentences]
    if sentence.index not in numbers:
        return Explanation(sentence, ())
    at = numbers.index(sentence.index)
    listener = Listener(article, heads, thresholds)
    for before in range(at):
        listener.sentence(before)
    turns = tuple(listener.turns)
    found, _ = listener.sentence(at)
    without = tuple(hiding(article, at)) if found else ()
    asked = _questions(_Asker(listener, at, without), turns, found, stanced=stanced)
    questions = tuple(replace(q, threshold=getattr(thresholds, q.head, None)) for q in asked)
    return Explanation(sentence, questions, stanced, silences=tuple(listener.silences))


def _questions(
    asker: _Asker, turns: Sequence[Turn], found: Sequence[Heard], *, stanced: bool
) -> Iterator[Question]:
    listener, at = asker.listener, asker.at
    speaking = {id(heard.voice.mention) for heard in found}
    for mention, _ in sorted(listener.named[at], key=lambda named: -named[1])[:TOP]:
        asked = partial(source_features, at=at, mention=mention)
        yield asker.ask("source", asker.words(mention), asked, speaks=id(mention) in speaking)
    for heard in listener.running:
        if heard.link and heard.before:
            asked = partial(running_features, at=at, turn=heard.before, link=heard.link)
            yield asker.ask("running", asker.subject(heard), asked, speaks=heard in found)
    for heard in found:
        subject, named = asker.subject(heard), heard.voice.mention
        if named and not role_of_cast(listener.article, named):
            asked = partial(role_features, at=at, mention=named, dossier=listener.dossier, turns=turns)
            yield asker.ask("role", subject, asked)
        if stanced:
            yield asker.ask("stance", subject, partial(stance_features, at=at, voice=heard.voice))


@dataclass(frozen=True)
class _Asker:
    """Asks the heads of a listener about sentence `at`; `without` has it with words hidden."""

    listener: Listener
    at: int
    without: Sequence[tuple[int, int, ReadArticle]]

    def ask(
        self, name: str, subject: str, asked: Callable[[ReadArticle], Features], *, speaks: bool = True
    ) -> Question:
        """Ask the head `name`; of one who `speaks`, also without one word after the other."""
        head, features = self.listener.heads[name], asked(self.listener.article)
        probabilities = head.probabilities(features)
        best = max(probabilities, key=probabilities.__getitem__)
        weighed: dict[str, float] = {}
        for feature, gain in head.reasons(features, best):
            block = ENCODER if feature.startswith(f"{ENCODER}:") else feature
            weighed[block] = weighed.get(block, 0.0) + gain
        reasons = sorted(weighed.items(), key=lambda reason: -abs(reason[1]))[:TOP]
        lost = [
            (self._text(first, last), probabilities[best] - head.probabilities(asked(read))[best])
            for first, last, read in (self.without if speaks else ())
        ]
        words = sorted((one for one in lost if one[1] >= LEAST), key=lambda one: -one[1])[:TOP]
        told = encoder_alone(features)
        return Question(subject, name, probabilities, tuple(reasons), told, words=tuple(words))

    def subject(self, heard: Heard) -> str:
        """Whom a question is about."""
        mention, turn = heard.voice.mention, heard.turn
        return self.words(mention) if mention else f"the {turn.role} ({turn.holder or 'unnamed'})"

    def words(self, mention: Mention) -> str:
        """A mention's words as they stand in the sentence."""
        return self._text(mention.first, mention.last)

    def _text(self, first: int, last: int) -> str:
        return self.listener.article.sentences[self.at].text(first, last)
