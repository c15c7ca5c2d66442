from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.report.pictures import PICTURES
from simulator.report.plots import PLOTS
from tests.report.plots.test_plots import make_run, texts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("runs") / "run", 12, 10)


def test_a_picture_can_be_of_some_agents(run: Run) -> None:
    figure = PLOTS["timeline"](run, agents=["member-2", "member-10"])
    lanes = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert lanes == ["member-2", "member-10"]
    figure = PLOTS["sequence"](run, agents=["member-3", "member-1"])
    heads = [text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
    assert heads == ["member-3", "member-1"]


@pytest.mark.parametrize("kind", ["convergence", "timeline"])
def test_a_picture_can_be_of_a_part_of_the_time(run: Run, kind: str) -> None:
    assert PLOTS[kind](run, window=(2, 5)).axes[0].get_xlim() == (2, 5)


def test_a_window_ends_with_the_run_at_the_latest(run: Run) -> None:
    assert PLOTS["timeline"](run, window=(2, 1e6)).axes[0].get_xlim() == (2, 11)


def test_a_population_names_its_agents(run: Run) -> None:
    lanes = PLOTS["timeline"](run, agents=["member[2]", "member"]).axes[0].get_yticklabels()
    assert len(lanes) == 12


def test_events_outside_of_the_window_are_left_out(run: Run) -> None:
    whole, part = PLOTS["sequence"](run), PLOTS["sequence"](run, window=(5, 6))
    assert len(part.axes[0].texts) < len(whole.axes[0].texts)


@pytest.mark.parametrize("kind", [kind for kind in PICTURES if kind != "values"])
def test_a_picture_can_take_the_place_of_axes(run: Run, kind: str) -> None:
    whole = Figure(figsize=(16, 8))
    left, right = whole.subplots(1, 2)
    assert PLOTS[kind](run, ax=right) is whole
    assert left in whole.axes
    assert right not in whole.axes
    (place,) = whole.subfigs
    assert place.axes
    whole.draw_without_rendering()


def test_what_a_picture_cannot_show_is_refused(run: Run) -> None:
    with pytest.raises(InputError, match="no agent 'member-99': expected `member-9`"):
        PLOTS["timeline"](run, agents=["member-99"])
    with pytest.raises(InputError, match="a begin before its end"):
        PLOTS["timeline"](run, window=(5, 2))
    with pytest.raises(InputError, match=r"99 s is outside of the run: expected 0 to"):
        PLOTS["timeline"](run, window=(99, 100))
    with pytest.raises(InputError, match="-1 s is outside of the run"):
        PLOTS["timeline"](run, window=(-1, 100))
    with pytest.raises(InputError, match="convergence picture is always of all agents"):
        PLOTS["convergence"](run, agents=["member-1"])
    with pytest.raises(InputError, match="graph picture is always of the end of the run"):
        PLOTS["graph"](run, window=(0, 1))
    with pytest.raises(InputError, match=r"figure\.subplots"):
        PLOTS["graph"](run, ax=Figure().add_axes((0, 0, 1, 1)))
    assert "Who was available" in texts(PLOTS["timeline"](run, agents="member-1"))
