"""``simulator check`` and ``simulator schema``: scenarios and experiments without running them."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.failures import print_faults
from simulator.cli.options import WRONG_CALL, Settings, parse_settings
from simulator.errors import ScenarioError


def check(
    files: Annotated[
        list[Path], typer.Argument(help="Scenario and experiment files.", metavar="FILE...")
    ],
    set_: Settings = None,
) -> int:
    """Check scenarios and experiments without running them, and report every fault."""
    output, errors = Console(), Console(stderr=True)
    settings = parse_settings(set_)
    wrong = 0
    for file in files:
        try:
            told = _checked(file, settings)
        except ScenarioError as error:
            print_faults(errors, error)
            wrong += 1
        else:
            output.print(Text(f"{file}: ok, {told}"), soft_wrap=True)
    return WRONG_CALL if wrong else 0


def _checked(file: Path, settings: dict[str, str]) -> str:
    """What is in a file, in words. Raises ScenarioError."""
    from simulator.scenario import build_plan, load_scenario
    from simulator.scenario.reading.yaml_source import read_source

    data = read_source(file).data
    if isinstance(data, dict) and "scenario" in data:  # each experiment has one
        from simulator.experiments.design.reading import load_experiment

        planned = load_experiment(file, settings)
        count = len(planned.points)
        points = f"{count} point{'s' if count != 1 else ''}"
        return f"an experiment with {points}, {planned.first_size * count} runs to begin with"
    plan = build_plan(load_scenario(file, settings))
    return f"{len(plan.agents)} agents, {len(plan.watches)} watches"


class Language(StrEnum):
    """What has a schema."""

    SCENARIO = "scenario"
    EXPERIMENT = "experiment"


def schema(
    language: Annotated[Language, typer.Argument(help="Of which files.")] = Language.SCENARIO,
) -> None:
    """Print the JSON Schema of scenario or experiment files, for editors."""
    if language is Language.EXPERIMENT:
        from simulator.experiments.design.language import json_schema
    else:
        from simulator.scenario import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
