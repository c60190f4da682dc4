"""The form that corrects a sentence: what it shows, and the corrections that it stands for.

A source is a numbered group of fields (`speaker-0`, `stance-0`, `source-0`, ...). Words are typed as
they stand in the sentence; where they stand there more than once, the form asks which are meant.
What is given is labelled by the very steps of the annotation page.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stance.corrections import Correction
from stance.errors import UsageError
from stance.labels import FURNITURE, NONE
from stance.records import Attribution, LabelledArticle, Sentence, Span
from stance.web.ledger import Ledger
from stance.web.steps import Hand, Line, Lines, Step, apply

__all__ = ["ACTIONS", "Entry", "Words", "corrections_of", "entries_of", "read_entries"]

MOST = 20
"""Sources of one sentence, at most."""

LONGEST = 500
"""Characters of a field, at most."""

_CONTEXT = 20


@dataclass(frozen=True)
class Words:
    """Words of a sentence as a form has them.

    Where they stand there more than once, `places` has the offsets (in the article) to choose from,
    each with its surroundings, and `at` the one that is chosen, None if none is yet.
    """

    text: str = ""
    at: int | None = None
    places: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """One source in the form; an empty one waits for another source."""

    speaker: str = ""
    stance: str = NONE
    source: Words = Words()
    cue: Words = Words()
    holder: str = ""
    leave_out: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given."""
        return self.leave_out or not (
            self.speaker or self.source.text or self.cue.text or self.holder or self.stance != NONE
        )


def entries_of(
    sentence: Sentence, attributions: Sequence[Attribution], own: Sequence[Correction]
) -> tuple[Entry, ...]:
    """The sources that the form shows first: the corrected ones, or else the model's; and an empty one."""
    shown: Sequence[Attribution | Correction] = (
        [each for each in own if each.speaker not in (NONE, FURNITURE)] if own else attributions
    )
    # The name that the model gives is not offered: it belongs to the speaker that may be wrong.
    found = [
        Entry(
            one.speaker,
            one.stance,
            _words_at(one.source, sentence),
            _words_at(one.cue, sentence),
            (one.holder or "") if isinstance(one, Correction) else "",
        )
        for one in shown
    ]
    return (*found, Entry())


def read_entries(form: Mapping[str, object], sentence: Sentence) -> tuple[Entry, ...]:
    """The sources in a form that was sent, as they were typed, and an empty one if there is none.

    Raises:
        UsageError: there are too many of them, or a field is too long.
    """
    found = []
    for number in itertools.count():
        if f"speaker-{number}" not in form:
            break
        if number > MOST:
            raise UsageError(f"a sentence takes at most {MOST} sources")
        field = {name: _field(form, f"{name}-{number}") for name in _FIELDS}
        words = {name: _typed(field[name], field[f"{name}-at"], sentence) for name in ("source", "cue")}
        found.append(
            Entry(
                field["speaker"],
                field["stance"] or NONE,
                words["source"],
                words["cue"],
                field["holder"],
                bool(field["leave-out"]),
            )
        )
    return tuple(found) if found and found[-1].is_empty else (*found, Entry())


_FIELDS = ("speaker", "stance", "source", "source-at", "cue", "cue-at", "holder", "leave-out")


def corrections_of(
    action: str, entries: Sequence[Entry], result: LabelledArticle, number: int, ledger: Ledger
) -> tuple[Correction, ...]:
    """The corrections of a sentence that a form stands for, in the name of the ledger's annotator.

    Raises:
        UsageError: what the form says makes no sense.
    """
    if action not in ACTIONS:
        raise UsageError(f"action is {action!r}, expected one of {', '.join(ACTIONS)}")
    sentence = replace(result.sentences[number], furniture=False)
    hand = Hand(result.article, ledger.topic, ledger.annotator, lambda _source, _sentence: None)
    lines: Lines = (Line(sentence),)
    given = [entry for entry in entries if not entry.is_empty]
    for step in ACTIONS[action](sentence, given):
        lines = apply(lines, step, hand)
    base = Correction(
        result.article.id, result.article.sha256, sentence.start, sentence.end, sentence.text,
        FURNITURE if lines[0].sentence.furniture else NONE, NONE, ledger.annotator,
    )  # fmt: skip
    if action != "save":
        return () if action == "withdraw" else (base,)
    return tuple(
        replace(
            base,
            speaker=mark.speaker,
            stance=mark.stance,
            source=mark.source,
            cue=mark.cue,
            holder=entry.holder or None,
        )
        for mark, entry in zip(lines[0].marks, given, strict=True)
    )


