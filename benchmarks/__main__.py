"""Measure speed and size against the bars:

    python -m benchmarks [--rounds N] [--only TEXT]

Every workload runs in a process of its own, alternating with those that it is compared with.
Bars are held by the processor's time and by ratios, which a busy machine changes little. The
exit code is 1 when a bar is not met.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.measuring import Job, Measured, alternate
from benchmarks.rows import ROWS, Row

_UNITS = {"cpu": "s", "wall": "s", "megabytes": "MB"}
_WORDS = {True: "met", False: "NOT MET", None: ""}


def main() -> int:
    """Measure, print, and say whether every bar is met."""
    arguments = _arguments()
    rows = [row for row in ROWS if _is_wanted(row, arguments.only)]
    output, errors = Console(), Console(stderr=True)
    errors.print(describe(), highlight=False)
    jobs = [job for row in rows for job in row.jobs]
    measured = alternate(jobs, arguments.rounds, lambda line: errors.print(line, highlight=False))
    output.print(_table(rows, measured, f"{describe()}, {arguments.rounds} rounds, medians"))
    return int(any(row.is_met(measured) is False for row in rows))


def _is_wanted(row: Row, only: str) -> bool:
    return only in row.title if only else not row.takes_long


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (3)")
    parser.add_argument("--only", default="", help="rows whose title has this text")
    return parser.parse_args()


def _table(rows: list[Row], measured: Mapping[Job, list[Measured]], caption: str) -> Table:
    table = Table(caption=caption)
    table.add_column("")
    for name in ("figure", "wall", "bar", ""):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.title,
            _text(row, row.value(measured)),
            _wall(row, measured),
            "" if row.at_most is None else _text(row, row.at_most),
            _WORDS[row.is_met(measured)],
        )
    return table


def _text(row: Row, value: float) -> str:
    if row.against is not None or row.figure == "growth":
        return f"{value:.2f}"
    return f"{value:.{0 if row.figure == 'megabytes' else 2}f} {_UNITS[row.figure]}"


def _wall(row: Row, measured: Mapping[Job, list[Measured]]) -> str:
    if row.figure in ("megabytes", "growth"):
        return ""
    wall = Row(row.title, row.job, "wall", row.against)
    return _text(wall, wall.value(measured))


if __name__ == "__main__":
    sys.exit(main())
