"""How stances and speakers are put to people, in the terminal and on the page."""

from __future__ import annotations

from dataclasses import dataclass

from stance.records import Attribution

__all__ = ["INFERRED", "WORDING", "Wording", "inferred"]


@dataclass(frozen=True)
class Wording:
    """A stance in words, and a sign that does not rest on colour."""

    words: str
    sign: str


# "confirms" in plain English vouches for the fact; what is meant is the speaker's position.
WORDING = {
    "confirms": Wording("presents as true", "▲"),
    "denies": Wording("rejects", "▼"),
    "hedges": Wording("leaves open", "◆"),
    "none": Wording("no position", "○"),
}

INFERRED = {
    "pronoun": "a pronoun",
    "running": "a running quotation",
    "metonymy": "a place or house that stands for the speaker",
    "implicit": "the context",
}
"""The kinds of mention that do not name the speaker, and what the speaker was inferred from."""


def inferred(attribution: Attribution) -> str | None:
    """What the speaker was inferred from, None where the sentence names or describes them."""
    return INFERRED.get(attribution.mention or "")
