"""What people see: a real browser pastes a text, or chooses a file, and gets the marked page."""

from __future__ import annotations

import re

import pytest

from stance.topic import load_topic
from stance.web.ledger import Ledger
from stance.web.serve import create_app
from stance.web.server import running
from stance.web.workers import Workers
from tests.browser import DESK, PHONE, chromium, visit

DENIAL = "The Serbian president denied on Monday that weapons were sent to Ukraine."
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}


@pytest.fixture(scope="module")
def workers(trained):
    with Workers(trained) as workers:
        yield workers


@pytest.fixture(scope="module")
def url(workers):
    with running(create_app(workers)) as url:
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


def paste(page, url):
    page.goto(url)
    page.get_by_label("Paste a news article").fill(f"A row over arms\n\n{DENIAL}\n\nHe left.")
    page.get_by_role("button", name="Mark the article").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_correction_survives_another_run_of_the_service(workers, browser, tmp_path, scripts):
    path = tmp_path / "labels.corrections.csv"

    def service():
        return running(create_app(workers, ledger=Ledger(path, "anna", load_topic("serbia-arms"))))

    with visit(browser, PHONE, java_script_enabled=scripts) as (page, complaints):
        with service() as url:
            paste(page, url)
            page.get_by_role("link", name="Correct sentence 1").click()
            assert (
                page.get_by_label("Words that name the speaker").first.input_value()
                == "The Serbian president"
            )
            page.get_by_label("and does what to the allegation").first.select_option("leaves open")
            page.get_by_label("Words that tell the stance").first.fill("rejected")
            page.keyboard.press("Enter")
            assert "does not stand in the sentence" in page.get_by_role("alert").inner_text()
            page.get_by_label("Words that tell the stance").first.fill("denied")
            assert page.locator("main").bounding_box()["width"] <= PHONE[0]
            page.get_by_role("button", name="Save").press("Enter")
            page.wait_for_url("**#a1-s1")
            assert "corrected by anna" in page.locator(".margin").nth(1).inner_text()
            page.get_by_role("link", name="Correct sentence 2").press("Enter")
            page.get_by_role("button", name="Page furniture").click()
            page.wait_for_url("**#a1-s2")
        with service() as url:  # another process knows nothing but the file
            paste(page, url)
            notes = page.locator(".margin")
            assert "leaves open corrected by anna" in notes.nth(1).inner_text()
            assert "page furniture corrected by anna" in notes.nth(2).inner_text()
            assert page.locator("#a1-s1 .cue").inner_text() == "denied"
            page.get_by_role("link", name="Correct sentence 1").click()
            page.get_by_role("button", name="Withdraw the correction").click()
            page.wait_for_url("**#a1-s1")
            assert "corrected by" not in page.locator(".margin").nth(1).inner_text()
            page.reload()
            # the model's word again
            assert re.search(r"speaker \d+%, stance", page.locator(".margin").nth(1).inner_text())
        refused = "the server responded with a status of 422"
        assert [told for told in complaints if refused not in told] == []
    assert path.read_text("utf-8").count("anna") == 1
