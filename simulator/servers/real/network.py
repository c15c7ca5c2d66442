"""How the agents of a run reach a real server, and what can happen on the way.

Only agents that a fault of the plan hits go through a proxy, each of their sessions through its
own; the others, and every agent of a run without such faults, meet the server directly.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from random import Random
from typing import NamedTuple

from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.plan import FaultPlan, Plan
from simulator.servers import link_faults
from simulator.servers.base import Peer, RunContext
from simulator.servers.real.acceptance import Acceptance, Gate
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.ports import LOOPBACK
from simulator.servers.real.proxy import FILES, Line


class _Session(NamedTuple):
    """One of an agent's sessions, by the resource that the plan names; empty for none."""

    agent: str
    resource: str


class Network:
    """The ways of one run; `way` is the direct one."""

    def __init__(self, way: OverTls, context: RunContext) -> None:
        self._direct = way
        self._context = context
        self._lines: dict[_Session, Line] = {}
        self._acceptances: dict[_Session, Acceptance] = {}
        self.gate = Gate()

    async def open(self) -> None:
        """Make a proxy for each session of each agent that a fault hits."""
        plan = self._context.plan
        for session in _hit(plan):
            acceptance = self._acceptance(session)
            line = acceptance.line = self._lines[session] = Line(
                self._direct.address.host,
                self._direct.address.port,
                plan.latency,
                Random(f"{plan.seed}/link/{'/'.join(session)}"),
                acceptance.over,
            )
            await line.open()

    def close(self) -> None:
        """Close the proxies with all that goes through them."""
        for line in self._lines.values():
            line.close()

    def peer(self, agent: str, resource: str) -> Peer:
        """How this agent reaches the server with the session of that planned resource."""
        session = _Session(agent, resource)
        return Peer(self._way(session), self._acceptance(session))

    def resources(self, agent: str) -> list[str]:
        """The resources with which the agent is available, as far as can be known."""
        found = [one.resource for key, one in self._acceptances.items() if key.agent == agent]
        return [resource for resource in found if resource is not None]

    def _way(self, session: _Session) -> OverTls:
        line = self._lines.get(session)
        if line is None:
            return self._direct
        name = f"{self._direct.address}, by way of {session.agent}'s proxy"
        return self._direct.by_way_of(Address(name, LOOPBACK, line.port))

    def _acceptance(self, session: _Session) -> Acceptance:
        if session not in self._acceptances:
            self._acceptances[session] = Acceptance(
                self._context.record, self._context.clock, self.gate
            )
        return self._acceptances[session]

    # --- faults ---

    async def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of a kind in `LINK_FAULTS`."""
        for line in self._hit_by(fault):
            await LINK_FAULTS[fault.kind][0](line, fault)

    async def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun."""
        for line in self._hit_by(fault):
            await LINK_FAULTS[fault.kind][1](line, fault)

    def _hit_by(self, fault: FaultPlan) -> list[Line]:
        agents = set(fault.agents)
        return [line for session, line in self._lines.items() if session.agent in agents]


def connections_needed(plan: Plan) -> int:
    """How many connections a plan needs, those of its proxies included: an open file each."""
    sessions = sum(1 + len(agent.extra_resources) for agent in plan.agents)
    return sessions + FILES * sum(1 for _ in _hit(plan))


def _hit(plan: Plan) -> Iterator[_Session]:
    """The sessions that need a proxy, in the plan's order."""
    hit = {agent for fault in plan.faults if fault.kind in LINK_FAULTS for agent in fault.agents}
    for agent in plan.agents:
        if agent.name in hit:
            yield _Session(agent.name, agent.resource)
            for extra in agent.extra_resources:
                yield _Session(agent.name, extra.name)


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


async def _degrade(line: Line, fault: FaultPlan) -> None:
    line.state.begin(fault)


async def _recover(line: Line, fault: FaultPlan) -> None:
    line.state.end(fault)
    line.release()


async def _refuse(line: Line, _fault: FaultPlan) -> None:
    line.refuse()


async def _accept(line: Line, _fault: FaultPlan) -> None:
    await line.accept()


_Step = Callable[[Line, FaultPlan], Coroutine[object, object, None]]

LINK_FAULTS: dict[str, tuple[_Step, _Step]] = {
    "reset": (_reset, _nothing),
    "close": (_close, _nothing),
    "refuse": (_refuse, _accept),
    "crash": (_crash, _nothing),
    # The harness freezes a real server itself.
    **{
        kind: (_degrade, _recover)
        for kind in link_faults.LINK_FAULTS
        if not FAULT_KINDS[kind].hits_server
    },
}
"""What begins and what ends each fault of a link, on one agent's line."""
