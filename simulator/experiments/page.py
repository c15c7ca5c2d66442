"""The report of an experiment as one HTML page: a row for each point, pictures, kept runs."""

from __future__ import annotations

import base64
import contextlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from simulator.analysis.run import open_run
from simulator.errors import InputError, SimulatorError
from simulator.experiments.design.language import FigureOverRuns
from simulator.experiments.judging.tables import PASSED
from simulator.experiments.judging.verdicts import PointVerdict, cell_text, short_names
from simulator.experiments.results import Results
from simulator.experiments.running.store import DOCUMENT
from simulator.report.page.frame import render
from simulator.report.plots.style import nothing_in
from simulator.report.replay.page import REPLAY, Replay
from simulator.scenario.figures import figure_column

DEFAULT_FIGURES = ("time_to_converge.declared", "staleness")
CAPTIONS = {
    "figure": "The mean of the first figure over what varies, with 95 % intervals.",
    "heat": "The mean of the first figure for every pair of values of two parameters.",
    "indices": "How much of the figure's variance each parameter makes.",
    "ecdf": "The share of runs in which the figure is at most so large.",
    "fan": "Convergence over time: median, mean, and the bands of 50 % and 90 % of the runs.",
}
"""The pictures of the page, in their order."""
_MOST_KEPT = 20
_DPI = 110


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page embeds it."""

    kind: str
    caption: str
    source: str


def build_sweep_page(results: Results, place: Path | None = None) -> str:
    """The page. `place` is the folder that it will be in, for its links to the kept runs."""
    figures = _figures(results)
    short = short_names(results.parameters)
    pictures = list(_pictures(results, figures[0]))
    drawn = [(picture.kind, picture.kind.capitalize()) for picture in pictures]
    return render(
        "simulator.experiments",
        title=results.name,
        question=results.question,
        parts=[("points", "Points"), *drawn, ("experiment", "Experiment")],
        values={
            "results": results,
            "parameters": [short[name] for name in results.parameters],
            "figures": figures,
            "rows": list(_rows(results, figures, place or results.folder)),
            "pictures": pictures,
            "document": (results.folder / DOCUMENT).read_text("utf-8"),
        },
    )


def _figures(results: Results) -> list[str]:
    """The columns of the figures that the experiment asks about, or of the usual ones."""
    expected = [one.figure for one in results.experiment.expect if isinstance(one, FigureOverRuns)]
    return list(dict.fromkeys(map(figure_column, expected or DEFAULT_FIGURES)))


def _rows(results: Results, figures: list[str], place: Path) -> Iterator[dict[str, object]]:
    table = results.aggregate("point", figures)
    for point in results.points:
        means = table.filter((pl.col("point") == point.point) & (pl.col("figure") != PASSED))
        yield {
            "verdict": point.value,
            "cells": [cell_text(value) for value in point.settings.values()],
            "runs": point.runs,
            "passed": point.passed,
            "figures": [_mean_text(row) for row in means.iter_rows(named=True)],
            "checks": point.checks,
            "kept": list(_kept(results, point, place)),
        }


def _mean_text(row: dict[str, float | None]) -> str:
    mean, low, high = (row[name] for name in ("mean", "mean_low", "mean_high"))
    if mean is None:
        return "-"
    if mean == math.inf:
        return "never in any run" if row["min"] == math.inf else "never in some runs"
    if low is None or high is None:
        return f"{mean:.4g}"
    return f"{mean:.4g} ({low:.4g} to {high:.4g})"


def write_replays(results: Results) -> None:
    """Write the replay page of each kept run that the page names into the run's folder.

    One that is there already stays; a run that is damaged gets none.
    """
    for point in results.points:
        for row in _kept_rows(results, point):
            folder = results.folder / str(row["kept"])
            if (folder / REPLAY).exists():
                continue
            with contextlib.suppress(SimulatorError):
                Replay.of(open_run(folder)).save(folder / REPLAY)


def _kept(results: Results, point: PointVerdict, place: Path) -> Iterator[dict[str, object]]:
    for row in _kept_rows(results, point):
        folder = results.folder / str(row["kept"])
        page = folder / REPLAY
        yield {
            "number": row["replication"],
            "seed": row["seed"],
            "verdict": row["verdict"],
            "link": os.path.relpath(page if page.exists() else folder, place),
        }


def _kept_rows(results: Results, point: PointVerdict) -> list[dict[str, object]]:
    rows = results.runs.filter((pl.col("point") == point.point) & pl.col("kept").is_not_null())
    return rows.head(_MOST_KEPT).to_dicts()


def _pictures(results: Results, figure: str) -> Iterator[Picture]:
    """Those that can be drawn of these results."""
    for kind, caption in CAPTIONS.items():
        options = {} if kind == "fan" else {"figure": figure}
        try:
            drawn = results.plot(kind, **options)
        except InputError:
            continue
        if nothing_in(drawn):
            continue
        image = BytesIO()
        drawn.savefig(image, format="png", dpi=_DPI, metadata={"Software": None})
        source = base64.b64encode(image.getvalue()).decode("ascii")
        yield Picture(kind, caption, f"data:image/png;base64,{source}")
