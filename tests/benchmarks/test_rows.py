"""The benchmarks' table, and a small crowd through each workload."""

from __future__ import annotations

import pytest

from benchmarks.measuring import Job
from benchmarks.rows import ROWS, Row

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


@pytest.mark.parametrize("workload", sorted({job.workload for row in ROWS for job in row.jobs}))
def test_every_row_names_a_workload(workload: str) -> None:
    from benchmarks.workloads import WORKLOADS  # noqa: PLC0415

    assert workload in WORKLOADS


@pytest.mark.parametrize("workload", ["crowd", "recorded_crowd", "plain_crowd"])
def test_a_workload_does_its_work(workload: str) -> None:
    done = Job(workload, ("6", "8")).run()
    assert done["agents"] == 6
    assert done["cpu"] > 0
    assert done["megabytes"] > 10
