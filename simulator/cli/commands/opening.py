"""``simulator open``, ``simulator watch`` and ``simulator version``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

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


def watch(
    folder: RunFolder = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Also serve the replay page of the run, on 127.0.0.1 alone."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but the address of the page.")
    ] = False,
) -> int:
    """Follow a run that is under way. Ctrl-C stops watching, not the run."""
    from simulator.journal.runs import named
    from simulator.report.replay.live import LAST_LOOK, LiveReplay

    folder = named(folder)
    console = Console(quiet=quiet)
    try:
        if not live:
            return _follow(folder, console)
        with LiveReplay(folder) as page:
            Console().print(Text(f"live: {page.url}"), soft_wrap=True)
            code = _follow(folder, console)
            if page.asked.is_set():  # whoever looks is to see the end
                page.over.wait(LAST_LOOK)
        return code
    except KeyboardInterrupt:
        return UNKNOWN


def _follow(folder: Path, console: Console) -> int:
    from simulator.analysis.checks.verdict import EXIT_CODES
    from simulator.report.terminal.summary import print_verdict
    from simulator.report.terminal.watching import watch as follow

    summary = follow(folder, console)
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
