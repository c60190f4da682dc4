"""Kill -9 during saves: the CSV must always be the old one or the new one.

    python -m tests.bench.killsave [KILLS]

A process saves in a loop, as the annotation page does, and is killed at a random moment; then the
file must be one of the two that it wrote in turn, byte for byte, and the next desk must go on with it.
Every other round begins without a file.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from stance.annotations import read_annotations
from stance.web.asked import DeskOptions
from stance.web.desk import Conflict, Desk
from stance.web.opening import open_desk
from stance.web.sheets import Version
from stance.web.steps import Step

SEED = Path(__file__).parents[2] / "seeds" / "003-blind-eye-to-ammunition.txt"


@dataclass(frozen=True)
class Outcome:
    """How many kills there were, how many fell into a write, and what was broken after one."""

    kills: int
    in_write: int
    broken: tuple[str, ...]


def desk_on(folder: Path) -> Desk:
    """A desk with one seed."""
    return open_desk(DeskOptions((str(SEED),), folder, "ada", blind=True), None, print)


def save_turn(desk: Desk, version: Version) -> Version:
    """One of two savings in turn: a sentence denies, a sentence confirms."""
    line = version.lines[2]
    stance = "denies" if line.marks and line.marks[0].stance == "confirms" else "confirms"
    mark = 0 if line.marks else None
    step = Step("label", *line.place, mark=mark, speaker="vucic", stance=stance)
    saved = desk.save(0, version.digest, step)
    if isinstance(saved, Conflict):
        raise RuntimeError(f"a conflict where nobody else writes: {saved}")
    return saved


def kill_saves(kills: int, seed: int = 0) -> Outcome:
    """Kill a saving process so many times."""
    chance = random.Random(seed)
    broken: list[str] = []
    in_write = 0
    with tempfile.TemporaryDirectory() as root:
        desk = desk_on(Path(root) / "expected")
        first = save_turn(desk, desk.look(0))
        good = {first.data, save_turn(desk, first).data}
        folder = Path(root) / "kept"
        for number in range(kills):
            if number % 2 == 0:
                folder = Path(root) / f"new-{number}"
            left = set(folder.glob(".*.tmp"))
            _kill_one(folder, chance.uniform(0, 0.06))
            in_write += bool(set(folder.glob(".*.tmp")) - left)
            broken += [f"kill {number}: {fault}" for fault in _faults(folder, good)]
    return Outcome(kills, in_write, tuple(broken))


def _kill_one(folder: Path, delay: float) -> None:
    desk = desk_on(folder)
    child = os.fork()
    if child == 0:
        version = desk.look(0)
        while True:
            version = save_turn(desk, version)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _faults(folder: Path, good: set[bytes]) -> list[str]:
    path = folder / f"{SEED.stem}.csv"
    faults = []
    if path.exists() and path.read_bytes() not in good:
        faults.append("the file is neither the old one nor the new one")
    desk = desk_on(folder)
    save_turn(desk, desk.look(0))
    if len(read_annotations(folder)) != 1:
        faults.append("the folder does not read back")
    return faults


def main() -> int:
    """Print what became of the kills; 1 if anything was broken."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    outcome = kill_saves(kills)
    told = f"{outcome.kills} kills, {outcome.in_write} in the midst of a write"
    lines = (f"{told}, {len(outcome.broken)} broken files", *outcome.broken)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
