"""What people see: a real browser pastes a text, or chooses a file, and gets the marked page."""

from __future__ import annotations

import pytest

from stance.web.serve import create_app
from stance.web.server import running
from stance.web.workers import Workers
from tests.browser import DESK, PHONE, chromium, visit

DENIAL = "The Serbian president denied on Monday that weapons were sent to Ukraine."
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}


@pytest.fixture(scope="module")
def url(trained):
    with Workers(trained) as workers, running(create_app(workers)) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def colour(element) -> str:
    return element.evaluate("e => getComputedStyle(e).backgroundColor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_text_is_pasted_and_seen_marked(url, browser, scheme, size):
    with visit(browser, size, color_scheme=scheme) as (page, complaints):
        page.goto(url)
        assert colour(page.locator("body")) == PAPER[scheme]
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.get_by_label("Paste a news article").fill(f"A row over arms\n\n{DENIAL}")
        page.get_by_role("button", name="Mark the article").click()
        assert page.title() == "A row over arms"
        sentence = page.locator("main mark").first
        assert sentence.inner_text().startswith(DENIAL)
        assert page.locator("main .source").first.inner_text() == "The Serbian president"
        assert "vucic" in page.locator("main").inner_text()
        assert colour(page.locator("body")) == PAPER[scheme]
        assert colour(sentence) not in (PAPER[scheme], "rgba(0, 0, 0, 0)")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.get_by_role("link", name="Label another article").click()
        assert page.get_by_label("Paste a news article").input_value() == ""
        assert complaints == []


def test_it_works_without_scripts_and_tells_what_is_wrong(url, browser, tmp_path):
    article = tmp_path / "2023-04-13-row.txt"
    article.write_text(DENIAL, "utf-8")
    with visit(browser, PHONE, java_script_enabled=False) as (page, _):
        page.goto(url)
        page.get_by_role("button", name="Mark the article").click()
        assert "nothing to label" in page.get_by_role("alert").inner_text()
        page.get_by_label("or choose a file").set_input_files(article)
        page.get_by_role("button", name="Mark the article").click()
        assert page.title() == "2023-04-13-row"
        assert "2023-04-13" in page.locator("main time").first.inner_text()
        assert page.locator("main mark").count() == 1
