"""Small journals by hand: short ways to write records, with times in seconds."""

from __future__ import annotations

from typing import Any

from simulator.analysis.figures import summary_types as shapes
from simulator.analysis.figures.named import figures
from simulator.analysis.figures.summary import summarise
from simulator.analysis.measurement import Measurement, measure
from simulator.journal.records import (
    FORMAT,
    Action,
    Actual,
    AnyRecord,
    Belief,
    Died,
    FaultChanged,
    Outcome,
    Planned,
    Received,
    Roster,
    RunEnded,
    RunStarted,
    Sent,
    Session,
    View,
    Watch,
)


def us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def started(scenario: dict[str, Any] | None = None) -> RunStarted:
    return RunStarted(
        t=0,
        format=FORMAT,
        simulator="0",
        name="By hand",
        seed=1,
        backend="none",
        backend_version="0",
        domain="example",
        versions={},
        scenario=scenario or {},
    )


def head(*agents: str, scenario: dict[str, Any] | None = None) -> list[AnyRecord]:
    plan = [Planned(t=0, agent=a, population="member", resource="r") for a in agents]
    return [started(scenario), *plan]


def watch(watcher: str, contact: str) -> Watch:
    return Watch(t=0, agent=watcher, peer=contact, origin="subscriptions[0]")


def up(t: float, agent: str, resource: str = "r") -> Session:
    return Session(t=us(t), agent=agent, resource=resource, state="established")


def down(t: float, agent: str, state: Any = "destroyed", resource: str = "r") -> Session:
    return Session(t=us(t), agent=agent, resource=resource, state=state)


def push(t: float, agent: str, peer: str, subscription: Any, ask: bool = False) -> Roster:
    return Roster(t=us(t), agent=agent, peer=peer, subscription=subscription, ask=ask)


def final(t: float, agent: str, peer: str, subscription: Any, ask: bool = False) -> Roster:
    return Roster(
        t=us(t), agent=agent, peer=peer, subscription=subscription, ask=ask, source="final"
    )


def view(t: float, agent: str, name: Any, entries: int = 0, absent: str = "") -> View:
    return View(t=us(t), agent=agent, view=name, entries=entries, absent=absent)


def belief(t: float, agent: str, peer: str, subscription: Any, ask: bool = False) -> Belief:
    """An entry that the agent believes; it believes right of a contact's availability."""
    entry = {"agent": agent, "peer": peer, "subscription": subscription, "ask": ask}
    return Belief(t=us(t), available=subscription in ("to", "both"), **entry)


def asks(t: float, agent: str, kind: Any, peer: str, id: str = "") -> Sent:
    return Sent(t=us(t), agent=agent, resource="r", type=kind, peer=peer, id=id)


def hears(t: float, agent: str, kind: Any, peer: str, id: str = "") -> Received:
    return Received(t=us(t), agent=agent, resource="r", type=kind, peer=peer, id=id)


def says(t: float, agent: str, id: str, show: Any = "", kind: Any = "available") -> Sent:
    return Sent(t=us(t), agent=agent, resource="r", type=kind, show=show, id=id)


def actual(
    t: float,
    agent: str,
    available: bool = True,
    show: Any = "",
    id: str = "",
    resource: str = "r",
    **more: Any,
) -> Actual:
    return Actual(
        t=us(t), agent=agent, resource=resource, available=available, show=show, id=id, **more
    )


def sees(
    t: float,
    agent: str,
    peer: str,
    available: bool = True,
    show: Any = "",
    id: str = "",
    resource: str = "r",
) -> Received:
    return Received(
        t=us(t),
        agent=agent,
        resource="r",
        type="available" if available else "unavailable",
        peer=peer,
        peer_resource=resource,
        show=show,
        id=id,
    )


def did(t: float, agent: str, do: str = "set_presence", origin: str = "timeline[0]") -> Action:
    return Action(t=us(t), agent=agent, do=do, origin=origin)


def died(t: float, agent: str) -> Died:
    return Died(t=us(t), agent=agent, cause="crash", origin="faults[0]")


def fault(t: float, kind: str, state: Any, *agents: str, origin: str = "faults[0]") -> FaultChanged:
    return FaultChanged(t=us(t), origin=origin, fault=kind, state=state, agents=agents)


def end(t: float, *agents: str, complete: bool = True, **outcomes: Any) -> list[AnyRecord]:
    """Outcomes (ok unless said otherwise) and the last record."""
    found: list[AnyRecord] = [
        Outcome(t=us(t), agent=agent, outcome=outcomes.get(agent, "ok")) for agent in agents
    ]
    return [*found, RunEnded(t=us(t), complete=complete, reason="duration")]


def seeing(watcher: str, contact: str, t: float = 0.0) -> list[AnyRecord]:
    """`watcher` is connected, available, and sees `contact`, who is available: all at `t`."""
    return [
        up(t, watcher),
        actual(t, watcher),
        push(t, watcher, contact, "to"),
        actual(t, contact),
        sees(t, watcher, contact),
    ]


def measured(*records: AnyRecord) -> Measurement:
    return measure(records)


def summarised(*records: AnyRecord) -> shapes.Summary:
    measurement = measure(records)
    return summarise(measurement, figures(measurement))
