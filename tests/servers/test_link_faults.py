"""Faults degrade a line, and leave no trace when they end."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.scenario.plan import Direction, FaultPlan
from simulator.servers.link_faults import LINK_FAULTS, DuplexState, LinkState


def fault(kind: Any, direction: Direction = "both", **options: Any) -> FaultPlan:
    return FaultPlan(at=0, kind=kind, origin="faults[0]", direction=direction, **options)


def values(state: LinkState) -> tuple[int, int, list[tuple[float, int]]]:
    return state.held, state.lost, state.slowed


CALM = values(LinkState())


@pytest.mark.parametrize("kind", LINK_FAULTS)
@pytest.mark.parametrize(("direction", "calm"), [("up", "down"), ("down", "up"), ("both", "")])
def test_a_fault_hits_its_direction_and_ends(kind: str, direction: Direction, calm: str) -> None:
    line = DuplexState()
    line.begin(fault(kind, direction))
    assert {way for way in ("up", "down") if values(getattr(line, way)) == CALM} == {calm} - {""}
    line.end(fault(kind, direction))
    assert values(line.up) == values(line.down) == CALM


@pytest.mark.parametrize("kind", LINK_FAULTS)
def test_faults_overlap(kind: str) -> None:
    line = DuplexState()
    line.begin(fault(kind))
    once = str(values(line.up))
    line.begin(fault(kind))
    line.end(fault(kind))
    assert str(values(line.up)) == once


def test_what_slows_adds_up_in_the_order_in_which_it_began() -> None:
    line = DuplexState()
    for one in (fault("slow", factor=2.0), fault("slow", added=50_000), fault("slow", factor=3.0)):
        line.begin(one)
    assert line.up.latency(10_000) == (10_000 * 2 + 50_000) * 3
    line.end(fault("slow", added=50_000))
    assert line.up.latency(10_000) == 60_000
