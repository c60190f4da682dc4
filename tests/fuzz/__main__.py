"""A coverage-guided fuzzer over everything that reads: `python -m tests.fuzz [SECONDS] [TARGET...]`.

Needs `pip install atheris`. Each target runs in a process of its own; an input that is a finding is
kept in `fuzz-findings/`, and the same input alone is tried with `python -m tests.fuzz --one TARGET FILE`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.telling import tell

FINDINGS = Path("fuzz-findings")
LONGEST = 4096
SLOW = 10
"""Seconds for one input from which on it counts as a hang."""


def fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one target in this process; does not return."""
    import atheris

    with atheris.instrument_imports(include=["stance"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


def campaign(name: str, seconds: int) -> str:
    """Fuzz one target in a process of its own; what came of it, in a line."""
    from tests.fuzz.targets import SEEDS

    FINDINGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        command = [
            *(sys.executable, "-m", "tests.fuzz", "--run", name, corpus),
            *(
                f"-max_total_time={seconds}",
                f"-max_len={LONGEST}",
                f"-timeout={SLOW}",
                "-print_final_stats=1",
            ),
            f"-artifact_prefix={FINDINGS}/{name}-",
        ]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    count = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    told = f"{name:12} {count[1] if count else '?':>8} inputs, {covered[-1] if covered else '?':>6} edges"
    if done.returncode == 0:
        return f"{told}, no finding"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    why = next((line for line in lines if "Error" in line or "exception" in line.lower()), lines[-1])
    return f"{told}, FINDING: {why[:300]}"


def main(words: list[str]) -> None:
    """Fuzz every target, or those named, each for its share of the seconds."""
    from tests.fuzz.targets import TARGETS

    names = [word for word in words if word in TARGETS] or list(TARGETS)
    seconds = next((int(word) for word in words if word.isdecimal()), 600)
    for name in names:
        tell(campaign(name, seconds // len(names)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        fuzz(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["--one"]:
        from tests.fuzz.targets import TARGETS as ALL

        ALL[sys.argv[2]](Path(sys.argv[3]).read_bytes())
        tell("no finding")
    else:
        main(sys.argv[1:])
