"""The page of labelled articles in a real browser: filter, reasons, widths, print, hostile words."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest

from stance.output.formats import FORMATS, write_results
from stance.output.options import WriteOptions
from stance.records import Article, Attribution, LabelledArticle, Sentence, Span
from tests.browser import chromium
from tests.handmade import TEXT, labelled

TRANSPARENT = "rgba(0, 0, 0, 0)"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def show(browser, tmp_path):
    """Opens a page of these articles; at the end it must have fetched, told and run nothing."""
    contexts, faults = [], []

    def opened(*results, name="page.html", **options):
        path = tmp_path / name
        write_results(FORMATS["html"], iter(results), path, io.BytesIO(), WriteOptions())
        size = {"width": options.pop("width", 1200), "height": options.pop("height", 900)}
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: faults.append(message.text))
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        tab.on(
            "request", lambda request: faults.append(request.url) if request.url != path.as_uri() else None
        )
        tab.goto(path.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def background(tab, selector):
    return tab.locator(selector).evaluate("element => getComputedStyle(element).backgroundColor")


def notes(tab):
    """The notes to be seen: sentence and speaker."""
    return tab.eval_on_selector_all(
        ".margin li",
        "all => all.filter(one => one.offsetParent)"
        ".map(one => one.innerText.split(' ').slice(0, 2).join(' '))",
    )


ALL = ("1 vucic", "2 vucic", "3 svr", "3 vucic")


class TestFilter:
    @pytest.mark.parametrize(
        ("boxes", "expected", "marked"),
        [
            ((), ALL, ["s1", "s2", "s3"]),
            (("f-v0",), ["1 vucic", "2 vucic", "3 vucic"], ["s1", "s2", "s3"]),
            (("f-v1",), ["3 svr"], ["s3"]),
            (("f-denies",), ["1 vucic", "2 vucic"], ["s1", "s2"]),
            (("f-denies", "f-confirms"), ["1 vucic", "2 vucic", "3 svr"], ["s1", "s2", "s3"]),
            (("f-v0", "f-none"), ["3 vucic"], ["s3"]),
            (("f-v0", "f-v1"), ALL, ["s1", "s2", "s3"]),
            (("f-v1", "f-denies"), [], []),
            (("f-hedges",), [], []),
        ],
    )
    def test_what_is_asked_for_is_shown(self, show, boxes, expected, marked):
        tab = show(labelled())
        for box in boxes:
            tab.check(f"#{box}")
        assert notes(tab) == list(expected)
        coloured = [s for s in ("s1", "s2", "s3") if background(tab, f"#a1-{s}") != TRANSPARENT]
        assert coloured == marked
        assert tab.locator(".text").all_inner_texts()[0] == "Serbia arms row"

    def test_a_sentence_of_two_sources_takes_the_colour_of_the_one_asked_for(self, show):
        tab = show(labelled())
        both = background(tab, "#a1-s3")
        tab.check("#f-v0")
        other = background(tab, "#a1-s3")
        tab.uncheck("#f-v0")
        tab.check("#f-v1")
        assert background(tab, "#a1-s3") == both != other
        assert tab.locator("#a1-s3 sup").inner_text().split() == ["▲", "3"]

    def test_articles_without_what_is_asked_for_go_and_come_back(self, show):
        silent = dataclasses.replace(labelled("b"), attributions=((),) * 6)
        tab = show(labelled("a"), silent)
        assert tab.locator("article:visible").count() == 2
        tab.check("#f-denies")
        assert tab.locator("article:visible").count() == 1
        assert tab.locator("nav tbody tr:visible").count() == 1
        tab.check("#f-hedges")
        tab.uncheck("#f-denies")
        assert tab.locator("article:visible").count() == 0
        tab.get_by_role("button", name="Show all").click()
        assert tab.locator("article:visible").count() == 2
        assert tab.locator("input:checked").count() == 0

    def test_with_the_keyboard_alone(self, show):
        tab = show(labelled())
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.type") == "reset"
        for _ in range(2):
            tab.keyboard.press("Tab")
        tab.keyboard.press("Space")
        assert tab.locator("#f-denies").is_checked()
        assert notes(tab) == ["1 vucic", "2 vucic"]
        tab.keyboard.press("Enter")  # must not send the form anywhere
        assert tab.url.endswith("page.html")


class TestReasons:
    def test_hover_shows_why(self, show):
        tab = show(labelled())
        why = tab.locator("#a1-s1-why")
        assert not why.is_visible()
        tab.hover("#a1-s1")
        assert why.is_visible()
        for words in ("Aleksandar Vucic", "by name", "a notorious lie", "94%", "rejects 88%"):
            assert words in why.inner_text()
        mark, box = tab.locator("#a1-s1").bounding_box(), why.locator(".reason").bounding_box()
        assert 0 <= box["y"] - (mark["y"] + mark["height"]) < 12
        tab.mouse.move(box["x"] + 20, box["y"] + 20)  # the pointer may go there
        assert why.is_visible()
        tab.mouse.move(2, 2)
        assert not why.is_visible()

    def test_the_keyboard_shows_why(self, show):
        tab = show(labelled())
        seen = []
        for _ in range(30):
            tab.keyboard.press("Tab")
            there = tab.evaluate("document.activeElement.id")
            if there.startswith("a1-s"):
                seen.append(there)
                assert tab.locator(f"#{there}-why").is_visible()
                described = tab.locator(f"#{there}").get_attribute("aria-describedby")
                assert described == f"{there}-why"
        assert seen[:3] == ["a1-s1", "a1-s2", "a1-s3"]

    def test_reasons_that_are_filtered_out_stay_away(self, show):
        tab = show(labelled())
        tab.check("#f-v1")
        tab.hover("#a1-s3")
        assert tab.locator("#a1-s3-why .reason:visible").count() == 1
        tab.hover("#a1-s1")
        assert tab.locator("#a1-s1-why .reason:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1200])
def test_no_width_makes_the_page_scroll_sideways(show, width, scheme):
    long = labelled("b" * 200, title="Word" * 60, outlet="o" * 90, url="https://example.org/" + "x" * 300)
    tab = show(labelled("a"), long, width=width, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    expected = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}[scheme]
    assert background(tab, "body") == expected
    tab.focus("#a1-s1")
    box = tab.locator("#a1-s1-why .reason").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_every_ground(show, scheme):
    """WCAG's contrast of 4.5 for ink and faint words, on paper and on each mark."""
    tab = show(labelled(), color_scheme=scheme)
    names = ("paper", "confirms", "denies", "hedges", "none")
    colours = tab.evaluate(
        """names => { const probe = document.createElement('i'); document.body.append(probe);
          const of = name => { probe.style.color = `var(--${name})`;
            return getComputedStyle(probe).color.match(/\\d+/g).map(Number); };
          return Object.fromEntries(names.map(name => [name, of(name)])); }""",
        [*names, "ink", "faint"],
    )
    for ground in names:
        assert contrast(colours["ink"], colours[ground]) >= 4.5, ground
    assert contrast(colours["faint"], colours["paper"]) >= 4.5


