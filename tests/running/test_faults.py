"""Faults on the embedded server, and what aioxmpp and the presence managers make of them."""

from __future__ import annotations

import dataclasses
import tempfile
import textwrap
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from simulator.analysis.measurement import Measurement
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.file import FILE_NAME, Journal
from simulator.journal.records import (
    Actual,
    Agent,
    Died,
    FaultChanged,
    Received,
    Session,
    View,
)
from simulator.running.faults import check_faults
from simulator.running.interruption import Interruption
from simulator.running.population import Population
from simulator.running.runner import RunOptions, execute
from simulator.scenario import Plan, build_plan, load_scenario
from simulator.scenario.plan import FaultPlan
from simulator.servers.embedded.backend import EmbeddedBackend

SECOND = 1_000_000
LATENCY = 20_000
TRIO = """
    name: trio
    seed: 1
    populations:
      a: {on_subscribe: approve}
      b: {on_subscribe: approve}
      c: {on_subscribe: approve}
    subscriptions: [{graph: {generator: complete_graph}, among: all, mutual: true}]
    timeline: [{at: 45s, who: b, do: set_presence, show: dnd}]
    network: {latency: 20ms}
    run: {duration: 200s}
"""


def plan_with(
    folder: Path,
    *faults: FaultPlan,
    recovery: Literal["none", "rejoin"] = "none",
    manager: Literal["documented", "spade"] = "documented",
    text: str = TRIO,
) -> Plan:
    file = folder / "trio.yaml"
    file.write_text(textwrap.dedent(text))
    plan = build_plan(load_scenario(file))
    agents = [
        dataclasses.replace(agent, recovery=recovery, manager=manager) for agent in plan.agents
    ]
    return dataclasses.replace(plan, faults=faults, agents=tuple(agents))


def run_with(folder: Path, *faults: FaultPlan, **options: Any) -> Run:
    target = Path(tempfile.mkdtemp(dir=folder))
    measurement = Measurement()
    with Journal(target / FILE_NAME) as journal:
        journal.listen(measurement.see)
        execute(
            plan_with(folder, *faults, **options),
            EmbeddedBackend(),
            journal,
            measurement,
            Interruption(),
            RunOptions(),
        )
    return Run(target)


class Clumsy(EmbeddedBackend):
    """Cannot end a fault."""

    async def end_fault(self, fault: FaultPlan) -> None:
        raise OSError("too clumsy")


def test_a_fault_that_cannot_be_ended_leaves_no_agent_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []
    stop = Population.stop_everybody

    async def observed(population: Population) -> None:
        await stop(population)
        stopped.append([harness.is_connected for harness in population.harnesses])

    monkeypatch.setattr(Population, "stop_everybody", observed)
    stall = fault("stall", at=1)
    plan = plan_with(tmp_path, stall)
    with Journal(None) as journal, pytest.raises(OSError, match="too clumsy"):
        execute(plan, Clumsy(), journal, Measurement(), Interruption(), RunOptions())
    assert stopped == [[False, False, False]]


def fault(kind: Any, at: float = 40, until: float | None = None, **options: Any) -> FaultPlan:
    end = None if until is None else round(until * SECOND)
    agents = () if kind.startswith("server") else ("a",)
    return FaultPlan(
        at=round(at * SECOND), kind=kind, origin="faults[0]", agents=agents, end=end, **options
    )


def seen(run: Run, watcher: str, peer: str, after: float = 40) -> list[tuple[float, str, str]]:
    """(seconds, type, show) of the availability that `watcher` received about `peer`."""
    return [
        (record.t / SECOND, record.type, record.show)
        for record in run.records
        if isinstance(record, Received)
        and (record.agent, record.peer) == (watcher, peer)
        and record.type in ("available", "unavailable")
        and record.t >= after * SECOND
    ]


def sessions(run: Run, agent: str, after: float = 40) -> list[tuple[float, str]]:
    return [
        (record.t / SECOND, record.state)
        for record in run.records
        if isinstance(record, Session) and record.agent == agent and record.t >= after * SECOND
    ]


def deaths(run: Run) -> list[tuple[float, str, str]]:
    return [
        (record.t / SECOND, record.agent, record.cause)
        for record in run.records
        if isinstance(record, Died)
    ]


@pytest.mark.parametrize("kind", ["black_hole", "stall", "partition", "server_freeze"])
def test_nobody_waits_for_an_answer_that_a_fault_keeps_back(tmp_path: Path, kind: str) -> None:
    run = run_with(tmp_path, fault(kind, at=190))
    views = {r.agent: r for r in run.records if isinstance(r, View) and r.view == "served"}
    assert views["a"].absent == f"no answer: {kind} (faults[0]) lasts"
    # Duration and settle time, and no patience with an answer that does not come.
    assert views["a"].t <= 201.1 * SECOND
    assert bool(views["b"].absent) == (kind == "server_freeze")


