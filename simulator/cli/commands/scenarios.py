"""``simulator check`` and ``simulator schema``: scenario files without running them."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.failures import print_faults
from simulator.cli.options import WRONG_CALL, Settings, parse_settings
from simulator.errors import ScenarioError


def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", metavar="FILE...")],
    set_: Settings = None,
) -> int:
    """Check scenario files without running them, and report every fault."""
    from simulator.scenario import build_plan, load_scenario

    output, errors = Console(), Console(stderr=True)
    settings = parse_settings(set_)
    wrong = 0
    for file in files:
        try:
            plan = build_plan(load_scenario(file, settings))
        except ScenarioError as error:
            print_faults(errors, error)
            wrong += 1
        else:
            text = f"{file}: ok, {len(plan.agents)} agents, {len(plan.watches)} watches"
            output.print(Text(text), soft_wrap=True)
    return WRONG_CALL if wrong else 0


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from simulator.scenario import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
