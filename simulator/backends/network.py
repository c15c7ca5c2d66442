"""How the agents of a run reach a real server, and what can happen on the way.

Only agents that a fault of the plan hits go through a proxy; the others, and every agent of a
run without such faults, meet the server directly.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from simulator.backends.acceptance import Acceptance, Gate
from simulator.backends.base import Peer, RunContext
from simulator.backends.connector import Address, ServerConnector
from simulator.backends.ports import LOOPBACK
from simulator.backends.proxy import FILES, Line
from simulator.scenario.plan import FaultPlan, Plan


class Network:
    """The ways of one run. `connector` connects to `address` and is used for nothing else."""

    def __init__(self, address: Address, connector: ServerConnector, context: RunContext) -> None:
        self._address = address
        self._connector = connector
        self._context = context
        self._lines: dict[str, Line] = {}
        self._acceptances: dict[str, Acceptance] = {}
        self.gate = Gate()

    async def open(self) -> None:
        """Make a proxy for each agent that a fault hits."""
        plan = self._context.plan
        for agent in _hit(plan):
            acceptance = self._acceptance(agent)
            line = acceptance.line = self._lines[agent] = Line(
                self._address.host,
                self._address.port,
                plan.latency,
                Random(f"{plan.seed}/link/{agent}"),
                acceptance.over,
            )
            await line.open()

    def close(self) -> None:
        """Close the proxies with all that goes through them."""
        for line in self._lines.values():
            line.close()

    def peer(self, agent: str) -> Peer:
        """How this agent reaches the server."""
        return Peer(*self._way(agent), self._acceptance(agent))

    def resource(self, agent: str) -> str | None:
        """The resource with which the agent is available, as far as can be known."""
        return self._acceptance(agent).resource

    def _way(self, agent: str) -> tuple[str, int, ServerConnector]:
        line = self._lines.get(agent)
        if line is None:
            return self._address.host, self._address.port, self._connector
        address = Address(f"{self._address}, by way of {agent}'s proxy", LOOPBACK, line.port)
        return LOOPBACK, line.port, self._connector.at(address)

    def _acceptance(self, agent: str) -> Acceptance:
        if agent not in self._acceptances:
            self._acceptances[agent] = Acceptance(
                self._context.record, self._context.clock, self.gate
            )
        return self._acceptances[agent]

    # --- faults ---

    async def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of a kind in `LINK_FAULTS`."""
        for agent in fault.agents:
            await LINK_FAULTS[fault.kind][0](self._lines[agent], fault)

    async def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun."""
        for agent in fault.agents:
            await LINK_FAULTS[fault.kind][1](self._lines[agent], fault)


def files_needed(plan: Plan) -> int:
    """How many open files the proxies of a plan need."""
    return FILES * len(_hit(plan))


def _hit(plan: Plan) -> list[str]:
    """The agents that need a proxy, in the plan's order."""
    hit = {agent for fault in plan.faults if fault.kind in LINK_FAULTS for agent in fault.agents}
    return [agent.name for agent in plan.agents if agent.name in hit]


# --- over at once ---


async def _nothing(_line: Line, _fault: FaultPlan) -> None:
    """What is over at once needs no end."""


async def _reset(line: Line, _fault: FaultPlan) -> None:
    for passage in line.passages:
        passage.reset()


async def _close(line: Line, _fault: FaultPlan) -> None:
    for passage in line.passages:
        passage.close()


async def _crash(line: Line, fault: FaultPlan) -> None:
    for passage in line.passages:
        passage.crash(silent=fault.silent)


# --- for a time ---


async def _lose(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.lost += 1


async def _lose_no_more(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.lost -= 1


async def _hold(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.held += 1


async def _release(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.held -= 1
    line.release()


async def _slow(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.slowed.append((fault.factor, fault.added))


async def _slow_no_more(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.slowed.remove((fault.factor, fault.added))


async def _refuse(line: Line, _fault: FaultPlan) -> None:
    line.refuse()


async def _accept(line: Line, _fault: FaultPlan) -> None:
    await line.accept()


_Step = Callable[[Line, FaultPlan], Coroutine[Any, Any, None]]

LINK_FAULTS: dict[str, tuple[_Step, _Step]] = {
    "reset": (_reset, _nothing),
    "close": (_close, _nothing),
    "black_hole": (_lose, _lose_no_more),
    "stall": (_hold, _release),
    "slow": (_slow, _slow_no_more),
    "refuse": (_refuse, _accept),
    "crash": (_crash, _nothing),
    # The server is on the side of those who are not named.
    "partition": (_hold, _release),
}
"""What begins and what ends each fault of a link, on one agent's line."""
