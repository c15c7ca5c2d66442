"""Scenarios and programs as users wrote them, each of which once gave a wrong answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.analysis.run import Run
from simulator.journal.records import SECOND, Action, Actual, Agent, Planned, Roster, RunEnded, View
from simulator.servers.base import Backend
from simulator.servers.local.backend import LocalBackend
from simulator.servers.local.ejabberd import EjabberdBackend as Ejabberd
from simulator.servers.local.prosody import ProsodyBackend as Prosody
from tests.runs import run_text
from tests.servers.helpers import make_local

CASES = Path(__file__).parents[1] / "data" / "cases"


def run(name: str, overrides: dict[str, str] | None = None, **options: Any) -> Run:
    scenario = simulator.load_scenario(CASES / f"{name}.yaml", overrides or {})
    return simulator.run(scenario, out=False, **options)


def test_constructors_as_people_write_them(capsys: Any) -> None:
    assert run("constructors").verdict.value == "pass"
    assert capsys.readouterr().out.splitlines() == [
        "packing: cost 5 total 10",
        "sub: press",
        "options: {'speed': 3} attribute: None",
        "kw {'colour': 'blue'} keyword@localhost",
    ]


ENDS = [
    ("exit", "SystemExit: 0", 19),
    ("keyboard", "KeyboardInterrupt", 21),
    ("cancel", "CancelledError", 23),
    ("stoploop", "RuntimeError: loop.stop() would end the run for every agent", 25),
    ("task", "SystemExit: 0", 31),
    ("handler", "SystemExit: 0", 39),
]


@pytest.mark.parametrize("manager", ["documented", "spade"])
@pytest.mark.parametrize(("how", "error", "line"), ENDS)
def test_who_would_end_the_program_fails_alone(
    how: str, error: str, line: int, manager: str
) -> None:
    overrides = {"populations.counter.attributes.how": how, "presence_manager": manager}
    finished = run("exits_stop_loop", overrides)
    assert finished.error is None
    (failed,) = finished.summary["agent_outcomes"]["not_ok"]
    assert failed["agent"] == "counter"
    assert failed["reason"].startswith(error)
    assert failed["reason"].endswith(f"(exits.py:{line})")
    assert finished.records[-1].t >= 10_000_000


@pytest.mark.parametrize(
    ("agent", "outcome", "reason"),
    [
        (
            "NoCall",
            "failed",
            "TypeError: NoCall.__init__() (constructors.py:35) does not call"
            " super().__init__(jid, password)",
        ),
        (
            "SyncSetup",
            "failed",
            "TypeError: SyncSetup.setup() (constructors.py:51) is not a coroutine:"
            " write `async def setup(self)`",
        ),
        (
            "Wait",
            "unknown",
            "did not finish starting: it waits in Wait.setup (constructors.py:47)",
        ),
    ],
)
def test_an_agent_that_cannot_start_says_where(agent: str, outcome: str, reason: str) -> None:
    finished = run("no_super", {"populations.one.agent": f"constructors:{agent}"})
    (found,) = finished.summary["agent_outcomes"]["not_ok"]
    assert (found["outcome"], found["reason"]) == (outcome, reason)


def test_an_exit_in_setup_is_a_failure() -> None:
    (found,) = run("exit_in_setup").summary["agent_outcomes"]["not_ok"]
    assert (found["outcome"], found["reason"]) == ("failed", "SystemExit: 3 (exit_in_setup.py:5)")


@pytest.mark.parametrize(
    ("case", "skipped"),
    [
        ("remove_absent", "b is not in the roster"),
        ("reset_subscribe", "the agent has no stream"),
        ("unavail_subscribe", "the agent has no stream"),
    ],
)
def test_an_action_that_is_impossible_is_skipped(case: str, skipped: str) -> None:
    finished = run(case)
    actions = [one for one in finished.records if isinstance(one, Action)]
    assert actions[-1].skipped == skipped
    assert finished.summary["agent_outcomes"]["ok"] == 2


def test_a_run_until_converged_ends_when_nothing_is_left_to_wait_for() -> None:
    """The watch ended by its watcher's own act, and nobody hears of the last unsubscribe."""
    finished = run("never_ends")
    assert isinstance(finished.records[-1], RunEnded)
    assert finished.records[-1].reason == "converged"
    assert finished.summary["run"]["duration_s"] < 15


