"""The held-out figures of the shipped model do not fall unnoticed."""

from __future__ import annotations

import json

import pytest

from tests import floors
from tests.floors import __main__ as record
from tests.floors import data, fallen, measured, recorded


def test_no_figure_is_under_its_floor():
    assert fallen(measured(), recorded()["figures"]) == []


def test_the_floors_hold_for_the_data_that_the_model_has():
    assert recorded()["data"] == data(), "the data changed: record the floors anew, python -m tests.floors"


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({"seeds": {"joint": 0.7, "speaker": 0.9}}, 0),
        ({"seeds": {"joint": 0.6999, "speaker": 0.9}}, 1),
        ({"seeds": {"joint": 0.8}}, 1),
        ({}, 2),
        ({"seeds": {"joint": float("nan"), "speaker": 1.0}}, 1),
    ],
)
def test_what_falls_is_named(found, lines):
    assert len(fallen(found, {"seeds": {"joint": 0.7, "speaker": 0.9}})) == lines


def test_lowering_takes_a_flag(tmp_path, monkeypatch, capsys):
    path = tmp_path / "floors.json"
    high = {name: dict.fromkeys(figures, 2.0) for name, figures in measured().items()}
    path.write_text(json.dumps({"data": {}, "figures": high}))
    for module in (floors, record):
        monkeypatch.setattr(module, "FLOORS", path)
    assert record.main([]) == 2
    assert "is under the floor 2.0" in capsys.readouterr().err
    assert json.loads(path.read_text())["figures"] == high
    assert record.main(["--lower"]) == 0
    assert json.loads(path.read_text()) == {"data": data(), "figures": measured()}
