"""README is true: its Python runs, its commands exist, CI runs the test command that it shows."""

import re
import subprocess
from pathlib import Path

import pytest

from stance.cli import COMMANDS, main
from stance.evaluation import evaluate, load_heldout
from tests.conftest import SHIPPED

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_examples_run(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "denies" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme(name):
    assert re.search(rf"`stance {name}[ `]", README)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name, capsys):
    assert main([name, "--help"]) == 0
    assert re.search(rf"Examples?:\n\s+stance {name}|\| stance {name}", capsys.readouterr().out)


def test_the_figures_of_the_readme_are_those_of_the_shipped_model():
    told = {
        name: row
        for name in ("**joint accuracy**", "speaker accuracy", "stance macro-F1", "attribution F1")
        if (row := re.search(rf"^\| {re.escape(name)} \|(.*)$", README, re.M))
    }
    sets = evaluate(load_heldout(SHIPPED)).sets
    keys = ("joint_accuracy", "speaker_accuracy", "stance_macro_f1", "attribution_f1")
    for row, key in zip(told.values(), keys, strict=True):
        shown = [re.search(r"0\.\d+", cell)[0] for cell in row[1].split("|") if cell.strip()]
        assert shown == [f"{scored.figures[key].value:.3f}" for scored in sets]


def test_ci_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    finding = re.search(r"^command=\$\((.*)\)$", script, re.M)
    assert finding
    told = subprocess.run(
        ["bash", "-c", finding[1]], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("python3 -m venv .venv")
    assert told.rstrip().endswith("pytest -q -n auto")
    assert f"```\n{told.rstrip()}\n```" in README


def test_contributing_names_every_module():
    told = set(re.findall(r"`(\w+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    source = ROOT / "src" / "stance"
    modules = {
        path.stem for path in source.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    modules |= {path.stem for path in (source / "web").glob("*.py")}
    assert not {name for name in modules - told if not name.startswith("_")}
