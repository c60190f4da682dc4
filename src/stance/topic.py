"""A topic: the allegation, its speakers, its parties. Data, not code.

A topic is a TOML file::

    schema = 1
    name = "serbia-arms"
    allegation = "Weapons made in Serbia reach Ukraine, or Serbia has agreed to supply them."
    terms = ["weapons", "ammunition"]       # words that show that an article is about it

    [parties]                               # names and adjectives, as they stand in text
    seller = ["Serbia", "Serbian"]
    receiver = ["Ukraine", "Ukrainian"]
    accuser = ["Russia", "Russian"]

    [[speakers]]
    label = "vucic"                         # what the output calls this speaker
    role = "leader"                         # leader, service, document, analyst or other
    name = "Aleksandar Vučić"               # the holder's name
    aliases = ["Vučić", "Vucic"]            # names; letters match with or without diacritics
    descriptions = ["Serbian president"]    # without an article, in lower or upper case
    metonyms = ["Moscow"]                   # stand for the speaker only where the article makes it so

    [[speakers]]                            # a role without names: found in the text
    label = "analyst"
    role = "analyst"

    [[sources]]                             # other known sources, labelled as the role `other`
    name = "Krušik"
    aliases = ["Krusik"]

A role that no speaker has is labelled as `other`, under the label of the speaker with that role.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from stance.errors import TopicError, did_you_mean
from stance.labels import FURNITURE, NONE, SOURCE_ROLES

__all__ = ["BUILT_IN", "DEFAULT_TOPIC", "KnownSource", "Speaker", "Topic", "load_topic", "parse_topic"]

DEFAULT_TOPIC = "serbia-arms"
BUILT_IN = ("open", DEFAULT_TOPIC)
"""The topics that the package carries."""

PARTIES = ("seller", "receiver", "accuser")
SCHEMA = 1


@dataclass(frozen=True)
class Speaker:
    """A speaker that the topic has a label for."""

    label: str
    role: str
    name: str | None = None
    aliases: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownSource:
    """A source that the topic knows by name and labels as `other`."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    """What an allegation is about and who speaks about it; `sha256` is that of `text` in UTF-8."""

    name: str
    allegation: str
    speakers: tuple[Speaker, ...]
    parties: Mapping[str, tuple[str, ...]]
    terms: tuple[str, ...]
    sources: tuple[KnownSource, ...]
    sha256: str
    text: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The speakers' labels, in the order that decides the primary one, `none` last."""
        order = {role: rank for rank, role in enumerate(SOURCE_ROLES)}
        ranked = sorted(self.speakers, key=lambda speaker: order[speaker.role])
        return (*dict.fromkeys(speaker.label for speaker in ranked), NONE)

    @property
    def is_open(self) -> bool:
        """Whether the topic states no allegation: sources are found and no stance is given."""
        return not self.allegation

    def label_of(self, role: str) -> str:
        """The label of a source that only its role is known of.

        Raises:
            KeyError: the role is none of the model's.
        """
        if role == NONE:
            return NONE
        if role not in SOURCE_ROLES:
            raise KeyError(role)
        found = {speaker.role: speaker.label for speaker in reversed(self.speakers)}
        return found.get(role, found.get("other", "other"))

    def role_of(self, label: str) -> str:
        """The role behind a label.

        Raises:
            KeyError: no speaker of this topic has the label.
        """
        if label == NONE:
            return NONE
        return {speaker.label: speaker.role for speaker in self.speakers}[label]


def load_topic(name: str | Path) -> Topic:
    """Read a built-in topic by its name, or a topic file by its path.

    Raises:
        TopicError: there is no such file, or it breaks the schema; every fault is named.
    """
    if str(name) in BUILT_IN:
        text = resources.files("stance").joinpath("topics", f"{name}.toml").read_text("utf-8")
        return parse_topic(text, f"{name}.toml")
    path = Path(name)
    try:
        return parse_topic(path.read_text("utf-8-sig"), str(path))
    except (OSError, ValueError) as error:  # ValueError also of a path: one with NUL, half a character
        told = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        reason = error.strerror if isinstance(error, OSError) else told
        raise TopicError(
            f"{path}: cannot read the topic ({reason}); expected a TOML file or one of {', '.join(BUILT_IN)}"
        ) from error


