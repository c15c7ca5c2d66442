from __future__ import annotations

from typing import Any

import pytest

from simulator.journal.records import Agent
from simulator.report.terminal.view import Rate, RunView, run_limit
from tests.analysis.journals import actual, died, end, final, head, push, sees, up, us, watch


def agent(t: float, name: str, state: Any) -> Agent:
    return Agent(t=us(t), agent=name, state=state)


def seen(*records: Any) -> RunView:
    view = RunView()
    for record in records:
        view.see(record)
    return view


def test_agents_by_state() -> None:
    view = seen(
        *head("a", "b", "c", "d", "e"),
        *(agent(0, name, "starting") for name in "abcd"),
        *(agent(1, name, "started") for name in "abc"),
        agent(2, "b", "stopped"),
        died(3, "c"),
    )
    assert view.states == {
        "a": "running",
        "b": "stopped",
        "c": "dead",
        "d": "starting",
        "e": "waiting",
    }
    assert view.running == 1
    assert (view.records, view.t) == (15, us(3))
    assert view.ended is None


def test_convergence_is_that_of_the_observation() -> None:
    """What the run reads at the end, and how it takes the agents down, changes nothing."""
    records = [
        *head("a", "b"),
        watch("a", "b"),
        up(0, "a"),
        up(0, "b"),
        actual(0, "a"),
        actual(0, "b"),
        push(1, "a", "b", "to"),
        sees(1, "a", "b"),
    ]
    view = seen(*records)
    assert view.monitor.availability == (1, 1)
    late = seen(
        *records, final(9, "a", "b", "both"), sees(9, "a", "b", available=False), *end(9, "a")
    )
    assert late.monitor.availability == (1, 1)
    assert late.monitor.rosters == view.monitor.rosters
    assert late.ended is not None


@pytest.mark.parametrize(
    ("run", "seconds"),
    [
        ({"duration": "10s"}, 11),
        ({"duration": "10s", "settle": "5s"}, 15),
        ({"until": "converged", "at_most": "2min"}, 120),
        ({"until": "converged"}, 60),
        (None, 60),
        ({"settle": 1}, None),
    ],
)
def test_the_latest_end_is_that_of_the_scenario(run: Any, seconds: int | None) -> None:
    document = {} if run is None else {"run": run}
    assert run_limit(document) == (None if seconds is None else seconds * 1_000_000)


def test_the_rate_is_taken_over_the_last_seconds() -> None:
    rate = Rate()
    assert rate.per_second is None
    assert rate.quiet(5.0) == 0
    rate.look(10.0, 1_000)  # what was there before is no rate
    assert rate.per_second is None
    rate.look(11.0, 1_500)
    assert rate.per_second == 500
    for second in range(12, 20):
        rate.look(float(second), 1_500)
    assert rate.per_second == 0
    assert rate.quiet(21.0) == 10
