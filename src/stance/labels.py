"""Roles, stances and what they mean: the label space of the model.

The definitions are those of the annotators' guide (`annotations/GUIDELINES.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

__all__ = [
    "DETAILS",
    "DETAIL_STANCES",
    "FURNITURE",
    "MENTIONS",
    "MODEL",
    "NONE",
    "POSITIONS",
    "ROLES",
    "SOURCE_ROLES",
    "STANCES",
    "leading",
]

NONE: Final = "none"
FURNITURE: Final = "furniture"

MODEL: Final = "model"
"""Who labelled what no annotator has: no annotator may be called so."""

SOURCE_ROLES: Final = ("leader", "service", "document", "analyst", "other")
"""The roles a source can play, in the order that decides a sentence's primary label."""

ROLES: Final = (*SOURCE_ROLES, NONE)

POSITIONS: Final = ("confirms", "denies", "hedges")
"""The stances that are a position on the allegation."""

STANCES: Final = (*POSITIONS, NONE)

MENTIONS: Final = ("name", "description", "pronoun", "running", "metonymy", "implicit")
"""How a source stands in its sentence."""

DETAIL_STANCES: Final = {
    "asserts": "confirms",
    "concedes": "confirms",
    "never": "denies",
    "no_longer": "denies",
    "not_directly": "denies",
    "possible": "hedges",
    "partial": "hedges",
    "no_comment": "hedges",
    "disclaims": "hedges",
    "inquires": "hedges",
    "other_part": "none",
    "off_topic": "none",
}
"""Which stance each detail refines."""

DETAILS: Final = tuple(DETAIL_STANCES)


class _Marked(Protocol):
    @property
    def role(self) -> str: ...
    @property
    def stance(self) -> str: ...


_M = TypeVar("_M", bound=_Marked)


def leading(marks: Iterable[_M]) -> _M | None:
    """The mark that gives a sentence its primary label: by the order of the roles.

    Of two of one role a position goes before `none`, then the earlier one; None where nobody speaks.
    """
    known = (mark for mark in marks if mark.role != NONE)
    return min(known, key=lambda mark: (SOURCE_ROLES.index(mark.role), mark.stance == NONE), default=None)
