"""The pieces that the encoder needs: those of English, the composed articles', and the marks."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from torch import Tensor

from stance.encoder.pieces import MARKS
from stance.errors import UsageError

__all__ = ["NEAREST", "begin_marks", "pruned"]

FREQUENT = 17_500
"""Pieces of the usual vocabulary that are kept for their rank; they stand in it by frequency."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

NEAREST = {
    "leader": ("president", "leader"),
    "service": ("intelligence", "agency"),
    "document": ("document", "leaked"),
    "seller": ("country", "supplier"),
    "receiver": ("country", "buyer"),
    "accuser": ("country", "rival"),
    "analyst": ("analyst",),
    "other": ("official",),
    "sentence": ("[CLS]",),
    "paragraph": ("[CLS]", "[SEP]"),
}
"""What a mark means before it is learnt: the mean of these pieces."""


def pruned(tokenizer: bytes, used: Collection[str]) -> tuple[bytes, list[int]]:
    """The tokenizer with the pieces that are kept, and their rows among the old ones.

    Kept are the special ones, the marks and what they begin as, `used`, and of the first
    `FREQUENT` those in ASCII.

    Raises:
        UsageError: it is no WordPiece tokenizer.
    """
    try:
        told: dict[str, Any] = json.loads(tokenizer)
        vocabulary: dict[str, int] = told["model"]["vocab"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"tokenizer.json is broken ({error}), expected that of all-MiniLM-L6-v2") from error
    near = {piece for pieces in NEAREST.values() for piece in pieces}
    needed = {*SPECIAL, *MARKS.values(), *near, *used}
    ranked = sorted(vocabulary.items(), key=lambda entry: entry[1])
    kept = [
        (piece, row)
        for piece, row in ranked
        if piece in needed or (row < FREQUENT and piece.isascii() and not piece.startswith("[unused"))
    ]
    told["model"]["vocab"] = {piece: at for at, (piece, _) in enumerate(kept)}
    for added in told.get("added_tokens", ()):
        added["id"] = told["model"]["vocab"][added["content"]]
    told["truncation"] = told["padding"] = told["post_processor"] = None
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), [row for _, row in kept]


def begin_marks(words: Tensor, rows: dict[str, int]) -> None:
    """Let the marks' vectors begin as the mean of pieces that come near them; `rows` by piece."""
    for mark, near in NEAREST.items():
        words[rows[MARKS[mark]]] = words[[rows[piece] for piece in near]].mean(dim=0)
