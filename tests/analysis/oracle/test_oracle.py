from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from simulator.analysis.oracle.oracle import PATIENCE, Oracle
from simulator.analysis.states import Entry
from simulator.journal.records import Answer, Planned, Received
from tests.analysis.journals import asks, died, down, hears, up, us

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
        "Answer": oracle.answer,
        "Session": oracle.session,
        "Died": oracle.died,
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


def test_what_is_sent_after_a_receipt_comes_after_it() -> None:
    """b's own roster set has no answer yet, so its order stays open; its denial's does not."""
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


def test_no_time_makes_an_order() -> None:
    """b denies a minute after a's request, of which it has not heard."""
    oracle = fold(asks(1, "a", "subscribe", "b", "1"), asks(61, "b", "unsubscribed", "a", "2"))
    assert oracle.allowed("a", "b") == {ASKED, NONE}


def test_a_run_has_patience_with_an_action_that_has_no_receipt() -> None:
    """A `subscribed` that nobody asked for leaves no trace."""
    oracle = fold(asks(1, "b", "subscribed", "a", "1"))
    assert oracle.unsettled(us(1)) == 1
    assert oracle.unsettled(us(1) + PATIENCE) == 0


def test_a_receipt_of_a_later_action_of_the_stream_is_one_of_the_earlier() -> None:
    oracle = fold(
        asks(1, "a", "subscribed", "b", "1"),
        asks(1, "a", "subscribe", "c", "2"),
        hears(1.1, "c", "subscribe", "a", "2"),
    )
    assert oracle.unsettled(us(1.1)) == 0


def test_another_session_of_the_agent_has_an_order_of_its_own() -> None:
    """a's phone withdraws what a's desk asks for: nobody knows which came first."""
    phone = Received(t=us(2), agent="b", resource="r", type="subscribe", peer="a", id="1")
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        msgspec.structs.replace(asks(1, "a", "unsubscribe", "b", "2"), resource="phone"),
        phone,
    )
    assert oracle.allowed("a", "b") == {ASKED, NONE}


def test_a_receipt_is_told_by_its_id() -> None:
    """b hears the first request once more, at login: that says nothing about the second."""
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(2, "a", "unsubscribe", "b", "2"),
        asks(2, "a", "subscribe", "b", "3"),
        hears(2.1, "b", "subscribe", "a", "1"),
    )
    assert oracle.unsettled(us(2.1)) == 2


def test_removal_cancels_both_ways_and_has_an_answer() -> None:
    oracle = fold(
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(1.2, "b", "subscribed", "a", "2"),
        hears(1.3, "a", "subscribed", "b", "2"),
        asks(2, "a", "roster_remove", "b", "3"),
        Answer(t=us(2.1), agent="a", resource="r", id="3"),
    )
    assert oracle.allowed("a", "b") == {ABSENT}
    assert oracle.allowed("b", "a") == {NONE}
    assert oracle.unsettled(us(2.1)) == 0


def test_what_waits_on_a_stream_that_breaks_may_be_lost() -> None:
    before = (
        asks(1, "a", "subscribe", "b", "1"),
        hears(1.1, "b", "subscribe", "a", "1"),
        asks(2, "a", "roster_remove", "b", "2"),
    )
    for end in (down(2.1, "a"), died(2.1, "a")):
        assert fold(*before, end).allowed("a", "b") == {ABSENT, ASKED}
    back = fold(*before, down(2.1, "a"), up(3, "a"), asks(4, "a", "unsubscribe", "b", "3"))
    assert back.allowed("a", "b") == {ABSENT, NONE}


def test_what_is_under_way_at_the_end_may_be_handled_or_not() -> None:
    oracle = fold(asks(1, "a", "subscribe", "b", "1"), hears(1.1, "b", "subscribe", "a", "1"))
    oracle.planned(Planned(t=0, agent="b", population="b", resource="r"))
    oracle.sent(asks(2, "b", "subscribed", "a", "2"))
    oracle.end(us(2))
    assert oracle.allowed("a", "b") == {ASKED, TO}
    assert oracle.allowed("b", "a") == {ABSENT, FROM}
    oracle.received(hears(3, "a", "subscribed", "b", "2"))  # after a's roster was read, or before
    oracle.listed("a", us(4))
    assert oracle.allowed("a", "b") == {ASKED, TO}
    oracle.listed("b", us(4))  # b's own session asked for its roster after the approval
    assert oracle.allowed("b", "a") == {FROM}


def test_an_action_after_the_end_may_come_before_a_roster_is_read() -> None:
    oracle = fold(asks(1, "a", "subscribe", "b", "1"))
    oracle.end(us(2))
    oracle.sent(asks(3, "b", "subscribed", "a", "2"))
    oracle.listed("a", us(4))
    oracle.listed("b", us(4))
    assert oracle.allowed("a", "b") == {ASKED, TO}
    assert oracle.allowed("b", "a") == {ABSENT, FROM, NONE}


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
