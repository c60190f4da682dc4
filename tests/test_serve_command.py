"""The service's processes: workers that are stopped and replaced, the command from its start to its end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from stance.cli import main
from stance.cli.serve import ServeSettings, serve
from stance.errors import ArticleError, MissingExtra, ModelError, UsageError
from stance.topic import load_topic
from stance.web import need_web
from stance.web.work import Document, Facts, Job
from stance.web.workers import Workers
from tests.labellers import Fatal

ENDLESS = "<html><body><ul>" + "<li>a b c" * 20_000
"""A page that takes minutes to read: the list is gone through again for each of its items."""


def document(words: str, kind: str = ".txt") -> Document:
    return Document("article", words.encode(), kind)


def test_work_that_nobody_waits_for_is_stopped_and_the_next_is_done(trained):
    async def story():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await workers.answer(Job((document(ENDLESS, ".html"),)))
        with pytest.raises(ArticleError, match="article: empty, expected text"):
            await workers.answer(Job((document(" "),)))
        return await workers.answer(Job((document("He said so. She left."), document("He left."))))

    with Workers(trained) as workers:
        answer = asyncio.run(story())
    assert (answer.articles, answer.sentences) == (2, 3)


def test_a_worker_that_is_loading_when_time_is_up_is_ready_for_the_next(trained):
    async def story():
        worker = workers._all[0]
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await workers.answer(Job((document("He said so."),)))
        assert workers._all == [worker]
        return await workers.answer(Job((document("He said so."),)))

    with Workers(trained) as workers:
        workers._replace(workers._idle.get_nowait())
        assert asyncio.run(story()).articles == 1


def test_the_work_is_shared_out(trained):
    async def story():
        jobs = [Job((document("He said so."),)) for _ in range(6)]
        return await asyncio.gather(*map(workers.answer, jobs))

    with Workers(trained, count=2) as workers:
        answers = asyncio.run(story())
    assert len(answers) == 6
    assert len({answer.body for answer in answers}) == 1


def test_workers_tell_what_is_wrong_with_the_model(tmp_path):
    with pytest.raises(ModelError, match="manifest"):
        Workers(tmp_path)


def test_a_worker_that_dies_while_it_loads_is_told(trained):
    with pytest.raises(UsageError, match=r"while it loaded the model \(SIGKILL\): free memory"):
        Workers(trained, Fatal())


def start(*options: str) -> tuple[subprocess.Popen, str]:
    """The command in a process of its own, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stance", "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    line = process.stderr.readline()
    assert line.startswith("Serving on http://127.0.0.1:"), line
    return process, line.split()[2]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see the processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told(trained, number):
    process, url = start("--model", str(trained), "--topic", "open")
    assert httpx.get(f"{url}health").json()["topic"] == "open"
    below = children(process.pid)
    assert below
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    waited = time.monotonic() + 10
    while any(map(is_alive, below)) and time.monotonic() < waited:
        time.sleep(0.05)
    assert not any(map(is_alive, below))


@pytest.fixture
def unserved(monkeypatch):
    """The command without workers and sockets; what it would run."""
    ran = []

    class Idle:
        facts = Facts("sha256:ab", load_topic("open"))

        def __init__(self, *recipe):
            ran.append(recipe)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

    def run(app, host, port, announce):
        ran.append((host, port))
        announce(f"http://{host}:{port}/")

    monkeypatch.setattr("stance.web.workers.Workers", Idle)
    monkeypatch.setattr("stance.web.server.run", run)
    return ran


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", 0), ("localhost", 0), ("::1", 0), ("0.0.0.0", 1), ("box.example", 1)]
)
def test_it_warns_where_others_can_reach_it(unserved, host, warned):
    told = []
    serve(ServeSettings(host=host, port=8000), told.append)
    assert unserved[-1] == (host, 8000)
    assert told[-1] == f"Serving on http://{host}:8000/ (Ctrl-C ends it)"
    assert len(told) == 1 + warned
    assert all(line.startswith(f"Warning: other machines can reach {host}") for line in told[:-1])


def test_corrections_are_those_of_the_file_or_the_folder(unserved, monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr("stance.web.serve.create_app", lambda *args: made.append(args[-1]))
    told = []
    settings = ServeSettings(host="0.0.0.0", corrections=tmp_path, annotator="anna")
    for chosen in (settings, replace(settings, corrections=tmp_path / "c.csv", annotator=None)):
        serve(chosen, told.append)
        assert "Whoever comes can correct in your name." in told[-2]
    assert [ledger.path.name for ledger in made] == ["corrections.csv", "c.csv"]
    assert made[0].annotator == "anna"
    assert made[1].annotator


def test_a_broken_file_of_corrections_is_told_before_anything_is_served(unserved, tmp_path, capsys):
    (tmp_path / "c.csv").write_text("article\n")
    assert main(["serve", "--corrections", str(tmp_path / "c.csv")]) == 2
    assert "c.csv:1: no column 'article_sha256'" in capsys.readouterr().err
    assert len(unserved) == 1  # workers, and no socket


def test_a_missing_extra_is_told_first(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"stance serve needs fastapi: .* pip install '\.\[web\]'"):
        need_web("stance serve")
    assert main(["serve"]) == 2
