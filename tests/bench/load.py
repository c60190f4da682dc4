"""How `stance serve` stands up to load, and to clients that mean no good.

Run from the root of the repository::

    python -m tests.bench.load [--seconds 60 --clients 8] [--model DIR]

First that many clients label the seeds over and over on kept connections, each time with a word that was
never there before (memory must not grow with them). Then, while two normal clients go on: a body of 50 MB,
a client that sends a byte a second, and 200 requests at once. A normal client that is told to come back
later (503) does. Client and service share the machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import socket
import string
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

SEEDS = [path.read_text("utf-8") for path in sorted(Path("seeds").glob("*.txt"))]
JSON = {"Content-Type": "application/json"}


@dataclass
class Figures:
    """What the clients saw: how often each status (0: no answer) came, and seconds per request."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Requests that were neither answered nor told to come back."""
        return sum(count for status, count in self.statuses.items() if status not in (200, 503))

    def line(self, wall: float) -> str:
        """The figures in one line."""
        cuts = quantiles(self.seconds, n=100)
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        milliseconds = {"p50": cuts[49], "p99": cuts[98], "max": max(self.seconds)}
        times = ", ".join(f"{name} {1000 * value:.0f} ms" for name, value in milliseconds.items())
        return f"{self.errors} errors ({statuses}), {len(self.seconds) / wall:.1f}/s, {times}"


class Service:
    """The command in a process of its own."""

    def __init__(self, options: list[str]) -> None:
        command = [sys.executable, "-m", "stance", "serve", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.place = urlsplit(self.process.stderr.readline().split()[2])

    def connection(self) -> http.client.HTTPConnection:
        """A new connection."""
        return http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=60)

    def memory(self) -> str:
        """Resident memory of the service and its workers, in MB."""
        pid = self.process.pid
        pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in pids]
        megabytes = [page * 4096 / 1e6 for page in pages]
        return f"{sum(megabytes):.1f} MB ({' + '.join(f'{one:.1f}' for one in megabytes)})"

    def stop(self) -> int:
        """End it, and give its exit code."""
        self.process.terminate()
        return self.process.wait(30)


def text() -> str:
    """A seed that holds a new word."""
    word = "".join(random.choices(string.ascii_lowercase, k=12))
    return f"{random.choice(SEEDS)}\nNobody knew {word.capitalize()}."


def label(connection: http.client.HTTPConnection, figures: Figures, patient: bool) -> None:
    """Send one request; a patient client comes back when it is told to."""
    body = json.dumps({"text": text()}).encode()
    began = time.perf_counter()
    while True:
        try:
            connection.request("POST", "/label", body, JSON)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            figures.statuses[0] += 1
            return
        figures.statuses[answer.status] += 1
        if answer.status != 503 or not patient:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    figures.seconds.append(time.perf_counter() - began)


@contextmanager
def clients(service: Service, count: int) -> Iterator[Figures]:
    """That many patient clients, as long as the block runs."""
    figures, done = Figures(), threading.Event()

    def work() -> None:
        connection = service.connection()
        while not done.is_set():
            label(connection, figures, patient=True)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield figures
    finally:
        done.set()
        for thread in threads:
            thread.join()


def load(service: Service, seconds: float, count: int) -> int:
    """Steady load; gives the number of errors."""
    began = time.perf_counter()
    with clients(service, count) as figures:
        for name, share in {"start": 0.05, "quarter": 0.25, "half": 0.5, "end": 1}.items():
            time.sleep(max(0.0, began + share * seconds - time.perf_counter()))
            say(f"memory at {name:8} {service.memory()}")
    say(f"{count} clients, {seconds:g} s: {figures.line(time.perf_counter() - began)}")
    return figures.errors


def large(service: Service) -> str:
    """A body of 50 MB."""
    connection = service.connection()
    connection.request("POST", "/label", b'{"text": "' + b"a" * 50_000_000 + b'"}', JSON)
    answer = connection.getresponse()
    return f"{answer.status} {answer.read().decode()}"


def slow(service: Service) -> str:
    """A byte of the body a second."""
    began = time.perf_counter()
    with socket.create_connection((service.place.hostname, service.place.port)) as connection:
        connection.sendall(b"POST /label HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n")
        connection.settimeout(1)
        while True:
            connection.sendall(b"a")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            return f"{answer.decode().splitlines()[0]} after {time.perf_counter() - began:.1f} s"


def crowd(service: Service) -> str:
    """200 requests at once, each on a connection of its own."""
    figures, gate = Figures(), threading.Barrier(200)

    def one() -> None:
        connection = service.connection()
        gate.wait()
        label(connection, figures, patient=False)
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(200) as pool:
        for _ in range(200):
            pool.submit(one)
    return figures.line(time.perf_counter() - began)


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Run it all; 1 where the steady load met an error or the service did not end well."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--model", help="a model folder; else the shipped one")
    options = parser.parse_args()
    service = Service(["--model", options.model] if options.model else [])
    try:
        errors = load(service, options.seconds, options.clients)
        for attack in (large, slow, crowd):
            began = time.perf_counter()
            with clients(service, 2) as figures:
                time.sleep(1)
                told = attack(service)
                time.sleep(2)
            say(f"{attack.__doc__.rstrip('.').lower()}: {told}")
            say(f"    2 normal clients meanwhile: {figures.line(time.perf_counter() - began)}")
            say(f"    memory after: {service.memory()}")
    finally:
        code = service.stop()
    say(f"ended with exit code {code}")
    return 1 if errors or code else 0


if __name__ == "__main__":
    sys.exit(main())
