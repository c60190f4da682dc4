"""The annotation page in a real browser, driven by keyboard and mouse."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stance.annotations import read_annotations
from stance.records import Attribution, Span
from stance.web.annotate import annotate_app
from stance.web.asked import DeskOptions
from stance.web.desk import Desk
from stance.web.offers import Offer, Reading
from stance.web.opening import open_desk
from stance.web.server import running
from tests.browser import chromium

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
SEED = Path(__file__).parents[1] / "seeds" / "003-blind-eye-to-ammunition.txt"
FIELDS = ("sentence", "speaker", "stance", "source", "cue", "cue_start", "annotator")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser) -> Iterator[object]:
    opened = browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    """A page on which no script fails and that asks nobody but the desk."""
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: faults.append(f"alert: {dialog.message}"))
    opened.on("request", lambda asked: None if "//127.0.0.1:" in asked.url else faults.append(asked.url))
    yield opened
    assert faults == []


def desk_on(source: Path, folder: Path, annotator: str = "ada", **options: object) -> Desk:
    given = {"paths": (str(source),), "annotations": folder, "annotator": annotator, "blind": True, **options}
    return open_desk(DeskOptions(**given), None, lambda failure: pytest.fail(str(failure)))


@contextmanager
def shown(page, desk: Desk) -> Iterator[str]:
    with running(annotate_app(desk)) as url:
        page.goto(url)
        page.wait_for_selector(".sentence.now")
        yield url


def keys(page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def status(page, words: str) -> None:
    playwright.expect(page.locator("#status")).to_contain_text(words)


def labelled(page, state: str, number: int) -> None:
    """Wait until a sentence (counted from 1) is labelled so."""
    playwright.expect(page.locator(f'.sentence[aria-label="Sentence {number}, {state}"]')).to_have_count(1)


def drag_over(page, words: str) -> None:
    """Select words of the current sentence with the mouse."""
    start, end = page.evaluate(
        """words => {
          const node = document.createTreeWalker(
            document.querySelector('.sentence.now .words'), NodeFilter.SHOW_TEXT).nextNode();
          const range = document.createRange();
          range.setStart(node, node.data.indexOf(words));
          range.setEnd(node, node.data.indexOf(words) + words.length);
          const lines = Array.from(range.getClientRects());
          const middle = line => line.top + line.height / 2;
          const [first, last] = [lines[0], lines.at(-1)];
          return [[first.left + 1, middle(first)], [last.right - 1, middle(last)]];
        }""",
        words,
    )
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def rows(desk: Desk, *fields: str) -> list[tuple[str, ...]]:
    """The rows that somebody labelled."""
    with desk.sheets[0].path.open(encoding="utf-8", newline="") as stream:
        return [
            tuple(row[name] for name in fields or FIELDS)
            for row in csv.DictReader(stream)
            if row["annotator"]
        ]


def test_three_sentences_by_keyboard_a_cue_by_mouse_undo_and_reload(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "j", "1", "h")
        drag_over(page, "may end up")
        keys(page, "q")
        status(page, "Saved the cue: may end up")
        keys(
            page,
            "j",
            "c",
            "1",
            *["ArrowRight"] * 3,
            "ArrowLeft",
            "ArrowLeft",
            "Shift+ArrowRight",
            "Shift+ArrowRight",
            "s",
        )
        status(page, "Saved the source: The Serbian leader")
        keys(page, "ArrowDown", "5", "c", "j", "0")
        labelled(page, "nobody speaks", 5)
        keys(page, "k", "a", "1", "d")
        labelled(page, "vucic rejects", 5)
        keys(page, "u", "u")
        status(page, "Undone")
        playwright.expect(page.locator(".sentence[data-open]")).to_have_count(22)
        written = rows(desk)
        assert written == [
            ("1", "vucic", "hedges", "", "may end up", "263", "ada"),
            ("2", "vucic", "confirms", "The Serbian leader", "", "", "ada"),
            ("3", "other", "confirms", "", "", "", "ada"),
        ]
        page.reload()
        labelled(page, "vucic leaves open", 2)
        labelled(page, "vucic presents as true", 3)
        labelled(page, "other presents as true", 4)
        assert page.locator(".sentence .cue").all_inner_texts() == ["may end up"]
        assert "3 of 25 labelled" in page.locator("#counts").inner_text()
        assert rows(desk) == written
    (found,) = read_annotations(tmp_path / "annotations")
    assert sum(map(bool, found.attributions)) == 3


def test_keys_that_are_typed_fast_are_done_in_their_order(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        page.evaluate(
            """keys => keys.forEach(key => document.activeElement.dispatchEvent(
                 new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})))""",
            [*"j1ca5d", *"j2h", *"j0", "j", *"3n"],
        )
        labelled(page, "pentagon_document no position", 6)
    assert rows(desk, "sentence", "speaker", "stance") == [
        ("1", "vucic", "confirms"),
        ("1", "other", "denies"),
        ("2", "svr", "hedges"),
        ("3", "none", "none"),
        ("5", "pentagon_document", "none"),
    ]


def test_a_stale_tab_overwrites_nothing(page, context, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk) as url:
        stale = context.new_page()
        stale.goto(url)
        stale.wait_for_selector(".sentence.now")
        keys(page, "1", "d")
        labelled(page, "vucic rejects", 1)
        before = desk.sheets[0].path.read_bytes()
        stale.bring_to_front()
        keys(stale, "2", "c")
        playwright.expect(stale.locator("#conflict")).to_be_visible()
        playwright.expect(stale.locator("#conflict")).to_contain_text("vucic denies")
        keys(stale, "Escape", "2", "c")
        playwright.expect(stale.locator("#conflict")).to_be_visible()
        assert desk.sheets[0].path.read_bytes() == before
        stale.locator("#reload").click()
        labelled(stale, "vucic rejects", 1)
        stale.wait_for_selector(".sentence.now")
        keys(stale, "j", "2", "c")
        labelled(stale, "svr presents as true", 2)
    assert rows(desk, "sentence", "speaker") == [("0", "vucic"), ("1", "svr")]


def test_an_editor_that_changes_the_file_loses_nothing(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "1", "d")
        labelled(page, "vucic rejects", 1)
        path = desk.sheets[0].path
        path.write_text(path.read_text("utf-8").replace("vucic,denies", "svr,hedges"), "utf-8")
        edited = path.read_bytes()
        keys(page, "j", "0")
        playwright.expect(page.locator("#conflict-text")).to_contain_text("svr hedges")
        assert path.read_bytes() == edited


def test_suggestions_are_taken_with_space_and_hidden_with_v(page, tmp_path, small):
    desk = desk_on(SEED, tmp_path / "annotations")
    desk.sources["model"] = lambda sheet: Reading.of_model(small.label(sheet.article))
    suggested = Reading.of_model(small.label(desk.sheets[0].article)).offers[1]
    assert suggested is not None
    with shown(page, desk):
        keys(page, "j")
        playwright.expect(page.locator(".card:not([hidden]) .suggestion")).to_contain_text("%")
        keys(page, "v")
        playwright.expect(page.locator(".card:not([hidden]) .suggestion")).to_be_hidden()
        keys(page, " ")
        status(page, "Suggestions are hidden")
        keys(page, "v", " ")
        playwright.expect(page.locator("#number")).to_have_text("3")
        playwright.expect(page.locator("#counts")).to_contain_text("1 of 25")
    assert set(rows(desk, "speaker", "stance")) == (suggested.labels or {("none", "none")})


def test_blind_no_answer_of_the_server_holds_a_suggestion(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    texts: list[str] = []
    with shown(page, desk) as url:
        page.on(
            "response", lambda answer: texts.append(answer.text()) if "/static/" not in answer.url else None
        )
        page.goto(f"{url}articles/0")
        keys(page, "1", "d", " ", "v")
        labelled(page, "vucic rejects", 1)
        page.wait_for_load_state("networkidle")
    assert len(texts) >= 2
    words = ("suggestion", "suggested?", "data-unsure", "data-differs", "The model", "%")
    assert not [word for word in words for text in texts if word in text]
    assert len(rows(desk)) == 1


def test_two_readings_are_adjudicated_by_key(page, tmp_path):
    folders = []
    for name, stances in (("anna", "hhc"), ("ben", "dhd")):
        folder = tmp_path / "readings" / name
        folders.append(folder)
        with shown(page, desk_on(SEED, folder, name)):
            for number, stance in enumerate(stances):
                keys(page, "j", "1", stance)
                words = {"h": "leaves open", "d": "rejects", "c": "presents as true"}[stance]
                labelled(page, f"vucic {words}", number + 2)
    readings = (folders[0], folders[1])
    desk = desk_on(SEED, tmp_path / "annotations", "adjudicated", blind=False, readings=readings)
    with shown(page, desk):
        assert page.locator("#number").inner_text() == "2"
        assert "anna" in page.locator(".card:not([hidden])").inner_text()
        keys(page, " ")
        status(page, "The readings differ")
        keys(page, ".")
        playwright.expect(page.locator("#number")).to_have_text("4")
        keys(page, ",")
        labelled(page, "vucic presents as true", 4)
        keys(page, "l", "k", " ")
        labelled(page, "vucic leaves open", 3)
    assert rows(desk, "sentence", "stance", "annotator") == [
        ("1", "denies", "adjudicated"),
        ("2", "hedges", "adjudicated"),
        ("3", "confirms", "adjudicated"),
    ]


ODD = "A 🙂 row\r\n\r\nHe 🙂🙂 denied it\u00a0— “flatly”.\r\nMore <b>text</b>.\r\n"


def test_offsets_count_code_points_whatever_stands_before(page, tmp_path):
    source = tmp_path / "in" / "odd.txt"
    source.parent.mkdir()
    source.write_bytes(ODD.encode("utf-8"))
    desk = desk_on(source, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "m")
        status(page, "one sentence")
        keys(page, "5", "d", *["ArrowRight"] * 4, "q")
        status(page, "Saved the cue: denied")
    (found,) = read_annotations(tmp_path / "annotations")
    at = ODD.index("denied")
    assert found.attributions[0] == (
        Attribution("other", "other", "denies", None, Span(at, at + 6, "denied"), labelled_by="ada"),
    )


def test_a_sentence_is_split_at_the_word_and_joined(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "j", *["ArrowRight"] * 5, "/")
        status(page, "Saved as two sentences")
        assert page.locator(".sentence.now .words").inner_text() == "Vladimir Putin may have"
        keys(page, "m")
        status(page, "Saved as one sentence")
        playwright.expect(page.locator(".sentence")).to_have_count(34)
        keys(page, "f")
        labelled(page, "furniture", 2)


def test_deleting_clearing_and_turning_by_key_and_button(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "1", "d", "ArrowRight", "s", "a", "5", "c")
        labelled(page, "vucic rejects, other presents as true", 1)
        keys(page, "t", "h")
        labelled(page, "vucic leaves open, other presents as true", 1)
        page.locator('.card:not([hidden]) [data-action="clear"]').click()
        playwright.expect(page.locator(".sentence .source")).to_have_count(0)
        assert {row[3] for row in rows(desk)} == {""}
        page.locator(".card:not([hidden]) .pick").nth(1).click()
        keys(page, "x")
        labelled(page, "vucic leaves open", 1)
        page.locator('aside [data-action="nobody"]').click()
        labelled(page, "nobody speaks", 1)
        playwright.expect(page.locator("#number")).to_have_text("2")


def test_half_a_label_is_not_saved_and_said_so(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "1", "j")
        status(page, "Not saved: a label needs a speaker and a stance")
        keys(page, "q")
        status(page, "Select words of this sentence first")
    assert not desk.sheets[0].path.exists()


def test_filters_pass_what_they_name(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        keys(page, "0", "0", "k", "k", "l")
        status(page, "Showing: unlabelled")
        assert page.locator(".sentence.passed").count() == 11
        keys(page, "j")
        playwright.expect(page.locator("#number")).to_have_text("3")
        keys(page, "l", "k", "k", "Enter")
        playwright.expect(page.locator("#number")).to_have_text("3")


def test_help_and_guide_are_one_key_away(page, tmp_path):
    with shown(page, desk_on(SEED, tmp_path / "annotations")):
        keys(page, "?")
        playwright.expect(page.locator("#help")).to_contain_text("the selected words carry the stance")
        keys(page, "1", "d", "Escape", "g")
        playwright.expect(page.locator("#guide")).to_contain_text("Weapons or ammunition made in Serbia")
        keys(page, "Escape")
        playwright.expect(page.locator("#guide")).to_be_hidden()
    assert not (tmp_path / "annotations").exists()


def test_when_stance_has_stopped_the_page_says_that_nothing_is_saved(page, tmp_path):
    desk = desk_on(SEED, tmp_path / "annotations")
    with shown(page, desk):
        pass
    keys(page, "0")
    status(page, "stance is no longer running")


EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_strangers_words_run_nothing(page, tmp_path):
    source = tmp_path / "in" / "evil.txt"
    source.parent.mkdir()
    source.write_text(
        f"{EVIL}\n\nHe said {EVIL} and left.\n\nIt ended here, without any more words to say.\n", "utf-8"
    )
    desk = desk_on(source, tmp_path / "annotations", EVIL)
    mark = Attribution("other", EVIL, "none")
    desk.sources["model"] = lambda sheet: Reading(
        tuple(line.sentence for line in sheet.first), tuple(Offer((mark,)) for _ in sheet.first)
    )
    with shown(page, desk) as url:
        keys(page, "5", "n", "ArrowRight", "q", "j", "5", "d", "u")
        status(page, "Undone")
        keys(page, "g")
        playwright.expect(page.locator("#guide")).to_be_visible()
        page.goto(f"{url}articles/0")
        page.wait_for_selector(".sentence.now")
        assert page.locator("img, main script, aside script").count() == 0
        assert EVIL in page.locator("main").inner_text()


CONTRAST = """() => {
  const parse = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${walker.currentNode.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_it_can_be_read_and_reached_by_everybody(page, tmp_path, small, scheme, width):
    desk = desk_on(SEED, tmp_path / "annotations")
    desk.sources["model"] = lambda sheet: Reading.of_model(small.label(sheet.article))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    with shown(page, desk):
        keys(page, "1", "c", "ArrowRight", "s", "j", "2", "d", "j", "5", "h", "j", "4", "n", "j", "0")
        labelled(page, "nobody speaks", 5)
        for press in (["k"], ["?"], ["Escape", "g"], ["Escape"]):
            keys(page, *press)
            page.wait_for_timeout(100)
            assert page.evaluate(CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        nameless = "element => !(element.innerText || element.getAttribute('aria-label') || '').trim()"
        assert (
            page.evaluate(f"Array.from(document.querySelectorAll('button')).filter({nameless}).length") == 0
        )
        assert page.evaluate("document.activeElement.matches('.sentence.now[aria-current=true]')")
        keys(page, "Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        keys(page, *["j"] * 8)
        playwright.expect(page.locator("#number")).to_have_text("13")
        covered = page.evaluate(
            """() => {
              const place = document.querySelector('.sentence.now').getBoundingClientRect();
              const spot = document.elementFromPoint(place.left + 20, place.top + 10);
              return !spot.closest('.sentence.now, p');
            }"""
        )
        assert not covered, "the current sentence is in sight"
