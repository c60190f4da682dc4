"""Where the time goes, in one table: stages, start-up, jobs, memory, and other ways to the same labels.

Run from the root of the repository on a quiet machine::

    pip install -e '.[test,bench]'
    python -m tests.bench

The share of the core's peak counts two operations per weight and piece for the encoder, against float32
matrix products of 1024 x 1024 in the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

WEIGHTS = 6 * 12 * 384 * 384
"""What every piece is multiplied with: six layers, each of twelve matrices as wide as high."""
UNITS = ("articles", "sentences", "tokens", "pieces")
RATIOS = (
    ("label / encoder, time", "label, all of it", "encoder"),
    ("start of one article / import spacy, sklearn", "stance label, one article", "import spacy, sklearn"),
    ("start of --help / import spacy, sklearn", "stance --help", "import spacy, sklearn"),
    ("one job / two jobs, time", "--jobs 1", "--jobs 2"),
    ("the machine: one process / two, time", "matrix products by 1", "matrix products by 2"),
)


def main(arguments: list[str]) -> None:
    """Time everything (or what `-k` chooses) and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        command = ["-m", "pytest", "tests/bench/speed.py", "-q", "-o", "filterwarnings=default"]
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        done = subprocess.run(
            [sys.executable, *command, f"--benchmark-json={told}", "--benchmark-quiet", *arguments],
            env=os.environ | single,
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            sys.exit(done.stdout)
        rows = {each["extra_info"]["row"]: each for each in json.loads(told.read_text())["benchmarks"]}
    for line in table(rows):
        print(line)  # noqa: T201


def table(rows: dict[str, dict[str, Any]]) -> list[str]:
    """The lines of the table, then the ratios."""
    lines = [f"{'':44}{'median s':>10}{'spread':>8}" + "".join(f"{unit + '/s':>13}" for unit in UNITS)]
    for name, row in rows.items():
        median, info = row["stats"]["median"], row["extra_info"]
        spread = (row["stats"]["max"] - row["stats"]["min"]) / median
        rates = "".join(f"{info[u] / median:13,.1f}" if u in info else f"{'':13}" for u in UNITS)
        memory = f"  {info['MiB']} MiB at most in a process" if "MiB" in info else ""
        lines.append(f"{name:44}{median:10.4f}{spread:8.0%}{rates}{memory}".rstrip())
    took = {name: row["stats"]["median"] for name, row in rows.items()}
    lines += [f"{told}: {took[a] / took[b]:.2f}" for told, a, b in RATIOS if a in took and b in took]
    if "peak" in rows and "encoder" in rows:
        best = rows["peak"]["extra_info"]["operations"] / rows["peak"]["stats"]["min"] / 1e9
        reached = 2e-9 * WEIGHTS * rows["encoder"]["extra_info"]["pieces"] / took["encoder"]
        lines.append(f"core's peak {best:.0f} GFLOP/s, encoder {reached:.0f}: {reached / best:.2f} of it")
    slow = next((name for name in rows if name.startswith("zero-shot")), None)
    if slow and "label, all of it" in rows:
        own, theirs = (rows[n]["extra_info"]["sentences"] / took[n] for n in ("label, all of it", slow))
        lines.append(f"sentences/s, label / zero-shot NLI: {own / theirs:.0f}")
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
