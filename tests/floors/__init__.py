"""The floors that the held-out figures may not fall under, and the data that they hold for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stance.evaluation import evaluate
from stance.heldoutfile import load_heldout
from tests.conftest import SHIPPED

FLOORS = Path(__file__).parent / "floors.json"

FIGURES = ("joint_accuracy", "speaker_accuracy", "stance_macro_f1", "attribution_f1", "cue_f1")


@cache
def measured(model: Path = SHIPPED) -> dict[str, dict[str, float]]:
    """The figures of each set of articles, from the predictions out of fold, to four digits."""
    return {
        scored.name: {name: round(scored.figures[name].value or 0.0, 4) for name in FIGURES}
        for scored in evaluate(load_heldout(model)).sets
    }


def data(model: Path = SHIPPED) -> dict[str, str]:
    """What tells the articles and labels that the model was trained on and measured with."""
    told: dict[str, Any] = json.loads((model / "manifest.json").read_text("utf-8"))["data"]
    return {name: part["sha256"] for name, part in told.items()}


def recorded() -> dict[str, Any]:
    """The floors as they are recorded."""
    found: dict[str, Any] = json.loads(FLOORS.read_text("utf-8"))
    return found


def fallen(found: Mapping[str, Mapping[str, float]], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Which figures lie under their floor, one line each; a figure that is missing is one of them."""
    return [
        f"{name} {figure}: {found.get(name, {}).get(figure)} is under the floor {floor}"
        for name, figures in floors.items()
        for figure, floor in figures.items()
        if not found.get(name, {}).get(figure, -1.0) >= floor
    ]
