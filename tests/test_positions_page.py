"""The page of positions: what it says, that it is self-contained, how it looks in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.positions import positions
from stance.positions.page import page
from stance.positions.timeline import timeline
from tests.test_positions import JUNE, MARCH, WIRE, row

ROOT = Path(__file__).parents[1]


class Reader(HTMLParser):
    """Elements with their attributes, and the text without style."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.words = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def seeds():
    return positions(read_annotations(ROOT / "annotations"))


@pytest.fixture(scope="module")
def html(seeds):
    return page(seeds, "60 of 69 shifts right")


def test_it_loads_and_runs_nothing(html):
    elements = Reader(html).elements
    assert not {tag for tag, _ in elements} & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert all(attrs.get("href", "#").startswith("#") for _, attrs in elements)
    assert not [name for _, attrs in elements for name in attrs if name.startswith("on") or name == "style"]


def test_the_policy_allows_its_own_style_alone(html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in html


def test_anchors_are_there_and_one_each(html):
    elements = Reader(html).elements
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for _, attrs in elements if "href" in attrs} <= set(ids)


def test_it_says_what_is_meant(html):
    text = Reader(html).text
    for words in ("presents as true", "rejects", "leaves open", "rejects, no longer", "change of practice",
                  "contradiction", "inferred from the context", "labelled by adjudicated",
                  "60 of 69 shifts right", "5 from the article's text"):  # fmt: skip
        assert words in text
    assert "confirms" not in text


def test_each_cell_opens_its_evidence(html, seeds):
    expected = {
        (line.name, each.first.article, each.first.stance) for line in seeds.lines for each in line.evidence
    }
    elements = [tag for tag, _ in Reader(html).elements]
    assert elements.count("details") == elements.count("summary") == len(expected)
    cells = re.findall(r"<details>(.*?)</details>", html, re.DOTALL)
    assert all("<q" in cell for cell in cells)
    assert sum('<span class="cue">a notorious lie</span>' in cell for cell in cells) == 1


def test_copies_stand_once_with_their_places():
    found = positions(
        [
            row("2023-04-12", article="first", outlet="Agency", text=WIRE),
            row("2023-04-13", article="second", outlet="Daily", text=WIRE),
        ]
    )
    html = page(found)
    assert html.count("sold to Ukraine") == 1
    assert "Also in: Daily, 2023-04-13" in html


EVIL = '<script>alert("x")</script>'


def test_everything_from_the_labels_is_escaped():
    names = ("holder", "title", "outlet", "article", "text", "topic", "via", "labelled_by")
    facts = dict.fromkeys(names, EVIL)
    rows = [row(MARCH, **facts, url="javascript:alert(1)"), row(JUNE, "confirms", **facts, mention="pronoun")]
    html = page(positions(rows))
    assert "<script" not in html
    assert "javascript:" not in html
    assert Reader(html).text.count(EVIL) > 10


def test_only_web_addresses_are_links():
    html = page(positions([row(MARCH, url="https://example.org/a?b&c")]))
    assert '<a href="https://example.org/a?b&amp;c" rel="noopener noreferrer">' in html


def test_undated_positions_are_told_and_nothing_is_drawn():
    html = page(positions([row(None)]))
    assert "undated" in html
    assert "<svg" not in html


def test_no_positions_at_all():
    assert "0 positions, 0 holders" in page(positions([]))


def plot(*rows):
    found = positions(rows)
    lines = list(enumerate(found.lines, 1))
    targets = {(n, each.first.date): f"t{n}" for n, line in lines for each in line.evidence}
    return timeline(lines, found.shifts, targets)


def test_the_timeline_places_marks_by_date_and_stance():
    drawn = plot(row("2023-01-01"), row("2023-01-01", sentence=1), row("2023-12-31", "confirms"))
    (strip,) = drawn.rows
    assert [(mark.stance, mark.x, mark.told) for mark in strip.marks] == [
        ("confirms", 96.0, "2023-12-31: presents as true, 1 sentence"),
        ("denies", 4.0, "2023-01-01: rejects, 2 sentences"),
    ]
    assert strip.marks[0].y < strip.marks[1].y
    (link,) = strip.links
    assert (link.x1, link.x2, link.kind) == (4.0, 96.0, "shift")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2023-04-13", "2023-04-13", ["2023-04-13"]),
        ("2023-04-13", "2023-04-20", ["2023-04-13"]),
        ("2023-01-01", "2023-04-20", ["2023-01", "2023-02", "2023-03", "2023-04"]),
        ("2019", "2023", ["2019", "2020", "2021", "2022", "2023"]),
        ("1990", "2023", ["1990", "2000", "2010", "2020"]),
    ],
)
def test_few_dates_stand_on_the_axis(first, last, expected):
    drawn = plot(row(first), row(last, "confirms"))
    assert [told for _, told in drawn.ticks] == expected


def test_a_month_is_a_bar():
    (strip,) = plot(row("2023-04"), row("2023-06-30", "hedges")).rows
    mark = next(mark for mark in strip.marks if mark.stance == "denies")
    assert mark.left < mark.x < mark.right


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no chromium")
    with api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
def test_in_a_browser(browser, html, tmp_path, scheme, width):
    (tmp_path / "page.html").write_text(html, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab = context.new_page()
    faults = []
    tab.on("console", lambda message: faults.append(message.text))
    tab.on("request", lambda request: faults.append(request.url) if request.url[:4] == "http" else None)
    tab.goto((tmp_path / "page.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}[scheme]
    evidence = tab.locator("#h1-1 q")
    assert not evidence.is_visible()
    tab.locator("#h1-1 summary").click()
    assert evidence.is_visible()
    assert "a notorious lie" in evidence.inner_text()
    tab.locator("svg .mark").first.click()
    assert tab.evaluate("location.hash").startswith("#h1-")
    assert faults == []
    context.close()
