"""The benchmarks' table, and a small crowd through each workload."""

from __future__ import annotations

import importlib

import pytest

from benchmarks.measuring import Job
from benchmarks.rows import ROWS, SWEEPS, Row

FAST, SLOW = Job("fast"), Job("slow")
MEASURED = {
    FAST: [{"cpu": 1.0, "megabytes": 10}, {"cpu": 9.0, "megabytes": 30}, {"cpu": 2.0}],
    SLOW: [{"cpu": 2.0}, {"cpu": 10.0}, {"cpu": 8.0}],
}


def test_a_ratio_is_taken_round_by_round() -> None:
    row = Row("fast / slow", FAST, against=SLOW, at_most=0.5)
    assert row.value(MEASURED) == 0.5
    assert row.is_met(MEASURED) is True
    assert Row("fast / slow", FAST, against=SLOW, at_most=0.49).is_met(MEASURED) is False


def test_a_figure_is_a_median() -> None:
    row = Row("fast", FAST)
    assert row.value(MEASURED) == 2.0
    assert row.is_met(MEASURED) is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_every_row_names_a_workload(row: Row) -> None:
    for job in row.jobs:
        assert job.workload in importlib.import_module(job.module).WORKLOADS


def test_many_runs_are_measured_in_each_way() -> None:
    jobs = [Job("bare_loop", ("5",), SWEEPS), Job("swept", ("5", "0"), SWEEPS)]
    for done in (job.run() for job in jobs):
        assert 0 < done["cpu"] < 5
    assert done["passed"] == 5
    assert done["growth"] > 0.5


@pytest.mark.parametrize("workload", ["crowd", "recorded_crowd", "plain_crowd"])
def test_a_workload_does_its_work(workload: str) -> None:
    done = Job(workload, ("6", "8")).run()
    assert done["agents"] == 6
    assert done["cpu"] > 0
    assert done["megabytes"] > 10
