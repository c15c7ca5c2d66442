"""The documented manager in an agent class."""

from __future__ import annotations

import asyncio

import pytest
import spade.presence
from spade.agent import Agent
from spade.xmpp_client import XMPPClient

from simulator.spade4.presence import DocumentedPresence, PresenceManager

EVENTS = ["presence_available", "presence_unavailable", "presence_subscribe", "roster_update"]


class Documented(DocumentedPresence, Agent):
    presence_recovery = "rejoin"


class OfARun(spade.presence.PresenceManager):
    """What a run puts in SPADE's place."""

    def __init__(self) -> None:
        """Connect to nothing."""


def handlers(client: XMPPClient) -> list[object]:
    """Who hears of the client's events: the objects whose methods they are."""
    registered = client._XMLStream__event_handlers
    return [
        handler.__self__
        for event in (*EVENTS, "changed_status", "presence")
        for handler, _ in registered.get(event, [])
        if hasattr(handler, "__self__")
    ]


def test_spades_manager_is_replaced() -> None:
    async def started() -> tuple[object, list[object]]:
        agent = Documented("a@localhost", "secret")
        assert agent.presence is None
        agent.client = XMPPClient(agent.jid, "secret", False, False)
        agent.presence = spade.presence.PresenceManager(agent, approve_all=True)
        return agent.presence, handlers(agent.client)

    manager, heard_by = asyncio.run(started())
    assert isinstance(manager, PresenceManager)
    assert {type(one) for one in heard_by if isinstance(one, spade.presence.PresenceManager)} == {
        PresenceManager
    }
    assert (manager.recovery, manager.approve_all) == ("rejoin", True)


def test_the_other_way_round_is_refused() -> None:
    with pytest.raises(TypeError, match=r"class Late\(DocumentedPresence, Agent\)"):
        type("Late", (Agent, DocumentedPresence), {})


def test_what_a_run_made_is_kept() -> None:
    async def started() -> bool:
        agent, made = Documented("a@localhost", "secret"), OfARun()
        agent.presence = made
        return agent.presence is made

    assert asyncio.run(started())
