"""Held-out rows made by hand, and many made by a seed."""

import numpy as np

from stance.heldout import HeldOut, Mark
from stance.labels import ROLES, STANCES
from stance.storage import FILES, HELDOUT, write_folder

LABELS = {"leader": "vucic", "service": "svr", "document": "pentagon_document"}


def model_with(folder, heldout):
    """A model folder whose only content is its held-out predictions."""
    write_folder(folder, {name: heldout.encode() if name == HELDOUT else b"" for name in FILES}, {})
    return folder


def mark(words, source=None, cue=None, **more):
    role, stance = words.split()
    return Mark(role, stance, LABELS.get(role, role), source, cue, **more)


def marks(side):
    """Attributions as they are, or told as "leader denies, other none"."""
    return tuple(mark(each) for each in side.split(", ") if each) if isinstance(side, str) else side


def row(sentence, gold="", predicted="", **more):
    start = 100 * sentence
    facts = {"set": "seeds", "article": "a", "group": "a", "topic": "serbia-arms", "text": "x" * 50, **more}
    both = {"gold": marks(gold), "predicted": marks(predicted)}
    return HeldOut(sentence=sentence, start=start, end=start + 50, **both, **facts)


FIVE = [
    row(0, "leader denies", "leader denies"),
    row(1, "service confirms", "service denies"),
    row(2, "", "other none"),
    row(3, "other hedges, document confirms", "document confirms"),
    row(4, "", "leader denies", furniture=True),
]


def many(articles=12, sentences=20):
    rng = np.random.default_rng(3)

    def drawn():
        return f"{rng.choice(ROLES[:5])} {rng.choice(STANCES)}" if rng.random() < 0.7 else ""

    rows = []
    for article in range(articles):
        for number in range(sentences):
            gold = drawn()
            guess = gold if rng.random() < 0.6 else drawn()
            base = {"constant": ("none", "none")}
            facts = {"set": "composed", "article": f"w{article}", "topic": "w"}
            shares = {"0.5": ("none", "none")}
            rows.append(row(number, gold, guess, baselines=base, shares=shares, **facts))
    return rows
