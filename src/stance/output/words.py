"""How stances and speakers are put to people, in the terminal and on the page."""

from __future__ import annotations

from dataclasses import dataclass

from stance.records import Attribution

__all__ = ["DETAIL_WORDS", "INFERRED", "MENTION_WORDS", "WORDING", "Wording", "inferred"]


@dataclass(frozen=True)
class Wording:
    """A stance in words, the same of one holder, and a sign that does not rest on colour."""

    words: str
    told: str
    sign: str


# "confirms" in plain English vouches for the fact; what is meant is the speaker's position.
WORDING = {
    "confirms": Wording("presents as true", "presents it as true", "▲"),
    "denies": Wording("rejects", "rejects it", "▼"),
    "hedges": Wording("leaves open", "leaves it open", "◆"),
    "none": Wording("no position", "takes no position on it", "○"),
}

DETAIL_WORDS = {
    "asserts": "asserts it",
    "concedes": "concedes it",
    "never": "it is not so, and never was",
    "no_longer": "it is no longer so",
    "not_directly": "not directly",
    "possible": "it may be so",
    "partial": "some of it",
    "no_comment": "does not comment",
    "disclaims": "is not the one to answer for it",
    "inquires": "asks, or promises to look into it",
    "other_part": "speaks of another part of the matter",
    "off_topic": "speaks of something else",
}
"""What each detail says of its stance."""

MENTION_WORDS = {"name": "by name", "description": "by a description"}
"""How a sentence names a speaker that it does name."""

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
