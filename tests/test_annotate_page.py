"""The annotation page over HTTP: who is let in, what is sent, what strangers' words can do (nothing)."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from stance.cli import main
from stance.cli.annotate import command
from stance.errors import MissingExtra
from stance.records import Attribution, Span
from stance.rows import format_table
from stance.topic import load_topic, parse_topic
from stance.web.annotate import annotate_app
from stance.web.asked import DeskOptions
from stance.web.desk import Desk, Place
from stance.web.guide import find_guide, render_guide
from stance.web.keys import KEYS, READINGS, keymap, label_keys
from stance.web.offers import Offer, Reading
from stance.web.opening import open_desk

client_module = pytest.importorskip("starlette.testclient")

TEXT = "Arms row grows\n\nVučić said it is a lie. Nobody spoke.\n"
EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
JSON = {"Content-Type": "application/json"}


def desk_of(tmp_path: Path, rows: list[list[str]], annotator: str = "ada") -> Desk:
    """A blind desk on a table of articles: id, title, text."""
    table = tmp_path / "in" / "table.csv"
    table.parent.mkdir()
    table.write_text(format_table(["id", "title", "text"], rows), "utf-8")
    options = DeskOptions((str(table),), tmp_path / "annotations", annotator, blind=True)
    return open_desk(options, None, lambda failure: pytest.fail(str(failure)))


def client_of(desk: Desk, **options: object):
    return client_module.TestClient(annotate_app(desk), base_url="http://127.0.0.1:8000", **options)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path, [["a", "A row", TEXT]])


def body(desk: Desk, kind: str = "nobody", number: int = 0, sentence: int = 1, **fields: object) -> dict:
    version = desk.look(number)
    start, end = version.lines[sentence].place
    return {"digest": version.digest, "step": {"kind": kind, "start": start, "end": end, **fields}}


def test_a_step_is_saved_and_only_what_changed_comes_back(desk):
    answer = client_of(desk).post(
        "/articles/0/steps", json=body(desk, "label", speaker="vucic", stance="denies")
    )
    told = answer.json()
    assert answer.status_code == 200
    assert told["digest"] == desk.look(0).digest
    assert list(told["changed"]) == ["s16-39"]
    assert 'aria-label="Sentence 2, vucic rejects"' in told["changed"]["s16-39"]["sentence"]
    assert "1 of 3 labelled" in told["counts"]


def test_a_new_cut_brings_the_whole_text(desk):
    told = client_of(desk).post("/articles/0/steps", json=body(desk, "join")).json()
    assert told["text"].count('class="sentence') == 2
    assert "changed" not in told


def test_undo_over_http(desk):
    client = client_of(desk)
    digest = client.post("/articles/0/steps", json=body(desk)).json()["digest"]
    assert client.post("/articles/0/undo", json={"digest": digest}).status_code == 200
    again = client.post("/articles/0/undo", json={"digest": desk.look(0).digest})
    assert (again.status_code, again.json()) == (422, {"error": "there is nothing to undo in this session"})


def test_a_stale_page_gets_409_and_sees_what_changed(desk):
    client = client_of(desk)
    stale = body(desk)
    client.post("/articles/0/steps", json=body(desk, "label", speaker="vucic", stance="denies"))
    before = desk.sheets[0].path.read_bytes()
    answer = client.post("/articles/0/steps", json=stale)
    assert answer.status_code == 409
    assert "<td>unlabelled</td><td>vucic denies</td>" in answer.json()["conflict"]
    assert client.get(f"/articles/0/changes?digest={stale['digest']}").status_code == 409
    assert client.get(f"/articles/0/changes?digest={desk.look(0).digest}").json() == {}
    assert desk.sheets[0].path.read_bytes() == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 400),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_its_own_page_may_save(desk, headers, status):
    answer = client_of(desk).post("/articles/0/steps", json=body(desk), headers=headers)
    assert answer.status_code == status
    assert desk.sheets[0].path.exists() == (status == 200)


def test_a_foreign_host_sees_no_article(desk):
    refused = client_of(desk).get("/articles/0", headers={"Host": "evil.example"})
    assert refused.status_code == 400
    assert "not this service: open the address that was printed" in refused.text


@pytest.mark.parametrize(
    "payload", ["", "[]", "{}", '{"digest": 1}', '{"digest": "x", "step": {"kind": []}}']
)
def test_what_is_no_step_is_refused(desk, payload):
    assert client_of(desk).post("/articles/0/steps", content=payload, headers=JSON).status_code == 422
    assert not desk.sheets[0].path.exists()


def test_a_form_of_another_site_is_no_step(desk):
    plain = client_of(desk).post("/articles/0/steps", content=b"{}", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        *("/articles/1", "/articles/-1", "/articles/1/guide", "/articles/1/changes?digest=x", "/nowhere"),
        *(
            "/static/../annotate.py",
            "/static/%2e%2e/annotate.py",
            "/static/..%2fannotate.py",
            "/static//etc/passwd",
        ),
        *("/docs", "/openapi.json"),
    ],
)
def test_there_is_nothing_else(desk, path):
    assert client_of(desk).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/articles/..%2f..%2fetc%2fpasswd", "/articles/a", "/articles/0%00"])
def test_articles_go_by_number(desk, path):
    assert client_of(desk).get(path).status_code in (404, 422)


def test_steps_for_no_article_are_refused(desk):
    assert client_of(desk).post("/articles/7/steps", json=body(desk)).status_code == 404
    assert client_of(desk).post("/articles/7/undo", json={"digest": "x"}).status_code == 404


def test_strangers_words_are_text(tmp_path):
    evil = desk_of(
        tmp_path, [[EVIL, EVIL, f"{EVIL} said {EVIL} there.\n\nMore {EVIL}.\n"], ["b", EVIL, TEXT]], EVIL
    )
    mark = Attribution("other", EVIL, "none", Span(0, 3, EVIL), Span(0, 3, EVIL), labelled_by=EVIL)
    evil.sources["model"] = lambda sheet: Reading(
        sheet.first and tuple(line.sentence for line in sheet.first),
        tuple(Offer((dataclasses.replace(mark, cue=None, source=None),)) for _ in sheet.first),
    )
    client = client_of(evil)
    pages = [client.get(path).text for path in ("/", "/articles/0", "/articles/1", "/articles/0/guide")]
    told = client.post("/articles/0/steps", json=body(evil, "label", speaker="other", stance="none"))
    pages += [told.text.replace('\\"', '"')]
    evil.sheets[0].path.write_text(
        evil.sheets[0].path.read_text("utf-8").replace(",other,", f',"{EVIL[:28]}",'), "utf-8"
    )
    pages += [client.get("/articles/0").text]
    for page in pages:
        assert "<img" not in page
        assert "<script>alert" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages[1]


def test_the_text_is_there_to_the_letter(tmp_path):
    text = "A\u00a0row  & <b>more</b>\r\nnext line\t‘of’ it.\r\n\r\nThe end \u202eis near.\r\n"
    desk = desk_of(tmp_path, [["a", "", text]])
    page = client_of(desk).get("/articles/0").text
    words = re.findall(r'<span class="words">(.*?)</span><span class="tags"', page, re.S)
    shown = [
        re.sub(r"&#(\d+);", lambda code: chr(int(code[1])), word)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        for word in words
    ]
    assert shown == [line.sentence.text for line in desk.look(0).lines]
    assert "\r" not in page, "a browser would read a bare carriage return as a line feed"


def test_blind_means_that_no_suggestion_is_sent(tmp_path, small):
    desk = desk_of(tmp_path, [["a", "", TEXT]])
    blind = client_of(desk).get("/articles/0").text
    desk.sources["model"] = lambda sheet: Reading.of_model(small.label(sheet.article))
    seeing = client_of(desk).get("/articles/0").text
    for words in ("The model", "suggest", "Suggest", "unsure", "differ", " %"):
        assert words not in blind, words
    assert "The model" in seeing
    assert "data-unsure" in seeing or "The model suggests" in seeing
    answer = client_of(desk).post("/articles/0/steps", json=body(desk, "take", choice="model"))
    assert answer.status_code == 200


def test_a_broken_file_is_told_instead_of_a_page(desk):
    client = client_of(desk)
    client.post("/articles/0/steps", json=body(desk))
    path = desk.sheets[0].path
    path.write_text(path.read_text("utf-8").replace(",none,none", ",nobody,none", 1), "utf-8")
    answer = client.get("/articles/0")
    assert answer.status_code == 409
    assert "speaker is &#39;nobody&#39;" in answer.text
    assert client.get("/", follow_redirects=False).headers["location"] == "/articles/0"


def test_several_articles_have_a_list_that_tells_how_far_they_are(tmp_path):
    desk = desk_of(tmp_path, [["a", "First", TEXT], ["b", "", TEXT]])
    client = client_of(desk)
    client.post("/articles/1/steps", json=body(desk, number=1))
    page = client.get("/").text
    assert "0 of 3 sentences" in page
    assert "1 of 3 sentences" in page
    broken = desk.sheets[1].path
    broken.write_text("article\n", "utf-8")
    assert "the file is broken" in client.get("/").text


def test_the_queue_leads_from_sentence_to_sentence(tmp_path):
    desk = desk_of(tmp_path, [["a", "", TEXT], ["b", "", TEXT]])
    desk.queue = (Place(1, 16, 39), Place(0, 0, 14))
    client = client_of(desk, follow_redirects=False)
    assert client.get("/").headers["location"] == "/next"
    assert client.get("/next").headers["location"] == "/articles/1#s16-39"
    assert client.get("/next?article=1&start=16&end=39").headers["location"] == "/articles/0#s0-14"
    desk.queue = ()
    assert "That was the last one" in client.get("/next").text


# ---- keys and guide


TOPICS = {
    "serbia-arms": load_topic("serbia-arms"),
    "open": load_topic("open"),
    "many": parse_topic(
        'schema = 1\nname = "many"\nallegation = "x"\n'
        + "".join(f'[[speakers]]\nlabel = "who{n}"\nrole = "other"\n' for n in range(20))
    ),
}


@pytest.mark.parametrize("name", TOPICS)
def test_no_key_does_two_things(name):
    every = [*label_keys(TOPICS[name]), *KEYS, *READINGS]
    keys = [key.key for key in every if key.key]
    assert len(keys) == len(set(keys))
    assert keymap(every)["ArrowDown"] == ("next", "")


def test_each_label_has_its_key():
    found = {key.label: key.key for key in label_keys(TOPICS["serbia-arms"])}
    assert found == {
        "vucic": "1",
        "svr": "2",
        "pentagon_document": "3",
        "analyst": "4",
        "other": "5",
        "nobody": "0",
        "confirms": "c",
        "denies": "d",
        "hedges": "h",
        "none": "n",
    }
    assert not [key for key in label_keys(TOPICS["open"]) if key.group == "stance"]


def test_the_guide_is_rendered_and_runs_nothing(tmp_path):
    guide = tmp_path / "GUIDELINES.md"
    guide.write_text(
        "# The *unit*\n\n[go](#the-unit) [bad](javascript:alert(1)) ![x](http://evil.example/x.png)\n\n"
        "<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        "utf-8",
    )
    html = render_guide(guide)
    assert '<h1 id="guide-the-unit">The <em>unit</em></h1>' in html
    assert '<a href="#guide-the-unit">go</a>' in html
    assert "<td>1</td>" in html
    assert 'href="javascript' not in html
    assert "<script>" not in html
    assert "evil.example" not in html
    assert find_guide(tmp_path / "readings" / "ben") == guide
    assert find_guide(tmp_path / "a" / "b" / "c" / "d") is None


def test_without_a_guide_there_is_a_summary(desk):
    page = client_of(desk).get("/articles/0/guide").text
    assert "Weapons or ammunition made in Serbia" in page
    assert "presents the allegation" in page
    (desk.sheets[0].folder).mkdir()
    (desk.sheets[0].folder / "GUIDELINES.md").write_text("# Ours", "utf-8")
    assert "Ours" in client_of(desk).get("/articles/0/guide").text


# ---- the command


def test_help_has_examples():
    told = CliRunner().invoke(command, ["--help"]).output
    assert "stance annotate articles/ --annotations my-annotations" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["missing.txt", "--blind"], "missing.txt: no such file or folder"),
        (["{text}", "--annotator", " "], "annotator is ' '"),
        (["{text}", "--annotations", "{text}"], "is a file, expected a folder"),
        (
            ["{text}", "--adjudicate", ".", "{folder}", "--blind"],
            "leave out --model, --next, --blind and --sample",
        ),
        (["--adjudicate", ".", "."], "takes two readings"),
        (["--annotations", "{folder}", "--blind"], "nothing to annotate"),
        (["{text}", "--model", "{folder}"], "manifest.json"),
        (["{text}", "--port", "99999"], "99999"),
    ],
)
def test_what_cannot_run_is_one_line_and_writes_nothing(tmp_path, capsys, options, told):
    text, folder = tmp_path / "a.txt", tmp_path / "folder"
    text.write_text(TEXT, "utf-8")
    folder.mkdir()
    before = sorted(tmp_path.rglob("*"))
    given = [option.format(text=text, folder=folder) for option in options]
    assert main(["annotate", *given, "--no-browser"]) == 2
    errors = capsys.readouterr().err
    assert told in errors
    assert "Traceback" not in errors
    assert sorted(tmp_path.rglob("*")) == before


def test_without_the_extra_the_install_command_is_told(tmp_path, monkeypatch, capsys):
    def missing(purpose: str) -> None:
        raise MissingExtra("fastapi", "web", purpose)

    monkeypatch.setattr("stance.web.need_web", missing)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert main(["annotate", str(tmp_path / "a.txt"), "--blind", "--no-browser"]) == 2
    assert "pip install '.[web]'" in capsys.readouterr().err
