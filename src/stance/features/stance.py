"""What does a source do to the allegation?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stance.features.places import bin_of, cue_after, cue_before, near
from stance.lexicon import STANCE_CUES, cue_of, stance_cues_of
from stance.patterns import patterns_in, stance_told
from stance.reading import ReadArticle, ReadSentence
from stance.turns import Voice, scope_of

__all__ = ["stance_features"]


def stance_features(article: ReadArticle, at: int, voice: Voice) -> Iterator[str]:
    """What does the source do to the allegation? The words and cues in its part of the sentence."""
    sentence = article.sentences[at]
    masked = _masked(article, sentence, voice)
    first, last = scope_of(sentence, voice)
    scoped = [word for word in masked[first:last] if word]
    yield from (f"lexical:{word}" for word in set(scoped))
    yield from {f"lexical:{a} {b}" for a, b in pairwise(scoped)}
    yield from {f"lexical:out={word}" for at_, word in enumerate(masked) if word and not first <= at_ < last}
    yield from _negated(scoped)
    classes = [kind for word in scoped for kind in stance_cues_of(word)]
    counted = Counter(classes)
    yield from (f"cues:{kind}" for kind in counted)
    yield from (f"cues:{kind}=2+" for kind, count in counted.items() if count > 1)
    yield from (f"cues:{a}&{b}" for a in counted for b in counted if a < b)
    told = sorted(patterns_in(" ".join(sentence.folded[first:last])))
    yield from (f"patterns:{name}" for name in told)
    yield from (f"patterns:{name}&{voice.role}" for name in told)
    if at:
        before = " ".join(article.sentences[at - 1].folded)
        yield f"discourse:told={stance_told(before)}&running={voice.mention is None}"
    yield f"patterns:count={bin_of(len(told))}"
    yield from {f"lexical:~{word[:5]}" for word in scoped if len(word) > 5}
    if voice.mention is not None:
        for name, (word, cue, gap, _) in (
            ("cue", cue_after(sentence, voice.mention)),
            ("precue", cue_before(sentence, voice.mention)),
        ):
            if gap < 6:
                yield from (f"cues:{name}={word}", f"cues:{name}class={cue}")
                negated = near(sentence.folded, voice.mention.last + gap - 1) in ("not", "n't", "never")
                yield f"cues:{name}={word}&negated={negated}"
    saying = {cue_of(word) for word in scoped if cue_of(word)}
    yield from (f"cues:class={cue}" for cue in saying)
    yield from (f"cues:class={cue}&{kind}" for cue in saying for kind in counted)
    yield from _about(article, at, masked, scoped)
    yield f"structure:role={voice.role}"
    yield f"structure:running={voice.mention is None}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:question={sentence.folded[-1] == '?' or '?' in sentence.folded[-2:]}"
    yield f"structure:length={bin_of(len(scoped) // 4)}"


def _masked(article: ReadArticle, sentence: ReadSentence, voice: Voice) -> list[str]:
    """The sentence's words with names replaced by what they are in the topic."""
    masked = list(sentence.folded)
    for mention in sentence.mentions:
        if mention.speaker is not None:
            name = (
                f"<{article.topic.speakers[mention.speaker].role}>"
                if mention.match != "metonym"
                else "<accuser>"
            )
        elif mention.party:
            name = f"<{mention.party}>"
        elif mention.kind == "name":
            name = "<name>"
        else:
            name = None
        if mention is voice.mention:
            name = "<source>"
        if name:
            for at in range(mention.first, mention.last):
                if masked[at] not in ("the", "a", "an"):
                    masked[at] = "" if at != mention.head else name
    return [("<num>" if word[0].isdigit() else word) if word else "" for word in masked]


def _negated(scoped: Sequence[str]) -> Iterator[str]:
    """The words in the reach of a negation: up to five behind it, within its clause."""
    seen = set()
    for at, word in enumerate(scoped):
        if word in STANCE_CUES["negation"]:
            for follower in scoped[at + 1 : at + 6]:
                if follower in (",", ";", ".", "but"):
                    break
                if follower not in seen:
                    seen.add(follower)
                    yield f"lexical:not {follower}"


def _about(article: ReadArticle, at: int, masked: Sequence[str], scoped: Sequence[str]) -> Iterator[str]:
    """Whether the sentence is on the allegation: the topic's terms and parties, here and just before."""
    here = _terms(article, at)
    before = bool(at) and _terms(article, at - 1)
    parties = [party for party in ("seller", "receiver", "accuser") if f"<{party}>" in scoped]
    yield f"discourse:terms={here}&before={before}"
    yield f"discourse:terms={here}&parties={'+'.join(parties)}"
    yield from (f"discourse:{party}" for party in parties)
    near = any(_terms(article, i) for i in range(max(0, at - 3), at))
    yield f"discourse:terms={here}&near={near}"
    yield f"discourse:receiver={'<receiver>' in masked}&terms={here}"


def _terms(article: ReadArticle, at: int) -> bool:
    words = article.sentences[at].folded
    return any(word in article.topic_terms for word in words)
