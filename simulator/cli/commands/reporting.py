"""``simulator report``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.errors import RunFolderError

MANIFEST = "manifest.json"
"""The folder of a sweep has such a file."""


def report(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Run folders; several are shown side by side. Or the folder of a sweep."
            " Default: the newest in runs/.",
            metavar="[RUN...]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The page. Default: report.html in the first run folder."),
    ] = None,
) -> None:
    """Write one self-contained HTML page: the verdict, pictures and sortable tables."""
    from simulator.analysis.run import open_run
    from simulator.journal.folder import write_private, writing
    from simulator.journal.runs import LATEST, named
    from simulator.report.page import build_page

    folders = [named(folder) for folder in folders or [Path(LATEST)]]
    target = out or folders[0] / "report.html"
    if target.exists():
        raise RunFolderError(target, "exists already; give another name with --out")
    console = Console(stderr=True)
    sweep = len(folders) == 1 and (folders[0] / MANIFEST).is_file()
    runs = [] if sweep else [open_run(folder) for folder in folders]
    with writing(target):  # told before the pictures are drawn, which takes a while
        target.parent.mkdir(parents=True, exist_ok=True)
    with console.status("drawing") as status:
        if sweep:
            page = _sweep_page(folders[0], target)
        else:
            page = build_page(runs, tell=lambda step: status.update(f"drawing {step}"))
    with writing(target):
        write_private(target, page)
    Console().print(Text(f"report: {target}"), soft_wrap=True)


def _sweep_page(folder: Path, target: Path) -> str:
    from simulator.experiments.page import build_sweep_page
    from simulator.experiments.results import open_sweep

    return build_sweep_page(open_sweep(folder), target.parent)
