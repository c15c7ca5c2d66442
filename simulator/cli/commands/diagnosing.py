"""``simulator doctor``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.cli.options import UNKNOWN
from simulator.errors import SimulatorError

_STYLES = {"ok": "green", "missing": "yellow", "problem": "bold red", "note": "cyan"}


def doctor(
    file: Annotated[
        Path | None,
        typer.Argument(help="A scenario to check the limits for.", metavar="[FILE]"),
    ] = None,
) -> int:
    """Check what is installed, start each server once, and say what to fix."""
    from simulator.agents.installed import installed
    from simulator.scenario import build_plan, load_scenario
    from simulator.servers.doctor import Finding, diagnose

    plan = build_plan(load_scenario(file)) if file is not None else None
    try:
        generation = installed()
        versions, agents = generation.versions, Finding("agents", "ok", generation.name)
    except SimulatorError as error:
        versions, agents = {}, Finding("agents", "problem", str(error))
    with Console(stderr=True).status("starting each server once"):
        findings = [agents, *diagnose(versions, plan)]
    table = Table(box=None, show_header=False, padding=(0, 2))
    for finding in findings:
        detail = finding.detail + (f"\n→ {finding.remedy}" if finding.remedy else "")
        state = Text(finding.state, style=_STYLES[finding.state])
        table.add_row(state, Text(finding.subject), Text(detail))
    Console().print(table)
    return UNKNOWN if any(finding.state == "problem" for finding in findings) else 0
