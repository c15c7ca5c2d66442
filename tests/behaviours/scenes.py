"""Scenarios of a few agents with behaviours, and what their journals say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.analysis.run import Run
from simulator.journal.records import AnyRecord, Received, Roster, Sent
from simulator.testing import run_scenario

SECOND = 1_000_000


def behaviour(name: str, **arguments: Any) -> dict[str, Any]:
    """A behaviour of the package as a scenario writes it."""
    return {"class": f"simulator.behaviours:{name}", "arguments": arguments}


def play(folder: Path, populations: dict[str, Any], **rest: Any) -> Run:
    """Run these populations, for ten virtual seconds without latency unless `rest` says else."""
    document = {
        "name": "behaviours",
        "populations": populations,
        "network": {"latency": "0s"},
        "pings": False,
        "run": {"duration": "10s", "settle": "0s"},
        **rest,
    }
    run = run_scenario(document, folder)
    failures = run.measurement.info.failures
    assert [failure.error for failure in failures] == []
    return run


def of(run: Run, kind: type, agent: str, **fields: Any) -> list[Any]:
    """The records of a kind about an agent, with these values."""
    return [
        record
        for record in run.records
        if isinstance(record, kind) and _fits(record, {"agent": agent, **fields})
    ]


def _fits(record: AnyRecord, fields: dict[str, Any]) -> bool:
    return all(getattr(record, name) == value for name, value in fields.items())


def moments(records: list[Any]) -> list[float]:
    """When the records were written, in seconds."""
    return [record.t / SECOND for record in records]


def sent(run: Run, agent: str, type_: str) -> list[tuple[float, str]]:
    """(seconds, peer) of the subscription stanzas of a type that an agent sent."""
    return [(record.t / SECOND, record.peer) for record in of(run, Sent, agent, type=type_)]


def availability(run: Run, watcher: str, contact: str) -> list[tuple[float, str, str]]:
    """(seconds, type, show) of what a watcher heard of a contact's availability."""
    return [
        (record.t / SECOND, record.type, record.show)
        for record in of(run, Received, watcher, peer=contact)
        if record.type in ("available", "unavailable")
    ]


def shown(run: Run, agent: str) -> list[tuple[float, str, str]]:
    """(seconds, show, default status) of the available presence that an agent sent."""
    return [
        (record.t / SECOND, record.show, dict(record.status).get("", ""))
        for record in of(run, Sent, agent, type="available")
        if not record.peer
    ]


def served(run: Run, agent: str) -> dict[str, str]:
    """An agent's roster at the end."""
    return {record.peer: record.subscription for record in of(run, Roster, agent, source="final")}
