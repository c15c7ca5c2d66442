"""How errors are printed."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from simulator.errors import ScenarioError
from simulator.report.text import printable_lines


def print_error(console: Console, error: BaseException) -> None:
    """An error in red, without a traceback."""
    console.print(Text(printable_lines(str(error)), style="red"), soft_wrap=True)


def print_faults(console: Console, error: ScenarioError) -> None:
    """Every fault of a scenario on a line of its own, and how many there are."""
    for fault in error.faults:
        console.print(Text(printable_lines(str(fault)), style="red"), soft_wrap=True)
    count = len(error.faults)
    console.print(f"{count} fault{'s' if count != 1 else ''}; nothing was run", highlight=False)
