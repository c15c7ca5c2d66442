from __future__ import annotations

from pathlib import Path

from simulator.analysis.run import open_run
from simulator.journal.records import AnyRecord
from simulator.report.plots.time.lanes import LANES, Lane, choose, lanes_of
from tests.analysis.journals import actual, end, head
from tests.analysis.synthetic import write


def lanes(folder: Path, *records: AnyRecord) -> list[Lane]:
    """The lanes of `a`, whose own resource is `r`."""
    return lanes_of(open_run(write([*head("a"), *records, *end(20, "a")], folder)))["a"]


def test_an_agent_that_was_never_available_has_a_lane(tmp_path: Path) -> None:
    assert lanes(tmp_path) == [Lane("a", (), "a")]


def test_resources_at_the_same_time_have_lanes_of_their_own(tmp_path: Path) -> None:
    """The agent's own one is first, though its name is the later one."""
    found = lanes(tmp_path, actual(1, "a", resource="phone"), actual(1, "a"))
    assert found == [Lane("a", ("r",), "a/r"), Lane("a", ("phone",), "a/phone")]


def test_resources_one_after_the_other_share_a_lane(tmp_path: Path) -> None:
    records = [
        actual(1, "a", resource="one"),
        actual(5, "a", False, resource="one"),
        actual(5, "a", resource="two"),
    ]
    assert lanes(tmp_path, *records) == [Lane("a", ("one", "two"), "a")]


def test_a_resource_that_comes_back_keeps_its_lane(tmp_path: Path) -> None:
    records = [
        actual(1, "a", resource="desk"),
        actual(2, "a", resource="phone"),
        actual(5, "a", False, resource="desk"),
        actual(9, "a", resource="desk"),
    ]
    assert [lane.label for lane in lanes(tmp_path, *records)] == ["a/desk", "a/phone"]


def test_names_that_a_server_made_are_not_shown(tmp_path: Path) -> None:
    records = [
        actual(1, "a", resource="0b1f4c5e-7a77-4e5f"),
        actual(2, "a", resource="5d8ac1c2-11f0-4b6b"),
    ]
    found = [lane.label for lane in lanes(tmp_path, *records)]
    assert found == ["a, session 1", "a, session 2"]


def test_the_heaviest_agents_are_chosen_until_the_lanes_are_used_up() -> None:
    """Each agent has two lanes, so half as many agents as lanes; in the order of the plan."""
    all_lanes = {f"a{n:02}": [Lane(f"a{n:02}", (), "") for _ in "12"] for n in range(LANES)}
    heavy = {**dict.fromkeys(all_lanes, 0.1), "a39": 2.0, "a20": 1.0}
    chosen = list(dict.fromkeys(lane.agent for lane in choose(all_lanes, heavy)))
    assert len(chosen) == LANES // 2
    assert chosen == [*(f"a{n:02}" for n in range(LANES // 2 - 2)), "a20", "a39"]


def test_of_many_agents_those_that_never_looked_wrong_are_left_out() -> None:
    lanes = {f"a-{number}": [Lane(f"a-{number}", (), "")] for number in range(LANES + 1)}
    assert [lane.agent for lane in choose(lanes, {"a-3": 1.0, "a-7": 2.0})] == ["a-3", "a-7"]
    assert len(choose(lanes, {})) == LANES
    few = {"a-0": lanes["a-0"], "a-3": lanes["a-3"]}
    assert len(choose(few, {"a-3": 1.0})) == 2
