"""Declared watches: how each stands over time, by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from simulator.analysis.measurement import Measurement, measure
from simulator.analysis.states import DeclaredState, DeclaredWatch, Share
from simulator.journal.records import Action, AnyRecord, FaultChanged, Watch
from tests.analysis.journals import asks, end, final, head, hears, push, up, us, view

S = DeclaredState


def over(
    *records: AnyRecord,
    at: float = 1,
    may_refuse: bool = False,
    scenario: dict[str, Any] | None = None,
) -> Measurement:
    """a watches b, who are both connected; then these records, to 20 s."""
    watch = Watch(
        t=0, agent="a", peer="b", origin="subscriptions[0]", at=us(at), may_refuse=may_refuse
    )
    known = [*head("a", "b", scenario=scenario), watch, up(0, "a"), up(0, "b")]
    return measure([*known, *records, *end(20, "a", "b")])


def only(measurement: Measurement) -> DeclaredWatch:
    (watch,) = measurement.states.all_declared()
    return watch


def states(measurement: Measurement) -> list[tuple[float, DeclaredState]]:
    """(seconds, state) of each change."""
    steps = only(measurement).states
    return [(t / 1e6, state) for t, state in zip(steps.times, steps.values, strict=True)]


def timeline(t: float, agent: str, do: str, peer: str, skipped: str = "") -> Action:
    return Action(t=us(t), agent=agent, do=do, peer=peer, origin="timeline[0]", skipped=skipped)


ASKED: list[AnyRecord] = [asks(1, "a", "subscribe", "b"), push(1.1, "a", "b", "none", ask=True)]
REFUSED: list[AnyRecord] = [*ASKED, hears(2, "a", "unsubscribed", "b"), push(2, "a", "b", "none")]
APPROVED: list[AnyRecord] = [*ASKED, push(2, "a", "b", "to")]


def test_from_its_time_on_to_its_approval() -> None:
    found = over(*APPROVED)
    assert states(found) == [(1, S.PENDING), (2, S.IN_FORCE)]
    assert found.declared_share == Share(1, 1)
    assert found.causes.watch_groups == []


def test_a_watch_is_declared_at_its_time_though_nothing_happens_then() -> None:
    found = over(at=5)
    assert states(found) == [(5, S.NOT_ASKED)]
    shares = found.states.convergence["declared"]
    assert list(zip(shares.times, shares.values, strict=True))[:2] == [
        (0, Share(0, 0)),
        (us(5), Share(0, 1)),
    ]


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([], S.NOT_ASKED),
        (ASKED, S.PENDING),
        ([asks(1, "a", "subscribe", "b")], S.LOST),
        ([asks(1, "a", "subscribe", "b"), hears(1.1, "b", "subscribe", "a")], S.PENDING),
        (REFUSED, S.REFUSED),
        ([*REFUSED, asks(3, "a", "subscribe", "b")], S.LOST),
        (APPROVED, S.IN_FORCE),
        ([*APPROVED, asks(3, "a", "unsubscribe", "b"), push(3, "a", "b", "none")], S.ENDED),
        ([*APPROVED, asks(3, "b", "unsubscribed", "a"), push(3, "a", "b", "none")], S.ENDED),
        ([*APPROVED, asks(3, "b", "roster_remove", "a"), push(3, "a", "b", "none")], S.ENDED),
        ([*APPROVED, push(3, "a", "b", "none")], S.LOST),
        ([*APPROVED, view(19, "a", "served")], S.LOST),
        ([*APPROVED, view(19, "a", "served", 1), final(19, "a", "b", "both")], S.IN_FORCE),
    ],
)
def test_each_state_at_the_end(records: Iterable[AnyRecord], state: DeclaredState) -> None:
    found = over(*records)
    assert only(found).state is state
    assert sum(found.declared.counts) == found.declared.counts[state] == 1


def test_a_new_client_that_has_not_read_its_roster_yet_changes_nothing() -> None:
    """The watcher's next login lists the entry again; until then the server's last word counts."""
    found = over(*APPROVED, up(10, "a", "other"))
    assert only(found).state is S.IN_FORCE


def test_a_server_that_forgets_its_rosters_loses_the_watch() -> None:
    forgets = FaultChanged(
        t=us(5), origin="faults[0]", fault="server_restart", state="begin", lose_rosters=True
    )
    assert only(over(*APPROVED, forgets)).state is S.LOST


@pytest.mark.parametrize(
    ("agent", "do", "peer"), [("a", "unsubscribe", "b"), ("a", "remove", "b"), ("b", "deny", "a")]
)
def test_the_timeline_ends_a_declaration_and_makes_it_anew(agent: str, do: str, peer: str) -> None:
    ended = over(*APPROVED, timeline(3, agent, do, peer), push(3.1, "a", "b", "none"))
    assert only(ended).state is S.UNDECLARED
    assert ended.declared_share == Share(0, 0)
    again = over(
        *APPROVED,
        timeline(3, agent, do, peer),
        push(3.1, "a", "b", "none"),
        timeline(4, "a", "subscribe", "b"),
        push(4.1, "a", "b", "both"),
    )
    assert only(again).state is S.IN_FORCE
    assert again.declared_share == Share(1, 1)


def test_a_skipped_action_ends_nothing() -> None:
    skipped = timeline(3, "a", "unsubscribe", "b", skipped="the agent is stopped")
    assert only(over(*APPROVED, skipped)).state is S.IN_FORCE


def test_a_run_is_over_when_what_is_left_was_refused_as_prescribed() -> None:
    assert over(*REFUSED, may_refuse=True).declared.settled
    assert not over(*REFUSED).declared.settled
    assert not over(may_refuse=True).declared.settled


def test_an_agents_own_act_is_an_end_and_is_named() -> None:
    found = over(*APPROVED, asks(3, "a", "unsubscribe", "b"), push(3, "a", "b", "none"))
    assert found.declared.settled
    (group,) = found.causes.watch_groups
    assert group.text == "1 watch ended (a -> b): member unsubscribed"


def test_who_asks_again_while_a_request_is_open_is_not_heard_again() -> None:
    """That is no fault of the server: it has told the contact already (RFC 6121, 3.1.3)."""
    found = over(
        *ASKED,
        hears(1.1, "b", "subscribe", "a"),
        asks(5, "a", "subscribe", "b"),
        scenario={"populations": {"member": {"count": 2}}},
    )
    (group,) = found.causes.watch_groups
    assert group.cause.reason.startswith("no agent of member answers")


def test_nobody_who_answers_is_named_with_the_remedy() -> None:
    found = over(
        *ASKED,
        hears(1.1, "b", "subscribe", "a"),
        scenario={"populations": {"member": {"count": 2}}},
    )
    (group,) = found.causes.watch_groups
    assert (group.state, group.prescribed) == (S.PENDING, False)
    assert group.text == (
        "1 request pending (a -> b): no agent of member answers (no `on_subscribe`, no handler);"
        " give member `on_subscribe: approve`"
    )
