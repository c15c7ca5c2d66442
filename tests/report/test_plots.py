from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from simulator.analysis.run import Run, open_run
from simulator.report.plots import FIRST, PLOTS, save, save_first_picture
from simulator.report.plots.graph import watch_states
from tests.analysis.journals import head
from tests.analysis.synthetic import S, small_world, write


def make_run(folder: Path, agents: int, changes: int) -> Run:
    world = small_world(agents, changes=changes, deaths=1)
    return open_run(write(world.run(int(10 * S + changes * S / 10)), folder))


@pytest.fixture(scope="module", params=[2, 34, 120])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run"), request.param, 30)


def texts(figure: Figure) -> str:
    """Everything that is written in a figure."""
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    found += [title for axes in figure.axes for title in (axes.get_title("left"), axes.get_title())]
    found += [label for axes in figure.axes for label in (axes.get_xlabel(), axes.get_ylabel())]
    return "\n".join([*found, *(text.get_text() for text in figure.texts)])


@pytest.mark.parametrize("kind", list(PLOTS))
def test_each_picture_has_a_title_and_units(run: Run, kind: str, tmp_path: Path) -> None:
    figure = PLOTS[kind](run)
    assert any(axes.get_title("left") for axes in figure.axes)
    if kind in ("convergence", "timeline", "propagation", "spread", "sequence"):
        assert "s)" in texts(figure), "no axis says seconds or milliseconds"
    path = save(figure, tmp_path / "picture.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 5_000


@pytest.mark.parametrize("kind", list(PLOTS))
def test_a_sampled_picture_says_so(tmp_path: Path, kind: str) -> None:
    said = {
        "timeline": "40 of 120 agents",
        "staleness": "a cell is 3 × 3 agents",
        "graph": "60 of 120 agents",
        "sequence": "3 of 120 agents",
    }
    if kind in said:
        assert said[kind] in texts(PLOTS[kind](make_run(tmp_path, 120, 5)))


@pytest.mark.parametrize("kind", list(PLOTS))
@pytest.mark.parametrize("count", [0, 3])
def test_an_empty_run_gives_a_picture_that_says_so(tmp_path: Path, kind: str, count: int) -> None:
    run = open_run(write(head("a", "b")[:count], tmp_path))
    save(PLOTS[kind](run), tmp_path / "picture.png")


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    save_first_picture(run, first)
    save_first_picture(open_run(run.folder), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_picture_can_be_svg(run: Run, tmp_path: Path) -> None:
    path = save(PLOTS[FIRST](run), tmp_path / "picture.svg")
    assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_another_ending_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.png or \.svg"):
        save(PLOTS[FIRST](run), tmp_path / "picture.gif")


def test_the_graph_knows_pending_wanted_and_wrong(tmp_path: Path) -> None:
    """Nobody approves; 0 asks 1 and takes it back; 1 asks 0; nobody asks 2."""
    world = small_world(3)
    world.approve_after = None
    world._queue = [entry for entry in world._queue if entry[0] < S // 2]
    world.subscription(1 * S, "member-0", "subscribe", "member-1")
    world.subscription(2 * S, "member-0", "unsubscribe", "member-1")
    world.subscription(3 * S, "member-1", "subscribe", "member-0")
    states = watch_states(open_run(write(world.run(5 * S), tmp_path)))
    assert states["member-0", "member-1"] == "wanted"
    assert states["member-1", "member-0"] == "pending"
    assert states["member-0", "member-2"] == "wanted"


def test_names_and_shows_cannot_break_a_picture(tmp_path: Path) -> None:
    """Text in a picture is text: no mathematics, no markup."""
    journal = head("a$b$", "c_<script>")
    run = open_run(write(journal, tmp_path))
    save(PLOTS["timeline"](run), tmp_path / "picture.svg")
