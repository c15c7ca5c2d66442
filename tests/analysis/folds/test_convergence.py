from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.measurement import Measurement
from simulator.journal.records import Agent, AnyRecord, Died, FaultChanged
from tests.analysis.journals import (
    actual,
    asks,
    died,
    down,
    final,
    hears,
    push,
    seeing,
    sees,
    up,
    us,
    view,
    watch,
)
from tests.analysis.synthetic import MS, S, World, small_world


def seen(records: Iterable[AnyRecord]) -> Measurement:
    """A measurement that goes on after these records."""
    measurement = Measurement()
    for record in records:
        measurement.see(record)
    return measurement


def ratios(*records: AnyRecord) -> tuple[float | None, float | None]:
    so_far = seen(records)
    return so_far.roster_share.ratio, so_far.availability_share.ratio


def test_of_nothing_the_shares_are_undefined() -> None:
    assert ratios() == (None, None)
    assert Measurement().converged(0)


def test_rosters_count_right_missing_and_surplus_entries() -> None:
    """a asked b, c and d. Pushed: b as asked, c not yet, d wrong; and e, whom nobody expects.

    Expected entries: 3, of which 1 is right; surplus: 1. Share: 1 / (3 + 1).
    """
    records: list[AnyRecord] = [
        up(0, "a"),
        *(asks(1, "a", "subscribe", peer, peer) for peer in "bcd"),
        push(1.1, "a", "b", "none", ask=True),
        push(1.1, "a", "d", "both"),
        push(1.1, "a", "e", "to"),
    ]
    so_far = seen(records)
    assert so_far.roster_share == (1, 4)
    assert so_far.roster_share.ratio == 0.25
    assert so_far.rosters.wrong() == [("a", "c"), ("a", "d"), ("a", "e")]
    assert not so_far.converged(so_far.time)


def test_the_roster_of_an_agent_without_session_is_left_out() -> None:
    records: list[AnyRecord] = [
        up(0, "a"),
        asks(1, "a", "subscribe", "b", "1"),
        hears(1, "b", "subscribe", "a", "1"),
    ]
    assert ratios(*records) == (0.0, None)
    assert ratios(*records, down(2, "a")) == (None, None)
    assert ratios(*records, down(2, "a"), up(3, "a")) == (0.0, None)


def test_a_new_client_knows_nothing_of_the_former_roster() -> None:
    records: list[AnyRecord] = [up(0, "a"), push(1, "a", "b", "to"), down(2, "a")]
    starting = Agent(t=us(3), agent="a", state="starting")
    assert ratios(*records, up(4, "a")) == (0.0, None), "a surplus entry"
    assert ratios(*records, starting, up(4, "a")) == (None, None)


def test_the_final_listing_replaces_what_was_pushed() -> None:
    records: list[AnyRecord] = [up(0, "a"), push(1, "a", "b", "to"), push(1, "a", "c", "to")]
    so_far = seen([*records, view(5, "a", "served", 1), final(5, "a", "c", "to")])
    assert so_far.rosters.wrong() == [("a", "c")]
    assert seen([*records, view(5, "a", "served", 0)]).rosters.wrong() == []


def test_availability_counts_authorised_watches_only() -> None:
    """Authorised: a watches b (right) and c (blind). Not: b watches a (no subscription)."""
    records = [
        watch("a", "b"),
        watch("a", "c"),
        watch("b", "a"),
        *seeing("a", "b"),
        up(0, "b"),
        push(1, "a", "c", "both"),
        actual(1, "c"),
    ]
    assert seen(records).availability_share == (1, 2)
    assert ratios(*records)[1] == 0.5


@pytest.mark.parametrize(
    ("change", "share"),
    [
        (actual(2, "b", show="away"), 0.0),
        (actual(2, "b", available=False), 0.0),
        (actual(2, "b", priority=5), 1.0),
        (actual(2, "b", resource="phone"), 0.0),
        (sees(2, "a", "b", available=False), 0.0),
        (sees(2, "a", "b", show="dnd"), 0.0),
        (actual(2, "a", available=False), None),
        (push(2, "a", "b", "none"), None),
        (push(2, "a", "b", "remove"), None),
        (down(2, "a"), None),
        (down(2, "a", "suspended"), None),
        (sees(2, "a", "z"), 1.0),
    ],
)
def test_what_makes_a_watch_wrong_or_ends_it(change: AnyRecord, share: float | None) -> None:
    records = [watch("a", "b"), *seeing("a", "b")]
    assert ratios(*records)[1] == 1.0
    assert ratios(*records, change)[1] == share


