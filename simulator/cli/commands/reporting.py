"""``simulator report`` and ``simulator replay``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import measured_run
from simulator.errors import RunFolderError

DEFAULT = "report.html"
"""The report in the folder of a run or a sweep, which is the command's own."""


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
    from simulator.journal.folder import is_sweep
    from simulator.journal.runs import LATEST, named
    from simulator.report.page import build_page

    folders = [named(folder) for folder in folders or [Path(LATEST)]]
    target = _target(out, folders[0] / DEFAULT)
    console = Console(stderr=True)
    sweep = len(folders) == 1 and is_sweep(folders[0])
    runs = [] if sweep else [open_run(folder) for folder in folders]
    _prepare(target)
    with console.status("drawing") as status:
        if sweep:
            page = _sweep_page(folders[0], target)
        else:
            page = build_page(runs, tell=lambda step: status.update(f"drawing {step}"))
    _write(target, page, "report")


def replay(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A run folder, or two to see side by side. Default: the newest in runs/.",
            metavar="[RUN [RUN]]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="The page; an older one is replaced. Default: replay.html in the first folder.",
        ),
    ] = None,
) -> None:
    """Write one self-contained HTML page to look into a run: who saw whom how, when, and why.

    Of two runs, it shows where they begin to differ.
    """
    from simulator.journal.runs import LATEST, named
    from simulator.report.replay.page import REPLAY, replay_page

    folders = [named(folder) for folder in folders or [Path(LATEST)]]
    target = _target(out, folders[0] / REPLAY)
    runs = list(map(measured_run, folders))
    _prepare(target)
    with Console(stderr=True).status("writing the replay"):
        page = replay_page(*runs)
    _write(target, page, "replay")


def _target(out: Path | None, own: Path) -> Path:
    """The page to write. Raises RunFolderError for a file that is no report."""
    target = out or own
    if target.exists() and target != own and not _is_report(target):
        raise RunFolderError(target, "exists already, and is no report; give another name")
    return target


def _prepare(target: Path) -> None:
    """Make the page's folder: told before the page is made, which takes a while."""
    from simulator.journal.folder import writing

    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)


def _write(target: Path, page: str, what: str) -> None:
    from simulator.journal.folder import write_private, writing

    with writing(target):
        target.unlink(missing_ok=True)
        write_private(target, page)
    Console().print(Text(f"{what}: {target}"), soft_wrap=True)


def _is_report(path: Path) -> bool:
    """Whether this command wrote a file, and may write it again."""
    from simulator.report.page import GENERATOR

    try:
        with path.open("rb") as file:
            return GENERATOR.encode() in file.read(1_000)
    except OSError:
        return False


def _sweep_page(folder: Path, target: Path) -> str:
    from simulator.experiments.page import build_sweep_page, write_replays
    from simulator.experiments.results import open_sweep

    results = open_sweep(folder)
    write_replays(results)
    return build_sweep_page(results, target.parent)
