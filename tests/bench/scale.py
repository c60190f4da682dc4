"""Memory and rate over a large archive, and whether a run that is killed again and again ends the same.

    python -m tests.bench.scale [ARTICLES] [FORMAT...]
    python -m tests.bench.scale --shipped [ARTICLES]

The model's place is taken by one that splits at line ends and says the same of everything, so that
what is measured is all the rest: reading, writing, and what the pipeline holds. With `--shipped` it is
the shipped model itself, with and without what its encoder keeps of windows that come again, and killed
as well. All texts differ: they are sentences of the seeds thrown together.
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
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from tests.labellers import fake_label, made_up
from tests.telling import tell

FORMATS = ("jsonl", "csv", "parquet", "sqlite", "html")
WHOLE = {"html"}
"""Formats that are written whole or not at all."""
KILLS = 5
MODELS = ("constant", "shipped", "shipped, nothing kept")


def run(source: str, output: str, count: int, chosen: str) -> dict[str, object]:
    """Label in this process; the peak of its memory in each quarter, in MiB, and articles a second."""
    import stance.encoder.session
    import stance.model
    from stance.cli.labelling import LabelSettings, label
    from stance.records import Article, LabelledArticle

    if chosen == MODELS[2]:
        stance.encoder.session.KEPT = 0
    real = None if chosen == MODELS[0] else stance.model.load()
    page = resource.getpagesize() / 2**20
    peaks, seen, times = [0.0] * 4, 0, [time.monotonic()]

    def watched(article: Article) -> LabelledArticle:
        nonlocal seen
        quarter = min(seen * 4 // count, 3)
        peaks[quarter] = max(peaks[quarter], int(Path("/proc/self/statm").read_text().split()[1]) * page)
        seen += 1
        if seen * 4 // count == len(times):
            times.append(time.monotonic())
        return real.label(article) if real else fake_label(article)

    model = SimpleNamespace(
        label=watched, digest="sha256:0", topic=SimpleNamespace(name="made up", sha256="0", labels=())
    )
    stance.model.load = lambda path=None, topic=None: model  # type: ignore[assignment,return-value]
    # What the command tells goes nowhere: standard output holds the figures.
    label(LabelSettings((source,), Path(output)), sys.stdin.buffer, sys.stdout.buffer, lambda _: None)
    rates = [round(count / 4 / (after - before), 1) for before, after in itertools.pairwise(times)]
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"peaks": [round(peak, 1) for peak in peaks], "rates": rates, "whole": round(whole, 1)}
    return told | ({"kept": real.encoder.kept.cache_info()} if real and real.encoder else {})


def start(*args: object) -> subprocess.Popen[bytes]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.scale", "--run", *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def main(count: int = 2000, forms: Sequence[str] = FORMATS, *, shipped: bool = False) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        with source.open("w", encoding="utf-8") as stream:
            for number, text in enumerate(made_up(count)):
                stream.write(json.dumps({"id": f"n{number}", "text": text}) + "\n")
        tell(f"{count} articles, {source.stat().st_size / 2**20:.1f} MiB")
        tell(f"{'':30} MiB at most in each quarter       and after  articles/s in each quarter")
        for model in MODELS[1:] if shipped else MODELS[:1]:
            for form in FORMATS[:1] if shipped else forms:
                target = folder / f"whole.{form}"
                told = json.loads(start(source, target, count, model).communicate()[0])
                peaks = " ".join(f"{peak:7.1f}" for peak in told["peaks"])
                what = f"{model}, {form}"
                tell(f"{what:30} {peaks}  {told['whole']:8.1f}  {told['rates']}  {told.get('kept', '')}")
        for form in (form for form in (FORMATS[:1] if shipped else forms) if form not in WHOLE):
            tell(f"{form}: {killed(source, folder, form, count, MODELS[int(shipped)])}")


def killed(source: Path, folder: Path, form: str, count: int, model: str) -> str:
    """Kill a run at random times, let the last one end, and compare."""
    out = folder / f"out.{form}"
    chance = random.Random(0)
    parts = -(-count // 64)
    for number in range(KILLS):
        process = start(source, out, count, model)
        wanted = (number + chance.random()) * parts / (KILLS + 1)
        while process.poll() is None and len(list(folder.glob(f"out.{form}.parts/part-*"))) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = len(list(folder.glob(f"out.{form}.parts/part-*")))
    start(source, out, count, model).communicate()
    same = out.read_bytes() == (folder / f"whole.{form}").read_bytes()
    return f"killed {KILLS} times, the last with {done} of {parts} parts; same bytes: {same}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        tell(json.dumps(run(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])))
    else:
        words = sys.argv[1:]
        numbers = [int(word) for word in words if word.isdecimal()]
        chosen = [form for form in FORMATS if form in words]
        main(*numbers[:1] or [2000], chosen or FORMATS, shipped="--shipped" in words)
