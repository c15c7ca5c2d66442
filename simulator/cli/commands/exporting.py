"""``simulator export``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import measured_run
from simulator.cli.options import RunFolder


def export(
    to: Annotated[
        str,
        typer.Option(
            help="parquet or csv: all frames. graphml: who sees whom. perfetto: a trace."
            " gexf: the graph over time, for Gephi. shiviz: a log with vector clocks."
        ),
    ],
    folder: RunFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="The folder to create. Default: FORMAT/ in the run folder."
        ),
    ] = None,
) -> None:
    """Write a run as files for other programs."""
    from simulator.journal.runs import named
    from simulator.report.exports.files import export as export_run

    folder = named(folder)
    console = Console()
    for path in export_run(measured_run(folder), to, out or folder / to):
        console.print(Text(str(path)), soft_wrap=True)
