"""``simulator open``, ``simulator watch`` and ``simulator version``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import typer
from rich.console import Console

import simulator
from simulator.cli.console import measured_run
from simulator.cli.options import UNKNOWN, JUnitFile, RunFolder


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


def watch(folder: RunFolder = None) -> int:
    """Follow a run that is under way. Ctrl-C stops watching, not the run."""
    from simulator.analysis.checks.verdict import EXIT_CODES
    from simulator.journal.runs import named
    from simulator.report.terminal.summary import print_verdict
    from simulator.report.terminal.watching import watch as follow

    folder = named(folder)
    console = Console()
    try:
        summary = follow(folder, console)
    except KeyboardInterrupt:
        return UNKNOWN
    if summary is None:
        console.print(
            f"no verdict: the run broke off; see simulator open {folder}",
            soft_wrap=True,
            markup=False,
        )
        return UNKNOWN
    print_verdict(console, summary)
    return EXIT_CODES[summary["verdict"]["value"]]


def version() -> None:
    """Print the version."""
    typer.echo(simulator.__version__)
