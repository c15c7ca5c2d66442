"""An agent's life on aioxmpp: its views."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.agents.base import NoAnswer
from simulator.spade3.driver import AgentDriver


def test_a_stream_that_waits_to_be_resumed_is_not_asked() -> None:
    """aioxmpp calls it established, and would keep the question for later."""
    driver: Any = object.__new__(AgentDriver)
    driver._watcher = "never asked"
    driver.agent = SimpleNamespace(client=SimpleNamespace(suspended=True))
    with pytest.raises(NoAnswer, match="the agent's stream is broken"):
        asyncio.run(driver.served_roster(1.0))
