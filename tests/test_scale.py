"""The benchmark of an archive still runs: what it labels by goes the same way as the shipped model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.scale import MODELS
from tests.labellers import ROOT, made_up

COUNT = 8


@pytest.mark.parametrize("model", [MODELS[0], MODELS[2]])
def test_figures_come_for_each_quarter_and_every_article_is_written(tmp_path: Path, model: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = (json.dumps({"id": f"n{at}", "text": text}) for at, text in enumerate(made_up(COUNT)))
    source.write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "tests.bench.scale", "--run", source, out, str(COUNT), model]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [len(told[name]) for name in ("peaks", "rates")] == [4, 4]
    assert ("kept" in told) is (model == MODELS[2])
    written = {json.loads(line)["article"] for line in out.read_text("utf-8").splitlines()}
    assert written == {f"n{at}" for at in range(COUNT)}
