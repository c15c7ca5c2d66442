from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from msgspec.structs import replace

from simulator.analysis.run import Run, open_run
from simulator.analysis.states import Share, Steps
from simulator.journal.records import AnyRecord
from simulator.report.plots import PLOTS, convergence, plot_convergence, save
from simulator.report.plots.graph import NAMED, sample, watch_states, wrong_beliefs
from simulator.report.plots.staleness import CLASSES, class_of
from simulator.report.plots.style import nothing_in
from tests.analysis.journals import (
    actual,
    belief,
    did,
    end,
    final,
    head,
    push,
    says,
    seeing,
    sees,
    up,
    view,
    watch,
)
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
        ("graph", "40 of 120 agents"),
        ("sequence", "3 of 120 agents"),
    ],
)
def test_a_sampled_picture_says_so(large: Run, kind: str, said: str) -> None:
    assert said in texts(PLOTS[kind](large))


EMPTY = {
    "convergence": "nothing to converge",
    "timeline": "Who was available",
    "propagation": "No presence change was delivered",
    "staleness": "No watch was ever authorised",
    "graph": "Nobody wants to see anybody",
    "sequence": "Nothing was sent",
    "spread": "No presence change was due",
    "values": "No agent kept a number",
}
"""What a picture says of a run in which nothing happened."""


@pytest.mark.parametrize("kind", list(PLOTS))
@pytest.mark.parametrize("count", [0, 3])
def test_an_empty_run_gives_a_picture_that_says_so(tmp_path: Path, kind: str, count: int) -> None:
    run = open_run(write(head("a", "b")[:count], tmp_path))
    figure = PLOTS[kind](run)
    said = nothing_in(figure) or texts(figure)
    assert EMPTY[kind] in said
    save(figure, tmp_path / "picture.png")


