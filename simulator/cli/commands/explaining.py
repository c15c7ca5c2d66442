"""``simulator explain``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from typing import Annotated

import typer

from simulator.cli.console import Output, measured_run
from simulator.cli.options import JsonOutput, RunFolder

Agents = list[str] | None


def explain(
    folder: RunFolder = None,
    agent: Annotated[
        Agents,
        typer.Option(
            help="Only watches of this agent, such as worker[1], or of a population. Repeatable."
        ),
    ] = None,
    contact: Annotated[
        Agents, typer.Option(help="Only watches on this agent, or on a population. Repeatable.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="As it stood at this time of the run, such as 25s."),
    ] = None,
    as_json: JsonOutput = False,
) -> None:
    """Say why presence was wrong and watches are not in force.

    Without options: every cause, the worst first. With --agent and --contact: what happened to a
    watch, and why it is not in force or was seen wrongly.
    """
    import json

    from simulator.journal.runs import named
    from simulator.report.terminal.explanation import print_explanation

    run = measured_run(named(folder))
    explanation = run.explain(agent or (), contact or (), None if at is None else _seconds(at))
    if as_json:
        typer.echo(json.dumps(explanation.document(), indent=2, ensure_ascii=False))
    else:
        print_explanation(Output(), explanation)


def _seconds(text: str) -> float:
    """``25s``, ``2min`` or ``25`` in seconds. Raises InputError."""
    from simulator.cli.options import parse_seconds

    return parse_seconds(text, "--at")
