"""Does a source from another sentence go on speaking?"""

from __future__ import annotations

from collections.abc import Iterator

from stance.features.places import QUOTE_MARKS, bin_of
from stance.lexicon import FIRST_PERSON, cue_of
from stance.reading import ReadArticle
from stance.turns import Turn

__all__ = ["running_features"]


def running_features(article: ReadArticle, at: int, turn: Turn, link: str) -> Iterator[str]:
    """Does this turn run on into the sentence? `link` says how it was found: `block` or `previous`."""
    sentence = article.sentences[at]
    words = sentence.folded
    gap = sentence.sentence.index - turn.sentence
    same = turn.paragraph == sentence.sentence.paragraph
    share = round(sentence.quoted_share * 4)
    first = next((at for at, w in enumerate(words) if w[0].isalnum()), 0)
    starts = (
        "quote" if words[0] in QUOTE_MARKS else "lower" if sentence.words[first][0].islower() else "plain"
    )
    base = f"{link}&inside={sentence.opens_inside}&ends={sentence.ends_inside}"
    yield f"structure:{base}"
    yield f"structure:{base}&share={share}"
    yield f"structure:link={link}&gap={bin_of(abs(gap))}&same={same}"
    yield f"structure:share={share}&starts={starts}&gap={bin_of(abs(gap))}&same={same}"
    yield f"structure:starts={starts}"
    yield f"discourse:role={turn.role}&starts={starts}&share={share}"
    yield f"discourse:role={turn.role}&gap={bin_of(abs(gap))}"
    yield f"discourse:role={turn.role}&same={same}"
    yield f"discourse:wasexplicit={turn.explicit}"
    outer = [w for w, q in zip(words, sentence.quoted, strict=True) if not q]
    yield f"cues:outer={bin_of(sum(1 for w in outer if cue_of(w)))}&share={share}"
    yield from (f"cues:outer={cue}" for cue in {cue_of(w) for w in outer if cue_of(w)})
    if first < len(words):
        yield f"lexical:first={words[first]}"
        yield f"lexical:first2={' '.join(words[first : first + 2])}"
        yield f"lexical:first3={' '.join(words[first : first + 3])}&role={turn.role}"
    yield f"lexical:person={bool(FIRST_PERSON & set(words))}&share={share}"
    yield f"lexical:person={bool(FIRST_PERSON & set(outer))}&role={turn.role}"
    yield f"lexical:last={words[-1]}"
    yield f"structure:list={article.sentences[at - 1].folded[-1] == ':' if at else False}"
    yield f"structure:mentions={bin_of(len(sentence.mentions))}&role={turn.role}"
    yield from (f"lexical:word={w}" for w in set(outer) if w.isalpha())
