"""Figures over groups of runs, and convergence over time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import simulator
from simulator.errors import InputError
from simulator.experiments.judging import tables
from simulator.experiments.judging.verdicts import short_names
from simulator.experiments.sweep import sweep
from tests.experiments.conftest import EXPERIMENT, Write

FIGURE = "time_to_converge.declared_s"


@pytest.fixture
def found(write: Write) -> simulator.Results:
    return sweep(write(EXPERIMENT.replace("replications: 3", "replications: 12")), "out", workers=0)


def test_a_figure_has_its_mean_with_an_interval_for_each_point(found: simulator.Results) -> None:
    table = found.aggregate(figures="time_to_converge.declared")
    assert table.columns[:4] == ["network.latency_s", "figure", "runs", "measured"]
    assert table["network.latency_s"].to_list() == [0.005, 0.02]
    values = found.runs.filter(pl.col("point") == 1)[FIGURE].to_numpy()
    row = table.row(1, named=True)
    assert (row["figure"], row["runs"], row["measured"]) == (FIGURE, 12, 12)
    assert row["mean"] == pytest.approx(values.mean())
    assert row["mean_high"] - row["mean"] == pytest.approx(
        2.201 * values.std(ddof=1) / 12**0.5, 1e-3
    )
    assert row["min"] < row["p50_low"] < row["p50"] < row["p50_high"] < row["p95"] <= row["max"]


def test_all_runs_can_be_one_group_and_all_figures_are_there(found: simulator.Results) -> None:
    table = found.aggregate(by=())
    assert table["runs"].unique().to_list() == [24]
    passed = table.row(0, named=True)
    assert (passed["figure"], passed["mean"]) == ("verdict.pass", 1.0)
    assert passed["mean_low"] == pytest.approx(0.025 ** (1 / 24))
    assert "declared.in_force" in table["figure"]
    assert "detection_time.p50_s" not in table["figure"]  # nobody died


def test_unknown_names_get_the_nearest(found: simulator.Results) -> None:
    with pytest.raises(InputError, match=r"no figure 'stalenes'; expected `staleness`"):
        found.aggregate(figures="stalenes")
    with pytest.raises(
        InputError, match=r"no column 'network.latency'; expected `network.latency_s`"
    ):
        found.aggregate(by="network.latency")
    with pytest.raises(InputError, match="no curve 'rosters'"):
        found.curves(figure="rosters")


def test_what_never_came_makes_a_mean_infinite_and_its_interval_null() -> None:
    values = tables._summarised(np.array([[1.0, 2.0, np.inf]]))
    assert np.isinf(values["mean"][0])
    assert np.isnan(values["mean_low"][0])
    assert values["p50"][0] == 2.0
    alone = tables._summarised(np.array([[1.0]]))
    assert np.isnan(alone["mean_low"][0])
    assert alone["p95"][0] == 1.0


def test_curves_are_shares_over_time_with_bands(found: simulator.Results) -> None:
    table = found.curves(points=4, until=3.0)
    assert table.height == 2 * 4
    first, *_, last = table.filter(pl.col("network.latency_s") == 0.02).iter_rows(named=True)
    assert (first["time_s"], first["runs"], first["mean"]) == (0.0, 0, None)
    assert (last["time_s"], last["runs"], last["mean"], last["p05"]) == (3.0, 12, 1.0, 1.0)


def test_a_curve_is_what_the_runs_say(found: simulator.Results) -> None:
    seeds = found.runs.filter(pl.col("point") == 0)["seed"]
    scenario = simulator.load_scenario("two.yaml", {"network.latency": "5ms"})
    shares = []
    for seed in seeds:
        rows = simulator.run(scenario, seed=seed, out=False).convergence()
        past = rows.filter((pl.col("figure") == "declared") & (pl.col("time_s") <= 0.6))
        shares.append(past["share"][-1])
    table = found.curves(points=2, until=0.6)
    assert table["mean"][1] == pytest.approx(np.mean(shares))
    assert 0 < np.mean(shares) < 1


def test_without_curves_it_is_said_how_to_have_them(write: Write) -> None:
    found = sweep(write(EXPERIMENT + "curves: false\n"), "out", workers=0)
    assert not Path("out/curves.parquet").exists()
    with pytest.raises(InputError, match="`curves: true` keeps them"):
        found.curves()


def test_names_are_as_short_as_they_can_be() -> None:
    assert short_names(["network.latency_s", "a.count", "b.count", "case"]) == {
        "network.latency_s": "latency_s",
        "a.count": "a.count",
        "b.count": "b.count",
        "case": "case",
    }
