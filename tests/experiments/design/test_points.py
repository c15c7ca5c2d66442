"""What varies: grids, zipped values, ranges, cases and samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator.experiments.design.points import Point, saltelli
from simulator.experiments.design.reading import load_experiment

SCENARIO = {
    "name": "Two",
    "populations": {"a": {}, "b": {}},
    "run": {"duration": "1s"},
}


def planned(*vary: dict[str, Any], **more: Any) -> tuple[list[str], list[Point]]:
    found = load_experiment({"scenario": SCENARIO, "vary": list(vary), **more})
    return [column.name for column in found.columns], found.points


def cells(*vary: dict[str, Any], **more: Any) -> list[tuple[Any, ...]]:
    return [point.cells for point in planned(*vary, **more)[1]]


def test_without_anything_that_varies_there_is_one_point() -> None:
    assert planned() == ([], [Point(0, (), ())])


def test_a_grid_is_every_value_with_every_other() -> None:
    names, points = planned(
        {"grid": {"network.latency": ["5ms", "1s"], "populations.a.count": [1, 2]}}
    )
    assert names == ["network.latency_s", "populations.a.count"]
    assert [point.cells for point in points] == [(0.005, 1), (0.005, 2), (1.0, 1), (1.0, 2)]
    assert [one.value for one in points[1].settings] == ["5ms", 2]


def test_zipped_values_go_side_by_side() -> None:
    zipped = {"zip": {"network.latency": ["5ms", "1s"], "populations.a.count": [1, 2]}}
    assert cells(zipped) == [(0.005, 1), (1.0, 2)]


def test_designs_are_combined() -> None:
    found = cells({"grid": {"populations.a.count": [1, 2]}}, {"grid": {"pings": [True, False]}})
    assert found == [(1, True), (1, False), (2, True), (2, False)]


def test_a_case_sets_several_values_under_one_name() -> None:
    case = {"cases": {"few": {"populations.a.count": 1}, "many": {"populations.a.count": 9}}}
    names, points = planned({**case, "column": "size"})
    assert names == ["size"]
    assert [point.cells for point in points] == [("few",), ("many",)]
    assert points[1].settings[0].path == "populations.a.count"


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ({"from": 1, "to": 9, "step": 4}, [1, 5, 9]),
        ({"from": 1, "to": 10, "step": 4}, [1, 5, 9]),
        ({"from": 1, "to": 3, "points": 5}, [1, 2, 3]),
        ({"from": 1, "to": 100, "points": 3, "scale": "log"}, [1, 10, 100]),
    ],
)
def test_a_range_of_whole_numbers(words: dict[str, Any], values: list[int]) -> None:
    assert cells({"grid": {"populations.a.count": words}}) == [(value,) for value in values]


def test_a_range_of_durations_is_in_seconds_in_the_table() -> None:
    names, points = planned(
        {"grid": {"network.latency": {"from": "1ms", "to": "1s", "points": 4, "scale": "log"}}}
    )
    assert names == ["network.latency_s"]
    assert [point.cells for point in points] == [(0.001,), (0.01,), (0.1,), (1.0,)]


def test_a_latin_hypercube_covers_each_range_evenly() -> None:
    spans = {
        "network.latency": {"from": "0ms", "to": "100ms"},
        "populations.a.count": {"from": 1, "to": 10},
    }
    found = np.array(cells({"latin_hypercube": spans, "samples": 10}))
    assert sorted(found[:, 1]) == list(range(1, 11))
    assert sorted((found[:, 0] * 100).astype(int)) == list(range(10))


def test_samples_depend_on_the_seed_alone() -> None:
    design = {
        "sobol": {"network.latency": {"from": "1ms", "to": "1s", "scale": "log"}},
        "samples": 4,
    }
    assert cells(design, seed=1) == cells(design, seed=1) != cells(design, seed=2)


def test_sobol_indices_need_more_points() -> None:
    spans = {
        "network.latency": {"from": "0ms", "to": "1s"},
        "run.settle": {"from": "0s", "to": "9s"},
    }
    found = cells({"sobol": spans, "samples": 4, "indices": True})
    assert len(found) == 4 * (2 + 2)
    a, b, first = found[:4], found[4:8], found[8:12]
    assert first == [(b[i][0], a[i][1]) for i in range(4)]
    assert saltelli(np.zeros((1, 2)), np.ones((1, 2))).tolist() == [[0, 0], [1, 1], [1, 0], [0, 1]]


def test_values_of_any_shape_are_shown_as_yaml() -> None:
    latencies = ["5ms", {"exponential": {"mean": "5ms"}}]
    assert cells({"grid": {"network.latency": latencies}}) == [
        ("5ms",),
        ("{exponential: {mean: 5ms}}",),
    ]


def seeds(**more: Any) -> list[list[int]]:
    found = load_experiment(
        {"scenario": SCENARIO, "vary": {"grid": {"populations.a.count": [1, 2]}}, **more}
    )
    return [[point.seed(found.experiment, number) for number in range(3)] for point in found.points]


def test_each_run_has_a_seed_of_its_own() -> None:
    one, other = seeds()
    assert len({*one, *other}) == 6
    assert max(*one, *other) < 2**53
    assert seeds(seed=1) != [one, other]


def test_common_seeds_are_the_same_at_every_point() -> None:
    one, other = seeds(seeds="common")
    assert one == other
    assert len(set(one)) == 3


def test_a_seed_belongs_to_the_settings_and_not_to_their_place() -> None:
    reversed_ = load_experiment(
        {"scenario": SCENARIO, "vary": {"grid": {"populations.a.count": [3, 2, 1]}}}
    )
    assert [reversed_.points[2].seed(reversed_.experiment, 0)] == [seeds()[0][0]]
