"""An agent's life on aioxmpp: the class that is made from a user's, and its views."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from spade.agent import Agent

from simulator.agents.base import NoAnswer
from simulator.spade3.driver import AgentDriver, HarnessedAgent, harnessed


class Seller(Agent):
    def __init__(self, jid: str, password: str, price: int = 1) -> None:
        super().__init__(jid, password)
        self.price = price


def test_a_users_class_is_not_changed_and_its_copy_looks_like_it() -> None:
    bases, own = Seller.__bases__, dict(vars(Seller))
    made = harnessed(Seller)
    assert (Seller.__bases__, dict(vars(Seller))) == (bases, own)
    assert made.__mro__[1:3] == (HarnessedAgent, Seller)
    assert (made.__name__, made.__module__) == ("Seller", __name__)
    assert harnessed(Seller) is made


def test_a_stream_that_waits_to_be_resumed_is_not_asked() -> None:
    """aioxmpp calls it established, and would keep the question for later."""
    driver: Any = object.__new__(AgentDriver)
    driver._watcher = "never asked"
    driver.agent = SimpleNamespace(client=SimpleNamespace(suspended=True))
    with pytest.raises(NoAnswer, match="the agent's stream is broken"):
        asyncio.run(driver.served_roster(1.0))
