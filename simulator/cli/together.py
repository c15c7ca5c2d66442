"""What is printed and written of several runs in one command."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import json as json_format
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.many import Job, Result, results, worst
from simulator.errors import Livelock, SimulatorError

if TYPE_CHECKING:
    from simulator.analysis.run import Run
    from simulator.report.terminal.rows import Rows

VERDICT_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "unknown": "bold yellow",
    "wrong": "bold red",
}


def run_together(
    jobs: Sequence[Job],
    perform: Callable[[Job], Run],
    output: Console,
    junit: Path | None,
    *,
    quiet: bool,
    json: bool,
    stop_early: bool,
) -> int:
    """Do all jobs; print a row for each and what they come to, or JSON. Returns the exit code.

    `quiet` leaves out what passes.
    """
    from simulator.report.exports.junit import join_junit, write_junit

    table = None if json else _Table(output, jobs, quiet)
    found: list[Result] = []
    documents: dict[str, str] = {}
    for result, outcome in results(jobs, perform, stop_early=stop_early):
        found.append(result)
        if table is not None:
            table.add(result)
        if junit is not None:
            documents[f"{result.file}, seed {result.seed}"] = _junit(result, outcome)
    if junit is not None:
        write_junit(join_junit(documents), junit)
    if json:
        data = [result.as_data() for result in found]
        typer.echo(json_format.dumps(data, indent=2, ensure_ascii=False))
    elif not quiet:
        output.print(Text(_total(found, len(jobs))), soft_wrap=True)
    return worst(found)


class _Table:
    """A row for each run, as soon as it is over; the titles come with the first."""

    def __init__(self, output: Console, jobs: Sequence[Job], quiet: bool) -> None:
        self._output = output
        self._quiet = quiet
        self._widest = max(len(str(job.file)) for job in jobs)
        self._rows: Rows | None = None

    def add(self, result: Result) -> None:
        from simulator.analysis.quantities import duration_text
        from simulator.report.terminal.rows import Rows
        from simulator.report.text import printable

        if self._quiet and not result.exit_code:
            return
        if self._rows is None:
            titles = ["verdict", "file", "seed", "agents", "duration", "reason"]
            self._rows = Rows(self._output, titles, [7, self._widest, 4, 6, 9])
        self._rows.add(
            Text(result.verdict.upper(), style=VERDICT_STYLES[result.verdict]),
            printable(result.file),
            _or_nothing(result.seed),
            _or_nothing(result.agents),
            "-" if result.duration_s is None else duration_text(result.duration_s),
            printable(result.reason),
        )


def _or_nothing(number: int | None) -> str:
    return "-" if number is None else str(number)


def _junit(result: Result, outcome: Run | SimulatorError | Livelock) -> str:
    from simulator.report.exports.junit import broken_junit_xml, junit_xml

    if isinstance(outcome, BaseException):
        return broken_junit_xml(result.file, outcome)
    if outcome.error is not None:
        return broken_junit_xml(result.file, outcome.error)
    return junit_xml(outcome)


def _total(found: Sequence[Result], planned: int) -> str:
    verdicts = [result.verdict for result in found]
    counts = {
        "passed": verdicts.count("pass"),
        "failed": verdicts.count("fail"),
        "unknown": verdicts.count("unknown"),
        "wrong": verdicts.count("wrong"),
        "not run": planned - len(found),
    }
    parts = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{planned} runs: {', '.join(parts)}" if planned != 1 else f"1 run: {parts[0]}"
