"""Quotations are paired, in every style, over sentences and paragraphs."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.parsing import split
from stance.quotations import Quotation, find_quotations


def quoted(text: str) -> list[str]:
    """The quotations of a text; one that continues another begins with `+`."""
    found = find_quotations(text, split(text))
    return ["+" * q.continues + text[q.start : q.end] for q in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said: "We sell." She left.', ["We sell."]),
        ('He said "no" and "yes".', ["no", "yes"]),
        ("“We sell,” he said. “We do.”", ["We sell,", "We do."]),
        ("He asked:“Why?”She left.", ["Why?"]),  # spaces are missing
        ("„Ne znam“, rekao je. „Ne“.", ["Ne znam", "Ne"]),
        ("„Ne znam”, rekao je.", ["Ne znam"]),
        ("« Oui », dit-il. «Non», dit-elle.", [" Oui ", "Non"]),
        ("»Nein«, sagte er. »Ja.«", ["Nein", "Ja."]),
        ("”Vi vet,” sade han.", ["Vi vet,"]),
        ("‚Nein‘, sagte er. ‹Non›, dit-il.", ["Nein", "Non"]),
        ("＂We sell＂, he said.", ["We sell"]),
        ("‘We don’t know,’ he said.", ["We don’t know,"]),
        ("'We don't know,' he said.", ["We don't know,"]),
        ("'Stab in the back': Russia accuses Serbia", ["Stab in the back"]),
        ("He said “I know,” and he knew.", ["I know,"]),
        ("Nobody is quoted.", []),
    ],
)
def test_every_style_of_marks(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's the workers' and the SVR's.", []),
        ("It’s the workers’ and the SVR’s.", []),
        ("In the '90s the workers' union struck.", []),
        ("Mother’s ‘lie’ isn’t one.", ["lie"]),
        ("the SVR’s “lie”", ["lie"]),
        ("'" + "far " * 100 + "away'", []),  # too far apart for single marks
        ("He stood 'here", []),  # never closed: an apostrophe
    ],
)
def test_an_apostrophe_is_no_quotation_mark(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It's 'a lie',” he said.", ["It's 'a lie',"]),
        ("‘It is “a lie”,’ he said.", ["It is “a lie”,"]),
        ("He said: \"It is 'a lie'.\"", ["It is 'a lie'."]),
        ('"He called it “a lie” today," he said.', ["He called it “a lie” today,"]),
        ("«We “sell” it», he said.", ["We “sell” it"]),
    ],
)
def test_only_the_outermost_marks_count(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said: “We sell. We buy.", ["We sell. We buy."]),  # to the paragraph's end
        ("He said: “We sell.\n\nShe left.", ["We sell."]),
        ('He left. "We sell.', ["We sell."]),
        ("“We sell, he said. “We buy.”", ["We sell, he said. ", "We buy."]),  # a mark is missing
        ("We sell,” he said.", []),
        ("We sell.” He left.", []),
        ("We sell.”He left.", []),
        ("We sell.»He left.", []),
        ('It is 5" wide and 6" long.', []),
        ('"', []),
        ('He left. "', []),
        ("“We sell ", ["We sell"]),
        ("", []),
    ],
)
def test_an_unbalanced_mark_is_no_trouble(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“One. Two. Three,” he said. “Four.”", ["One. Two. Three,", "Four."]),
        ("“One.\n\n“Two,” he said.", ["One.", "+Two,"]),
        ("“One.\n\n“Two.\n\n“Three,” he said. “Four.”", ["One.", "+Two.", "+Three,", "Four."]),
        ("„Jedan.\n\n„Dva“, rekao je.", ["Jedan.", "+Dva"]),
        ("“One.\n\nHe left. “Two.”", ["One.", "Two."]),  # something stands before the mark
        ("“One.”\n\n“Two,” he said.", ["One.", "Two,"]),  # the first one is closed
        ("“One.\n\nHe left.\n\n“Two.”", ["One.", "Two."]),  # a paragraph without marks lies between
    ],
)
def test_a_quotation_goes_on_in_the_next_paragraph(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("— We sell to all.", ["We sell to all."]),
        ("— We sell to all, — he said.", ["We sell to all,"]),
        ("— We sell, — he said. — We ask nobody.", ["We sell,", "We ask nobody."]),
        ("― Nothing. Never – said the president.", ["Nothing. Never"]),
        ("— One, — he said.\n\n— Two, — she said.", ["One,", "Two,"]),
        ("He came — and left — at noon.", []),
        ("- an item of a list - with a dash", []),
    ],
)
def test_a_dash_begins_a_dialogue(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_furniture_is_passed_over() -> None:
    text = "“One.\n\n“Share this”\n\n“Two,” he said."
    sentences = tuple(replace(s, furniture="Share" in s.text) for s in split(text))
    assert [sentence.furniture for sentence in sentences] == [False, True, False]
    found = find_quotations(text, sentences)
    assert [(text[q.start : q.end], q.continues) for q in found] == [("One.", False), ("Two,", True)]
    assert find_quotations(text, [replace(s, furniture=True) for s in sentences]) == ()


def test_a_quotation_is_told_by_its_offsets() -> None:
    text = "He said “no”."
    assert find_quotations(text, split(text)) == (Quotation(9, 11),)


@pytest.mark.parametrize(
    "mark", ['"', "“", "”", "'", "’", "‘", "«", "»", "„", "‚", "— ", "“a ", "'a ", ' "a', "'a' "]
)
def test_ten_thousand_marks_take_linear_time(mark: str) -> None:
    text = mark * 10_000
    sentences = split(text)
    started = time.perf_counter()
    find_quotations(text, sentences)
    assert time.perf_counter() - started < 5  # quadratic cost takes minutes


MARKS = st.sampled_from([*"\"'“”„‟«»‚‘’‹›＂—–― .,\n", "\n\n", "a", "He said ", "90s", "'s ", "7"])


@settings(max_examples=60, deadline=None)
@given(st.lists(MARKS, max_size=40).map("".join))
def test_quotations_are_in_order_and_inside_a_paragraph(text: str) -> None:
    sentences = split(text)
    found = find_quotations(text, sentences)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for quotation in found:
        assert 0 <= quotation.start <= quotation.end <= len(text)
        inside = {s.paragraph for s in sentences if s.start < quotation.end and quotation.start < s.end}
        assert len(inside) <= 1
