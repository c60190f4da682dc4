"""What the classifiers see of a candidate: names of features, in blocks.

Four questions are asked of a sentence, each by a head of the model:

`source`    does this mention name the source of what the sentence states?
`role`      which role does that source play?
`running`   does a source from another sentence go on speaking here?
`stance`    what does the source do to the allegation?

A feature is a string `block:name`; its value is one. Names of people and parties drop out (they
become their roles), so that a model trained on invented states reads the real ones.
"""

from __future__ import annotations

from stance.features.role import role_features
from stance.features.running import running_features
from stance.features.source import source_features
from stance.features.stance import stance_features

__all__ = ["BLOCKS", "role_features", "running_features", "source_features", "stance_features"]

BLOCKS = ("structure", "lexical", "cues", "patterns", "discourse")
"""The blocks of features; each is a prefix of the features' names."""
