"""``simulator plot``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import measured_run
from simulator.cli.options import RunFolder
from simulator.report.pictures import PICTURES


def plot(
    folder: RunFolder = None,
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND",
            help=f"{', '.join(PICTURES)}. Default: all that have something to show.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="The pictures' folder. Default: plots/ in the run folder."
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="png, svg or pdf.")] = "png",
) -> None:
    """Draw pictures of a run."""
    from simulator.journal.runs import named
    from simulator.report.plots import PLOTS
    from simulator.report.plots.files import draw_pictures

    if folder is not None and str(folder) in PLOTS and not folder.exists():
        folder, kinds = None, [str(folder), *(kinds or ())]  # only kinds were given
    folder = named(folder)
    console = Console()
    for picture in draw_pictures(measured_run(folder), kinds or (), out, f".{format_}"):
        where = str(picture.path) if picture.path else f"no {picture.kind}"
        text = f"{where}: {picture.nothing}" if picture.nothing else where
        console.print(Text(text), soft_wrap=True)