def test_a_bare_unavailable_speaks_of_all_resources() -> None:
    records = [watch("a", "b"), *seeing("a", "b"), actual(1, "b", False)]
    assert ratios(*records, sees(2, "a", "b", False, resource=""))[1] == 1.0


def test_a_new_session_of_the_watcher_has_seen_nothing() -> None:
    records = [watch("a", "b"), *seeing("a", "b"), down(2, "a"), up(3, "a")]
    assert ratios(*records)[1] == 0.0, "b is available, and the new session has not heard so"
    resumed = [watch("a", "b"), *seeing("a", "b"), down(2, "a", "suspended"), up(3, "a")]
    assert ratios(*resumed)[1] == 1.0


def test_a_server_that_forgot_the_rosters_is_expected_to_hold_nothing() -> None:
    records: list[AnyRecord] = [
        up(0, "a"),
        asks(1, "a", "subscribe", "b", "1"),
        push(1.1, "a", "b", "none", True),
    ]
    lost = FaultChanged(
        t=us(2), origin="faults[0]", fault="restart", state="begin", lose_rosters=True
    )
    assert ratios(*records) == (1.0, None)
    assert ratios(*records, lost) == (0.0, None), "still served, as far as the agent knows"
    assert ratios(*records, lost, push(3, "a", "b", "remove")) == (None, None)


def test_an_action_on_its_way_is_not_converged() -> None:
    records = [asks(1, "a", "unsubscribe", "b", "1")]
    so_far = seen(records)
    assert so_far.roster_share.ratio is None
    assert not so_far.converged(so_far.time)
    assert so_far.converged(us(60)), "it was lost"
    assert seen([*records, hears(2, "b", "unsubscribe", "a", "1")]).converged(us(2))


STEPS = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(list(permutations("abc", 2))),
        st.sampled_from(["subscribe", "subscribed", "unsubscribe", "unsubscribed", "remove"]),
    ),
    max_size=14,
)


def play(steps: list[tuple[int, tuple[str, str], str]], gap: int, seed: int = 1) -> World:
    """Three clients that do the steps, the times in units of `gap` microseconds."""
    world = World("abc", list(permutations("abc", 2)), seed=seed, approve_after=None)
    for name in "abc":
        world.start(0, name)
    for number, (at, (agent, peer), kind) in enumerate(sorted(steps)):
        t = 1 * S + at * gap + number
        if kind == "remove":
            world.remove(t, agent, peer)
        else:
            world.subscription(t, agent, kind, peer)
    return world


@given(STEPS, st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_what_the_server_does_is_always_allowed(
    steps: list[tuple[int, tuple[str, str], str]], seed: int
) -> None:
    """Actions a millisecond apart over links of 20 to 30 ms: many cross."""
    world = play(steps, MS, seed)
    so_far = seen(world.run(20 * S))
    assert so_far.rosters.wrong() == []
    assert so_far.roster_share.ratio in (None, 1.0)
    assert so_far.availability_share.ratio in (None, 1.0)


def test_a_small_world_converges() -> None:
    so_far = seen(small_world(30, changes=20).run(15 * S))
    assert so_far.roster_share == (300, 300)
    assert so_far.availability_share == (300, 300)
    assert so_far.converged(so_far.time)


def test_a_crashed_agent_knows_nothing_of_what_it_saw_before() -> None:
    """a sees b, crashes, and starts anew; meanwhile b came back with another resource."""
    records = [
        watch("a", "b"),
        *seeing("a", "b"),
        died(5, "a"),
        actual(5.1, "a", False, cause="broken"),
        actual(6, "b", False),
        actual(7, "b", resource="other"),
        Agent(t=us(8), agent="a", state="starting"),
        up(8.1, "a"),
        actual(8.1, "a"),
        push(8.2, "a", "b", "to"),
    ]
    assert seen(records).availability_share == (0, 1)
    told = sees(8.3, "a", "b", resource="other")
    assert seen([*records, told]).availability_share == (1, 1)


def test_the_roster_of_a_crashed_agent_is_left_out() -> None:
    records: list[AnyRecord] = [up(0, "a"), asks(1, "a", "subscribe", "b", "1"), died(2, "a")]
    assert ratios(*records) == (None, None)


def test_an_agent_whose_link_was_cut_keeps_what_it_saw() -> None:
    cut = Died(t=us(5), agent="a", cause="reset")
    records = [watch("a", "b"), *seeing("a", "b"), cut]
    assert seen(records).availability_share == (1, 1)
