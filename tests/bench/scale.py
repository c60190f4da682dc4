"""Memory and rate over a large archive, and whether a run that is killed again and again ends the same.

    python -m tests.bench.scale [ARTICLES]

The model's place is taken by one that splits at line ends and says the same of everything, so that
what is measured is all the rest: reading, writing, and what the pipeline holds. All texts differ.
"""

from __future__ import annotations

import itertools
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from tests.labellers import fake_label, made_up

FORMATS = ("csv", "jsonl", "parquet", "sqlite", "html")
KILLS = 5


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(source: str, output: str, count: int) -> dict[str, object]:
    """Label in this process; the peak of its memory in each quarter, in MiB, and articles a second."""
    import stance.model
    from stance.cli.labelling import LabelSettings, label
    from stance.records import Article, LabelledArticle

    page = resource.getpagesize() / 2**20
    peaks, seen, times = [0.0] * 4, 0, [time.monotonic()]

    def watched(article: Article) -> LabelledArticle:
        nonlocal seen
        quarter = min(seen * 4 // count, 3)
        peaks[quarter] = max(peaks[quarter], int(Path("/proc/self/statm").read_text().split()[1]) * page)
        seen += 1
        if seen * 4 // count == len(times):
            times.append(time.monotonic())
        return fake_label(article)

    model = SimpleNamespace(label=watched, digest="sha256:0", topic=SimpleNamespace(sha256="0", labels=()))
    stance.model.load = lambda path=None, topic=None: model  # type: ignore[assignment,return-value]
    label(LabelSettings((source,), Path(output)), sys.stdin.buffer, sys.stdout.buffer, tell)
    rates = [round(count / 4 / (after - before)) for before, after in itertools.pairwise(times)]
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peaks": [round(peak, 1) for peak in peaks], "rates": rates, "whole": round(whole, 1)}


def start(*args: object) -> subprocess.Popen[bytes]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.scale", "--run", *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def main(count: int = 2000) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        with source.open("w", encoding="utf-8") as stream:
            for number, text in enumerate(made_up(count)):
                stream.write(json.dumps({"id": f"n{number}", "text": text}) + "\n")
        tell(f"{count} articles, {source.stat().st_size / 2**20:.1f} MiB, the model constant")
        tell("format   MiB at most in each quarter       and after  articles/s in each quarter")
        for form in FORMATS:
            told = json.loads(start(source, folder / f"whole.{form}", count).communicate()[0])
            peaks = " ".join(f"{peak:7.1f}" for peak in told["peaks"])
            tell(f"{form:8} {peaks}  {told['whole']:8.1f}  {told['rates']}")
        for form in ("jsonl", "parquet"):
            tell(f"{form}: {killed(source, folder, form, count)}")


def killed(source: Path, folder: Path, form: str, count: int) -> str:
    """Kill a run at random times, let the last one end, and compare."""
    out = folder / f"out.{form}"
    chance = random.Random(0)
    parts = -(-count // 64)
    for number in range(KILLS):
        process = start(source, out, count)
        wanted = (number + chance.random()) * parts / (KILLS + 1)
        while process.poll() is None and len(list(folder.glob(f"out.{form}.parts/part-*"))) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = len(list(folder.glob(f"out.{form}.parts/part-*")))
    start(source, out, count).communicate()
    same = out.read_bytes() == (folder / f"whole.{form}").read_bytes()
    return f"killed {KILLS} times, the last with {done} of {parts} parts; same bytes: {same}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        tell(json.dumps(run(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
    else:
        main(*map(int, sys.argv[1:]))
