from __future__ import annotations

import pytest

from simulator.scenario.graphs import capacity
from simulator.scenario.graphs.capacity import (
    available_bytes,
    format_bytes,
    needed_bytes,
    too_large,
)
from tests.scenario.helpers import faults_of, plan_of


def test_this_machine_has_memory() -> None:
    assert 10**7 < available_bytes() < 10**14


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "available_bytes", lambda: 10**9)
    assert needed_bytes(1000, 5000) == 300_000_000
    assert too_large(1000, 5000) is None
    reason = too_large(4100, 5, 7)
    assert reason is not None
    assert reason[0] == (
        "4,100 agents, 5 watches, 7 actions need about 1.0 GB of memory, 1.0 GB are available"
    )
    assert reason[1].startswith("at most about 4,000 agents")


def test_watches_and_actions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "available_bytes", lambda: 100_000_000)
    populations = "populations: {m: {count: 200}}\n"
    plan_of(populations + "subscriptions: [{from: m, to: {sample: 5, of: m}}]")
    (fault,) = faults_of(populations + "subscriptions: [{from: m, to: m}]")
    assert fault.startswith("subscriptions[0]: 200 agents, 40,000 watches need about 450.0 MB")
    (fault,) = faults_of(
        populations
        + """
timeline: [{at: {every: 1s, times: 5000}, who: m, do: become_unavailable}]
run: {duration: 2h}
"""
    )
    assert fault.startswith("timeline[0]: 200 agents, 50,200 actions need")


@pytest.mark.parametrize(
    ("amount", "text"), [(999, "1 kB"), (2_500_000, "2.5 MB"), (10**13, "10.0 TB")]
)
def test_format_bytes(amount: int, text: str) -> None:
    assert format_bytes(amount) == text
