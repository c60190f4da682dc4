"""Which sentences to annotate next: those of which the model is least sure, spread out.

The ranking is what `stance annotate --next` offers. Whether more annotation pays at all is asked
of the learning curve (`stance.learning`).
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.labels import NONE, leading
from stance.records import Attribution, LabelledArticle

__all__ = ["Suggestion", "rank_sentences", "uncertainty"]

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Suggestion:
    """A sentence to annotate: its place, the primary label that the model gives it, and the doubt.

    `article` is the article's id as it was read, `start` and `end` are offsets into its text;
    `uncertainty` is in bits.
    """

    article: str
    sentence: int
    start: int
    end: int
    text: str
    speaker: str
    stance: str
    uncertainty: float


def rank_sentences(
    results: Iterable[LabelledArticle], done: Mapping[str, Ranges] | None = None, n: int = 20
) -> list[Suggestion]:
    """The `n` sentences of labelled articles that are worth annotating most, the best first.

    A sentence that overlaps a place in `done`, by the text's digest, is left out, and so is page
    furniture. The rule is that by which seats are shared out (D'Hondt): the next sentence is the
    one whose uncertainty, divided by one more than the number already chosen from its article and
    by one more than the number already chosen with its predicted label, is largest; of equals the
    earlier one. The same input gives the same list, and a longer list begins with the shorter.
    """
    found = [
        one for result in results for one in _candidates(result, (done or {}).get(result.article.sha256))
    ]
    articles: Counter[str] = Counter()
    labels: Counter[tuple[str, str]] = Counter()

    def worth(at: int) -> float:
        one = found[at]
        return one.uncertainty / (1 + articles[one.article]) / (1 + labels[one.speaker, one.stance])

    # What a sentence is worth only falls while others are chosen: a stale entry is put back.
    heap = [(-worth(at), at) for at in range(len(found))]
    heapq.heapify(heap)
    chosen: list[Suggestion] = []
    while heap and len(chosen) < n:
        told, at = heapq.heappop(heap)
        now = -worth(at)
        if now > told:
            heapq.heappush(heap, (now, at))
            continue
        chosen.append(found[at])
        articles[found[at].article] += 1
        labels[found[at].speaker, found[at].stance] += 1
    return chosen


def uncertainty(attributions: Sequence[Attribution], nobody: float) -> float:
    """How unsure the model is of a sentence, in bits.

    For an attribution it is the entropy over "is no source" and "is one, with this stance", from
    the calibrated probabilities; of several the largest counts. Without any it is the entropy of
    whether anybody speaks.
    """
    if not attributions:
        return _entropy((nobody, 1 - nobody))
    return max(map(_doubt, attributions))


def _doubt(attribution: Attribution) -> float:
    speaks = attribution.speaker_confidence if attribution.speaker_confidence is not None else 1.0
    stances = attribution.stance_probabilities or {"": 1.0}
    return _entropy((1 - speaks, *(speaks * probability for probability in stances.values())))


def _entropy(probabilities: Iterable[float]) -> float:
    return sum(-share * math.log2(share) for share in probabilities if share > 0)


def _candidates(result: LabelledArticle, done: Ranges | None) -> Iterator[Suggestion]:
    lines = zip(result.sentences, result.attributions, result.nobody_confidence, strict=True)
    for sentence, attributions, nobody in lines:
        marked = any(start < sentence.end and sentence.start < end for start, end in done or ())
        if sentence.furniture or marked:
            continue
        first = leading(attributions)
        speaker, stance = (first.speaker, first.stance) if first else (NONE, NONE)
        place = (result.article.id, sentence.index, sentence.start, sentence.end)
        yield Suggestion(*place, sentence.text, speaker, stance, uncertainty(attributions, nobody))
