"""Does a source from another sentence go on speaking?"""

from __future__ import annotations

from collections.abc import Iterator

from stance.features.places import QUOTE_MARKS, bin_of
from stance.reading import ReadArticle, ReadSentence
from stance.turns import Turn

__all__ = ["running_names"]


def running_names(article: ReadArticle, at: int, turn: Turn, link: str) -> Iterator[str]:
    """Does this turn run on into the sentence? `link` says how it was found: `block` or `previous`."""
    sentence = article.sentences[at]
    share = round(sentence.quoted_share * 4)
    yield from _distance(sentence, turn, link, share)
    yield from _beginning(sentence, turn, share)
    yield f"structure:list={article.sentences[at - 1].folded[-1] == ':' if at else False}"
    yield f"structure:mentions={bin_of(len(sentence.mentions))}&role={turn.role}"
    yield f"discourse:wasexplicit={turn.explicit}"


def _distance(sentence: ReadSentence, turn: Turn, link: str, share: int) -> Iterator[str]:
    """How far the turn lies, and whether a quotation reaches over from it."""
    gap = bin_of(abs(sentence.sentence.index - turn.sentence))
    same = turn.paragraph == sentence.sentence.paragraph
    quotation = f"{link}&inside={sentence.opens_inside}&ends={sentence.ends_inside}"
    yield f"structure:{quotation}"
    yield f"structure:{quotation}&share={share}"
    yield f"structure:link={link}&gap={gap}&same={same}"
    yield f"structure:share={share}&starts={_starts(sentence)}&gap={gap}&same={same}"
    yield f"discourse:role={turn.role}&gap={gap}"
    yield f"discourse:role={turn.role}&same={same}"


def _beginning(sentence: ReadSentence, turn: Turn, share: int) -> Iterator[str]:
    """How the sentence begins: a fragment, an "It also" or a quotation mark lean on what was before."""
    starts = _starts(sentence)
    yield f"structure:starts={starts}"
    yield f"discourse:role={turn.role}&starts={starts}&share={share}"


def _starts(sentence: ReadSentence) -> str:
    if sentence.folded[0] in QUOTE_MARKS:
        return "quote"
    return "lower" if sentence.words[_first_word(sentence)][0].islower() else "plain"


def _first_word(sentence: ReadSentence) -> int:
    """The first token that is no mark; the first of all where each is one."""
    return next((i for i, word in enumerate(sentence.folded) if word[0].isalnum()), 0)
