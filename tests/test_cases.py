"""Scenarios and programs as users wrote them, each of which once gave a wrong answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import simulator
from simulator.analysis.run import Run

CASES = Path(__file__).parent / "data" / "cases"


def run(name: str, overrides: dict[str, str] | None = None, **options: Any) -> Run:
    scenario = simulator.load_scenario(CASES / f"{name}.yaml", overrides or {})
    return simulator.run(scenario, out=False, **options)


def test_constructors_as_people_write_them(capsys: Any) -> None:
    assert run("constructors").verdict.value == "pass"
    assert capsys.readouterr().out.splitlines() == [
        "packing: cost 5 total 10",
        "sub: press",
        "options: {'speed': 3} attribute: None",
        "kw {'colour': 'blue'} keyword@localhost",
    ]
