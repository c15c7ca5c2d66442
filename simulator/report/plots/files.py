"""Draws pictures of a run into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from simulator.analysis.run import Run
from simulator.errors import InputError, RunFolderError
from simulator.journal.folder import writing
from simulator.report.plots import FORMATS, PLOTS, save
from simulator.report.plots.style import nothing_in
from simulator.report.plots.view import Window, view_of
from simulator.scenario.language.words import nearest

FOLDER = "plots"
"""Where pictures go inside of the run folder."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a run: where it is, or why there is `nothing` to draw."""

    kind: str
    path: Path | None
    nothing: str = ""


def draw_pictures(
    run: Run,
    kinds: Sequence[str] = (),
    folder: Path | None = None,
    ending: str = ".png",
    *,
    agents: Sequence[str] | None = None,
    window: Window | None = None,
) -> list[Picture]:
    """Draw the `kinds` of `PLOTS`; without any, those that have something to show.

    They go to ``plots/`` in the run folder, where older ones are replaced; in another `folder`
    nothing is overwritten. `agents` and `window` as for `Run.plot`. Raises InputError for what
    there is not, and RunFolderError.
    """
    _refuse_unknown(kinds, ending)
    view_of(run, agents, window, None)  # refused before there is a folder
    draw = partial(_draw, run, agents=agents, window=window, wanted=bool(kinds))
    target = folder or run.folder / FOLDER
    names = {kind: target / f"{kind}{ending}" for kind in dict.fromkeys(kinds or PLOTS)}
    if folder is not None:
        _refuse_existing(list(names.values()))
    with writing(target):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [draw(kind, path) for kind, path in names.items()]


def _draw(
    run: Run,
    kind: str,
    path: Path,
    *,
    agents: Sequence[str] | None,
    window: Window | None,
    wanted: bool,
) -> Picture:
    try:
        figure = PLOTS[kind](run, agents=agents, window=window)
    except InputError as error:  # this kind cannot be of some agents, or of a part of the time
        if wanted:
            raise
        return Picture(kind, None, str(error))
    nothing = nothing_in(figure)
    if nothing and not wanted:
        return Picture(kind, None, nothing)
    with writing(path):
        return Picture(kind, save(figure, path), nothing)


def _refuse_unknown(kinds: Sequence[str], ending: str) -> None:
    for kind in kinds:
        if kind not in PLOTS:
            raise InputError(f"no picture {kind!r}: expected {nearest(kind, PLOTS)}")
    if ending not in FORMATS:
        known = [name.removeprefix(".") for name in FORMATS]
        raise InputError(f"no format {ending[1:]!r}: expected {nearest(ending[1:], known)}")


def _refuse_existing(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.exists():
            raise RunFolderError(path, "exists already; give another folder with -o")
