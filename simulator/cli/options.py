"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from simulator.errors import InputError

WRONG_CALL = 2
UNKNOWN = 3

RunFolder = Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")]
ScenarioFile = Annotated[Path, typer.Argument(help="The scenario, a YAML file.", metavar="FILE")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a value, as in populations.member.count=50"
    ),
]
JUnitFile = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write the verdict as JUnit XML, for CI."),
]


def parse_settings(settings: Sequence[str] | None) -> dict[str, str]:
    """``["a.b=1"]`` -> ``{"a.b": "1"}``. Raises InputError for one without a key or ``=``."""
    pairs = {}
    for setting in settings or ():
        key, found, value = setting.partition("=")
        if not found or not key.strip():
            raise InputError(f"--set {setting}: expected KEY=VALUE, such as run.at_most=2min")
        pairs[key.strip()] = value
    return pairs
