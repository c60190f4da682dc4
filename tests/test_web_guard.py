"""The guard before the local apps: hosts, crowds, slow and large bodies, faults. Over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from stance.errors import ArticleError, UsageError
from stance.topic import load_topic
from stance.web.security import Hosts, Limits
from stance.web.serve import create_app
from stance.web.server import running
from stance.web.work import Answer, Facts

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("bound", "header", "allowed"),
    [
        ("127.0.0.1", "localhost:8000", True),
        ("127.0.0.1", "LOCALHOST", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "proxy.example", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "evil.example@localhost", False),
        ("127.0.0.1", "localhost/evil", False),
        ("127.0.0.1", "localhost:x", False),
        ("127.0.0.1", "[::1", False),
        ("127.0.0.1", "192.168.0.7", False),
        ("127.0.0.1", "", False),
        ("192.168.0.7", "192.168.0.7:80", True),
        ("0.0.0.0", "192.168.0.7", True),
        ("0.0.0.0", "evil.example", False),
    ],
)
def test_which_host_is_this_service(bound, header, allowed):
    assert Hosts(bound, ("proxy.example",)).allow(header) is allowed


class Sleepers:
    """Stands for the workers: `boom` fails, `bad` cannot be labelled, a figure sleeps so many seconds."""

    facts = Facts("sha256:ab", load_topic("serbia-arms"))
    seen: list[str] = []  # noqa: RUF012

    async def answer(self, job):
        word = job.documents[0].data.decode()
        self.seen.append(word)
        if word == "boom":
            raise ValueError("a secret")
        if word == "bad":
            raise ArticleError("article: bad")
        await asyncio.sleep(float(word))
        return Answer(b"[]\n", 1, 1)


@pytest.fixture(scope="module")
def strict():
    limits = Limits(body=1000, read_seconds=0.5, seconds=1, active=1, queue=1)
    with running(create_app(Sleepers(), limits=limits)) as url:
        yield url


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def post(url: str, word: str) -> httpx.Response:
    return httpx.post(f"{url}label", json={"text": word}, timeout=30)


def test_what_takes_too_long_is_given_up(strict):
    answer = post(strict, "20")
    assert answer.status_code == 504
    assert answer.json() == {"error": "no answer within 1 seconds; send a shorter text"}
    assert post(strict, "0").status_code == 200


def test_a_fault_is_logged_and_not_shown(strict, caplog):
    answer = post(strict, "boom")
    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert "secret" not in answer.text
    assert wait_for(lambda: "a secret" in caplog.text)  # which is written after the answer
    assert post(strict, "bad").json() == {"error": "article: bad"}


def test_a_crowd_is_sent_away_while_health_answers(strict):
    answers: list[httpx.Response] = []
    crowd = [threading.Thread(target=lambda: answers.append(post(strict, "0.4"))) for _ in range(8)]
    for one in crowd:
        one.start()
    time.sleep(0.2)
    assert httpx.get(f"{strict}health").status_code == 200
    for one in crowd:
        one.join()
    statuses = [answer.status_code for answer in answers]
    assert sorted(set(statuses)) == [200, 503]
    assert statuses.count(200) == 2
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.headers["retry-after"] == "1"
    assert post(strict, "0").status_code == 200


@pytest.mark.parametrize("told", [True, False], ids=["length told", "in chunks"])
def test_a_large_body_is_told_so_and_not_kept(strict, told):
    large = b"a" * 5_000_000
    body = large if told else (large[at : at + 10_000] for at in range(0, len(large), 10_000))
    answer = httpx.post(f"{strict}label", content=body, headers=JSON, timeout=30)
    assert answer.status_code == 413
    assert post(strict, "0").status_code == 200


def raw(url: str, *parts: bytes, pause: float = 0) -> bytes:
    """What comes back for bytes that are sent with pauses."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        return b"".join(iter(lambda: connection.recv(65536), b""))


HEAD = b"POST /label HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_who_is_told_to_wait_need_not_send_a_large_body(strict):
    answer = raw(strict, HEAD + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


def test_who_hung_up_in_the_queue_is_not_served(strict):
    first = threading.Thread(target=post, args=(strict, "0.6"))
    first.start()
    assert wait_for(lambda: "0.6" in Sleepers.seen)
    place = urlsplit(strict)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(HEAD + b'Content-Length: 16\r\n\r\n{"text": "0.01"}')
    first.join()
    assert post(strict, "0.02").status_code == 200
    assert "0.01" not in Sleepers.seen


def test_a_slow_body_is_given_up(strict):
    answer = raw(strict, HEAD + b"Content-Length: 100\r\n\r\n", b"{", b'"', pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408")
    assert post(strict, "0").status_code == 200


def test_a_slow_head_is_given_up(monkeypatch):
    monkeypatch.setattr("stance.web.server.HEAD_SECONDS", 0.2)
    with running(create_app(Sleepers())) as url:
        assert raw(url, b"GET / HT") == b""


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"])
def test_a_broken_head_is_refused(strict, head):
    assert raw(strict, head.replace(b"1.1\r\n", b"1.1\r\nConnection: close\r\n")).startswith(b"HTTP/1.1 400")


def test_a_taken_port_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1 port {port}"),
            running(None, port=port),
        ):
            pass
