"""``simulator report``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.errors import RunFolderError

DEFAULT = "report.html"
"""The page in the folder of a run or a sweep, which is this command's own."""


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
        typer.Option(
            "-o",
            "--out",
            help="The page; an older report is replaced. Default: report.html in the first folder.",
        ),
    ] = None,
) -> None:
    """Write one self-contained HTML page: the verdict, pictures and sortable tables."""
    from simulator.analysis.run import open_run
    from simulator.journal.folder import is_sweep, write_private, writing
    from simulator.journal.runs import LATEST, named
    from simulator.report.page import build_page

    folders = [named(folder) for folder in folders or [Path(LATEST)]]
    own = folders[0] / DEFAULT
    target = out or own
    if target.exists() and target != own and not _is_report(target):
        raise RunFolderError(target, "exists already, and is no report; give another name")
    console = Console(stderr=True)
    sweep = len(folders) == 1 and is_sweep(folders[0])
    runs = [] if sweep else [open_run(folder) for folder in folders]
    with writing(target):  # told before the pictures are drawn, which takes a while
        target.parent.mkdir(parents=True, exist_ok=True)
    with console.status("drawing") as status:
        if sweep:
            page = _sweep_page(folders[0], target)
        else:
            page = build_page(runs, tell=lambda step: status.update(f"drawing {step}"))
    with writing(target):
        target.unlink(missing_ok=True)
        write_private(target, page)
    Console().print(Text(f"report: {target}"), soft_wrap=True)


def _is_report(path: Path) -> bool:
    """Whether this command wrote a file, and may write it again."""
    from simulator.report.page import GENERATOR

    try:
        with path.open("rb") as file:
            return GENERATOR.encode() in file.read(1_000)
    except OSError:
        return False


def _sweep_page(folder: Path, target: Path) -> str:
    from simulator.experiments.page import build_sweep_page
    from simulator.experiments.results import open_sweep

    return build_sweep_page(open_sweep(folder), target.parent)
