"""The service over real sockets: what it answers, what it refuses, who may ask."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from stance.cli import main
from stance.labels import DETAILS, MENTIONS, ROLES, STANCES
from stance.output.rows import COLUMNS
from stance.web import schemas
from stance.web.security import Limits
from stance.web.serve import create_app
from stance.web.server import running
from stance.web.workers import Workers
from tests.conftest import SEEDS

DENIAL = "The Serbian president denied on Monday that weapons were sent to Ukraine."
PAGE = f"<html><head><title>A row</title></head><body><article>{f'<p>{DENIAL} So he said.</p>' * 5}</article>"
ATTACK = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> \"'></textarea></mark>&amp; {{ 7*7 }} said Vucic."
)


@pytest.fixture(scope="module")
def url(trained):
    """The service with the tiny model and its usual limits, but for smaller bodies."""
    with Workers(trained) as workers, running(create_app(workers, limits=Limits(body=100_000))) as url:
        yield url


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


def rows_of(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    return answer.json()


# What it answers


def test_labels_are_the_bytes_of_the_command(client, trained, tmp_path, capsysbinary):
    for seed in SEEDS[:2]:
        (tmp_path / seed.name).write_bytes(seed.read_bytes())
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert main(["label", str(tmp_path), "--format", "jsonl", "--model", str(trained)]) == 0
    lines = capsysbinary.readouterr().out.splitlines()

    files = sorted(tmp_path.iterdir())
    kinds = {".txt": "text", ".html": "html"}
    articles = [{"id": file.stem, kinds[file.suffix]: file.read_text("utf-8")} for file in files]
    many = client.post("/label", json={"articles": articles})
    assert many.headers["content-type"] == "application/json"
    assert [line.strip(b"[],") for line in many.content.splitlines()] == [line.strip(b",") for line in lines]
    assert rows_of(many) == [json.loads(line) for line in lines]

    one = client.post("/label", json=articles[0])
    assert rows_of(one) == [row for row in rows_of(many) if row["article"] == articles[0]["id"]]


def test_what_the_request_says_of_an_article_is_in_the_rows(client):
    told = {"id": "mine", "title": "A title", "outlet": "Paper", "url": "https://paper.example/1"}
    row = rows_of(client.post("/label", json={"text": DENIAL, "date": "13 April 2023", **told}))[0]
    assert {key: row[key] for key in ("article", "title", "outlet", "url")} == dict(
        zip(("article", "title", "outlet", "url"), told.values(), strict=True)
    )
    assert (row["date"], row["date_source"]) == ("2023-04-13", "metadata")


def test_health(client, trained):
    told = client.get("/health").json()
    assert (told["status"], told["topic"]) == ("ok", "serbia-arms")
    assert told["model"] == rows_of(client.post("/label", json={"text": DENIAL}))[0]["model"]


def test_metrics(client):
    def figure(name: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    names = (
        'stance_requests_total{route="/label",status="200"}',
        'stance_request_seconds_count{route="/label"}',
        "stance_articles_total",
        "stance_sentences_total",
    )
    before = [figure(name) for name in names]
    rejected = figure('stance_rejected_total{reason="origin"}')
    client.post("/label", json={"articles": [{"text": DENIAL}, {"text": f"{DENIAL}\n\nHe left."}]})
    client.post("/label", json={"text": DENIAL}, headers={"sec-fetch-site": "cross-site"})
    assert [figure(name) - old for name, old in zip(names, before, strict=True)] == [1, 2, 2, 3]
    assert figure('stance_rejected_total{reason="origin"}') - rejected == 1
    assert figure("stance_requests_in_flight") == 1  # this one
    assert figure("process_resident_memory_bytes") > 1e6
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")


def test_the_openapi_document_tells_rows_and_errors(client):
    told = client.get("/openapi.json").json()
    label = told["paths"]["/label"]["post"]
    rows = label["responses"]["200"]["content"]["application/json"]["schema"]
    assert rows["items"] == {"$ref": "#/components/schemas/Row"}
    assert list(told["components"]["schemas"]["Row"]["properties"]) == list(COLUMNS)
    assert {"400", "403", "408", "413", "415", "422", "503", "504"} < set(label["responses"])


@pytest.mark.parametrize(
    ("kind", "labels"),
    [("Role", ROLES), ("Stance", STANCES), ("Mention", MENTIONS), ("Detail", DETAILS)],
)
def test_the_schema_knows_the_labels(kind, labels):
    assert set(getattr(schemas, kind).__args__) == set(labels)


def test_no_page_loads_from_another_host(client):
    assert [client.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]
    for page in (client.get("/"), client.post("/", files={"text": (None, DENIAL)})):
        assert "//" not in page.text.replace("https://", "//").split("<main>")[0]


# What it refuses

JSON = {"content-type": "application/json"}
BROKEN = {
    "no text": (b'{"text": ""}', 422, "text: String should have at least 1 character"),
    "blank text": (b'{"text": " \\n "}', 422, "article: empty, expected text"),
    "binary": (b'{"text": "a\\u0000b"}', 422, "article: binary data"),
    "two kinds": (b'{"text": "a", "html": "b"}', 422, "text: Extra inputs are not permitted"),
    "no page": (b'{"html": "<p></p>"}', 422, "article: no article text found in the page"),
    "wrong type": (b'{"articles": [{"text": 5}]}', 422, "articles.0.text: Input should be a valid string"),
    "no articles": (b'{"articles": []}', 422, "articles: List should have at least 1 item"),
    "two bad of three": (
        b'{"articles": [{"text": " "}, {"text": "He left."}, {"id": "b", "text": "\\u0000"}]}',
        422,
        "article-1: empty, expected text; b: binary data",
    ),
    "one bad of two": (b'{"articles": [{"text": "He left."}, {"text": " "}]}', 422, "article-2: empty"),
    "same id": (
        b'{"articles": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}',
        422,
        "the body: 2 articles have the id 'a'",
    ),
    "date": (b'{"text": "He left.", "date": "04/05/2023"}', 422, "article: date is '04/05/2023'"),
    "no object": (b"[]", 422, "the body: Input should be a valid dictionary"),
    "no JSON": (b'{"text": ', 400, "the body is not JSON"),
    "no UTF-8": (b'{"text": "\xff"}', 400, "the body cannot be read; expected JSON in UTF-8"),
    "deep": (b"[" * 50_000, 400, "the body cannot be read"),
    "too large": (b'{"text": "%s"}' % (b"a" * 100_000), 413, "the body is too large; at most 100000 bytes"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_body_is_told_in_one_line(client, case):
    body, status, message = BROKEN[case]
    answer = client.post("/label", content=body, headers=JSON)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert answer.json()["error"].startswith(message)
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_only_json_is_json(client, kind):
    headers = {"content-type": kind} if kind else {}
    answer = client.post("/label", content=b'{"text": "He left."}', headers=headers)
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["error"]


FORMS = {
    "nothing": ({"text": (None, " ")}, "nothing to label"),
    "wrong ending": ({"file": ("photo.pdf", b"%PDF")}, "photo.pdf is no file that can be read here"),
    "empty file": ({"file": ("a.txt", b"")}, "a: empty, expected text"),
    "binary file": ({"file": ("a.txt", b"a\x00b")}, "a: binary data"),
    "no article": ({"file": ("a.html", b"<p></p>")}, "a: no article text found in the page"),
}


@pytest.mark.parametrize("case", FORMS)
def test_the_form_comes_back_with_what_is_wrong(client, case):
    files, message = FORMS[case]
    answer = client.post("/", files=files)
    assert answer.status_code == 422
    assert message in answer.text
    assert "<textarea" in answer.text


@pytest.mark.parametrize(
    ("file", "title"),
    [
        (("2023-04-13-row.txt", f"A row over arms\n\n{DENIAL}".encode("cp1252")), "A row over arms"),
        (("row.html", PAGE.encode()), "A row"),
        (("C:\\temp\\row.TXT", DENIAL.encode("utf-16")), "row"),
    ],
    ids=["text", "page", "from Windows"],
)
def test_a_file_is_read_as_the_command_reads_it(client, file, title):
    answer = client.post("/", files={"file": file})
    assert answer.status_code == 200
    assert f"<title>{title}</title>" in answer.text
    assert "vucic" in answer.text


@pytest.mark.parametrize(
    "form", [{"text": (None, ATTACK)}, {"file": (f"{ATTACK[:20]}.txt", ATTACK.encode())}]
)
def test_an_article_stays_text(client, form):
    answer = client.post("/", files=form)
    assert answer.status_code == 200
    assert "alert(1)" in answer.text
    assert all(tag not in answer.text for tag in ("<script", "<img", "</textarea>", "49 said"))
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" not in policy
    assert all(word in policy for word in ("default-src 'none'", "frame-ancestors 'none'", "'sha256-"))
    assert "unsafe" not in policy


def test_a_text_that_cannot_be_labelled_comes_back_as_text(client):
    answer = client.post("/", files={"text": (None, f"\x00{ATTACK}")})
    assert answer.status_code == 422
    assert "</textarea></mark>" not in answer.text
    assert "&lt;script&gt;" in answer.text


HARDENED = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "cache-control",
)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/static/serve.css", {}, 200),
        ("GET", "/static/../serve.py", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/label", {}, 405),
        ("POST", "/label", {}, 415),
        ("GET", "/", {"host": "evil.example"}, 400),
        ("POST", "/label", {"origin": "https://evil.example"}, 403),
    ],
)
def test_every_answer_is_hardened(client, method, path, headers, status):
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert set(HARDENED) <= set(answer.headers)
    assert "server" not in answer.headers


ELSEWHERE = {
    "another site": {"sec-fetch-site": "cross-site"},
    "another port of this host": {"sec-fetch-site": "same-site"},
    "another origin": {"origin": "http://evil.example"},
    "no origin": {"origin": "null"},
    "a broken origin": {"origin": "http://["},
}


@pytest.mark.parametrize("path", ["/label", "/"])
@pytest.mark.parametrize("case", ELSEWHERE)
def test_another_site_cannot_post(client, path, case):
    answer = client.post(path, headers=ELSEWHERE[case], data={"text": DENIAL})
    assert answer.status_code == 403
    assert "another site" in answer.json()["error"]


def test_its_own_page_and_a_program_can_post(client, url):
    own = {"origin": url.rstrip("/"), "sec-fetch-site": "same-origin"}
    for headers in (own, {}):
        assert client.post("/label", json={"text": DENIAL}, headers=headers).status_code == 200


def test_who_visits_with_a_browser_reads_a_page(client):
    answer = client.get("/", headers={"host": "<b>", "accept": "text/html,*/*"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;" in answer.text
    assert "<b>" not in answer.text


def test_schemathesis_finds_no_fault(url, tmp_path):
    checks = (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}openapi.json", "--no-color"]
    options = ["--checks", ",".join(checks), "-n", "10", "--seed", "1", "--workers", "1"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "5 selected / 5 total" in done.stdout
