"""The embedded backend: a presence server in this process, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import TypeVar

import simulator
from simulator.journal.records import Actual
from simulator.rfc6121.account import AvailabilityChange
from simulator.scenario.plan import FaultPlan
from simulator.servers.base import InMemory, Peer, RunContext
from simulator.servers.embedded.faults import FAULTS, EmbeddedFaults
from simulator.servers.embedded.network import Network
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.real.connector import Address
from simulator.virtual_time import loop as virtual
from simulator.virtual_time.repeatable import repeatable
from simulator.virtual_time.wallclock import virtual_wall_clock

_T = TypeVar("_T")
_ADDRESS = Address("embedded", "embedded", 0)


class EmbeddedBackend:
    """Runs in virtual time, or with `paced` at the pace of the wall clock.

    Each domain of the plan has a server of its own, and so has `domain`, the run's. No link
    connects them: they refuse stanzas for each other (RFC 6120, 10.4).
    """

    name = "embedded"
    domain = "localhost"
    sees_sessions = True
    login_limit: int | None = None
    faults = frozenset(FAULTS)

    def __init__(self, *, paced: bool = False) -> None:
        self.version = simulator.__version__
        self._paced = paced
        self._context: RunContext | None = None
        self._server_of: Callable[[str], EmbeddedServer] | None = None
        self._network: Network | None = None
        self._faults: EmbeddedFaults | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What ``simulator run`` is told to use this server in this way."""
        return ("--backend", self.name, *(["--realtime"] if self._paced else []))

    def run(self, main: Callable[[], Coroutine[object, object, _T]], seed: int) -> _T:
        """Run `main()` on a virtual-time loop to its end, free of wall clock and randomness."""

        async def repeatably() -> _T:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, virtual.VirtualTimeLoop)
            with virtual_wall_clock(loop), repeatable(seed):
                return await main()

        return virtual.run(repeatably, paced=self._paced)

    async def start(self, context: RunContext) -> None:
        """Make the servers."""
        self._context = context
        plan = context.plan
        domains = {agent.name: agent.domain or self.domain for agent in plan.agents}
        servers = {
            domain: EmbeddedServer(domain, self._availability_changed)
            for domain in dict.fromkeys((self.domain, *domains.values()))
        }
        self._server_of = lambda agent: servers[domains.get(agent, self.domain)]
        self._network = Network(self._server_of, plan.latency, plan.seed)
        self._faults = EmbeddedFaults(self._network, servers.values())

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Add each account to the server of its domain."""
        assert self._server_of is not None, "start() comes first"
        for name, password in passwords.items():
            self._server_of(name).create_accounts({name: password})
        return passwords

    def peer(self, agent: str, resource: str = "") -> Peer:
        """The way to the server of the agent's domain."""
        assert self._network is not None, "start() comes first"
        return Peer(InMemory(_ADDRESS, partial(self._network.open, agent)))

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Begin a fault."""
        assert self._faults is not None, "start() comes first"
        self._faults.begin(fault)

    async def end_fault(self, fault: FaultPlan) -> None:
        """End a fault."""
        assert self._faults is not None, "start() comes first"
        self._faults.end(fault)

    async def stop(self) -> None:
        """Let go of the servers and of every connection to them."""
        self._server_of = self._network = self._faults = None

    def _availability_changed(self, change: AvailabilityChange) -> None:
        assert self._context is not None
        presence = change.presence
        self._context.record(
            Actual(
                t=self._context.clock(),
                agent=change.session.jid.local,
                resource=change.session.jid.resource,
                available=presence.type == "available",
                show=presence.show,
                status=presence.status,
                priority=presence.priority,
                id=presence.id,
                cause=change.cause,
            )
        )
