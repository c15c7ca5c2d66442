"""The line that says where a run is."""

from __future__ import annotations

import io

from rich.console import Console

from simulator.analysis.measurement import Measurement
from simulator.journal import records as events
from simulator.report.terminal.progress import MEASURING, Progress


def shown(*records: events.AnyRecord, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=100)
    with Progress(console, 2, 60_000_000, Measurement()) as progress:
        for record in records:
            progress.see(record)
    return output.getvalue()


END = events.RunEnded(t=5, complete=True, reason="converged")


def test_a_terminal_is_told_that_the_journal_is_being_measured() -> None:
    assert MEASURING in shown(END, terminal=True)
    assert MEASURING not in shown(events.Note(t=1, text="x"), terminal=True)


def test_without_a_terminal_there_are_only_lines_of_a_run_that_takes_long() -> None:
    assert shown(END, terminal=False) == ""
