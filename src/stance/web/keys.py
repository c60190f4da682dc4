"""The keyboard: one table, from which the page's buttons, its help and its script are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stance.labels import NONE, STANCES
from stance.topic import Topic

__all__ = ["KEYS", "READINGS", "Key", "keymap", "label_keys"]


@dataclass(frozen=True)
class Key:
    """A key, what it does, and in which group of the page its button stands.

    `key` is the browser's name of it, `shown` what the button says where that differs.
    """

    key: str
    action: str
    label: str
    group: str
    value: str = ""
    help: str = ""
    shown: str = ""


KEYS = (
    Key("s", "span", "Source", "words", "source", "the selected words name the speaker"),
    Key("q", "span", "Cue", "words", "cue", "the selected words carry the stance"),
    Key("ArrowRight", "word", "Word on", "words", "1", "select the next word; Shift: one word more", "→"),
    Key("ArrowLeft", "word", "Word back", "words", "-1", "select the word before; Shift: one less", "←"),
    Key(
        " ", "take", "As suggested", "sentence", "model",
        "take over the suggestion (or what both readings say) and go on", "space",
    ),
    Key("a", "add", "Another source", "sentence", help="the next labels make a further attribution"),
    Key("t", "turn", "Turn to next", "sentence", help="work on the sentence's next attribution"),
    Key("x", "delete", "Delete", "sentence", help="delete the attribution that is worked on"),
    Key("f", "furniture", "Furniture", "sentence", help="page furniture, no part of the article (a switch)"),
    Key("u", "undo", "Undo", "sentence", help="undo the last step"),
    Key("m", "join", "Join with next", "cut", help="this sentence and the next one are one"),
    Key("/", "split", "Split at caret", "cut", help="a new sentence begins at the caret or selected word"),
    Key("k", "previous", "Back", "walk", help="previous sentence", shown="k ↑"),
    Key("j", "next", "Next", "walk", help="next sentence", shown="j ↓"),
    Key("Enter", "open", "Next unlabelled", "move", help="next sentence that is not labelled"),
    Key("l", "filter", "Show", "view", help="show all sentences, or only some, in turn"),
    Key("v", "suggestions", "Suggestions", "view", help="hide the suggestions, or show them"),
    Key("o", "article", "Next article", "move", "1", "next article"),
    Key("b", "article", "Article before", "move", "-1", "article before"),
    Key("g", "guide", "Guide", "view", help="what the labels mean"),
    Key("?", "help", "Keys", "view", help="these keys"),
)  # fmt: skip

READINGS = (
    Key(",", "take", "Left reading", "readings", "a", "take over the left reading and go on"),
    Key(".", "take", "Right reading", "readings", "b", "take over the right reading and go on"),
)
"""Further keys where two readings are adjudicated."""

_ALIASES = {"ArrowDown": "j", "ArrowUp": "k"}
_MORE_SPEAKERS = "123456789eiprwyz"


def label_keys(topic: Topic) -> Iterator[Key]:
    """The keys of a topic's speakers, of nobody, and of the stances (if the topic has an allegation)."""
    speakers = [label for label in topic.labels if label != NONE]
    for number, label in enumerate(speakers):
        key = _MORE_SPEAKERS[number] if number < len(_MORE_SPEAKERS) else ""
        yield Key(key, "speaker", label, "speaker", label, f"{label} speaks")
    yield Key("0", "nobody", "nobody", "speaker", help="nobody but the reporter speaks; go on")
    if not topic.is_open:
        for stance in STANCES:
            yield Key(stance[0], "stance", stance, "stance", stance)


def keymap(keys: Iterable[Key]) -> dict[str, tuple[str, str]]:
    """What each key of a keyboard does: an action and its value."""
    found = {key.key: (key.action, key.value) for key in keys if key.key}
    return found | {other: found[key] for other, key in _ALIASES.items() if key in found}
