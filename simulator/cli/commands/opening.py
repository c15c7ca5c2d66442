"""``simulator open`` and ``simulator version``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import typer
from rich.console import Console

import simulator
from simulator.cli.console import measured_run
from simulator.cli.options import JUnitFile, RunFolder


def open_(folder: RunFolder = None, junit: JUnitFile = None) -> int:
    """Print the summary of a run again."""
    from simulator.journal.runs import named
    from simulator.report.exports.junit import junit_xml, write_junit
    from simulator.report.terminal.summary import print_summary

    finished = measured_run(named(folder))
    print_summary(Console(), finished)
    if junit is not None:
        write_junit(junit_xml(finished), junit)
    return finished.verdict.exit_code


def version() -> None:
    """Print the version."""
    typer.echo(simulator.__version__)
