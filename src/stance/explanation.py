"""Why a sentence got its label: who was asked, how probable each was, and what decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stance.features import Features, role_features, running_features, source_features, stance_features
from stance.heads import Head
from stance.mentions import Mention
from stance.reading import ReadArticle
from stance.records import Attribution, Sentence
from stance.turns import Turn
from stance.voices import EVEN, Heard, Listener, Thresholds, role_of_cast

__all__ = ["Explanation", "Question", "explain"]

TOP = 6
"""Features that an explanation names for each answer."""


@dataclass(frozen=True)
class Question:
    """One head's answer: who or what was asked about, the probabilities, the features that weighed most.

    From `threshold` on, where there is one, a yes is taken for one; under it, too, where somebody speaks and
    this is the likeliest.
    """

    subject: str
    head: str
    probabilities: Mapping[str, float]
    reasons: tuple[tuple[str, float], ...]
    threshold: float | None = None

    @property
    def answer(self) -> str:
        """The most probable class."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True)
class Explanation:
    """A sentence's labels, and everything that the model was asked about it, in order.

    `stanced` is false off the topic; `silence` is the raw probability that nobody but the reporter speaks.
    """

    sentence: Sentence
    questions: tuple[Question, ...]
    stanced: bool = True
    labels: tuple[Attribution, ...] = ()
    silence: float | None = None

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
            yield "  the article is off the topic, or the topic has no allegation: nobody gets a stance"
        yield from map(_label, self.labels)
        if self.questions and self.silence is not None:
            yield ""
            yield f"  Does nobody speak?  {self.silence:.3f}  (over {EVEN:.2f} nobody is heard)"
            yield "    by whether those below speak, and what the encoder says of the sentence as a whole"
        for question in self.questions:
            yield ""
            chances = ", ".join(
                f"{label} {p:.3f}" for label, p in sorted(question.probabilities.items(), key=lambda x: -x[1])
            )
            taken = f" (taken from {question.threshold:.2f} on)" if question.threshold is not None else ""
            yield f"  {_ASKED[question.head].format(question.subject)}  {chances}{taken}"
            for feature, gain in question.reasons:
                yield f"    {gain:+.2f}  {feature}"
        if self.questions:
            yield ""
            yield from _LEGEND.splitlines()


def _label(label: Attribution) -> str:
    """One label in words."""
    source, cue = (f"“{span.text}”" if span else "not in this sentence" for span in (label.source, label.cue))
    sure = f"speaker {label.speaker_confidence:.2f}"
    if label.stance_confidence is not None:
        sure += f", stance {label.stance_confidence:.2f}, both {label.confidence:.2f}"
    told = f"  = {label.speaker} {label.stance}  (source {source}; cue {cue}; confidence: {sure})"
    return f"{told}  to be reviewed" if label.review else told


_LEGEND = """\
  + speaks for the likeliest answer, - against it.
  encoder: what the fine-tuned network tells of these words; lexical: words and their neighbours;
  structure: place and quotation marks; cues: verbs of saying, denying, doubting; patterns: turns of
  phrase; discourse: the sentences before."""


_ASKED = {
    "source": "Does “{}” name a source?",
    "role": "Which role has “{}”?",
    "running": "Does {} go on speaking?",
    "stance": "What does {} do to the allegation?",
}


def explain(
    article: ReadArticle,
    sentence: Sentence,
    heads: Mapping[str, Head],
    thresholds: Thresholds,
    *,
    stanced: bool,
) -> Explanation:
    """Ask the heads again about one sentence and keep what decided; on the stance only if `stanced`."""
    numbers = [read.sentence.index for read in article.sentences]
    if sentence.index not in numbers:
        return Explanation(sentence, ())
    at = numbers.index(sentence.index)
    listener = Listener(article, heads, thresholds)
    for before in range(at):
        listener.sentence(before)
    turns = tuple(listener.turns)
    found, silence = listener.sentence(at)
    asked = _questions(listener, at, turns, found)
    thresholded = (replace(q, threshold=getattr(thresholds, q.head, None)) for q in asked)
    questions = tuple(q for q in thresholded if stanced or q.head != "stance")
    return Explanation(sentence, questions, stanced, silence=silence)


def _questions(
    listener: Listener, at: int, turns: Sequence[Turn], found: Sequence[Heard]
) -> Iterator[Question]:
    article, heads = listener.article, listener.heads
    for mention, _ in sorted(listener.named[at], key=lambda named: -named[1])[:TOP]:
        features = source_features(article, at, mention)
        yield _question(heads["source"], "source", _words(article, at, mention), features)
    for heard in found:
        subject = (
            _words(article, at, heard.voice.mention)
            or f"the {heard.turn.role} ({heard.turn.holder or 'unnamed'})"
        )
        if heard.link and heard.before:
            features = running_features(article, at, heard.before, heard.link)
            yield _question(heads["running"], "running", subject, features)
        elif heard.voice.mention and not role_of_cast(article, heard.voice.mention):
            features = role_features(article, at, heard.voice.mention, listener.dossier, turns)
            yield _question(heads["role"], "role", subject, features)
        yield _question(heads["stance"], "stance", subject, stance_features(article, at, heard.voice))


def _question(head: Head, name: str, subject: str, features: Features) -> Question:
    probabilities = head.probabilities(features)
    best = max(probabilities, key=probabilities.__getitem__)
    return Question(subject, name, probabilities, tuple(head.reasons(features, best)[:TOP]))


def _words(article: ReadArticle, at: int, mention: Mention | None) -> str:
    """A mention's words as they stand in the sentence; empty for a source that is not named in it."""
    return article.sentences[at].text(mention.first, mention.last) if mention else ""