def test_watches_of_nobody_in_the_plan_give_an_empty_matrix(tmp_path: Path) -> None:
    records = [*head(), watch("a", "b"), *seeing("a", "b"), *end(9)]
    figure = PLOTS["staleness"](open_run(write(records, tmp_path)))
    assert nothing_in(figure) == "No watch was ever authorised"


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_run_gives_the_same_bytes(small: Run, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    save(plot_convergence(small), first)
    save(plot_convergence(open_run(small.folder)), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_picture_can_be_svg(small: Run, tmp_path: Path) -> None:
    path = save(plot_convergence(small), tmp_path / "picture.svg")
    assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_another_ending_is_refused(small: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.png, \.svg or \.pdf"):
        save(plot_convergence(small), tmp_path / "picture.gif")


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


def two_watching(tmp_path: Path, *records: AnyRecord, later: Sequence[AnyRecord] = ()) -> Run:
    """`a` watches `b` from the start."""
    start = [*head("a", "b"), watch("a", "b"), *seeing("a", "b")]
    return open_run(write([*start, *records, *later, *end(20, "a", "b")], tmp_path))


def labels(figure: Figure) -> list[str]:
    """What the legends say."""
    legends = [legend for axes in figure.axes if (legend := axes.get_legend())]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


CHANGE = (says(5, "b", "1", "away"), actual(5.02, "b", show="away", id="1"))
ARRIVES = (sees(5.045, "a", "b", show="away", id="1"),)


def test_the_latency_is_split_by_hop_where_the_journal_knows(tmp_path: Path) -> None:
    """Issued at 5.000, accepted at 5.020, received at 5.045: 20 ms up and 25 ms down."""
    figure = PLOTS["propagation"](two_watching(tmp_path, *CHANGE, *ARRIVES))
    assert {"agent to server", "server to watcher"} <= set(labels(figure))
    hops = next(axes for axes in figure.axes if axes.get_title("left") == "Hop by hop")
    lines = {str(line.get_label()): np.asarray(line.get_xdata())[-1] for line in hops.lines}
    assert lines["agent to server"] == pytest.approx(20)
    assert lines["server to watcher"] == pytest.approx(25)


def test_the_picture_says_where_the_hops_are_not_known(tmp_path: Path) -> None:
    said = actual(5, "b", show="away", id="1", source="client")
    figure = PLOTS["propagation"](two_watching(tmp_path, CHANGE[0], said, *ARRIVES))
    assert "Hop by hop: not known" in texts(figure)
    assert "agent to server" not in labels(figure)


def test_a_logarithmic_axis_has_plain_numbers(tmp_path: Path) -> None:
    slow = (
        says(6, "b", "2", "dnd"),
        actual(6.02, "b", show="dnd", id="2"),
        sees(16, "a", "b", show="dnd", id="2"),
    )
    figure = PLOTS["propagation"](two_watching(tmp_path, *CHANGE, *ARRIVES, *slow))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert {"0.1", "1", "10"} <= set(ticks)


def test_staleness_has_the_same_colours_in_every_picture(run: Run, large: Run) -> None:
    """A cell of 1 % looks the same whatever the worst one is: the legend is always whole."""
    for one in (run, large):
        (legend,) = PLOTS["staleness"](one).legends
        assert [text.get_text() for text in legend.get_texts()] == [
            words for words, _ in CLASSES.values()
        ]
    assert [class_of(share) for share in (0, 0.0005, 0.001, 0.01, 0.3)] == [0, 1, 1, 2, 5]


def test_the_graph_marks_what_agents_believe_wrongly(tmp_path: Path) -> None:
    """Of `b`, `a` believes `both`, and that it is there; the server holds `to`, and `b` is gone."""
    later: list[AnyRecord] = [
        actual(6, "b", False, cause="broken"),
        view(19, "a", "served", 1),
        final(19, "a", "b", "to"),
        view(19, "a", "believed", 1),
        replace(belief(19, "a", "b", "both"), available=True),
    ]
    run = two_watching(tmp_path, later=later)
    assert wrong_beliefs(run) == {"subscription": [("a", "b")], "ghost": [("a", "b")]}
    figure = PLOTS["graph"](run)
    assert "agent believes another subscription: 1" in labels(figure)
    assert "agent believes it available, it is gone: 1" in labels(figure)
    assert [line.get_marker() for line in figure.axes[0].lines] == ["D", "o"]


def test_the_spread_of_a_status_is_not_told_as_coming(tmp_path: Path) -> None:
    lunch = actual(3, "b", id="2", status=(("", "At lunch"),))
    records = [*head("a", "b"), watch("a", "b"), *seeing("a", "b"), lunch, *end(9, "a", "b")]
    (axes,) = PLOTS["spread"](open_run(write(records, tmp_path))).axes
    title = "b changes its status to 'At lunch' at 3 s: who learns of it, when"
    assert axes.get_title("left") == title


def test_the_spread_is_of_the_change_with_the_most_watchers(tmp_path: Path) -> None:
    """c's change at 2.0 is due to a; that of b at 3.0 to a and c, who has it after 40 ms."""
    run = open_run(
        write(
            [
                *head("a", "b", "c"),
                *(watch("a", "c"), watch("a", "b"), watch("c", "b")),
                *(*seeing("a", "c"), *seeing("a", "b"), *seeing("c", "b")),
                *(says(2, "c", "1", "dnd"), actual(2, "c", show="dnd", id="1")),
                sees(2.02, "a", "c", show="dnd", id="1"),
                *(says(3, "b", "2", "away"), actual(3, "b", show="away", id="2")),
                *(sees(3.02, "a", "b", show="away", id="2"), sees(3.04, "c", "b", id="2")),
                *end(9, "a", "b", "c"),
            ],
            tmp_path,
        )
    )
    (axes,) = PLOTS["spread"](run).axes
    assert axes.get_title("left") == "b becomes away at 3 s: who learns of it, when"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "c"]
    assert [list(line.get_xdata()) for line in axes.lines] == [[20.0, 40.0]]  # type: ignore[arg-type]


def test_a_cell_of_staleness_is_the_stale_share(tmp_path: Path) -> None:
    """a sees b rightly for 5 s; then b is dnd for 3 s and gone for 2 s, and a hears nothing."""
    records = [actual(5, "b", show="dnd"), actual(8, "b", False)]
    start = [*head("a", "b"), watch("a", "b"), *seeing("a", "b")]
    run = open_run(write([*start, *records, *end(10, "a", "b")], tmp_path))
    (axes,) = PLOTS["staleness"](run).axes
    (cells,) = axes.patches
    box = cells.get_path().get_extents()
    assert (cells.get_label(), box.x0, box.y0, box.x1, box.y1) == ("more", 0.5, -0.5, 1.5, 0.5)
    assert "50.00%" in [text.get_text() for text in axes.texts]


def test_many_changes_are_drawn_as_the_mean_and_the_lowest_of_each_span(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two spans of 5: the share falls to 1/2 for 1 of the first 5, and is whole in the second."""
    monkeypatch.setattr(convergence, "BINS", 2)
    series: Steps[Share] = Steps()
    for t, right in ((0, 2), (3, 1), (4, 2)):
        series.add(t, Share(right, 2))
    points = convergence._points(series, 0, 10)
    assert points == ([0, 5, 10], [0.9, 1.0, 1.0], [0.5, 1.0, 1.0])


def test_a_panel_says_how_long_it_was_below_the_whole(tmp_path: Path) -> None:
    figure = PLOTS["convergence"](two_watching(tmp_path, did(5, "b"), *CHANGE, *ARRIVES))
    assert "below 100 % for 0.025 s of 20 s" in texts(figure)
    assert "never below 100 %" in texts(figure)


def test_disturbances_at_about_the_same_time_have_one_number_for_all(tmp_path: Path) -> None:
    start = [did(at, "b", origin=f"timeline[{at}]") for at in (5.0, 5.1, 5.2)]
    figure = PLOTS["timeline"](two_watching(tmp_path, *start))
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert [text for text in numbers if "-" in text] == ["2-4"]


@pytest.mark.parametrize(
    ("seconds", "unit", "ticks"),
    [(100, "s", ["0", "20"]), (600, "min", ["0", "2"]), (86_400, "h", ["0", "3"])],
)
def test_an_axis_of_time_has_ticks_that_are_round_for_people(
    tmp_path: Path, seconds: float, unit: str, ticks: list[str]
) -> None:
    figure = PLOTS["timeline"](open_run(write([*head("a"), *end(seconds, "a")], tmp_path)))
    figure.draw_without_rendering()
    assert figure.axes[0].get_xlabel() == f"time since the run's start ({unit})"
    shown = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert shown[shown.index("0") :][:2] == ticks


def test_the_name_of_a_lane_is_at_the_height_of_its_bar(tmp_path: Path) -> None:
    figure = PLOTS["timeline"](
        open_run(write([*head("a"), actual(1, "a"), *end(5, "a")], tmp_path))
    )
    (bar,) = figure.axes[0].collections
    extent = bar.get_paths()[0].get_extents()
    assert figure.axes[0].get_yticks() == [(extent.y0 + extent.y1) / 2]


def test_a_copy_that_the_server_kept_is_told_from_what_was_sent_at_once(tmp_path: Path) -> None:
    """b shows itself at 1.0 to nobody, as a sees only c then; at 2.0 a sees b, and gets a copy."""
    records: list[AnyRecord] = [
        *(up(0, agent) for agent in "abc"),
        push(0, "a", "c", "to"),
        says(1, "b", "1"),
        push(2, "a", "b", "to"),
        sees(2.01, "a", "b", id="1"),
        says(3, "b", "2", "away"),
        sees(3.02, "a", "b", show="away", id="2"),
    ]
    run = open_run(write([*head("a", "b", "c"), *records, *end(9, "a", "b", "c")], tmp_path))
    (axes,) = PLOTS["sequence"](run).axes
    drawn = [text.get_text() for text in axes.texts if text.get_text().startswith("available")]
    assert drawn == ["available (from the server)", "available (away)"]


def test_a_graph_without_wrong_beliefs_has_no_badges(small: Run) -> None:
    assert wrong_beliefs(small) == {"subscription": [], "ghost": []}
    assert not PLOTS["graph"](small).axes[0].lines


def test_the_close_up_names_the_disturbance_by_its_number(tmp_path: Path) -> None:
    figure = PLOTS["convergence"](two_watching(tmp_path, did(5, "b"), *CHANGE, *ARRIVES))
    assert "close up: 0.045 s after disturbance 2" in texts(figure)
    assert "2 timeline[0] (5 s)" in texts(figure)


def test_who_is_believed_wrongly_is_in_the_sample() -> None:
    """The last agents of 120 are far from the first one, whose neighbours would be shown."""
    graph = nx.DiGraph([(f"a{n:03}", f"a{n + 1:03}") for n in range(120)])
    for edge in graph.edges.values():
        edge["state"] = "in force"
    assert "a119" not in sample(graph, [])
    assert {"a119", "a118"} <= set(sample(graph, [("a119", "a118")]))
    assert len(sample(graph, [])) == NAMED  # who is picked out has a name


def circles(axes: Axes) -> tuple[np.ndarray, float]:
    """Where the agents of a graph are, and how many points their circles are wide."""
    (agents,) = (found for found in axes.collections if isinstance(found, PathCollection))
    return np.asarray(agents.get_offsets()), float(agents.get_sizes()[0] ** 0.5)


def test_no_agent_of_a_graph_lies_on_another(folder: Path) -> None:
    axes = PLOTS["graph"](make_run(folder / "apart", 90, 20)).axes[0]
    at, wide = circles(axes)
    gaps = np.linalg.norm(at[:, None] - at[None], axis=2) + np.eye(len(at))
    assert len(at) == NAMED
    assert gaps.min() * 7.6 * 72 > wide


def test_names_fit_into_their_circles(run: Run, tmp_path: Path) -> None:
    figure = PLOTS["graph"](run)
    figure.draw_without_rendering()
    _, wide = circles(figure.axes[0])
    names = [text for text in figure.axes[0].texts if text.get_text().startswith("member")]
    assert names
    for name in names:
        box = name.get_window_extent()
        assert box.width * 72 / figure.dpi < wide


def test_watches_in_both_directions_are_one_line_with_two_heads(tmp_path: Path) -> None:
    pairs = [watch("a", "b"), watch("b", "a"), watch("a", "c")]
    seen = [*seeing("a", "b"), *seeing("b", "a"), *seeing("a", "c")]
    run = open_run(write([*head("a", "b", "c"), *pairs, *seen, *end(9, "a", "b", "c")], tmp_path))
    arrows = list(PLOTS["graph"](run).axes[0].patches)
    assert len(arrows) == 2
