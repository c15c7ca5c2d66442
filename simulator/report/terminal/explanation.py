"""An explanation on a terminal: what it is about, why, and what happened."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from simulator.analysis.causes.evidence import seconds
from simulator.analysis.causes.explaining import Explanation
from simulator.report.terminal.rows import print_hanging
from simulator.report.text import printable

_WIDTH = 12


def print_explanation(console: Console, explanation: Explanation) -> None:
    """Print an explanation; on a terminal, long lines go on under their own column."""
    console.print(Text(printable(explanation.title), style="bold"), soft_wrap=True)
    for answer in explanation.answer:
        print_hanging(console, Text("  → ", style="yellow"), Text(printable(answer)))
    for told in explanation.history:
        time = Text(f"{seconds(told.t):>{_WIDTH}}  ", style="cyan")
        print_hanging(console, time, Text(printable(told.text)))
