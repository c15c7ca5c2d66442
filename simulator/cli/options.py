"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from simulator.errors import InputError
from simulator.journal.agents_log import LogLevel

WRONG_CALL = 2
UNKNOWN = 3

RunFolder = Annotated[
    Path | None,
    typer.Argument(
        help="A run folder. Default, also called `latest`: the newest one in runs/.",
        metavar="[RUN]",
    ),
]
ScenarioFiles = Annotated[
    list[Path], typer.Argument(help="Scenario files (YAML).", metavar="FILE...")
]
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


JsonOutput = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="Interrupt a run that takes longer than this, such as 60s; its verdict is unknown.",
    ),
]
LogLevelOption = Annotated[
    LogLevel,
    typer.Option(help="What agents.log has: this and all that is more important."),
]


def parse_time_limit(text: str | None) -> float | None:
    """``2min`` or ``120`` -> seconds. Raises InputError."""
    if text is None:
        return None
    seconds = parse_seconds(text, "--time-limit")
    if not seconds:
        raise InputError(f"--time-limit {text}: {_EXPECTED}")
    return seconds


_EXPECTED = "expected a duration such as 60s or 2min"


def parse_seconds(text: str, option: str) -> float:
    """``2min`` or ``120`` -> seconds. Raises InputError, which names the option."""
    from pydantic_core import PydanticCustomError  # noqa: PLC0415  (only when it is needed)

    from simulator.scenario.language.durations import parse_duration  # noqa: PLC0415

    try:
        return parse_duration(float(text) if text.replace(".", "", 1).isdigit() else text) / 1e6
    except PydanticCustomError:
        raise InputError(f"{option} {text}: {_EXPECTED}") from None


def parse_settings(settings: Sequence[str] | None) -> dict[str, str]:
    """``["a.b=1"]`` -> ``{"a.b": "1"}``. Raises InputError for one without a key or ``=``."""
    pairs = {}
    for setting in settings or ():
        key, found, value = setting.partition("=")
        if not found or not key.strip():
            raise InputError(f"--set {setting}: expected KEY=VALUE, such as run.at_most=2min")
        pairs[key.strip()] = value
    return pairs
