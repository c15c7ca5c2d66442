"""``simulator plot``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import measured_run
from simulator.cli.options import RunFolder, parse_seconds
from simulator.errors import InputError
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
    agents: Annotated[
        str | None,
        typer.Option(metavar="A,B...", help="Only what is about these agents, or a population."),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(metavar="FROM-TO", help="Only this part of the run, such as 10s-25s."),
    ] = None,
) -> None:
    """Draw pictures of a run."""
    from simulator.journal.runs import named
    from simulator.report.plots import PLOTS
    from simulator.report.plots.files import draw_pictures

    if folder is not None and str(folder) in PLOTS and not folder.exists():
        folder, kinds = None, [str(folder), *(kinds or ())]  # only kinds were given
    folder = named(folder)
    console = Console()
    pictures = draw_pictures(
        *(measured_run(folder), kinds or (), out, f".{format_}"),
        agents=None if agents is None else _names(agents),
        window=None if window is None else _window(window),
    )
    for picture in pictures:
        where = str(picture.path) if picture.path else f"no {picture.kind}"
        text = f"{where}: {picture.nothing}" if picture.nothing else where
        console.print(Text(text), soft_wrap=True)


def _names(text: str) -> list[str]:
    names = [name for part in text.split(",") if (name := part.strip())]
    if not names:
        raise InputError("--agents: expected names, such as worker[1],worker[2]")
    return names


def _window(text: str) -> tuple[float, float]:
    """``10s-25s`` in seconds. Raises InputError."""
    begin, found, end = text.partition("-")
    if not found:
        raise InputError(f"--window {text}: expected FROM-TO, such as 10s-25s")
    return parse_seconds(begin.strip(), "--window"), parse_seconds(end.strip(), "--window")
