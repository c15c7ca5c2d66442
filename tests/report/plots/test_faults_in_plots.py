from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from simulator.analysis.run import Run, open_run
from simulator.journal.records import AnyRecord
from simulator.report.plots import PLOTS
from simulator.report.plots.style import WINE
from simulator.report.plots.time.faults import Fault, fault_texts, faults_of, shade
from tests.analysis.journals import actual, did, died, end, fault, head, says, seeing, sees, watch
from tests.analysis.synthetic import write
from tests.report.plots.test_plots import texts

IN_TIME = ("convergence", "timeline", "sequence", "spread")
"""Kinds with an axis of time."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`b` changes its show in a stall that lasts from 4.0 to 6.0 s, and dies at 8 s."""
    records: list[AnyRecord] = [
        *head("a", "b"),
        watch("a", "b"),
        *seeing("a", "b"),
        fault(4, "stall", "begin", "b"),
        did(5, "b"),
        says(5, "b", "1", "away"),
        fault(6, "stall", "end", "b"),
        actual(6.02, "b", show="away", id="1"),
        sees(6.04, "a", "b", show="away", id="1"),
        fault(8, "crash", "begin", "b", origin="faults[1]"),
        died(8, "b"),
        *end(20, "a", "b"),
    ]
    return open_run(write(records, tmp_path))


def shaded(axes: Axes) -> list[tuple[float, float]]:
    """Begin and end of what is shaded as a fault, rounded, along either axis."""
    boxes = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    return [
        (round(box.x0, 3), round(box.x1, 3))
        for box, patch in zip(boxes, axes.patches, strict=True)
        if patch.get_facecolor()[:3] == pytest.approx(colour(WINE))
    ]


def colour(text: str) -> tuple[float, ...]:
    return tuple(int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))


@pytest.mark.parametrize("kind", IN_TIME)
def test_every_picture_of_time_shades_and_names_the_faults(run: Run, kind: str) -> None:
    figure = PLOTS[kind](run)
    assert "stall" in texts(figure) + legend_texts(figure)
    assert any(shaded(axes) for axes in figure.axes)


def test_the_shading_is_where_the_fault_is(run: Run) -> None:
    assert shaded(PLOTS["timeline"](run).axes[0]) == [(4.0, 6.0)]
    spread = PLOTS["spread"](run).axes[0]
    assert shaded(spread) == [(0.0, 1000.0)], "issued at 5.0, a second before the end, in ms"


def test_a_death_is_crossed_and_what_the_server_holds_is_hatched(run: Run) -> None:
    figure = PLOTS["timeline"](run)
    said = legend_texts(figure)
    assert "died or cut off, and could tell nobody" in said
    assert "not heard of since, and held available by the server" in said
    axes = figure.axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "X"]
    assert [np.asarray(line.get_xdata()).tolist() for line in crosses] == [[8.0]]
    hatched = [bars for bars in axes.collections if bars.get_hatch()]
    (held,) = [path.get_extents() for bars in hatched for path in bars.get_paths()]
    assert (held.x0, held.x1) == (8.0, 20.0)


def test_without_a_death_nothing_is_crossed_or_hatched(tmp_path: Path) -> None:
    run = open_run(write([*head("a"), actual(1, "a"), *end(5, "a")], tmp_path))
    figure = PLOTS["timeline"](run)
    assert "died" not in legend_texts(figure)
    assert not any(bars.get_hatch() for bars in figure.axes[0].collections)


def test_the_key_counts_and_dates_the_faults(run: Run) -> None:
    assert fault_texts(faults_of(run)) == [
        "stall of 1 agent (4 s to 6 s)",
        "crash of 1 agent (at 8 s)",
    ]
    many = [Fault("reset", time, time, 3) for time in range(10, 60, 10)]
    assert fault_texts(many) == ["5 × reset (first at 10 s, last at 50 s)"]
    assert fault_texts([Fault("server freeze", 1, 2.5, 0)]) == ["server freeze (1 s to 2.5 s)"]


def test_names_that_would_overlap_are_in_rows_and_the_lasting_ones_stay() -> None:
    axes = Figure(figsize=(6, 3)).add_subplot()
    axes.set_xlim(0, 100)
    at_once = [Fault(f"fault {number}", 50, 50, 1) for number in range(5)]
    shade(axes, [*at_once, Fault("lasting", 50, 60, 1)])
    named = [text.get_text() for text in axes.texts]
    assert named == ["lasting", "fault 0", "fault 1"]
    assert len({text.xyann for text in axes.texts if isinstance(text, Annotation)}) == 3


def legend_texts(figure: Figure) -> str:
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    return "\n".join(
        text.get_text()
        for legend in legends
        if legend
        for text in [*legend.get_texts(), legend.get_title()]
    )
