"""``simulator watch``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from rich.console import Console

from simulator.cli.options import UNKNOWN, RunFolder


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
