from __future__ import annotations

import pytest

from simulator.scenario import Plan
from simulator.scenario.plan import PresenceChange
from tests.scenario.helpers import faults_of, plan_of


def planned(timeline: str, run: str = "{duration: 60s}") -> Plan:
    return plan_of(f"populations: {{m: {{count: 5}}}}\nrun: {run}\ntimeline: {timeline}")


def steps(plan: Plan) -> list[tuple[float, str, str, str]]:
    return [(one.at / 1e6, one.agent, one.do, one.peer) for one in plan.actions]


def test_changes() -> None:
    (action,) = planned("[{at: 2s, who: m-1, do: set_presence, show: dnd, status: Busy}]").actions
    assert action.change == PresenceChange("dnd", ((None, "Busy"),), None)
    assert action.origin == "timeline[0]"


def test_every_action() -> None:
    plan = planned("""
      - {at: 1s, who: m-0, do: become_unavailable}
      - {at: 2s, who: m-0, do: subscribe, peer: m-1}
      - {at: 3s, who: m-0, do: unsubscribe, peer: m-1}
      - {at: 4s, who: m-0, do: approve, peer: friend@example.org}
      - {at: 5s, who: m-0, do: deny, peer: "m[1:3]"}
      - {at: 6s, who: "m[0:2]", do: remove, peer: "m[0:2]"}
      - {at: 7s, who: m-0, do: stop}
      - {at: 8s, who: stopped, do: start}
    """)
    assert steps(plan) == [
        (1, "m-0", "become_unavailable", ""),
        (2, "m-0", "subscribe", "m-1"),
        (3, "m-0", "unsubscribe", "m-1"),
        (4, "m-0", "approve", "friend@example.org"),
        (5, "m-0", "deny", "m-1"),
        (5, "m-0", "deny", "m-2"),
        (6, "m-0", "remove", "m-1"),
        (6, "m-1", "remove", "m-0"),
        (7, "m-0", "stop", ""),
        (8, "m-0", "start", ""),
    ]


def test_time_orders_and_the_file_breaks_ties() -> None:
    plan = planned("""
      - {at: 5s, who: m-0, do: stop}
      - {at: 1s, who: m-1, do: stop}
      - {at: 1s, who: m-0, do: become_unavailable}
    """)
    assert steps(plan) == [
        (1, "m-1", "stop", ""),
        (1, "m-0", "become_unavailable", ""),
        (5, "m-0", "stop", ""),
    ]


@pytest.mark.parametrize(
    ("at", "run", "times"),
    [
        ("{every: 10s}", "{duration: 35s}", [0, 10, 20, 30]),
        ("{every: 10s, starting: 5s}", "{duration: 35s}", [5, 15, 25, 35]),
        ("{every: 10s, starting: 5s, times: 2}", "{until: converged}", [5, 15]),
        ("{every: 10s, until: 25s}", "{until: converged}", [0, 10, 20]),
        ("{every: 10s, until: 25s, times: 2}", "{until: converged}", [0, 10]),
    ],
)
def test_repeated(at: str, run: str, times: list[int]) -> None:
    plan = planned(f"[{{at: {at}, who: m-0, do: become_unavailable}}]", run)
    assert [action.at / 1e6 for action in plan.actions] == times


def test_more_times_than_fit_are_an_error() -> None:
    text = "[{at: {every: 10s, times: 9}, who: m, do: become_unavailable}]"
    (fault,) = faults_of(f"populations: {{m: {{}}}}\nrun: {{duration: 60s}}\ntimeline: {text}")
    assert fault == "timeline[0].at: 80s is after the end of the run"


def test_each_time_has_a_sample_of_its_own() -> None:
    plan = planned("[{at: {every: 1s, times: 9}, who: {sample: 1, of: m}, do: become_unavailable}]")
    assert len(plan.actions) == 9
    assert len({action.agent for action in plan.actions}) > 2


def test_stopped_follows_the_plan() -> None:
    plan = planned("""
      - {at: 30s, who: stopped, do: start}
      - {at: 10s, who: {sample: 2, of: m}, do: stop}
      - {at: 20s, who: {except: stopped, of: m}, do: stop}
      - {at: 25s, who: m-0, do: start}
    """)
    stopped = {action.agent for action in plan.actions if action.at == 30_000_000}
    assert stopped == {"m-1", "m-2", "m-3", "m-4"}


def test_each_agent_has_a_sample_of_peers() -> None:
    plan = planned("[{at: 1s, who: m, do: subscribe, peer: {sample: 2, of: m}}]")
    assert len(plan.actions) == 10
    assert all(action.agent != action.peer for action in plan.actions)


def test_an_agent_may_be_started_early() -> None:
    plan = plan_of("""
        populations: {m: {start: 30s}}
        timeline: [{at: 5s, who: m, do: start}, {at: 6s, who: m, do: become_unavailable}]
    """)
    assert len(plan.actions) == 2


def test_every_faulty_entry_is_reported_once() -> None:
    found = faults_of("""
        populations: {m: {count: 3}}
        timeline:
          - {at: {every: 1s, times: 5}, who: nobody, do: stop}
          - {at: 1s, who: m, do: subscribe, peer: ["m-9"]}
          - {at: 1s, who: {share: 1%, of: m}, do: stop}
    """)
    assert found == [
        "timeline[0].who: no agent or population is called 'nobody'",
        "timeline[1].peer: no agent or population is called 'm-9'",
        "timeline[2].who: matches no agents",
    ]