def contrast(one, other):
    light = sorted(map(luminance, (one, other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def luminance(colour):
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_in_print(show):
    tab = show(labelled("a"), labelled("b"), color_scheme="dark", width=700)
    tab.emulate_media(media="print", color_scheme="dark")
    assert background(tab, "body") == "rgb(255, 255, 255)"
    assert background(tab, "#a1-s1") != TRANSPARENT
    assert tab.locator("input:visible, button:visible, .why:visible").count() == 0
    assert tab.locator(".margin li:visible").count() == 8
    assert tab.locator("#a1-s1 sup").is_visible()
    assert len(tab.pdf(format="A4")) > 1000


def test_links_lead_to_the_sentence(show):
    tab = show(labelled("a"), labelled("b"), height=300)
    tab.locator("nav tbody tr").nth(1).locator("td.count a").first.click()
    assert tab.evaluate("location.hash") == "#a2-s3"
    assert 0 <= tab.locator("#a2-s3").bounding_box()["y"] < 300


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg/onload=alert(4)>",
    '"><svg onload=alert(5)>',
    "' autofocus onfocus=alert(6) x='",
    '" onmouseover="alert(7)" tabindex="0" autofocus onfocus="alert(8)',
    "</style><script>alert(9)</script>",
    "</title><script>alert(10)</script>",
    "--><script>alert(11)</script><!--",
    "<iframe srcdoc='<script>parent.alert(12)</script>'></iframe>",
    "javascript:alert(13)",
    "{{ ''.__class__ }}{% raw %}<b>14</b>",
    "</p></mark></span><h1 onclick=alert(15)>x</h1>",
    "&lt;script&gt;alert(16)&lt;/script&gt;&#60;script&#62;",
    "<math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(17)>",
    "<base href=https://example.org/><meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<body onload=alert(18)><template><script>alert(19)</script></template>",
    "\u202e<b>alert(20)\u2066 \x0b\x00\x1b[31m\ufeff",
    "<style>*{background:url(https://example.org/)}</style>",
    "]]><![CDATA[<script>alert(21)</script>",
    "<a href='JaVaScRiPt:alert(22)'>x</a><xmp><plaintext>",
)


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "nav", "footer", "article"),
    *("h1", "h2", "p", "div", "span", "bdi", "mark", "sup", "em", "strong", "time", "a", "ul", "li"),
    *("form", "label", "input", "button", "table", "caption", "thead", "tbody", "tr", "th", "td"),
}
"""All that the page is made of."""


