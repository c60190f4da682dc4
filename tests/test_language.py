"""A text in another language is told, not labelled."""

from __future__ import annotations

import pytest

from stance.articles import read_articles
from stance.errors import ArticleError
from stance.language import check_english, english_share
from stance.model import load
from tests.conftest import SEEDS

SERBIAN = (
    "Predsednik Srbije Aleksandar Vučić izjavio je da Srbija nije prodala oružje Ukrajini i da će ostati "
    "neutralna. On je dodao da to nije istina i da su svi izvoznici dobili dozvolu. "
) * 3
CYRILLIC = (
    "Председник Србије Александар Вучић изјавио је да Србија није продала оружје Украјини и да ће остати "
    "неутрална. Он је додао да то није истина и да су сви извозници добили дозволу. "
) * 3
GERMAN = (
    "Der Präsident sagte, dass Munition aus Serbien nicht in die Ukraine geliefert worden sei. Was in dem "
    "Dokument steht, ist falsch, und er hat das am Montag gesagt, wo er mit Journalisten sprach. "
) * 3


@pytest.mark.parametrize("text", [SERBIAN, CYRILLIC, GERMAN, "слово " * 50, "Није тачно.", "不真实。"])
def test_other_languages_are_refused_with_one_line(text):
    with pytest.raises(ArticleError, match=r"not in .* translate it first") as told:
        load().label(text)
    assert "\n" not in str(told.value)


def test_english_is_english_whatever_it_quotes():
    for article in read_articles([str(path) for path in SEEDS]):
        check_english(article.text)
        check_english(f"{article.text}\n\n{CYRILLIC}")


def test_what_is_too_short_to_tell_passes():
    assert english_share("Nije tačno.") is None
    assert load().label("Nije tačno.").article.text == "Nije tačno."
