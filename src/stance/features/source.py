"""Does this mention name the source of what the sentence states?"""

from __future__ import annotations

from collections.abc import Iterator

from stance.features.places import (
    AUXILIARIES,
    QUOTE_MARKS,
    bin_of,
    cue_after,
    cue_before,
    kind_of,
    near,
    owned_by,
    predicate_at,
)
from stance.lexicon import cue_of, noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle, ReadSentence

__all__ = ["source_features"]


def source_features(article: ReadArticle, at: int, mention: Mention) -> Iterator[str]:
    """Does this mention name the source? Where it stands, between which words, to which cue."""
    sentence = article.sentences[at]
    words, kind = sentence.folded, kind_of(article, sentence, mention)
    before, after = near(words, mention.first - 1), near(words, mention.last)
    before2, after2 = near(words, mention.first - 2), near(words, mention.last + 1)
    quoted = sentence.quoted[mention.head]
    yield from (
        f"structure:kind={kind}",
        f"structure:quoted={quoted}",
        f"structure:kind={kind}&quoted={quoted}",
    )
    yield f"structure:first={mention is sentence.mentions[0]}"
    yield f"structure:begins={mention.first == 0}&{kind}"
    yield f"structure:count={bin_of(len(sentence.mentions))}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:inside={sentence.opens_inside}{sentence.ends_inside}&quoted={quoted}"
    yield from (f"lexical:before={before}", f"lexical:after={after}", f"lexical:before2={before2} {before}")
    yield from (
        f"lexical:after2={after} {after2}",
        f"lexical:around={before}|{after}",
        f"lexical:head={words[mention.head]}",
    )
    yield from (
        f"lexical:kind={kind}&before={before}",
        f"lexical:kind={kind}&after={after}",
        f"lexical:then={after2}",
    )
    for name, (word, cue, gap, between) in (
        ("cue", cue_after(sentence, mention)),
        ("precue", cue_before(sentence, mention)),
    ):
        yield f"cues:{name}={cue}&gap={bin_of(gap)}&between={min(between, 2)}"
        yield f"cues:{name}={cue}&near={gap < 2}&kind={kind}"
        yield f"cues:{name}={cue}&between={min(between, 2)}"
        yield f"cues:{name}={word}&near={gap < 3}"
    owned = owned_by(sentence, mention)
    yield from (f"cues:owns={noun}" for noun in owned)
    yield from (f"cues:owns={noun}&kind={kind}" for noun in owned)
    yield from _clause(sentence, mention, kind)
    if before == "of":
        yield from (f"cues:of={noun}&kind={kind}" for noun in noun_of(before2) or ("-",))
    yield from (
        f"lexical:ahead={word}" for word in set(words[mention.last : mention.last + 7]) if word.isalpha()
    )
    yield from (
        f"lexical:behind={word}"
        for word in set(words[max(0, mention.first - 5) : mention.first])
        if word.isalpha()
    )
    predicate = predicate_at(words, mention.last)
    yield from (
        f"lexical:predicate={predicate}",
        f"lexical:predicate={predicate}&kind={kind}",
        f"lexical:predicate~{predicate[:5]}",
    )
    yield f"structure:verbal={predicate.endswith(('ed', 's'))}&kind={kind}"
    outer = sum(1 for w, q in zip(words, sentence.quoted, strict=True) if not q and cue_of(w))
    yield f"cues:outer={bin_of(outer)}"
    yield f"structure:closes={before in QUOTE_MARKS or before2 in QUOTE_MARKS}"
    yield f"structure:question={words[-1] == '?'}&quoted={quoted}"


def _clause(sentence: ReadSentence, mention: Mention, kind: str) -> Iterator[str]:
    """Whether a mention is the subject of the outer clause, also over an apposition."""
    words, quoted = sentence.folded, sentence.quoted[mention.head]
    earlier = [m for m in sentence.mentions if m.last <= mention.first and sentence.quoted[m.head] == quoted]
    covered = "no"
    for other in earlier:
        cue = cue_after(sentence, other)
        if cue.gap < 3 and other.last + cue.gap < mention.first:
            covered = "near" if mention.first - other.last - cue.gap < 3 else "far"
    yield f"structure:covered={covered}&kind={kind}"
    yield f"structure:covered={covered}&quoted={quoted}"
    verb = near(words, mention.last)
    verbal = "aux" if verb in AUXILIARIES else "ed" if verb.endswith("ed") else cue_of(verb) or "-"
    yield f"structure:before={cue_of(near(words, mention.first - 1)) or '-'}&verb={verbal}"
    yield f"lexical:before={near(words, mention.first - 1)}&verb={verbal}"
    yield f"structure:earlier={min(len(earlier), 3)}&verb={verbal}"
    if verb == ",":
        close = next(
            (at for at in range(mention.last + 1, min(len(words), mention.last + 18)) if words[at] == ","),
            None,
        )
        if close is not None:
            predicate = predicate_at(words, close + 1)
            yield f"lexical:apposed={predicate}"
            yield f"cues:apposed={cue_of(predicate) or '-'}&kind={kind}"
