"""``simulator sweep``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import Output
from simulator.cli.options import JsonOutput, JUnitFile, Settings, parse_settings
from simulator.cli.together import VERDICT_STYLES
from simulator.errors import InputError, RunFailed

if TYPE_CHECKING:
    from simulator.experiments.results import Results

TABLES = {".parquet": "write_parquet", ".csv": "write_csv"}
"""The endings that a table's file may have, and what writes it."""


def sweep(
    file: Annotated[Path, typer.Argument(help="An experiment, a YAML file.", metavar="FILE")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the results. One of the same experiment is gone on with."
            " Default: under sweeps/."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Worker processes on this machine; 0: none, without Dask."
            " Default: one for each processor.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler, such as tcp://10.0.0.1:8786."),
    ] = None,
    set_: Settings = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the table of all runs: .csv or .parquet."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the points that do not pass.")
    ] = False,
    json_: JsonOutput = False,
    junit: JUnitFile = None,
) -> int:
    """Make the runs of an experiment that are missing, and judge each of its points."""
    from simulator.experiments.design.reading import load_experiment
    from simulator.experiments.junit import sweep_junit_xml
    from simulator.experiments.running.progress import SweepProgress
    from simulator.experiments.sweep import default_folder
    from simulator.experiments.sweep import sweep as run_sweep
    from simulator.report.exports.junit import prepare_junit, write_junit

    if table is not None and table.suffix not in TABLES:
        raise InputError(f"--table {table}: expected a name that ends in {' or '.join(TABLES)}")
    planned = load_experiment(file, parse_settings(set_))
    if junit is not None:
        prepare_junit(junit)
    folder = out or default_folder(planned)
    silent = Console(stderr=True, quiet=quiet or json_)
    try:
        with SweepProgress(silent) as progress:
            results = run_sweep(
                *(planned, folder), workers=workers, scheduler=scheduler, watcher=progress
            )
    except KeyboardInterrupt:
        raise RunFailed(f"interrupted; the same command goes on with {folder}") from None
    if table is not None:
        getattr(results.runs, TABLES[table.suffix])(table)
    if junit is not None:
        write_junit(sweep_junit_xml(results), junit)
    if json_:
        typer.echo(json.dumps(_data(results), indent=2, ensure_ascii=False))
    else:
        _print(Output(), results, quiet)
    return results.exit_code


def _data(results: Results) -> dict[str, object]:
    points = [
        {
            "point": point.point,
            "settings": point.settings,
            "verdict": point.value,
            "runs": point.runs,
            "passed": point.passed,
            "checks": [
                {"text": check.text, "verdict": check.verdict, "evidence": check.evidence}
                for check in point.checks
            ],
        }
        for point in results.points
    ]
    return {
        "experiment": results.name,
        "folder": str(results.folder),
        "verdict": results.verdict,
        "exit_code": results.exit_code,
        "points": points,
    }


def _print(output: Console, results: Results, quiet: bool) -> None:
    from simulator.report.terminal.rows import Rows
    from simulator.report.text import printable

    points = [point for point in results.points if not quiet or point.value != "pass"]
    if points:
        widest = max(len(printable(point.text)) for point in points)
        rows = Rows(output, ["verdict", "runs", "passed", "point", "evidence"], [7, 5, 6, widest])
        for point in points:
            rows.add(
                Text(point.value.upper(), style=VERDICT_STYLES[point.value]),
                *(str(point.runs), str(point.passed)),
                *(printable(point.text), printable(point.evidence)),
            )
    if quiet:
        return
    counts = Counter[str](point.value for point in results.points)
    words = {"pass": "passed", "fail": "failed", "unknown": "unknown"}
    told = ", ".join(f"{counts[value]} {word}" for value, word in words.items() if counts[value])
    count = len(results.points)
    text = f"{count} point{'s' if count != 1 else ''}, {results.runs.height} runs: {told}"
    output.print(Text(text), soft_wrap=True)
    output.print(Text(f"results: {results.folder}"), soft_wrap=True)