def test_who_answers_again_is_read(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("stall", at=190, until=195))
    views = [record for record in run.records if isinstance(record, View)]
    assert [record.absent for record in views] == [""] * 6


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_black_hole_swallows_one_direction_only(tmp_path: Path, direction: str) -> None:
    run = run_with(tmp_path, fault("black_hole", until=60, direction=direction))
    heard = [show for when, _, show in seen(run, "a", "b") if when < 50]
    assert heard == (["dnd"] if direction == "up" else [])


def test_a_stall_delays_and_loses_nothing(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("stall", until=60))
    assert seen(run, "a", "b") == [(60.02, "available", "dnd")]
    assert sessions(run, "a") == []


def test_a_slow_link_adds_to_the_latency(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("slow", until=60, added=500_000, factor=2.0))
    # b to the server 20 ms; the server to a twice 20 ms and half a second.
    assert seen(run, "a", "b") == [(pytest.approx(45.02 + 0.04 + 0.5), "available", "dnd")]
    assert seen(run, "c", "b") == [(pytest.approx(45.04), "available", "dnd")]


def test_a_crash_says_nothing_and_comes_back(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("crash", restart_after=20 * SECOND))
    assert deaths(run) == [(40.0, "a", "crash")]
    assert [(round(when, 2), kind) for when, kind, _ in seen(run, "b", "a")] == [
        (40.04, "unavailable"),
        (60.2, "available"),
    ]
    silent = [
        record
        for record in run.records
        if getattr(record, "agent", "") == "a"
        and not isinstance(record, Actual | Died)
        and 40 * SECOND < record.t < 60 * SECOND
    ]
    assert silent == []
    assert run.summary["agent_outcomes"]["ok"] == 3


def test_a_crash_while_the_stream_breaks_is_a_crash(tmp_path: Path) -> None:
    """aioxmpp's client takes the wish to stop for the broken stream, and would connect again."""
    run = run_with(tmp_path, fault("reset"), fault("crash"))
    assert [kind for _, kind, _ in seen(run, "b", "a")] == ["unavailable"]
    assert not run.availability().filter(agent="a").filter(pl.col("begin_s") > 40).height


def test_a_silent_crash_leaves_a_ghost(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("crash", silent=True))
    assert seen(run, "b", "a") == []
    assert run.summary["detection_time"]["undetected"] == 2


@pytest.mark.parametrize("lose", [False, True])
def test_a_server_restart_keeps_or_loses_the_rosters(tmp_path: Path, lose: bool) -> None:
    run = run_with(tmp_path, fault("server_restart", until=50, rosters="lost" if lose else "kept"))
    assert run.summary["wrong_entries"]["count"] == 0
    entries = run.summary["roster_convergence"].get("total", 0)
    assert entries == (0 if lose else 6)
    assert all(when > 50 for when, _, _ in seen(run, "a", "c"))


def test_a_frozen_server_delays_everybody(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("server_freeze", until=70))
    assert seen(run, "a", "b") == [(70.04, "available", "dnd")]
    assert seen(run, "c", "b") == [(70.04, "available", "dnd")]


def test_every_fault_is_recorded_with_its_begin_and_end(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("stall", until=60))
    changes = [record for record in run.records if isinstance(record, FaultChanged)]
    assert [(change.t, change.fault, change.state, change.agents) for change in changes] == [
        (40 * SECOND, "stall", "begin", ("a",)),
        (60 * SECOND, "stall", "end", ("a",)),
    ]


def test_the_same_faults_give_the_same_records(tmp_path: Path) -> None:
    faults = (fault("black_hole", until=100), fault("server_restart", at=120, until=130))
    assert run_with(tmp_path, *faults).records == run_with(tmp_path, *faults).records


def test_what_a_backend_cannot_do_is_refused_by_name(tmp_path: Path) -> None:
    backend = EmbeddedBackend()
    backend.faults = frozenset()
    with pytest.raises(InputError, match=r"embedded does not support faults\[0\] reset"):
        check_faults(plan_with(tmp_path, fault("reset")), backend)


def test_a_restart_that_a_later_crash_made_void_does_not_happen(tmp_path: Path) -> None:
    crash = {"restart_after": 10 * SECOND}
    text = TRIO.replace("45s, who: b, do: set_presence, show: dnd", "42s, who: a, do: start")
    run = run_with(tmp_path, fault("crash", 40, **crash), fault("crash", 45, **crash), text=text)
    starts = [
        round(one.t / SECOND)
        for one in run.records
        if isinstance(one, Agent) and (one.agent, one.state) == ("a", "starting")
    ]
    assert starts == [0, 42, 55]
