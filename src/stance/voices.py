"""Who speaks in each sentence: the heads asked in order, from the first sentence to the last.

First every mention is asked whether it names a source. Then, sentence by sentence, each source
gets its role; a sentence without one is asked whether a source from elsewhere goes on speaking
(the speaker of the quotation that it belongs to, or the last one before it). Whether anybody speaks
at all is for these answers and the encoder's, which reads the sentence whole, to say together: where
somebody does, though no source is likely by itself, the likeliest is heard; where nobody does, none.
Every source is asked what it does to the allegation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, prod
from statistics import fmean

from stance.features import role_features, running_features, source_features, stance_features
from stance.heads import Head
from stance.labels import NONE
from stance.lexicon import PRONOUNS, noun_of
from stance.mentions import Mention
from stance.phrases import appositions, wholes
from stance.reading import ReadArticle, ReadSentence
from stance.turns import SINGLE_ROLES, Dossier, Turn, Voice, key_of

__all__ = ["EVEN", "MEMORY", "Heard", "Listener", "Thresholds", "hear", "links", "role_of_cast", "turn_at"]

REACH = 4
"""Sentences over which a source can go on speaking without being named."""

BLOCK = 40
"""Sentences of a quotation that are searched for the one that names its speaker."""

EVEN = 0.5
"""Over this probability of nobody, nobody is heard."""

MEMORY = 200
"""Turns that are remembered: enough for any article, and a bound on the cost of a book."""


@dataclass(frozen=True)
class Thresholds:
    """From which probability on a mention, or a source that runs on, is heard where anybody is.

    Where none reaches it, the likeliest is heard; so what they decide is who speaks besides. The defaults
    were chosen on the composed articles' folds among 0.3 to 0.8 and 0.3 to 0.7, where joint accuracy is level
    (composed 0.836, contrast families 0.820 to 0.822): the likelier a second source must be, the more often
    it is right (attribution F1 0.778 at 0.4, 0.785 at 0.5, 0.797 at 0.7, without spans), and the less often
    found.
    """

    source: float = 0.7
    running: float = 0.5


@dataclass(frozen=True)
class Heard:
    """A source heard in a sentence; `turn` is what later sentences know of it.

    `probability` is the raw one that this source speaks here, `roles` and `stances` those of
    each role and stance, uncalibrated. A source that is not named was found by `link` from the
    turn `before`.
    """

    voice: Voice
    turn: Turn
    probability: float
    roles: Mapping[str, float]
    stances: Mapping[str, float]
    link: str | None = None
    before: Turn | None = None

    @property
    def role(self) -> str:
        """The role of the source."""
        return self.voice.role

    @property
    def stance(self) -> str:
        """The most probable stance."""
        return max(self.stances, key=self.stances.__getitem__)


def role_of_cast(article: ReadArticle, mention: Mention) -> str | None:
    """The role of a mention that the topic knows by a name or a description, else None."""
    if mention.match == "source":
        return "other"
    if mention.speaker is None or mention.match == "metonym":
        return None
    return article.topic.speakers[mention.speaker].role


def turn_at(
    article: ReadArticle, at: int, mention: Mention, role: str, turns: Sequence[Turn], dossier: Dossier
) -> Turn:
    """What later sentences know of a source that a mention names."""
    sentence = article.sentences[at]
    key = key_of(sentence, mention)
    holder: str | None = dossier.name_of(article, at, mention, role)
    if mention.kind == "pronoun":
        before = next((turn for turn in reversed(turns) if turn.role == role), None)
        key, holder = (before.key, before.holder) if before else (key, None)
    human = _is_human(sentence, mention, role)
    place = sentence.sentence
    return Turn(place.index, place.paragraph, role, key, human, sentence.quotation, True, holder)


def _is_human(sentence: ReadSentence, mention: Mention, role: str) -> bool:
    if role in ("leader", "analyst"):
        return True
    word = sentence.folded[mention.head]
    if role in ("service", "document") or PRONOUNS.get(word) == "it":
        return False
    return mention.kind == "name" or word in PRONOUNS or "person" in noun_of(word)


def links(
    article: ReadArticle, at: int, turns: Sequence[Turn], turn_of: Callable[[int], Turn | None]
) -> Iterator[tuple[str, Turn]]:
    """The source that could go on speaking in a sentence, and how it is linked to it.

    `block`: the source named outside the quotation marks in another sentence of the same
    quotation, a later one first; `previous`: the last source before. `turn_of` gives the best
    source named in a sentence.

    Under an open topic nobody goes on outside quotation marks. In the news of any matter what follows a
    source's words there is the reporter's: of 159 such sentences of PolNeAR's development part 98 were.
    """
    sentence = article.sentences[at]
    if sentence.quotation is not None:
        for step in (1, -1):
            for i in range(at + step, at + step * BLOCK, step):
                inside = 0 <= i < len(article.sentences)
                if not inside or article.sentences[i].quotation != sentence.quotation:
                    break
                turn = turn_of(i)
                if turn:
                    yield "block", turn
                    return
    if article.topic.is_open and not sentence.is_quoted:
        return
    if turns and sentence.sentence.index - turns[-1].sentence <= REACH:
        yield "previous", turns[-1]


def hear(
    article: ReadArticle, heads: Mapping[str, Head], thresholds: Thresholds
) -> tuple[tuple[tuple[Heard, ...], float], ...]:
    """The sources of every sentence, with the raw probability that nobody speaks in it.

    Returns one pair per sentence of `article.sentences`.
    """
    listener = Listener(article, heads, thresholds)
    return tuple(listener.sentence(at) for at in range(len(article.sentences)))


class Listener:
    """One reading of an article: ask for its sentences in order; `turns` are the sources so far.

    Of the last sentence `running` has those who were asked whether they go on, `silences` the probabilities
    of nobody: what the answers leave, and the encoder's where there is one.
    """

    def __init__(self, article: ReadArticle, heads: Mapping[str, Head], thresholds: Thresholds) -> None:
        self.article, self.heads, self.thresholds = article, heads, thresholds
        self.dossier = Dossier.of(article)
        self.turns: list[Turn] = []
        self.running: list[Heard] = []
        self.silences: list[float] = []
        self.named = [
            [(m, heads["source"].probabilities(source_features(article, at, m))["yes"]) for m in s.mentions]
            for at, s in enumerate(article.sentences)
        ]

    def sentence(self, at: int) -> tuple[tuple[Heard, ...], float]:
        """The sources of the next sentence, and the raw probability of none; they become turns."""
        found, self.running = self._explicit(at), []
        if not found:
            self.running = [
                self._running(at, link, turn)
                for link, turn in links(self.article, at, self.turns, self._turn_of)
            ]
            found = [heard for heard in self.running if heard.probability >= self.thresholds.running]
        asked = [*(p for _, p in self.named[at]), *(heard.probability for heard in self.running)]
        told = self._told(at)
        self.silences = [prod(1.0 - p for p in asked), *([told[NONE]] if told else [])]
        silence = fmean(self.silences)
        if silence > EVEN:
            found = []
        elif not found:
            found = self._likeliest(at, told)
        self.turns = [*self.turns, *(heard.turn for heard in found)][-MEMORY:]
        return tuple(found), silence

    def _told(self, at: int) -> Mapping[str, float]:
        """The encoder's probability of each role, and of none, as the sentence's primary source."""
        encoded = self.article.encoded[at] if self.article.encoded else None
        logs = encoded.sentence_chances("speaker") if encoded else {}
        return {role: exp(log) for role, log in logs.items()}

    def _likeliest(self, at: int, told: Mapping[str, float]) -> list[Heard]:
        """The source that is likeliest by its own probability and what the encoder says of its role."""
        named = [(m, p, self._roles(at, m)) for m, p in wholes(self.article.sentences[at], self.named[at])]
        chances = [p * roles[role] * told.get(role, 1.0) for _, p, roles in named for role in [_best(roles)]]
        chances += [heard.probability * told.get(heard.role, 1.0) for heard in self.running]
        if not chances:
            return []
        first = chances.index(max(chances))
        if first >= len(named):
            return [self.running[first - len(named)]]
        mention, probability, roles = named[first]
        return [self._named(at, Voice(mention, _best(roles)), probability, roles)]

    def _accepted(self, at: int) -> list[tuple[Mention, float]]:
        """The mentions over the threshold, the likeliest of each source, and none within another's words."""
        best: dict[str, tuple[Mention, float]] = {}
        for mention, probability in self.named[at]:
            key = key_of(self.article.sentences[at], mention)
            if probability >= self.thresholds.source and probability > best.get(key, (None, 0.0))[1]:
                best[key] = (mention, probability)
        return wholes(self.article.sentences[at], list(best.values()))

    def _roles(self, at: int, mention: Mention) -> Mapping[str, float]:
        known = role_of_cast(self.article, mention)
        if known:
            return {known: 1.0}
        features = role_features(self.article, at, mention, self.dossier, self.turns)
        return self.heads["role"].probabilities(features)

    def _explicit(self, at: int) -> list[Heard]:
        best: dict[tuple[str, str], tuple[Mention, float, Mapping[str, float]]] = {}
        for mention, probability in self._accepted(at):
            roles = self._roles(at, mention)
            role = _best(roles)
            alone = role in SINGLE_ROLES or mention.kind == "pronoun"
            key = (role, "" if alone else key_of(self.article.sentences[at], mention))
            if key not in best or best[key][1] < probability:
                best[key] = (mention, probability, roles)
        apposed = appositions(
            self.article.sentences[at], {mention: _best(roles) for mention, _, roles in best.values()}
        )
        beside = set(apposed.values())
        kept = [each for each in best.values() if each[0] not in beside]
        names = [mention for mention, _, _ in kept]
        voices = [
            Voice(m, _best(roles), tuple(other for other in names if other is not m), apposed.get(m))
            for m, _, roles in kept
        ]
        return [self._named(at, voice, *each[1:]) for voice, each in zip(voices, kept, strict=True)]

    def _named(self, at: int, voice: Voice, probability: float, roles: Mapping[str, float]) -> Heard:
        """The source that a mention names."""
        mention, role = voice.mention, voice.role
        assert mention is not None
        turn = turn_at(self.article, at, mention, role, self.turns, self.dossier)
        return Heard(voice, turn, probability * roles[role], roles, self._stances(at, voice))

    def _running(self, at: int, link: str, turn: Turn) -> Heard:
        probability = self.heads["running"].probabilities(running_features(self.article, at, turn, link))[
            "yes"
        ]
        voice = Voice(None, turn.role)
        here = turn.running_into(self.article.sentences[at])
        return Heard(voice, here, probability, {turn.role: 1.0}, self._stances(at, voice), link, turn)

    def _turn_of(self, at: int) -> Turn | None:
        sentence = self.article.sentences[at]
        outside = [(p, m.first, m) for m, p in self._accepted(at) if not sentence.quoted[m.head]]
        if not outside:
            return None
        mention = max(outside, key=lambda entry: entry[:2])[2]
        roles = self._roles(at, mention)
        return turn_at(self.article, at, mention, _best(roles), self.turns, self.dossier)

    def _stances(self, at: int, voice: Voice) -> Mapping[str, float]:
        return self.heads["stance"].probabilities(stance_features(self.article, at, voice))


def _best(chances: Mapping[str, float]) -> str:
    return max(chances, key=chances.__getitem__)