def _label_steps(sentence: Sentence, given: Sequence[Entry]) -> Iterator[Step]:
    if not given:
        raise UsageError("no source is given: choose a speaker, or say that nobody speaks")
    for entry in given:
        if not entry.speaker:
            raise UsageError("a source has no speaker: choose one, or leave the source out")
        if not entry.holder.isprintable():
            raise UsageError(f"name is {entry.holder!r}, expected one on one line")
        source, cue = (_span(getattr(entry, name), name, sentence) for name in ("source", "cue"))
        yield Step("label", sentence.start, sentence.end, None, entry.speaker, entry.stance, source, cue)


def _bare_step(kind: str) -> Callable[[Sentence, Sequence[Entry]], Iterator[Step]]:
    return lambda sentence, _given: iter([Step(kind, sentence.start, sentence.end)])


ACTIONS: Mapping[str, Callable[[Sentence, Sequence[Entry]], Iterator[Step]]] = {
    "save": _label_steps,
    "nobody": _bare_step("nobody"),
    "furniture": _bare_step("furniture"),
    "withdraw": lambda _sentence, _given: iter(()),
}
"""What the form's buttons do: the steps that they stand for."""


def _field(form: Mapping[str, object], name: str) -> str:
    value = form.get(name, "")
    text = " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""
    if len(text) > LONGEST:
        raise UsageError(f"{name.partition('-')[0]} has {len(text)} characters, expected at most {LONGEST}")
    return text


def _typed(text: str, at: str, sentence: Sentence) -> Words:
    return _words(text, int(at) if re.fullmatch("[0-9]{1,9}", at) else None, sentence)


def _words_at(span: Span | None, sentence: Sentence) -> Words:
    if span is None:
        return Words()
    text = " ".join(span.text.split())
    return _words(text, span.start, sentence)


def _words(text: str, at: int | None, sentence: Sentence) -> Words:
    starts = [place.start() for place in _places(text, sentence)]
    if len(starts) < 2:
        return Words(text)
    choices = tuple((sentence.start + start, _around(sentence.text, start, len(text))) for start in starts)
    return Words(text, at if at in dict(choices) else None, choices)


def _around(text: str, start: int, length: int) -> str:
    first, last = max(0, start - _CONTEXT), start + length + _CONTEXT
    told = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{told}{'…' if last < len(text) else ''}"


def _places(text: str, sentence: Sentence) -> list[re.Match[str]]:
    """Where the words stand: as whole words, or else wherever their letters do."""
    if not text:
        return []
    pattern = r"\s+".join(map(re.escape, text.split()))
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    whole = list(re.finditer(f"{before}{pattern}{after}", sentence.text))
    return whole or list(re.finditer(pattern, sentence.text))


def _span(words: Words, name: str, sentence: Sentence) -> Span | None:
    if not words.text:
        return None
    places = _places(words.text, sentence)
    if len(places) > 1:
        places = [place for place in places if sentence.start + place.start() == words.at]
        if not places:
            raise UsageError(f"{name} “{words.text}” stands more than once in the sentence: choose which")
    if not places:
        raise UsageError(f"{name} “{words.text}” does not stand in the sentence: type its words as they are")
    return sentence.span(sentence.start + places[0].start(), sentence.start + places[0].end())
