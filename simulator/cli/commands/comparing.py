"""``simulator compare``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulator.cli.console import measured_run

DIFFERENT = 1


def compare(
    one: Annotated[
        Path | None,
        typer.Argument(help="A run folder. Default: the second newest in runs/.", metavar="[RUN]"),
    ] = None,
    other: Annotated[
        Path | None,
        typer.Argument(
            help="Another run of the scenario. Default: the newest in runs/.", metavar="[RUN]"
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare only this: watches, rosters, handlers, values, orders, figures. "
            "Repeatable."
        ),
    ] = None,
) -> int:
    """Compare two runs of one scenario; the exit code is 1 if they differ."""
    from simulator.analysis.comparing.runs import compare as compare_runs
    from simulator.journal.runs import latest, named
    from simulator.report.terminal.comparison import print_comparison

    if one is None:
        one, other = latest(2)
    one, other = named(one), named(other)
    comparison = compare_runs(measured_run(one), measured_run(other), only or ())
    print_comparison(Console(), comparison, (one, other))
    return DIFFERENT if comparison.differences else 0
