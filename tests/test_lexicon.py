"""Words: how they are folded, which forms a verb has, what each table says."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import lexicon
from stance.lexicon import (
    AUXILIARIES,
    CUES,
    NOUNS,
    PARTICLES,
    PRONOUNS,
    STOPS,
    TITLES,
    cue_of,
    fold,
    noun_of,
)
from stance.parsing import tokenise

TABLES = {
    "auxiliaries": AUXILIARIES,
    "particles": PARTICLES,
    "pronouns": PRONOUNS,
    "stops": STOPS,
    "titles": TITLES,
    **{f"noun {kind}": words for kind, words in NOUNS.items()},
    **{f"cue {kind}": words for kind, words in CUES.items()},
}


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Vučić’s", "vucic's"),
        ("VUČIĆ", "vucic"),
        ("Đurić", "duric"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("weiß", "weiss"),
        ("Kılıç", "kilic"),
        ("Вучић", "вучић"),
        ("Zaĭtsev", "zaitsev"),
        ("vuc\u030cic\u0301", "vucic"),  # decomposed
        ("U.S.", "u.s."),
        ("122mm", "122mm"),
        ("", ""),
        ("\u0301", "\u0301"),  # a mark that stands alone
        ("\ud800", "\ud800"),
    ],
)
def test_folding(word: str, folded: str) -> None:
    assert fold(word) == folded


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_folding_a_folded_word_changes_nothing_and_no_word_vanishes(word: str) -> None:
    assert fold(word) != ""
    assert fold(fold(word)) == fold(word)
    assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))


@pytest.mark.parametrize(("name", "words"), TABLES.items(), ids=TABLES)
def test_every_word_of_a_table_can_occur(name: str, words: frozenset[str]) -> None:
    """A word that folding changes or the tokenizer cuts would never be found."""
    if name == "stops":
        words = words - {"'ve"}  # the tokenizer cuts it only behind a word
    assert words
    assert {word for word in words if fold(word) != word} == set()
    assert {word for word in words if len(tokenise(f"x {word} y")) != 3} == set()


@pytest.mark.parametrize(
    ("cue", "forms"),
    [
        ("say", "say says said saying add adds added adding reply replies replied replying stress stresses"),
        ("say", "nod nods nodded nodding write wrote written writing"),
        ("claim", "argue argues argued arguing label labelled labeled accuse accused blame vow"),
        ("show", "shows showed shown lists listed tallies tallied found"),
        ("admit", "admit admitted admitting acknowledged confess confesses committed pledging"),
        ("deny", "deny denies denied denying dismissed refuting rebutted disputes"),
        ("think", "believes knew thought aware"),
        ("ask", "urged demanding asks enquired"),
        ("refuse", "refused declining sidestepped shrugged"),
        ("act", "praised met planned signalled regretted"),
        ("according", "according citing quoting per"),
    ],
)
def test_all_forms_of_a_verb_are_a_cue(cue: str, forms: str) -> None:
    assert {form: cue_of(form) for form in forms.split()} == dict.fromkeys(forms.split(), cue)


@pytest.mark.parametrize(
    "form", ["admited", "admiting", "noded", "planed", "denyed", "stresss", "argueing", "the", ""]
)
def test_what_is_no_form_of_a_verb_is_no_cue(form: str) -> None:
    assert cue_of(form) is None


def test_a_verb_of_two_kinds_is_a_cue_of_the_first() -> None:
    assert "promise" in CUES["admit"]
    assert "promise" in CUES["act"]
    assert cue_of("promise") == "admit"


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("president", ("leader",)),
        ("paper", ("document", "body")),
        ("captain", ("person",)),
        ("institute", ("analyst",)),
        ("grain", ()),
        ("President", ()),  # tables hold folded words
    ],
)
def test_the_kinds_of_a_noun(word: str, kinds: tuple[str, ...]) -> None:
    assert noun_of(word) == kinds


def test_each_pronoun_shares_its_antecedents_with_one_that_is_its_own() -> None:
    assert {PRONOUNS[pronoun] for pronoun in ("he", "him", "his", "himself")} == {"he"}
    assert {PRONOUNS[pronoun] for pronoun in ("it", "its", "itself")} == {"it"}
    assert all(PRONOUNS[shared] == shared for shared in PRONOUNS.values())


def test_no_table_names_a_word_twice() -> None:
    text = resources.files("stance").joinpath("lexicon.toml").read_text("utf-8")
    table = tomllib.loads(text)
    lists = [value for value in table.values() if isinstance(value, str)]
    lists += [value for part in table.values() if isinstance(part, dict) for value in part.values()]
    for words in (entry.split() for entry in lists):
        assert [word for word in set(words) if words.count(word) > 1] == []


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(lexicon.__all__) == lexicon.__all__
    assert all(hasattr(lexicon, name) for name in lexicon.__all__)
