"""Imports point down one list of modules, and the start is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import stance

PACKAGE = Path(stance.__file__).parent

# From the ground up: a module (or a package, as a whole) imports from what stands before it.
# A new module gets its place here.
LAYERS = (
    *("errors", "language", "labels", "records", "topic", "files", "templating", "wording", "shipped"),
    *("dates", "decoding", "packing", "columns", "inputs", "webpages", "ids", "documents", "articles"),
    *("rows", "annotated", "annotations", "corrections", "corrector"),
    *(
        "furniture",
        "boundaryrules",
        "boundaries",
        "parsing",
        "quotations",
        "lexicon",
        "patterns",
        "cast",
        "mentions",
        "encoded",
        "reading",
        "encoder",
    ),
    "formats",
    *("phrases", "turns", "features", "heads", "voices", "describe", "relevance", "sureness", "castcheck"),
    *(
        "output",
        "explanation",
        "frames",
        "positions",
        "storage",
        "confidence",
        "telling",
        "engines",
        "model",
        "component",
    ),
    *("heldout", "heldoutfile", "scores", "calibration", "slices", "mistakes", "rival", "evaluation"),
    *("audit", "agreement"),
    *("estimators", "examples", "folds", "fitting", "baselines", "trials", "card", "training", "finetuning"),
    *("corpus", "learning", "active", "sample", "report", "web", "cli", "__main__"),
)

HEAVY = (
    *(
        "datasketch",
        "distributed",
        "fastapi",
        "jinja2",
        "joblib",
        "matplotlib",
        "numpy",
        "onnxruntime",
        "openpyxl",
        "pandas",
        "pyarrow",
        "scipy",
    ),
    *("sklearn", "spacy", "starlette", "torch", "tqdm", "trafilatura", "uvicorn"),
)


def layer(path: Path) -> str:
    """The module or package directly under `stance` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Layers that a file imports at run time, at its top or inside a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[1] for name in node.names if name.name.startswith("stance."))
        elif isinstance(node, ast.ImportFrom) and node.module == "stance":
            yield from (name.name for name in node.names if name.name in LAYERS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stance."):
            yield str(node.module).split(".")[1]
        else:
            yield from imported(node)


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def test_every_module_has_its_place():
    assert {layer(path) for path in FILES} <= set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    tree = ast.parse(path.read_text("utf-8"))
    below = set(LAYERS[: LAYERS.index(layer(path)) + 1]) if layer(path) in LAYERS else set()
    assert set(imported(tree)) <= below


def test_the_check_sees_imports_wherever_they_stand():
    source = """
import stance.errors
from stance import labels, __version__
if TYPE_CHECKING:
    from stance.model import Model
def function():
    if True:
        from stance.output.rows import rows
"""
    assert list(imported(ast.parse(source))) == ["errors", "labels", "output"]


STARTS = {
    "import": "import stance",
    "help": "stance.cli.main(['--help'])",
    "version": "stance.cli.main(['--version'])",
    "label help": "stance.cli.main(['label', '--help'])",
    "a mistake": "stance.cli.main(['label', 'x', '-o', 'x.json'])",
}


@pytest.mark.parametrize("start", STARTS)
def test_the_start_is_cheap(start):
    script = (
        "import sys, stance\n"
        + ("import stance.cli\n" if start != "import" else "")
        + STARTS[start]
        + "\nprint('\\n' + ' '.join({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(done.stdout.splitlines()[-1].split()) & set(HEAVY)


def test_the_public_face_is_sorted_and_there():
    assert list(stance.__all__) == sorted(stance.__all__)
    for name in stance.__all__:
        assert getattr(stance, name) is not None
