"""The service that takes corrections: the form, the file, what survives, what is refused."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import threading

import httpx
import pytest

from stance.cli import main
from stance.cli.serve import ServeSettings, serve
from stance.corrections import COLUMNS, Correction, read_corrections, write_corrections
from stance.errors import UsageError
from stance.records import Sentence
from stance.topic import load_topic
from stance.web.filling import MOST, corrections_of, entries_of, read_entries
from stance.web.ledger import Ledger, StaleError, place_of, stamp
from stance.web.pages import Shelf
from stance.web.security import Limits
from stance.web.serve import create_app
from stance.web.server import running
from stance.web.work import Document
from stance.web.workers import Workers
from tests.conftest import SHIPPED
from tests.handmade import SENTENCES, labelled, span

DENIAL = "The Serbian president denied on Monday that weapons were sent to Ukraine."
TOPIC = load_topic("serbia-arms")
MADE = dataclasses.replace(labelled(), speakers={label: TOPIC.role_of(label) for label in TOPIC.labels})
THIRD = SENTENCES[3]  # "The SVR, he said, claimed otherwise."


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "labels.corrections.csv", "anna", TOPIC)


def filled(ledger, number: int, action: str = "save", **fields: str) -> tuple[Correction, ...]:
    """What a form with these fields (`speaker_0`, ...) stands for."""
    form = {name.replace("_", "-"): value for name, value in fields.items()}
    entries = read_entries(form, MADE.sentences[number])
    return corrections_of(action, entries, MADE, number, ledger)


# The form


def test_what_is_shown_first_comes_back_the_same(ledger):
    for number in (1, 2, 3):
        shown = entries_of(MADE.sentences[number], MADE.attributions[number], ())
        kept = corrections_of("save", shown, MADE, number, ledger)
        assert [(one.speaker, one.stance, one.source, one.cue) for one in kept] == [
            (one.speaker, one.stance, one.source, one.cue) for one in MADE.attributions[number]
        ]
        assert {one.annotator for one in kept} == {"anna"}
        again = entries_of(MADE.sentences[number], (), kept)
        assert again == shown


def test_words_are_found_where_they_stand(ledger):
    source = {"speaker_0": "svr", "source_0": "“The  SVR,”".strip("“”"), "cue_0": "claim"}
    (kept,) = filled(ledger, 3, stance_0="denies", holder_0=" Ana  Anic ", **source)
    assert (kept.source, kept.cue, kept.holder) == (span("The SVR"), span("claimed"), "Ana Anic")
    assert (kept.start, kept.end, kept.text) == (THIRD.start, THIRD.end, THIRD.text)


def test_of_words_that_stand_twice_the_annotator_chooses(ledger):
    text = "He said that he knew what he said."
    sentence = Sentence(0, 0, 10, 10 + len(text), text)
    result = dataclasses.replace(
        MADE, sentences=(sentence,), article=dataclasses.replace(MADE.article, text=" " * 10 + text)
    )
    form = {"speaker-0": "vucic", "stance-0": "none", "cue-0": "said"}
    entries = read_entries(form, sentence)
    assert entries[0].cue.places == ((13, "He said that he knew what h…"), (39, "…hat he knew what he said."))
    with pytest.raises(UsageError, match="“said” stands more than once in the sentence: choose which"):
        corrections_of("save", entries, result, 0, ledger)
    (kept,) = corrections_of("save", read_entries({**form, "cue-at-0": "39"}, sentence), result, 0, ledger)
    assert kept.cue == sentence.span(39, 43)
    assert entries_of(sentence, (), (kept,))[0].cue.at == 39


def test_nobody_furniture_and_a_source_that_is_left_out(ledger):
    told = [
        (one.speaker, one.stance) for action in ("nobody", "furniture") for one in filled(ledger, 1, action)
    ]
    assert told == [("none", "none"), ("furniture", "none")]
    assert filled(ledger, 1, "withdraw") == ()
    both = {"speaker_0": "svr", "speaker_1": "analyst", "leave_out_0": "1"}
    assert [one.speaker for one in filled(ledger, 3, **both)] == ["analyst"]
    assert [one.speaker for one in filled(ledger, 5, speaker_0="svr")] == ["svr"]  # it was furniture


NONSENSE = {
    "nothing": ({}, "no source is given"),
    "speaker": ({"speaker_0": "putin"}, "speaker is 'putin', expected one of"),
    "none as a source": ({"speaker_0": "none"}, "speaker is 'none', expected one of"),
    "stance": ({"speaker_0": "svr", "stance_0": "denys"}, "stance is 'denys', expected one of"),
    "other words": ({"speaker_0": "svr", "source_0": "CIA"}, "“CIA” does not stand in the sentence"),
    "words of another": ({"speaker_0": "svr", "cue_0": "notorious"}, "does not stand in the sentence"),
    "nobody's words": ({"speaker_0": "", "source_0": "The SVR"}, "a source has no speaker"),
    "twice": ({"speaker_0": "svr", "speaker_1": "svr"}, "stands twice"),
    "control characters": ({"speaker_0": "svr", "holder_0": "a\x00b"}, "expected one on one line"),
    "too long": ({"speaker_0": "svr", "holder_0": "a" * 501}, "at most 500"),
    "too many": ({f"speaker_{n}": "svr" for n in range(MOST + 2)}, f"at most {MOST} sources"),
    "no such button": ({"action": "burn"}, "action is 'burn'"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_told_in_one_line(case, ledger):
    fields, told = NONSENSE[case]
    with pytest.raises(UsageError, match=re.escape(told)) as caught:
        filled(ledger, 3, **fields)
    assert "\n" not in str(caught.value)


# The file


def test_what_is_saved_is_read_by_everything_else(ledger):
    assert ledger.read() == ()
    assert not ledger.path.exists()
    first, third = filled(ledger, 1, "nobody"), filled(ledger, 3, speaker_0="svr", cue_0="claimed")
    ledger.save(place_of(MADE, 1), first, stamp(()))
    ledger.save(place_of(MADE, 3), third, stamp(()))
    assert read_corrections(ledger.path, TOPIC.labels) == (*first, *third) == ledger.read()
    ledger.save(place_of(MADE, 1), (), stamp(first))
    assert ledger.read() == third
    assert ledger.of_sentence(MADE, 3) == third


def test_a_correction_that_nobody_saw_is_not_overwritten(ledger):
    first = filled(ledger, 1, "nobody")
    ledger.save(place_of(MADE, 1), first, stamp(()))
    kept = ledger.path.read_bytes()
    for new in (filled(ledger, 1, "furniture"), ()):
        with pytest.raises(StaleError, match="corrected elsewhere meanwhile"):
            ledger.save(place_of(MADE, 1), new, stamp(()))
    assert ledger.path.read_bytes() == kept


def test_two_services_lose_nothing(ledger):
    other = Ledger(ledger.path, "ben", TOPIC)

    def work(one, numbers):
        for number in numbers:
            one.save(place_of(MADE, number), filled(one, number, "nobody"), stamp(()))

    threads = [threading.Thread(target=work, args=args) for args in ((ledger, (0, 2, 4)), (other, (1, 3, 5)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.annotator for each in sorted(ledger.read(), key=lambda each: each.start)] == [
        "anna",
        "ben",
    ] * 3


def test_a_file_that_cannot_be_kept_is_told_at_the_start(tmp_path):
    path = tmp_path / "c.csv"
    write_corrections(path, ())
    for annotator in ("", " ", "a\nb", "model"):
        with pytest.raises(UsageError, match="annotator is"):
            Ledger(path, annotator, TOPIC)
    with pytest.raises(UsageError, match="no such folder"):
        Ledger(tmp_path / "nowhere" / "c.csv", "anna", TOPIC)
    path.write_text("article\n")
    with pytest.raises(UsageError, match=r"c\.csv:1: no column 'article_sha256'"):
        Ledger(path, "anna", TOPIC)
    path.write_text(",".join((*COLUMNS, "note")) + "\n")
    with pytest.raises(UsageError, match=r"columns of its own \(note\), which would be lost"):
        Ledger(path, "anna", TOPIC)


def test_the_shelf_forgets_the_oldest():
    shelf = Shelf(most=3, most_bytes=10)
    keys = [shelf.put(Document("a", bytes([n]))) for n in range(4)]
    assert [shelf.get(key) is not None for key in keys] == [False, True, True, True]
    assert shelf.put(Document("a", b"\x01")) == keys[1]
    large = shelf.put(Document("a", b"x" * 20))
    assert [shelf.get(key) is not None for key in (*keys, large)] == [False] * 4 + [True]


# The service


@pytest.fixture(scope="module")
def workers(trained):
    with Workers(trained) as workers:
        yield workers


@pytest.fixture
def client(workers, ledger):
    app = create_app(workers, limits=Limits(body=100_000), ledger=ledger)
    with running(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def paste(client, text: str = DENIAL) -> tuple[httpx.Response, list[str]]:
    """The marked page, and the links that correct its sentences."""
    answer = client.post("/", data={"text": text})
    assert answer.status_code == 200, answer.text
    return answer, re.findall(r'href="(/articles/[0-9a-f]{64}/\d+)"', answer.text)


def seen(page: httpx.Response) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.text)[1]


def send(client, link: str, action: str = "save", **fields: str) -> httpx.Response:
    form = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(link, data={"seen": seen(client.get(link)), "action": action, **form})


HEDGED = {
    "speaker_0": "analyst",
    "stance_0": "hedges",
    "source_0": "The Serbian president",
    "cue_0": "denied",
}


def test_a_correction_survives_a_rerun_of_everything(client, ledger, trained, tmp_path, capsys):
    text = f"A row over arms\n\n{DENIAL}\n\nHe left.\n"
    page, links = paste(client, text)
    assert len(links) == 3
    assert "corrected by" not in page.text
    answer = send(client, links[1], **HEDGED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{links[1].rpartition('/')[0]}#a1-s1")
    shown = client.get(answer.headers["location"])
    assert shown.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    again, _ = paste(client, text)
    for page in (shown, again):
        assert "<em>corrected by <bdi>anna</bdi></em>" in page.text
        assert "analyst" in page.text

    rows = client.post("/label", json={"text": text}).json()
    assert [(row["speaker"], row["stance"], row["labelled_by"]) for row in rows if row["sentence"] == 1] == [
        ("analyst", "hedges", "anna")
    ]
    (tmp_path / "a.txt").write_bytes(text.encode())
    for model in (trained, SHIPPED, trained):
        command = ["label", str(tmp_path / "a.txt"), "--format", "jsonl", "--model", str(model)]
        assert main([*command, "--corrections", str(ledger.path)]) == 0
        out = capsys.readouterr().out.splitlines()
        told = [json.loads(line)["labelled_by"] for line in out if json.loads(line)["sentence"] == 1]
        assert told == ["anna"]


def test_a_correction_can_be_changed_and_withdrawn(client, ledger):
    _, (link,) = paste(client)
    send(client, link, "nobody")
    page, _ = paste(client)
    assert '<span class="small">nobody</span> <em>corrected by <bdi>anna</bdi></em>' in page.text
    send(client, link, **HEDGED)
    form = client.get(link).text
    assert "Corrected by <strong><bdi>anna</bdi></strong>" in form
    assert 'value="The Serbian president"' in form
    assert [one.speaker for one in ledger.read()] == ["analyst"]
    assert "Withdraw" in form
    assert send(client, link, "withdraw").status_code == 303
    assert ledger.read() == ()
    page, _ = paste(client)
    assert "corrected by" not in page.text
    assert "Withdraw" not in client.get(link).text


def test_what_is_wrong_comes_back_with_what_was_typed(client, ledger):
    _, (link,) = paste(client)
    attack = '"><script>alert(1)</script>'
    answer = send(client, link, speaker_0="svr", stance_0="hedges", source_0=attack, holder_0=attack)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<script" not in answer.text
    assert answer.text.count(html.escape(attack).replace("&quot;", "&#34;")) >= 2
    assert "<option selected>svr</option>" in answer.text
    assert not ledger.path.exists()


def test_who_comes_second_is_told_and_may_save_again(client, ledger):
    _, (link,) = paste(client)
    old = seen(client.get(link))
    send(client, link, "nobody")
    late = {"seen": old, "action": "save", "speaker-0": "svr", "stance-0": "denies"}
    answer = client.post(link, data=late)
    assert answer.status_code == 409
    assert "corrected elsewhere meanwhile" in answer.text
    assert [one.speaker for one in ledger.read()] == ["none"]
    assert client.post(link, data={**late, "seen": seen(answer)}).status_code == 303
    assert [one.speaker for one in ledger.read()] == ["svr"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "evil.example"}, 400),
    ],
)
def test_another_site_cannot_correct(client, ledger, headers, status):
    _, (link,) = paste(client)
    form = {"seen": seen(client.get(link)), "action": "nobody"}
    assert client.post(link, data=form, headers=headers).status_code == status
    assert not ledger.path.exists()


def test_a_body_too_large_is_refused(client):
    _, (link,) = paste(client)
    assert client.post(link, data={"action": "nobody", "holder-0": "a" * 100_001}).status_code == 413


@pytest.mark.parametrize(
    "path", [f"/articles/{'0' * 64}", f"/articles/{'0' * 64}/0", "{link}9999999999999999999"]
)
def test_what_is_not_there_is_told_on_a_page(client, path):
    _, (link,) = paste(client)
    answer = client.get(path.format(link=link))
    assert answer.status_code == 404
    assert "not remembered any more: paste it again" in answer.text


@pytest.mark.parametrize("number", ["9" * 5000, "x", "-1"])
def test_a_sentence_without_a_number_is_not_there(client, number):
    _, (link,) = paste(client)
    path = f"{link.rpartition('/')[0]}/{number}"
    assert [client.get(path).status_code, client.post(path, data={}).status_code] == [404, 404]


def test_a_file_that_broke_meanwhile_is_told_everywhere_and_stays(client, ledger):
    _, (link,) = paste(client)
    form = {"seen": seen(client.get(link)), "action": "nobody"}
    ledger.path.write_text("article\n")
    answers = [client.post("/", data={"text": DENIAL}), client.get(link), client.post(link, data=form)]
    assert [answer.status_code for answer in answers] == [409] * 3
    assert all("labels.corrections.csv:1: no column" in answer.text for answer in answers)
    problem = client.post("/label", json={"text": DENIAL})
    assert (problem.status_code, list(problem.json())) == (409, ["error"])
    assert "\n" not in problem.json()["error"]
    assert ledger.path.read_text() == "article\n"


def test_a_correction_that_fits_no_sentence_any_more_is_told_and_kept(client, ledger):
    _, (link,) = paste(client)
    send(client, link, "nobody")
    (kept,) = ledger.read()
    lost = dataclasses.replace(kept, end=kept.end - 1, text=kept.text[:-1])
    write_corrections(ledger.path, [lost])
    page, _ = paste(client)
    assert "1 correction of this text</strong> fits no sentence any more" in page.text
    assert ledger.read() == (lost,)


def test_without_the_option_nothing_can_be_corrected(workers):
    with running(create_app(workers)) as url, httpx.Client(base_url=url, timeout=30) as client:
        page, links = paste(client)
        assert links == []
        assert "correct" not in page.text.split("<main>")[1]
        assert client.get(f"/articles/{'0' * 64}").status_code == 404
        assert "Nothing is kept" in client.get("/").text


def test_annotator_alone_is_a_mistake():
    with pytest.raises(UsageError, match="name the file with --corrections too"):
        serve(ServeSettings(annotator="anna"), lambda line: None)
