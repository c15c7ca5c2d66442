from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module", params=[2, 34])
def run(request: pytest.FixtureRequest, folder: Path) -> Run:
    return make_run(folder / str(request.param), request.param, 10)


@pytest.fixture(scope="module")
def small(folder: Path) -> Run:
    return make_run(folder / "small", 3, 10)


@pytest.fixture(scope="module")
def large(folder: Path) -> Run:
    return make_run(folder / "large", 120, 5)


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


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("timeline", "40 of 120 agents"),
        ("staleness", "a cell is 3 × 3 agents"),
        ("graph", "60 of 120 agents"),
        ("sequence", "3 of 120 agents"),
    ],
)
def test_a_sampled_picture_says_so(large: Run, kind: str, said: str) -> None:
    assert said in texts(PLOTS[kind](large))


@pytest.mark.parametrize("kind", list(PLOTS))
@pytest.mark.parametrize("count", [0, 3])
def test_an_empty_run_gives_a_picture_that_says_so(tmp_path: Path, kind: str, count: int) -> None:
    run = open_run(write(head("a", "b")[:count], tmp_path))
    save(PLOTS[kind](run), tmp_path / "picture.png")


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_run_gives_the_same_bytes(small: Run, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    save_first_picture(small, first)
    save_first_picture(open_run(small.folder), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_picture_can_be_svg(small: Run, tmp_path: Path) -> None:
    path = save(PLOTS[FIRST](small), tmp_path / "picture.svg")
    assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_another_ending_is_refused(small: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.png or \.svg"):
        save(PLOTS[FIRST](small), tmp_path / "picture.gif")


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
    figure = PLOTS["timeline"](open_run(write(head("$a$", "c_<script>"), tmp_path)))
    save(figure, tmp_path / "picture.svg")
    labels = figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["$a$", "c_<script>"]
    assert not any(label.get_parse_math() for label in labels)
