"""An agent stays connected while it is alive, and away after it was stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.spade4.presence import connection
from tests.spade4.presence.rig import Rig

PING = "Ping keepalive"
A_WHILE = 0.05


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch, make_rig: Callable[..., Rig]) -> Rig:
    """A rig of an agent that is alive, to whom a second is a hundredth."""
    monkeypatch.setattr(connection, "SOONEST", 0.01)
    rig = make_rig()
    rig.login()
    rig.alive = True
    return rig


def test_a_lost_connection_is_made_again(rig: Rig) -> None:
    rig.client.custom_address = ("127.0.0.1", 5222)
    rig.lose()
    rig.do(lambda: None, A_WHILE)
    assert rig.connects == [("127.0.0.1", 5222)]


def test_each_time_it_takes_longer_until_a_session_starts(rig: Rig) -> None:
    delays = []
    for _ in range(3):
        delays.append(rig.presence._connection._delay)
        rig.lose()
        rig.do(lambda: None, 2 * delays[-1] + A_WHILE)
    assert delays == [0.01, 0.02, 0.04]
    rig.login()
    assert rig.presence._connection._delay == 0.01
    assert len(rig.connects) == 3


def test_a_stopped_agent_stays_away(rig: Rig) -> None:
    rig.lose()
    rig.alive = False
    rig.client._current_connection_attempt = rig.loop.create_future()
    rig.do(lambda: None, A_WHILE)
    assert rig.connects == []
    assert not rig.client.is_connecting()


def test_an_agent_that_was_stopped_meanwhile_leaves_again(rig: Rig) -> None:
    rig.lose()
    rig.alive = False
    rig.begin_login()
    assert rig.sent == []
    assert rig.presence._in_session is False
    rig.do(lambda: None, A_WHILE)
    assert rig.connects == []


def test_pings_end_with_the_session_and_begin_with_the_next(rig: Rig) -> None:
    assert PING in rig.client.scheduled_events
    rig.lose()
    assert PING not in rig.client.scheduled_events
    rig.login()
    assert PING in rig.client.scheduled_events


def test_pings_that_somebody_has_put_off_stay_off(rig: Rig) -> None:
    rig.do(rig.client["xep_0199"].disable_keepalive)
    rig.lose()
    rig.login()
    assert PING not in rig.client.scheduled_events


def test_who_was_replaced_does_not_replace(rig: Rig) -> None:
    conflict = "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
    rig.feed(f"<stream:error>{conflict}</stream:error>")
    rig.lose()
    rig.do(lambda: None, A_WHILE)
    assert rig.connects == []


def test_what_never_began_is_not_mended(make_rig: Callable[..., Rig]) -> None:
    """SPADE tells who starts the agent that the server was not reached."""
    rig = make_rig()
    rig.do(lambda: rig.client.event("disconnected"))
    assert rig.presence._connection._timer is None


def test_an_agent_whose_setup_takes_long_is_connected_again(rig: Rig) -> None:
    rig.alive = False
    rig.presence._connection._was_alive = False
    rig.lose()
    rig.do(lambda: None, A_WHILE)
    assert len(rig.connects) == 1