def parse_topic(text: str, where: str = "topic") -> Topic:
    """Read a topic from TOML text; `where` names it in messages.

    Raises:
        TopicError: the text is no TOML or breaks the schema; every fault is named.
    """
    try:
        data = tomllib.loads(text)
        faults = list(_faults(data))
    except (ValueError, RecursionError) as error:  # also of a number too long to be read, or to be told
        raise TopicError(f"{where}: not valid TOML: {error}") from error
    if faults:
        raise TopicError("\n".join(f"{where}: {fault}" for fault in faults))
    speakers = tuple(_record(Speaker, entry) for entry in data.get("speakers", ()))
    return Topic(
        name=data["name"],
        allegation=data["allegation"].strip(),
        speakers=speakers,
        parties={party: tuple(data.get("parties", {}).get(party, ())) for party in PARTIES},
        terms=tuple(data.get("terms", ())),
        sources=tuple(_record(KnownSource, entry) for entry in data.get("sources", ())),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def _record(kind: type[Any], entry: Mapping[str, Any]) -> Any:
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()})


_TOP = {"schema": int, "name": str, "allegation": str, "terms": list, "parties": dict, "speakers": list,
        "sources": list}  # fmt: skip
_SPEAKER = {"label": str, "role": str, "name": str, "aliases": list, "descriptions": list, "metonyms": list}
_SOURCE = {"name": str, "aliases": list}
_PARTY = dict.fromkeys(PARTIES, list)


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _table_faults(data, _TOP, ("schema", "name", "allegation"), "the file")
    if data.get("schema", SCHEMA) != SCHEMA:
        yield f"schema is {data['schema']!r}, expected {SCHEMA}"
    if isinstance(data.get("parties"), dict):
        yield from _table_faults(data["parties"], _PARTY, (), "[parties]")
    for key, types, needed in (("speakers", _SPEAKER, ("label", "role")), ("sources", _SOURCE, ("name",))):
        entries = data.get(key)
        for number, entry in enumerate(entries if isinstance(entries, list) else (), 1):
            where = f"[[{key}]] number {number}"
            if isinstance(entry, dict):
                yield from _table_faults(entry, types, needed, where)
                if key == "speakers":
                    yield from _speaker_faults(entry, where)
            else:
                yield f"{where} is {entry!r}, expected a table"
    yield from _label_faults(data.get("speakers"))


def _label_faults(speakers: object) -> Iterator[str]:
    """Labels of two roles: what a row means is told by its speaker's label alone."""
    roles: dict[str, str] = {}
    for number, entry in enumerate(speakers if isinstance(speakers, list) else (), 1):
        label, role = (entry.get(key) if isinstance(entry, dict) else None for key in ("label", "role"))
        if not isinstance(label, str) or role not in SOURCE_ROLES:
            continue
        if role != roles.setdefault(label, role):
            yield (
                f"[[speakers]] number {number}: label {label!r} is of the role {role!r} here and of "
                f"{roles[label]!r} before, expected one role; choose another label"
            )


def _speaker_faults(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    role = entry.get("role", "other")
    if role not in SOURCE_ROLES:
        expected = f"{', '.join(SOURCE_ROLES)}{did_you_mean(str(role), SOURCE_ROLES)}"
        yield f"{where}: role is {role!r}, expected one of {expected}"
    if str(entry.get("label", "label")).strip() in (NONE, FURNITURE, ""):
        yield f"{where}: label is {entry['label']!r}, which is reserved; choose another"


def _table_faults(
    table: Mapping[str, Any], types: Mapping[str, type], needed: tuple[str, ...], where: str
) -> Iterator[str]:
    for key in needed:
        if key not in table:
            yield f"{where} has no {key!r}"
    for key, value in table.items():
        if key not in types:
            yield f"{where} has an unknown key {key!r}{did_you_mean(key, tuple(types))}"
        elif not isinstance(value, types[key]) or isinstance(value, bool):
            yield f"{where}: {key} is {value!r}, expected {types[key].__name__}"
        elif key not in ("speakers", "sources") and isinstance(value, list):
            bad = [item for item in value if not isinstance(item, str) or not item.strip()]
            if bad:
                yield f"{where}: {key} has {bad[0]!r}, expected words"
