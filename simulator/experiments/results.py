"""The results of an experiment: one tidy table, what it comes to, and the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from simulator.analysis.checks.verdict import Value
from simulator.api import open_run
from simulator.errors import InputError, RunFolderError, ScenarioError
from simulator.experiments import plots
from simulator.experiments.design.language import Experiment
from simulator.experiments.judging import tables
from simulator.experiments.judging.sensitivity import sobol_indices
from simulator.experiments.judging.verdicts import PointVerdict, exit_code, judge, worst
from simulator.experiments.running.store import (
    COSTS,
    CURVE_FILE,
    DOCUMENT,
    RUNS,
    read_manifest,
    read_tables,
)
from simulator.experiments.running.work import CURVES
from simulator.report.run import Run
from simulator.scenario.reading.validation import validate
from simulator.scenario.reading.yaml_source import read_source

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Results:
    """What an experiment came to, or had come to when it was interrupted.

    `name` and `question` are the experiment's. `parameters` are the columns of what varies. Every
    frame is a polars `DataFrame`; ``.to_pandas()`` and ``.write_csv()`` are at hand on each.
    """

    folder: Path
    name: str
    experiment: Experiment
    parameters: list[str]
    _temporary: TemporaryDirectory[str] | None = None

    @property
    def question(self) -> str | None:
        """The question that the experiment answers."""
        return self.experiment.question

    @cached_property
    def runs(self) -> pl.DataFrame:
        """One row per run, by point and replication.

        `point`, `replication` (both from 0); a column for each value that varies, by its path;
        `backend`, `seed`, `verdict`; `reason`: why it does not pass; `error`: why it could not go
        on; `agents`, `duration_s`; every figure by its name, times in seconds (`_s`), infinite
        for what never came and null for what could not be measured; `kept`: the run's folder,
        seen from that of the results; `cpu_s`: the processor's time that it took; `memory_mb`: of
        its process, when it was over.
        """
        found = read_tables(self.folder, RUNS, COSTS)
        if found is None:
            raise InputError(f"{self.folder}: there is no run yet; simulator sweep makes them")
        return found

    def aggregate(
        self, by: str | Sequence[str] | None = None, figures: str | Sequence[str] | None = None
    ) -> pl.DataFrame:
        """One row per group of runs and figure, with 95 % intervals.

        `by`: the columns that make a group; by default all that vary, () for all runs in one.
        `figures`: by name, with or without ``_s``; by default all that were measured.

        The columns of `by`; `figure`; `runs` of the group, and how many `measured` it; `mean` with
        `mean_low` and `mean_high` (Student's interval), `sd`; `p50` and `p95` with theirs
        (bootstrap); `min`, `max`. The figure `verdict.pass` is the share of runs that pass, with
        Clopper and Pearson's interval. An infinite value is a time that never came.
        """
        return tables.aggregate(self.runs, _names(by, self.parameters), figures)

    def curves(
        self,
        by: str | Sequence[str] | None = None,
        figure: str = "declared",
        points: int = 101,
        until: float | None = None,
    ) -> pl.DataFrame:
        """Convergence over time: one row per group of runs and time.

        `figure`: declared, roster or availability. `points` times, evenly apart, from 0 to `until`
        (seconds; by default the end of the longest run). A run that is over stays as it was.

        The columns of `by`; `time_s`; `runs`; `mean` with `mean_low` and `mean_high` (95 %), and
        the quantiles `p05`, `p25`, `p50`, `p75` and `p95` over the runs. Raises InputError where
        the experiment kept no curves.
        """
        if figure not in CURVES:
            raise InputError(f"no curve {figure!r}; there are: {', '.join(CURVES)}")
        names = _names(by, self.parameters)
        found = read_tables(self.folder, RUNS, CURVE_FILE)
        if found is None:
            raise InputError(f"{self.folder}: no curves were kept; `curves: true` keeps them")
        return tables.curves(found, names, figure, points, until)

    @cached_property
    def points(self) -> list[PointVerdict]:
        """The verdict of each point, with the checks that it rests on."""
        return judge(self.experiment, self.runs, self.parameters)

    @property
    def verdict(self) -> Value:
        """The worst verdict of all points: fail, then unknown, then pass."""
        return worst([point.value for point in self.points])

    @property
    def exit_code(self) -> int:
        """0 for pass, 1 for fail, 3 for unknown."""
        return exit_code(self.points)

    def sensitivity(self, figure: str = "time_to_converge.declared") -> pl.DataFrame:
        """How much of a figure's variance each parameter makes: Sobol indices.

        `parameter`; `first_order`: alone; `total_order`: with all others; each with the ends of
        its 95 % interval, `_low` and `_high`. Raises InputError for another design than a Sobol
        sample with `indices: true`.
        """
        column = tables.figure_columns(self.runs, figure)[0]
        return sobol_indices(self.experiment, self.runs, self.parameters, column)

    def plot(self, kind: str = "figure", **options: object) -> Figure:
        """A picture, as a matplotlib figure; `simulator.report.plots.save` writes it.

        `kind`: figure (its mean with intervals over one to three parameters), heat (over two),
        ecdf (its distribution), fan (convergence over time), indices (Sobol indices). `options`:
        `figure`, the figure by name; for the others see the functions `plot_KIND` of
        `simulator.experiments.plots`. Raises InputError.
        """
        if kind not in plots.KINDS:
            raise InputError(f"no picture {kind!r}; there are: {', '.join(plots.KINDS)}")
        return plots.plotter(kind)(self, **options)

    def run(self, point: int, replication: int) -> Run:
        """A run that was kept. Raises InputError for another one."""
        rows = self.runs.filter((pl.col("point") == point) & (pl.col("replication") == replication))
        kept = rows["kept"][0] if rows.height else None
        if kept is None:
            raise InputError(f"run {replication} of point {point} was not kept; `keep: all` does")
        return open_run(self.folder / kept)

    def __repr__(self) -> str:
        return f"Results({str(self.folder)!r}, {self.runs.height} runs, {self.verdict})"


def _names(by: str | Sequence[str] | None, parameters: Sequence[str]) -> list[str]:
    if by is None:
        return list(parameters)
    return [by] if isinstance(by, str) else list(by)


def open_sweep(folder: Path | str, temporary: TemporaryDirectory[str] | None = None) -> Results:
    """The results in a folder that `sweep` wrote. Raises RunFolderError where there are none.

    `temporary` is removed with the results.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    try:
        experiment, faults = validate(read_source(path / DOCUMENT), Experiment)
    except ScenarioError as error:
        experiment, faults = None, error.faults
    if experiment is None:
        raise RunFolderError(path, f"its {DOCUMENT} cannot be read: {faults[0]}")
    varied = manifest.get("varied")
    parameters = [str(name) for name in varied] if isinstance(varied, dict) else []
    return Results(path, str(manifest.get("experiment")), experiment, parameters, temporary)
