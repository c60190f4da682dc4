"""The encoder at work: an ONNX graph, one window at a time.

A window is computed alone and on one core, so that no result depends on its neighbours, on the
number of jobs or on the machine's load.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.encoded import OUTPUTS, WORD, Encoded, rounded
from stance.encoder.pieces import Stretch, WordPieces, stretches_of, windows_of
from stance.errors import ModelError
from stance.reading import ReadArticle

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

__all__ = ["Encoder"]


KEPT = 1024
"""Windows whose outputs are kept: what comes again, as copies of an article do, is not computed again."""

EXTERNAL = b"location"
"""The key under which an ONNX file names another file to read; ours have no use for the word."""


class Encoder:
    """What each word and sentence of an article says in its surroundings.

    `graph` is an ONNX file, `tokenizer` the vocabulary's. Both are read when first needed.

    Raises:
        ModelError: a file is broken, or is no encoder of ours.
    """

    def __init__(self, graph: bytes, tokenizer: bytes) -> None:
        self.graph, self.tokenizer = graph, tokenizer

    @cached_property
    def pieces(self) -> WordPieces:
        """The vocabulary."""
        return WordPieces(self.tokenizer)

    def check(self) -> None:
        """See that both files can be used; labelling finds out at its first article.

        Raises:
            ModelError: one of them cannot.
        """
        ids = (self.pieces.begin, self.pieces.last, self.pieces.end)
        try:
            self.outputs(ids)
        except ModelError:
            raise
        except Exception as error:  # the library raises classes of its own under Exception
            reason = " ".join(str(error).split())
            raise ModelError(
                f"encoder.onnx cannot read the pieces of tokenizer.json ({reason}), expected both of one "
                "'stance finetune'"
            ) from error

    @cached_property
    def digest(self) -> str:
        """What tells this encoder: SHA-256 over graph and vocabulary."""
        return hashlib.sha256(self.graph + self.tokenizer).hexdigest()

    def encode(self, article: ReadArticle) -> ReadArticle:
        """The article with `encoded` filled in."""
        told = self._told(stretches_of(article, self.pieces), range(len(article.sentences)))
        return replace(article, encoded=tuple(told[at] for at in range(len(article.sentences))))

    def hidden(self, article: ReadArticle, at: int) -> Iterator[tuple[int, int, ReadArticle]]:
        """The article as it is told with words of sentence `at` hidden, one word or known name at a time.

        Gives the first of the hidden words, the one after the last, and the article, in which only that
        sentence is told anew. What has no letter and no digit stays.
        """
        stretches, words = stretches_of(article, self.pieces), article.sentences[at].words
        for number, stretch in enumerate(stretches):
            for first, last, ids in stretch.hiding(self.pieces.mask) if stretch.at == at else ():
                if any(letter.isalnum() for word in words[first:last] for letter in word):
                    changed = (*stretches[:number], replace(stretch, ids=ids), *stretches[number + 1 :])
                    told = self._told(changed, (at,))[at]
                    encoded = (*article.encoded[:at], told, *article.encoded[at + 1 :])
                    yield first, last, replace(article, encoded=encoded)

    def _told(self, stretches: Sequence[Stretch], asked: Container[int]) -> dict[int, Encoded]:
        """What is told of the sentences that are asked about, by their places in the article."""
        words: dict[int, list[NDArray[np.int8]]] = {}
        sentences: dict[int, NDArray[np.int8]] = {}
        for window in windows_of(stretches, self.pieces):
            own = [(place, stretch) for place, stretch in window.own if stretch.at in asked]
            if not own:
                continue
            told = self.kept(window.ids)
            for place, stretch in own:
                rows = told[place : place + len(stretch.ids)]
                words.setdefault(stretch.at, []).append(rows[list(stretch.places), : len(WORD)])
                if not stretch.first:
                    sentences[stretch.at] = rows[0, len(WORD) :]
        return {at: Encoded(np.concatenate(words[at]), sentences[at]) for at in sentences}

    @cached_property
    def kept(self) -> _lru_cache_wrapper[NDArray[np.int8]]:
        """The outputs for one window, rounded; the latest are kept, by the window's pieces."""
        return lru_cache(KEPT)(lambda ids: rounded(self.outputs(ids)))

    def outputs(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The outputs for one window: pieces x `OUTPUTS`."""
        (told,) = self._session.run(None, {"ids": np.asarray([ids], np.int64)})
        result: NDArray[np.float32] = told[0]
        return result

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        if EXTERNAL in self.graph:
            raise ModelError("encoder.onnx points to data outside itself, expected all of it inside")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])
            shape = session.get_outputs()[0].shape
        except Exception as error:  # the library raises classes of its own under Exception
            told = " ".join(str(error).split())
            raise ModelError(f"encoder.onnx is broken ({told}), expected one of 'stance finetune'") from error
        if shape[-1] != len(OUTPUTS):
            raise ModelError(
                f"encoder.onnx tells {shape[-1]} things of a piece, expected {len(OUTPUTS)}: it is of "
                "another version of stance"
            )
        return session

    def __getstate__(self) -> dict[str, Any]:
        # A session is bound to its process.
        return {"graph": self.graph, "tokenizer": self.tokenizer}
