"""The line that says where a run is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from simulator.analysis.live import LiveMeasurement
from simulator.journal import records as events
from simulator.report.terminal import progress
from simulator.report.terminal.progress import MEASURING, Progress


def shown(*records: events.AnyRecord, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=100)
    with Progress(console, 2, 60_000_000, LiveMeasurement()) as progress:
        for record in records:
            progress.see(record)
    return output.getvalue()


END = events.RunEnded(t=5, complete=True, reason="converged")


def test_a_terminal_is_told_that_the_journal_is_being_measured() -> None:
    assert MEASURING in shown(END, terminal=True)
    assert MEASURING not in shown(events.Note(t=1, text="x"), terminal=True)


def test_without_a_terminal_there_are_only_lines_of_a_run_that_takes_long() -> None:
    assert shown(END, terminal=False) == ""


def test_a_terminal_shows_a_bar_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_DRAW_EVERY", 0.0)
    notes = [events.Note(t=30_000_000, text="x") for _ in range(64)]
    text = shown(*notes, terminal=True)
    assert " 50%  at most 1 s left" in text
    assert "0/2 agents · 30 s of 60 s" in text
    assert progress.time_left(22171) == "at most 6 h 9 min left"
