"""Which role does a source play?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stance.features.places import POSSESSIVES, bin_of, cue_after, kind_of, owned_by
from stance.lexicon import noun_of
from stance.mentions import Mention
from stance.reading import ReadArticle
from stance.turns import Dossier, Turn, described, key_of

__all__ = ["role_features"]


def role_features(
    article: ReadArticle, at: int, mention: Mention, dossier: Dossier, turns: Sequence[Turn]
) -> Iterator[str]:
    """Which role does the source play? Its words, what the article says of it, who spoke before."""
    sentence = article.sentences[at]
    kind, words = kind_of(article, sentence, mention), sentence.folded
    yield f"structure:kind={kind}"
    yield from (f"lexical:word={word}" for word in words[mention.first : mention.last] if word[0].isalpha())
    telling = set(described(sentence, mention))
    yield from {f"structure:described={noun}" for word in telling for noun in noun_of(word)}
    key = key_of(sentence, mention)
    known = dossier.kinds.get(key, Counter()) if mention.kind == "name" else Counter()
    yield from (f"structure:known={noun}" for noun in known)
    yield from (f"lexical:described={word}" for word in telling if word.isalpha())
    if mention.kind == "name":
        yield from (f"lexical:known={word}" for word in dossier.words.get(key, ()) if word.isalpha())
    elif mention.kind == "noun":
        meant = next(
            (turn for turn in reversed(turns) if words[mention.head] in dossier.words.get(turn.key, ())), None
        )
        yield f"discourse:meant={meant.role if meant else '-'}"
    yield from (f"structure:owns={noun}" for noun in owned_by(sentence, mention))
    if words[mention.first] in POSSESSIVES or "'s" in words[mention.first : mention.last]:
        yield f"structure:possessed&{'+'.join(noun_of(words[mention.head])) or '-'}"
    pronoun = mention.kind == "pronoun"
    definite = words[mention.first] in ("the", "this", "that", "his", "her", "its")
    reference = f"{kind}" if pronoun else f"{kind}&definite" if definite else "other"
    last = turns[-1] if turns else None
    yield f"discourse:last={last.role if last else '-'}&{reference}"
    people = next((turn for turn in reversed(turns) if turn.human), None)
    things = next((turn for turn in reversed(turns) if not turn.human), None)
    chosen = people if kind in ("he", "she", "who") else things if kind == "it" else last
    gap = bin_of(min(sentence.sentence.index - chosen.sentence, 9)) if chosen else "-"
    yield f"discourse:antecedent={chosen.role if chosen else '-'}&{reference}"
    yield f"discourse:antecedent={chosen.role if chosen else '-'}&{reference}&gap={gap}"
    yield from _recent(article, at, mention, reference)
    same = next((turn for turn in reversed(turns) if turn.key == key), None)
    if same and not pronoun:
        yield f"discourse:same={same.role}"
    spoke = {turn.role for turn in turns}
    yield from (f"discourse:spoke={role}&{reference}" for role in spoke)
    cast = {
        article.topic.speakers[m.speaker].role
        for m in sentence.mentions
        if m.speaker is not None and m is not mention
    }
    yield from (f"discourse:beside={role}&{reference}" for role in cast)
    word, cue, gap_after, _ = cue_after(sentence, mention)
    yield f"cues:cue={cue}&near={gap_after < 2}"
    yield f"cues:cue={word}&{reference}"


def _recent(article: ReadArticle, at: int, mention: Mention, reference: str) -> Iterator[str]:
    """The last mentions before this one, in this sentence and the one before: what a pronoun could mean."""
    if reference == "other":
        return
    sentence = article.sentences[at]
    earlier = [(sentence, m) for m in sentence.mentions if m.last <= mention.first and m.kind != "pronoun"]
    if at:
        previous = article.sentences[at - 1]
        before = [(previous, m) for m in previous.mentions if m.kind != "pronoun"]
        if before:
            yield f"discourse:subject={kind_of(article, *before[0])}&{reference}"
            roles = {article.topic.speakers[m.speaker].role for _, m in before if m.speaker is not None}
            yield f"discourse:previous={'+'.join(sorted(roles)) or '-'}&{reference}"
    if earlier:
        yield f"discourse:nearest={kind_of(article, *earlier[-1])}&{reference}"
