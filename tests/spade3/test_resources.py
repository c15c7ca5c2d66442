"""Agents with several resources: sessions of one account that come and go with the agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.analysis.run import Run
from simulator.journal.records import Action, Actual, Died, Received, Session
from tests.runs import run_text

SCENARIO = """
name: desks and phones
populations:
  owner:
    resources:
      - {name: desk, show: chat, priority: 5}
      - {name: phone, show: away, priority: -1}
    on_subscribe: approve
  watcher: {}
subscriptions: [{pairs: [[watcher, owner]], at: 1s}]
network: {latency: 20ms}
run: {duration: 60s}
"""


def run(folder: Path, more: str) -> Run:
    return run_text(SCENARIO + more, folder)


def seen(found: Run, after: float = 10) -> list[tuple[str, str, str]]:
    """What the watcher received about the owner: resource, type, show."""
    return [
        (record.peer_resource, record.type, record.show)
        for record in found.records
        if isinstance(record, Received)
        and (record.agent, record.peer) == ("watcher", "owner")
        and record.t > after * 1_000_000
    ]


def test_both_resources_are_there_with_their_own_presence(tmp_path: Path) -> None:
    found = run(tmp_path, "")
    assert sorted(seen(found, after=1.05)) == [
        ("", "subscribed", ""),
        ("desk", "available", "chat"),
        ("phone", "available", "away"),
    ]
    held = [record for record in found.records if isinstance(record, Actual)]
    priorities = {(one.resource, one.priority) for one in held if one.agent == "owner"}
    assert priorities == {("desk", 5), ("phone", -1)}
    assert found.verdict.value == "pass"


def test_an_action_of_one_resource_leaves_the_other_alone(tmp_path: Path) -> None:
    timeline = """
timeline:
  - {at: 20s, who: owner, do: set_presence, resource: phone, show: none}
  - {at: 30s, who: owner, do: become_unavailable, resource: desk}
  - {at: 40s, who: owner, do: become_unavailable, resource: phone}
  - {at: 50s, who: owner, do: set_presence, resource: phone, show: dnd}
"""
    found = run(tmp_path, timeline)
    assert seen(found) == [
        ("phone", "available", ""),
        ("desk", "unavailable", ""),
        ("phone", "unavailable", ""),
        ("phone", "available", "dnd"),
    ]
    assert found.summary["deliveries"]["lost"] == 0


def test_all_of_them_stop_and_start_with_the_agent(tmp_path: Path) -> None:
    timeline = """
timeline:
  - {at: 20s, who: owner, do: stop}
  - {at: 25s, who: owner, do: set_presence, resource: phone, show: dnd}
  - {at: 30s, who: owner, do: start}
"""
    found = run(tmp_path, timeline)
    away = [(one[0], one[1]) for one in seen(found)]
    assert sorted(away[:2]) == [("desk", "unavailable"), ("phone", "unavailable")]
    assert sorted(away[2:]) == [("desk", "available"), ("phone", "available")]
    skipped = [r.skipped for r in found.records if isinstance(r, Action) and r.skipped]
    assert skipped == ["the agent is stopped"]


def test_all_of_them_crash_with_the_agent(tmp_path: Path) -> None:
    faults = "faults: [{at: 20s, crash: {who: owner, restart_after: 10s}}]"
    found = run(tmp_path, faults)
    kinds = [one[1] for one in seen(found)]
    assert kinds == ["unavailable", "unavailable", "available", "available"]
    assert len([r for r in found.records if isinstance(r, Died)]) == 1
    up = [
        r.resource
        for r in found.records
        if isinstance(r, Session) and r.state == "established" and r.agent == "owner"
    ]
    assert sorted(up) == ["desk", "desk", "phone", "phone"]
    assert found.summary["agent_outcomes"]["ok"] == 2


@pytest.mark.parametrize("fault", ["reset: owner", "wrong_password: owner"])
def test_faults_of_links_hit_every_resource(fault: str, tmp_path: Path) -> None:
    faults = f"faults: [{{at: 10s, {fault}}}, {{at: 20s, reset: owner}}]"
    found = run(tmp_path, faults)
    established = [
        r
        for r in found.records
        if isinstance(r, Session)
        and r.agent == "owner"
        and r.t > 20_000_000
        and r.state in ("established", "failed")
    ]
    wanted = "established" if fault.startswith("reset") else "failed"
    assert [one.state for one in established] == [wanted, wanted]


def test_arguments_that_python_cannot_hash_are_no_trouble(tmp_path: Path) -> None:
    looks = "arguments: {every: 1s, looks: [chat, away], times: 2}"
    behaviour = f"[{{class: 'simulator.behaviours:ChangeStatus', {looks}}}]"
    text = SCENARIO.replace("on_subscribe: approve", f"behaviours: {behaviour}")
    assert run_text(text, tmp_path).summary["agent_outcomes"]["ok"] == 2
