"""``simulator runs``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def runs(
    parent: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="The folder that holds the run folders.")
    ] = Path("runs"),
) -> None:
    """List the runs, the newest first: when, scenario, seed, backend and verdict."""
    from simulator.journal.runs import list_runs
    from simulator.report.terminal.rows import Rows
    from simulator.report.text import printable

    console = Console()
    entries = list_runs(parent)
    if not entries:
        console.print(f"no runs in {parent}", markup=False, soft_wrap=True)
        return
    cells = [
        [
            entry.started.replace("T", " ").removesuffix("+00:00"),
            entry.verdict.upper() or "-",
            entry.seed,
            entry.backend,
            printable(entry.name),
            str(entry.folder),
        ]
        for entry in entries
    ]
    titles = ["started (UTC)", "verdict", "seed", "backend", "scenario", "folder"]
    rows = Rows(
        console, titles, [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    )
    for row in cells:
        rows.add(*row)
