"""A run as a trace for Perfetto (https://ui.perfetto.dev): in the Trace Event Format, as JSON.

An agent is a process. Its tracks are its life, each of its sessions, the availability of each
resource as the server holds it, and its stanzas. A stanza is an arrow from where it left to where
it arrived. Faults and the convergence are tracks of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypedDict

from simulator.analysis.run import Run
from simulator.analysis.states import AgentStates, FaultSpan, Steps
from simulator.journal.folder import write_private_bytes
from simulator.report.replay.events import events_of
from simulator.report.text import printable

_RUN = 1
"""The process that stands for the run; those of the agents come after it."""
_STANZA = 1
"""Microseconds that a stanza's slice is long: an arrow begins and ends in a slice."""


class Event(TypedDict, total=False):
    """An event of the format. `ts`, `dur`: microseconds. `pid`, `tid`: process and track."""

    name: str
    cat: str
    ph: Literal["X", "M", "C", "b", "e", "s", "f"]
    ts: int
    dur: int
    pid: int
    tid: int
    id: int
    bp: str
    args: Mapping[str, object]


def write_perfetto(run: Run, folder: Path) -> list[Path]:
    """Write ``trace.json``."""
    trace = {"traceEvents": list(trace_events(run)), "displayTimeUnit": "ms"}
    text = json.dumps(trace, ensure_ascii=False, separators=(",", ":"))
    return [write_private_bytes(folder / "trace.json", text.encode("utf-8"))]


def trace_events(run: Run) -> Iterator[Event]:
    """All events of the trace."""
    states, evidence = run.measurement.states, run.measurement.causes.evidence
    yield _named("process_name", _RUN, 0, f"run: {run.summary['run']['name']}")
    for number, span in enumerate(states.faults):
        yield from _fault(number, span)
    for of, shares in states.convergence.items():
        for t, share in zip(shares.times, shares.values, strict=True):
            right: Mapping[str, object] = {"right": share.right, "wrong": share.total - share.right}
            yield {"name": of, "ph": "C", "ts": t, "pid": _RUN, "tid": 0, "args": right}
    processes = {agent: _RUN + 1 + number for number, agent in enumerate(states.agents)}
    for agent, pid in processes.items():
        yield _named("process_name", pid, 0, agent)
        yield from _agent(pid, evidence.life_over_time(agent), states.agents[agent], states.end)
    yield from _stanzas(run, processes)


def _named(what: str, pid: int, tid: int, name: str) -> Event:
    return {"name": what, "ph": "M", "pid": pid, "tid": tid, "args": {"name": printable(name)}}


def _fault(number: int, span: FaultSpan) -> Iterator[Event]:
    """Spans that may overlap: they are asynchronous."""
    args: Mapping[str, object] = {"origin": span.origin, "agents": [*map(printable, span.agents)]}
    for phase, t in (("b", span.begin), ("e", span.end)):
        yield {
            "name": span.fault.replace("_", " "),
            "cat": "fault",
            "ph": "b" if phase == "b" else "e",
            "ts": t,
            "pid": _RUN,
            "tid": 0,
            "id": number,
            "args": args,
        }


def _agent(pid: int, life: Steps[str], agent: AgentStates, end: int) -> Iterator[Event]:
    tracks: list[tuple[str, Iterable[tuple[str | None, int, int]]]] = [("life", life.spans(end))]
    tracks += [(f"session /{name}", steps.spans(end)) for name, steps in agent.sessions.items()]
    tracks += [(f"available /{name}", steps.spans(end)) for name, steps in agent.shows.items()]
    for tid, (name, spans) in enumerate(tracks, 1):
        yield _named("thread_name", pid, tid, name)
        for value, begin, after in spans:
            if value is not None:
                shown = Event(name=value or "available", ph="X", pid=pid, tid=tid)
                yield {**shown, "ts": begin, "dur": after - begin}


def _stanzas(run: Run, processes: Mapping[str, int]) -> Iterator[Event]:
    """What agents sent and got, on their track 0; an arrow joins the two."""
    places: dict[int, tuple[int, int]] = {}
    for pid in processes.values():
        yield _named("thread_name", pid, 0, "stanzas")
    for row, one in enumerate(events_of(run)):
        process = processes.get(one.agent)
        if process is None or one.kind not in _STANZAS:
            continue
        places[row] = (process, one.t)
        yield {
            **Event(name=one.text, cat=one.kind, ph="X", pid=process, tid=0),
            **Event(ts=one.t, dur=_STANZA),
        }
        if one.sent is not None and one.sent in places:
            sender, left = places[one.sent]
            arrow = Event(name="stanza", cat="stanza", id=row, tid=0)
            yield {**arrow, "ph": "s", "pid": sender, "ts": left}
            yield {**arrow, "ph": "f", "bp": "e", "pid": process, "ts": one.t}


_STANZAS = frozenset(("sent", "received", "message_sent", "message_received"))
