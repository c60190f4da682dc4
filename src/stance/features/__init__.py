"""What the classifiers see of a candidate: names of features, in blocks.

Four questions are asked of a sentence, each by a head of the model:

`source`    does this mention name the source of what the sentence states?
`role`      which role does that source play?
`running`   does a source from another sentence go on speaking here?
`stance`    what does the source do to the allegation?

A feature is named `block:name`. Those of the block `encoder` have a value, all others are on or off.
What a fifth head sees, which judges a whole row, is in `stance.sureness`.
Names of people and parties drop out (they become their roles), so that a model trained on invented
states reads the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stance.features.encoder import encoder_alone, role_told, running_told, source_told, stance_told
from stance.features.role import role_names
from stance.features.running import running_names
from stance.features.source import source_names
from stance.features.stance import stance_names
from stance.mentions import Mention
from stance.reading import ReadArticle
from stance.turns import Dossier, Turn, Voice

__all__ = [
    "BLOCKS",
    "VALUED",
    "Features",
    "encoder_alone",
    "role_features",
    "running_features",
    "source_features",
    "stance_features",
]

BLOCKS = ("structure", "discourse", "encoder")
"""The blocks of features; each is a prefix of the features' names."""

VALUED = ("encoder:", "confidence:")
"""How the names of features with values begin; `stance.sureness` has those of the second kind."""

Features = dict[str, float]
"""Features by name; one that is on has the value one."""


def source_features(article: ReadArticle, at: int, mention: Mention) -> Features:
    """Does this mention name the source of what the sentence states?"""
    return _joined(source_names(article, at, mention), source_told(article, at, mention))


def role_features(
    article: ReadArticle, at: int, mention: Mention, dossier: Dossier, turns: Sequence[Turn]
) -> Features:
    """Which role does that source play?"""
    return _joined(role_names(article, at, mention, dossier, turns), role_told(article, at, mention))


def running_features(article: ReadArticle, at: int, turn: Turn, link: str) -> Features:
    """Does a source from another sentence go on speaking here?"""
    return _joined(running_names(article, at, turn, link), running_told(article, at, turn, link))


def stance_features(article: ReadArticle, at: int, voice: Voice) -> Features:
    """What does the source do to the allegation?"""
    return _joined(stance_names(article, at, voice), stance_told(article, at, voice))


def _joined(names: Iterable[str], told: Iterable[tuple[str, float]]) -> Features:
    # In one order, whatever that of the sets that they come from: sums come out the same to the last bit.
    return dict.fromkeys(sorted(set(names)), 1.0) | dict(told)
