from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.analysis.folds.oracle import SETTLED_AFTER, Oracle
from simulator.analysis.states import Entry
from tests.analysis.journals import asks, hears, push, us

ABSENT = None
ASKED = Entry("none", True)
NONE = Entry("none", False)
TO = Entry("to", False)
FROM = Entry("from", False)
BOTH = Entry("both", False)


def fold(*records: Any) -> Oracle:
    oracle = Oracle()
    takers: dict[str, Callable[[Any], None]] = {
        "Sent": oracle.sent,
        "Received": oracle.received,
        "Roster": oracle.roster,
    }
    for record in records:
        takers[type(record).__name__](record)
    return oracle


def test_nobody_did_anything() -> None:
    oracle = Oracle()
    assert oracle.allowed("a", "b") == {ABSENT}
    assert not oracle.pending_in("a", "b")
    assert oracle.unsettled(0) == 0


def test_a_request_shows_at_the_asker_and_waits_at_the_other() -> None:
    oracle = fold(asks(1, "a", "subscribe", "b"))
    assert oracle.allowed("a", "b") == {ASKED}
    assert oracle.allowed("b", "a") == {ABSENT}
    assert oracle.pending_in("b", "a")
    assert oracle.peers("a") == ["b"]


def test_request_and_approval_one_after_the_other() -> None:
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(1.2, "b", "subscribed", "a", "2"),
    )
    assert oracle.allowed("a", "b") == {TO}
    assert oracle.allowed("b", "a") == {FROM}


def test_approval_that_crosses_a_withdrawal_has_two_outcomes() -> None:
    """b approves while a's `unsubscribe` is on its way.

    a first: b has nothing to approve, and pre-approves: a none, b none.
    b first: a sees b, then no longer: a none; b's entry goes from `from` back to `none`.
    Both ways the subscriptions are the same, but then a asks again: pre-approved it is granted
    at once (a first), else it waits (b first).
    """
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(2.00, "a", "unsubscribe", "b", "2"),
        asks(2.01, "b", "subscribed", "a", "3"),
        asks(9.00, "a", "subscribe", "b", "4"),
    )
    assert oracle.allowed("a", "b") == {TO, ASKED}
    assert oracle.allowed("b", "a") == {FROM, NONE}


def test_crossing_cancellation_and_request() -> None:
    """a, who sees b, asks again while b takes the permission back.

    a first: the server says that a sees b already, then b cancels: a none.
    b first: a is cancelled, then asks anew: a waits.
    """
    before = (
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(1.2, "b", "subscribed", "a", "2"),
        hears(1.3, "a", "subscribed", "b", "2"),
    )
    crossed = fold(
        *before, asks(2, "a", "subscribe", "b", "3"), asks(2.01, "b", "unsubscribed", "a", "4")
    )
    assert crossed.allowed("a", "b") == {NONE, ASKED}
    apart = fold(
        *before,
        asks(2, "b", "unsubscribed", "a", "4"),
        hears(2.1, "a", "unsubscribed", "b", "4"),
        asks(2.2, "a", "subscribe", "b", "3"),
    )
    assert apart.allowed("a", "b") == {ASKED}


def test_evidence_that_comes_later_narrows_the_outcomes() -> None:
    """b heard the request before it denied it, but the record of that comes after."""
    records = [
        asks(1.0, "a", "subscribe", "b", "1"),
        asks(1.1, "b", "unsubscribed", "a", "2"),
        hears(1.1, "b", "subscribe", "a", "1"),
    ]
    assert fold(*records[:2]).allowed("a", "b") == {ASKED, NONE}
    assert fold(*records).allowed("a", "b") == {NONE}


def test_what_is_sent_after_a_confirmation_comes_after_it() -> None:
    """b's own roster set leaves no trace, so its order stays open; its denial's does not."""
    oracle = fold(
        asks(1.0, "a", "subscribe", "b", "1"),
        asks(1.0, "b", "roster_set", "a"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(1.2, "b", "unsubscribed", "a", "2"),
    )
    assert oracle.allowed("a", "b") == {NONE}


def test_without_latency_the_order_of_the_journal_counts() -> None:
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1, "b", "subscribe", "a", "1"),
        asks(1, "b", "unsubscribed", "a", "2"),
        hears(1, "a", "unsubscribed", "b", "2"),
    )
    assert oracle.allowed("a", "b") == {NONE}


def test_within_an_instant_what_was_sent_first_comes_first() -> None:
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        asks(1, "b", "unsubscribed", "a", "2"),
        hears(1, "b", "subscribe", "a", "1"),
        hears(1, "a", "unsubscribed", "b", "2"),
    )
    assert oracle.allowed("a", "b") == {NONE}


def test_a_confirmation_that_comes_late_opens_nothing_again() -> None:
    """a's request of 1.0 counts as handled at 6.0; b hears of it at 8.0, after its own denial."""
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        asks(5, "a", "roster_set", "b"),
        asks(7, "b", "unsubscribed", "a", "2"),
        hears(8, "b", "subscribe", "a", "1"),
    )
    assert oracle.allowed("a", "b") == {NONE}


def test_an_action_settles_with_time() -> None:
    """A `subscribed` that nobody asked for leaves no trace: only time tells that it is over."""
    late = us(1) + SETTLED_AFTER
    early = fold(asks(1, "b", "subscribed", "a", "1"))
    assert early.unsettled(us(1)) == 1
    assert early.unsettled(late) == 0


def test_a_later_action_of_the_stream_confirms_the_earlier() -> None:
    oracle = fold(
        asks(1, "a", "subscribed", "b", "1"),
        asks(1, "a", "subscribe", "c", "2"),
        hears(1.1, "c", "subscribe", "a", "2"),
    )
    assert oracle.unsettled(us(1.1)) == 0


def test_removal_cancels_both_ways_and_is_confirmed_by_the_push() -> None:
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(1.2, "b", "subscribed", "a", "2"),
        hears(1.3, "a", "subscribed", "b", "2"),
        asks(2, "a", "roster_remove", "b"),
        push(2.1, "a", "b", "remove"),
    )
    assert oracle.allowed("a", "b") == {ABSENT}
    assert oracle.allowed("b", "a") == {NONE}
    assert oracle.unsettled(us(2.1)) == 0


def test_somebody_outside_the_plan_acts_by_what_arrives() -> None:
    stranger = "bob@elsewhere.example"
    oracle = fold(
        asks(1, "a", "subscribe", stranger, "1"), hears(1.5, "a", "subscribed", stranger, "1")
    )
    assert oracle.allowed("a", stranger) == {TO}


def test_an_agent_cannot_subscribe_to_itself() -> None:
    oracle = fold(asks(1, "a", "subscribe", "a"))
    assert oracle.allowed("a", "a") == {ABSENT}


def test_the_listener_hears_of_both_sides() -> None:
    heard: list[tuple[str, str, int]] = []
    oracle = Oracle(lambda *what: heard.append(what))
    oracle.sent(asks(1, "a", "subscribe", "b", "1"))
    oracle.received(hears(1.1, "b", "subscribe", "a", "1"))
    oracle.sent(asks(1.2, "b", "subscribed", "a", "2"))
    assert heard == [("a", "b", us(1)), ("a", "b", us(1.2)), ("b", "a", us(1.2))]
