"""From an article's words to the encoder's input: word pieces, names replaced by roles, windows.

What the topic file knows drops out: the words that name a speaker or a party become one piece that
stands for the role, so that an encoder that was fine-tuned on invented states reads the real ones.
Every sentence begins with a marker piece, at which the encoder tells what holds for the sentence as
a whole; a word is read at its first piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tokenizers import Tokenizer

from stance.errors import ModelError
from stance.reading import ReadArticle, ReadSentence
from stance.topic import Topic

__all__ = ["MARKS", "Stretch", "Window", "WordPieces", "digest_of", "stretches_of", "windows_of"]

MARKS = {
    "leader": "[unused1]",
    "service": "[unused2]",
    "document": "[unused3]",
    "seller": "[unused4]",
    "receiver": "[unused5]",
    "accuser": "[unused6]",
    "analyst": "[unused7]",
    "other": "[unused8]",
    "sentence": "[unused9]",
    "paragraph": "[unused10]",
}
"""The pieces that stand for roles, parties, and the beginning of a sentence or a paragraph."""

LONGEST = 256
"""Pieces in a window; the encoder knows 512 places."""

STRETCH = 160
"""Pieces of a sentence that stay together; what is longer is cut, so that the cost stays linear."""

CONTEXT = 2
"""Stretches before a window's own that are read along with it."""

_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‘": "'"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence, or a part of an overlong one, in pieces.

    `at` is the sentence's place among the article's; `ids` begins with the marker; `places` has,
    for each of the words from `first` on, the place of its first piece in `ids`.
    """

    at: int
    first: int
    ids: tuple[int, ...]
    places: tuple[int, ...]

    def hiding(self, mask: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Its pieces with those of one word after the other hidden, and which of the sentence's words these
        are: the first, and the one after the last. The words of a known name have one piece together."""
        firsts = (at for at, (before, here) in enumerate(pairwise((0, *self.places))) if here > before)
        for first, last in pairwise((*firsts, len(self.places))):
            begin = self.places[first]
            end = self.places[last] if last < len(self.places) else len(self.ids)
            hidden = (*self.ids[:begin], *(mask for _ in range(end - begin)), *self.ids[end:])
            yield self.first + first, self.first + last, hidden


@dataclass(frozen=True, slots=True)
class Window:
    """What the encoder reads at once: `ids`, and the stretches in it that are its own.

    `own` has each stretch with the place of its marker in `ids`.
    """

    ids: tuple[int, ...]
    own: tuple[tuple[int, Stretch], ...]


class WordPieces:
    """The encoder's vocabulary.

    Raises:
        ModelError: the tokenizer file is broken, lacks a piece that is needed, or skips numbers.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._tokenizer = Tokenizer.from_buffer(data)
        except Exception as error:  # the library raises bare exceptions
            raise ModelError(
                f"tokenizer.json is broken ({error}), expected one of 'stance finetune'"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.marks = {mark: self._id(piece) for mark, piece in MARKS.items()}
        self.begin, self.end, self.mask = self._id("[CLS]"), self._id("[SEP]"), self._id("[MASK]")
        self.unknown = self._id(getattr(self._tokenizer.model, "unk_token", None) or "[UNK]")
        numbers = self.rows().values()
        self.last = max(numbers)
        if self.last >= len(numbers):
            raise ModelError(
                f"tokenizer.json has a piece with the number {self.last}, expected its {len(numbers)} pieces "
                "numbered from 0 on, as 'stance finetune' writes them"
            )
        self.pieces = lru_cache(2**16)(self._pieces)

    def names(self, ids: Iterable[int]) -> set[str]:
        """The pieces with these numbers."""
        return {piece for number in ids if (piece := self._tokenizer.id_to_token(number)) is not None}

    def rows(self) -> dict[str, int]:
        """The numbers of all pieces."""
        return self._tokenizer.get_vocab()

    def _id(self, piece: str) -> int:
        found = self._tokenizer.token_to_id(piece)
        if found is None:
            raise ModelError(f"tokenizer.json has no piece {piece}, expected one of 'stance finetune'")
        return int(found)

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The pieces of one folded word; at least one."""
        return tuple(self._tokenizer.encode(word, add_special_tokens=False).ids) or (self.unknown,)


def stretches_of(article: ReadArticle, pieces: WordPieces) -> tuple[Stretch, ...]:
    """All stretches of an article, in order."""
    return tuple(
        stretch for at in range(len(article.sentences)) for stretch in _stretches(article, at, pieces)
    )


def digest_of(stretches: Sequence[Stretch]) -> str:
    """What tells the pieces of an article, in 16 hexadecimal digits."""
    told = hashlib.sha256()
    for stretch in stretches:
        told.update(repr((stretch.at, stretch.first, stretch.ids, stretch.places)).encode())
    return told.hexdigest()[:16]


def windows_of(stretches: Sequence[Stretch], pieces: WordPieces, first: int = LONGEST) -> Iterator[Window]:
    """Cut an article into windows: every stretch is one window's own.

    A window's last stretches are the next one's context. `first` is the most pieces in the first
    window; fine-tuning moves the cuts by it.
    """
    begin, longest = 0, first
    while begin < len(stretches):
        context = stretches[max(0, begin - CONTEXT) : begin]
        length = 2 + sum(len(stretch.ids) for stretch in context)
        end = begin
        while end < len(stretches) and (end == begin or length + len(stretches[end].ids) <= longest):
            length += len(stretches[end].ids)
            end += 1
        yield _window(context, stretches[begin:end], pieces)
        begin, longest = end, LONGEST


def _window(context: Sequence[Stretch], own: Sequence[Stretch], pieces: WordPieces) -> Window:
    ids = [pieces.begin]
    for stretch in context:
        ids += stretch.ids
    placed = []
    for stretch in own:
        placed.append((len(ids), stretch))
        ids += stretch.ids
    return Window((*ids, pieces.end), tuple(placed))


def _stretches(article: ReadArticle, at: int, pieces: WordPieces) -> Iterator[Stretch]:
    sentence = article.sentences[at]
    place = sentence.sentence
    begins = at == 0 or article.sentences[at - 1].sentence.paragraph != place.paragraph
    marker = pieces.marks["paragraph" if begins else "sentence"]
    ids, places, first = [marker], list[int](), 0
    for word, own in enumerate(_words(article.topic, sentence, pieces)):
        if len(ids) + len(own) > STRETCH and len(ids) > 1:
            yield Stretch(at, first, tuple(ids), tuple(places))
            ids, places, first = [marker], [], word
        places.append(len(ids) if own else len(ids) - 1)  # of a hit whose piece stands before
        ids += own[: STRETCH - 1]
    yield Stretch(at, first, tuple(ids), tuple(places))


def _words(topic: Topic, sentence: ReadSentence, pieces: WordPieces) -> Iterator[tuple[int, ...]]:
    """The pieces of each word; of the words of a hit only the first has any."""
    marked: dict[int, tuple[int, ...]] = {}
    for hit in sentence.hits:
        known = hit.party
        if hit.speaker is not None and hit.match != "metonym":
            known = topic.speakers[hit.speaker].role
        if known is not None:
            marked |= dict.fromkeys(range(hit.first, hit.last), ())
            marked[hit.first] = (pieces.marks[known],)
    for at, word in enumerate(sentence.folded):
        yield marked[at] if at in marked else pieces.pieces(word.translate(_STRAIGHT))