def test_agents_that_an_agent_makes_join_the_run() -> None:
    finished = run("spawn")
    assert finished.verdict.value == "pass"
    outcomes = finished.summary["agent_outcomes"]
    assert (outcomes["ok"], outcomes["population"], outcomes["spawned"]) == (1, 1, {"ok": 2})
    planned = [one for one in finished.records if isinstance(one, Planned)]
    assert [(one.agent, one.spawned_by) for one in planned] == [
        ("boss", ""),
        ("task0", "boss"),
        ("task1", "boss"),
    ]
    states = [one.state for one in finished.records if isinstance(one, Agent)][2:]
    assert states == ["starting", "started"] * 2 + ["stopping", "stopped"] * 2
    available = [one for one in finished.records if isinstance(one, Actual)]
    assert {one.agent for one in available} == {"boss", "task0", "task1"}


def test_a_run_with_agents_that_agents_make_repeats_itself() -> None:
    assert run("spawn").records == run("spawn").records


def spawn(
    makes: str, folder: Path, backend: Backend | str = "embedded", *, faults: str = "[]"
) -> Run:
    return run_text(
        f"""
        name: Made by agents
        populations:
          boss: {{agent: "tests.data.spawners:Boss", attributes: {{makes: {makes}}}}}
        faults: {faults}
        run: {{duration: {3 if faults == "[]" else 30}s}}
        """,
        folder,
        backend=backend,
    )


@pytest.mark.parametrize(
    ("makes", "reason", "spawned"),
    [
        ("[child, one@localhost, false]", "AuthenticationFailure", {"failed": 1}),
        ("[lazy, one@localhost, true]", "RuntimeError: not today", {"failed": 1}),
        ("[child, one@example.org, true]", "ServerUnavailable: one@example.org", {}),
        ("[child, boss@localhost, true]", "ValueError: boss@localhost is an agent", {}),
    ],
)
def test_an_agent_that_cannot_join_fails_its_maker(
    makes: str, reason: str, spawned: dict[str, int], tmp_path: Path
) -> None:
    outcomes = spawn(f"[{makes}]", tmp_path).summary["agent_outcomes"]
    assert outcomes["spawned"] == spawned
    assert (outcomes["failed"], outcomes["population"]) == (1, 1)
    assert outcomes["not_ok"][0]["reason"].startswith(reason)
    assert "(spawners.py:" in outcomes["not_ok"][0]["reason"]


@pytest.mark.parametrize("kind", [None, Prosody, Ejabberd])
def test_who_still_runs_is_observed_to_the_end_and_stopped(
    kind: type[LocalBackend] | None, tmp_path: Path
) -> None:
    backend: Backend | str = "embedded" if kind is None else make_local(kind)
    finished = spawn("[[child, one@localhost, true]]", tmp_path, backend)
    assert finished.summary["agent_outcomes"]["spawned"] == {"ok": 1}
    views = [one for one in finished.records if isinstance(one, View) and one.agent == "one"]
    assert [(one.view, one.entries) for one in views] == [("served", 1), ("believed", 1)]
    final = [one for one in finished.records if isinstance(one, Roster) and one.source == "final"]
    assert {(one.agent, one.subscription) for one in final} == {("boss", "from"), ("one", "to")}


def test_a_server_that_restarts_is_down_for_them_too(tmp_path: Path) -> None:
    faults = "[{at: 2s, for: 10s, server_restart: {rosters: kept}}]"
    finished = spawn("[[child, one@localhost, true]]", tmp_path, faults=faults)
    seen = [
        (one.t // SECOND, one.available)
        for one in finished.records
        if isinstance(one, Actual) and one.agent == "one"
    ]
    assert [available for _, available in seen[:3]] == [True, False, True]
    assert seen[1][0] == 2
    assert seen[2][0] >= 12


def test_a_planned_agent_needs_no_registration(tmp_path: Path) -> None:
    finished = run_text(
        """
        name: Registers itself
        populations: {one: {agent: "tests.data.spawners:Starts"}}
        run: {duration: 1s}
        """,
        tmp_path,
    )
    assert finished.summary["agent_outcomes"]["ok"] == 1
