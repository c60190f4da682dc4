"""Articles as encoders told them that had not learnt from them: the vectors that training learns from.

An encoder is surer of what it was fine-tuned on than of anything new. The composed articles are
therefore kept as a network told them that saw none of their fold, and so nothing of their world.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from stance.encoded import SENTENCE, WORD, Encoded
from stance.encoder.pieces import digest_of, stretches_of
from stance.encoder.session import Encoder
from stance.errors import UsageError
from stance.reading import ReadArticle

__all__ = ["VECTORS", "Vectors"]

VECTORS = "encoded.safetensors"

_AGAIN = "write it again with 'stance finetune'"
_LENGTH = 16
"""Hexadecimal digits of a key."""


@dataclass(frozen=True)
class Vectors:
    """What encoders told, by the digest of an article's pieces.

    `encoder` is the digest of the one for new articles.
    """

    encoder: str
    articles: Mapping[str, Sequence[Encoded]]

    def encode(self, article: ReadArticle, encoder: Encoder, strict: bool) -> ReadArticle:
        """The article with what is kept of it, else as the encoder tells it.

        Raises:
            UsageError: nothing is kept of it though it must be (`strict`).
        """
        stretches = stretches_of(article, encoder.pieces)
        known = self.articles.get(digest_of(stretches))
        if known is not None:
            return replace(article, encoded=tuple(known))
        if strict:
            raise UsageError(
                f"article {article.article.id} has no vectors out of fold, or is read otherwise than when "
                "they were computed; write them again with 'stance finetune'"
            )
        return encoder.encode(article)

    def pack(self) -> bytes:
        """The vectors as one safetensors file."""
        sentences = [encoded for told in self.articles.values() for encoded in told]
        arrays: dict[str, NDArray[np.generic]] = {
            "words": np.concatenate([encoded.words for encoded in sentences]),
            "sentences": np.stack([encoded.sentence for encoded in sentences]),
            "lengths": np.array([len(encoded.words) for encoded in sentences], np.int32),
            "articles": np.array([len(told) for told in self.articles.values()], np.int32),
        }
        return _in_order(save(arrays, {"encoder": self.encoder, "keys": "".join(self.articles)}))

    @classmethod
    def unpack(cls, data: bytes, name: str) -> Vectors:
        """Read such a file; `name` is what a fault calls it.

        Raises:
            UsageError: it is broken.
        """
        try:
            told = json.loads(_header(data))["__metadata__"]
            arrays = load(data)
            keys = [told["keys"][at : at + _LENGTH] for at in range(0, len(told["keys"]), _LENGTH)]
            ends = np.cumsum(arrays["lengths"])
            words = np.split(arrays["words"], ends[:-1])
            if (words[0].shape[1], arrays["sentences"].shape[1]) != (len(WORD), len(SENTENCE)):
                raise ValueError("it has other outputs")
            every = [Encoded(w, s) for w, s in zip(words, arrays["sentences"], strict=True)]
            starts = [0, *np.cumsum(arrays["articles"]).tolist()]
            articles = {key: every[starts[at] : starts[at + 1]] for at, key in enumerate(keys)}
        except (ValueError, KeyError, IndexError, TypeError, SafetensorError, RecursionError) as error:
            raise UsageError(f"{name} is broken ({error}); {_AGAIN}") from error
        return cls(told["encoder"], articles)


def _header(data: bytes) -> bytes:
    """The JSON at the beginning of a safetensors file, with the blanks that fill it up."""
    return data[8 : 8 + int.from_bytes(data[:8], "little")]


def _in_order(data: bytes) -> bytes:
    """The same file with its header in one order: the library's changes from one save to the next."""
    header = _header(data)
    ordered = json.dumps(json.loads(header), sort_keys=True).encode()
    ordered += b" " * (-len(ordered) % 8)
    return len(ordered).to_bytes(8, "little") + ordered + data[8 + len(header) :]