def hostile(words: str) -> LabelledArticle:
    """An article that has these words in every place that a page shows."""
    text = f"He said {words} and {words}."
    sentence = Sentence(0, 0, 0, len(text), text)
    source, cue = Span(8, 8 + len(words), words), Span(len(text) - 1 - len(words), len(text) - 1, words)
    one = Attribution(
        "other", words, "denies", source, cue, words, "name", words, "never", words, 0.5, 0.5,
        {"confirms": 0.1, "denies": 0.7, "hedges": 0.1, "none": 0.1}, labelled_by=words,
    )  # fmt: skip
    return LabelledArticle(
        Article(words, text, words, words, words, words, "metadata"),
        (sentence,), ((one,),), (0.1,), words, words, True, words, speakers={words: "other"},
    )  # fmt: skip


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "with the policy off"])
def test_hostile_words_run_nothing(show, policy):
    """The policy alone would stop scripts; the page must not need it."""
    results = [hostile(words) for words in HOSTILE]
    name = "<img src=x onerror=alert(1)> '\"&#.html"
    tab = show(*results, labelled("z"), name=name, bypass_csp=not policy)
    tab.wait_for_load_state("networkidle")
    for mark in tab.locator("mark[id]").all():
        mark.hover()
    tab.focus("#a1-s0")
    tab.locator("input[name=speaker]").first.check()
    tab.get_by_role("button", name="Show all").click()
    tags = set(tab.evaluate("[...document.querySelectorAll('*')].map(one => one.tagName)"))
    assert {tag.lower() for tag in tags} == ELEMENTS
    attributes = tab.evaluate(
        "[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()"
        ".filter(name => name.startsWith('on') || ['style', 'src', 'autofocus', 'srcdoc'].includes(name)))"
    )
    assert attributes == []
    links = tab.evaluate("[...document.querySelectorAll('[href]')].map(one => one.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    assert tab.locator("article").count() == len(HOSTILE) + 1


def test_hostile_words_are_shown_as_they_are(show):
    shown = [words for words in HOSTILE if words.isprintable()]
    tab = show(*map(hostile, shown))
    for number, words in enumerate(shown, 1):
        article = tab.locator(f"#a{number}")
        assert article.locator("h1").inner_text() == words
        article.locator("sup, .why").evaluate_all("all => all.forEach(one => one.remove())")
        text = article.locator(".text").evaluate("one => one.textContent")
        assert text == f"He said {words} and {words}."


def test_the_page_is_the_article_as_written(show):
    tab = show(labelled())
    tab.evaluate("document.querySelectorAll('sup').forEach(one => one.remove())")
    assert tab.locator(".text").all_inner_texts() == TEXT.strip().split("\n\n")


def test_the_page_needs_no_other_file(show, tmp_path):
    tab = show(labelled("a"), labelled("b"))
    assert [path.name for path in Path(tmp_path).iterdir()] == ["page.html"]
    assert tab.locator("link, script, img, iframe, object").count() == 0
