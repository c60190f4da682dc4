"""The page of labelled articles as text; what a browser makes of it is in test_page_browser.py."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html as html_text
import re

import pytest

from stance.labels import DETAILS, MENTIONS, STANCES
from stance.output.facets import Facets
from stance.output.page import page
from stance.output.pieces import cut, safe_link
from stance.output.words import DETAIL_WORDS, INFERRED, MENTION_WORDS
from stance.records import Attribution
from tests.handmade import TEXT, labelled


def style_of(html: str) -> str:
    return re.search(r"<style>(.*?)</style>", html, re.S).group(1)


def visible(html: str) -> str:
    return html_text.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", html, flags=re.S))


def test_text_is_shown_as_written_and_escaped():
    html = page([labelled()])
    assert "<b>" not in html
    assert "&lt;b&gt;left&lt;/b&gt;" in html
    assert "<title>Serbia &lt;arms&gt; row</title>" in html


def test_spans_stances_and_speakers_are_marked():
    html = page([labelled()])
    mark = '<mark class="denies p0-denies" id="a1-s1" tabindex="0" aria-describedby="a1-s1-why">'
    assert f'{mark}<span class="source">President Vucic</span> called it' in html
    assert '<span class="cue">a notorious lie</span>' in html
    assert '<span class="f p0-denies" title="rejects">▼</span>' in html
    assert html.count("<em>inferred from a pronoun</em>") == 2
    assert "presents as true" in html
    assert "confirms" not in visible(html)


def test_the_colour_is_that_of_the_first_position():
    assert '<mark class="confirms p1-confirms p0-none" id="a1-s3"' in page([labelled()])


def test_why_is_told_beside_the_sentence():
    html = page([labelled()])
    why = visible(re.search(r'id="a1-s1-why">(.*?)</mark>', html, re.S).group(1))
    assert why == (
        "vucic (Aleksandar Vucic) ▼ rejects"
        "who: “President Vucic” (by name)"
        "words: “a notorious lie”"
        "more exactly: it is not so, and never was"
        "this source speaks: 94%"
        "stance: rejects 88%, leaves open 6%, presents as true 3%, no position 3%"
        "both are right: 85%"
    )
    second = visible(re.search(r'id="a1-s2-why">(.*?)</mark>', html, re.S).group(1))
    assert "who: “he” (inferred from a pronoun)" in second
    assert second.endswith("review: under the model's threshold, so look before you use it")


def test_every_detail_and_mention_has_its_words():
    assert tuple(DETAIL_WORDS) == DETAILS
    assert {*MENTION_WORDS, *INFERRED} == set(MENTIONS)


def test_a_correction_says_whose_it_is():
    result = labelled()
    mine = Attribution("service", "svr", "denies", labelled_by="<anna>")
    changed = dataclasses.replace(
        result, attributions=((), (mine,), *result.attributions[2:]), annotators=(None, "<anna>", *[None] * 4)
    )
    html = page([changed])
    assert "<em>corrected by <bdi>&lt;anna&gt;</bdi></em>" in html
    assert '<span class="name">corrected by:</span> <bdi>&lt;anna&gt;</bdi>' in html


def test_the_page_loads_and_runs_nothing():
    html = page([labelled(url="javascript:alert(1)"), labelled("b", url="https://example.org/a?b=1&c=2")])
    assert not re.search(r"<script|<img|<link|\sstyle=|\son\w+=|@import|url\(|src=", html)
    assert re.findall(r'href="([^#"][^"]*)"', html) == ["https://example.org/a?b=1&amp;c=2"]


CUTS = [
    ([], [("abcdef", "")]),
    ([("cue", 2, 4)], [("ab", ""), ("cd", "cue"), ("ef", "")]),
    ([("source", 0, 4), ("cue", 2, 6)], [("ab", "source"), ("cd", "cue source"), ("ef", "cue")]),
    ([("cue", 2, 4), ("cue", 2, 4)], [("ab", ""), ("cd", "cue"), ("ef", "")]),
    ([("source", -3, 2), ("cue", 4, 9)], [("ab", "source"), ("cd", ""), ("ef", "cue")]),
    ([("source", -9, -3), ("cue", 8, 9)], [("abcdef", "")]),
]


@pytest.mark.parametrize(("spans", "expected"), CUTS)
def test_a_sentence_is_cut_where_spans_begin_or_end(spans, expected):
    moved = [(kind, start + 100, end + 100) for kind, start, end in spans]
    assert [(piece.text, piece.kind) for piece in cut("abcdef", 100, moved)] == expected


LINKS = {
    "https://example.org/a": True,
    "HTTP://example.org/a": True,
    "javascript:alert(1)": False,
    " javascript:alert(1)": False,
    "data:text/html,x": False,
    "//example.org/a": False,
    "": False,
    None: False,
}


@pytest.mark.parametrize("url", LINKS)
def test_only_links_to_pages_are_followed(url):
    assert safe_link(url) == (url if LINKS[url] else None)


def test_the_policy_allows_the_pages_own_style_and_nothing_else():
    html = page([labelled()])
    style = style_of(html)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "prefers-color-scheme: dark" in style


def test_several_articles_have_a_list_with_links_that_lead_somewhere():
    html = page([labelled("a"), labelled("b", title=None)])
    assert "<title>2 labelled articles</title>" in html
    targets = re.findall(r'href="#([^"]*)"', html)
    ids = re.findall(r'id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert {*targets, *re.findall(r'aria-describedby="([^"]*)"', html)} <= set(ids)
    assert {"a1", "a2", "a2-s3"} <= set(targets)
    assert "<nav" not in page([labelled()])


def matrix(html: str, place: str) -> list[list[str]]:
    table = re.search(rf"<{place}.*?<tbody>(.*?)</tbody>", html, re.S).group(1)
    return [
        [visible(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", table, re.S)
    ]


def test_matrices_of_speakers_and_of_articles():
    known = {"svr": "service", "vucic": "leader", "analyst": "analyst"}
    results = [dataclasses.replace(labelled("a"), speakers=known), labelled("b", title=None, date=None)]
    html = page(results)
    assert matrix(html, "form") == [["svr", "2", "0", "0", "0"], ["vucic", "0", "4", "0", "2"]]
    assert matrix(html, "nav") == [
        ["Serbia <arms> row", "2023-04-13", "1", "2", "0", "1"],
        ["b", "", "1", "2", "0", "1"],
    ]
    links = re.findall(r'<td class="count"><a href="#([^"]*)"', html)
    assert links == ["a1-s3", "a1-s1", "a1-s3", *(f"a{n}-s{s}" for n in (1, 2) for s in (3, 1, 3))]


def test_an_article_in_which_nobody_speaks_has_no_filter():
    silent = dataclasses.replace(labelled(), attributions=((),) * 6)
    assert "<form" not in page([silent])


def test_no_word_of_an_article_comes_into_the_style():
    odd = Attribution("other", "}</style><script>alert(1)</script>", "hedges", holder="{x}")
    result = dataclasses.replace(labelled(), attributions=((odd,), *labelled().attributions[1:]))
    plain = dataclasses.replace(odd, speaker="plain", holder=None)
    other = dataclasses.replace(labelled(), attributions=((plain,), *labelled().attributions[1:]))
    assert style_of(page([result])) == style_of(page([other]))


def test_rules_name_each_facet_that_occurs_and_a_position_last():
    facets = Facets()
    facets.add(1, labelled())
    found = re.findall(r"mark\.(p\d-\w+) ", facets.rules())
    assert sorted(found) == ["p0-denies", "p0-none", "p1-confirms"]
    assert found[0] == "p0-none"
    assert {name.split("-")[1] for name in found} <= set(STANCES)


def test_the_pages_text_is_the_articles():
    html = page([labelled()])
    paragraphs = re.findall(r'<p class="text" dir="auto">(.*?)</p>', html, re.S)
    words = [
        visible(re.sub(r'<sup.*?</sup>|<span class="why".*?(?=</mark>)', "", paragraph, flags=re.S))
        for paragraph in paragraphs
    ]
    assert words == TEXT.strip().split("\n\n")


def test_attributions_only():
    html = page([labelled()], attributions_only=True)
    assert "Nobody else spoke" not in html
    assert "a notorious lie" in html


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_page_is_whole_for_any_number_of_articles(count):
    html = page([labelled(str(number)) for number in range(count)])
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")
    assert html.count("<article") == count
