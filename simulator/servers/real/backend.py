"""What every backend with a real network has in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import TypeVar

from simulator.errors import InputError, ServerUnavailable
from simulator.journal.records import Note
from simulator.rfc6121.stanza import Jid
from simulator.scenario.plan import FaultPlan
from simulator.servers.base import Peer, RunContext
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.network import LINK_FAULTS, Network
from simulator.servers.real.session import RequestRefused, session
from simulator.virtual_time.guarded import GuardedLoop

_T = TypeVar("_T")


class RealBackend:
    """A server that is reached over sockets, in real time, and cannot be inspected.

    Our own proxies bring about the faults of links, and a second login a conflict.
    """

    name: str
    domain: str
    sees_sessions = False
    login_limit: int | None = 32
    faults: frozenset[str] = frozenset((*LINK_FAULTS, "conflict"))

    def __init__(self, domain: str, address: Address) -> None:
        self.domain = domain
        self._address = address
        self._way: OverTls | None = None
        self._passwords: Mapping[str, str] = {}
        self._network: Network | None = None
        self._context: RunContext | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What ``simulator run`` is told to use this server."""
        return ("--backend", self.name)

    def run(self, main: Callable[[], Coroutine[object, object, _T]], seed: int) -> _T:
        """Run `main()` on a fresh asyncio loop. `seed` is not used: real networks never repeat."""
        with asyncio.Runner(loop_factory=GuardedLoop) as runner:
            return runner.run(main())

    def peer(self, agent: str, resource: str = "") -> Peer:
        """How an agent reaches the server. Raises ServerUnavailable before it was started."""
        if self._way is None:
            raise ServerUnavailable(f"{self.name} was not started")
        if self._network is None or not agent:
            return Peer(self._way)
        return self._network.peer(agent, resource)

    async def _open_network(self, context: RunContext) -> None:
        assert self._way is not None
        self._context = context
        self._network = Network(self._way, context)
        await self._network.open()

    def _close_network(self) -> None:
        network, self._network = self._network, None
        if network is not None:
            network.close()

    # --- faults ---

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Begin a fault of a link, or a conflict. Raises InputError for another kind."""
        if fault.kind == "conflict":
            await self._conflict(fault)
        elif fault.kind in LINK_FAULTS:
            await self._running_network().begin(fault)
        else:
            raise InputError(f"{fault.origin}: {self.name} does not support {fault.kind}")

    async def end_fault(self, fault: FaultPlan) -> None:
        """End a fault of a link. Raises InputError for a kind that cannot have begun."""
        if fault.kind not in LINK_FAULTS:
            raise InputError(f"{fault.origin}: {self.name} does not support {fault.kind}")
        await self._running_network().end(fault)

    def _running_network(self) -> Network:
        if self._network is None:
            raise ServerUnavailable(f"{self.name} was not started")
        return self._network

    async def _conflict(self, fault: FaultPlan) -> None:
        """Log in a second time with the agent's own resources, and leave again."""
        for agent in fault.agents:
            for resource in self._running_network().resources(agent):
                await self._replace(agent, resource, fault.origin)

    async def _replace(self, agent: str, resource: str, origin: str) -> None:
        account = Jid(f"{agent}@{self.domain}", resource)
        try:
            # Not through the agent's proxy: the other client is somewhere else.
            async with session(self.peer(""), account, self._passwords[agent]) as visit:
                replaced = visit.account.resource == resource
        except RequestRefused:
            # RFC 6120, section 7.7.2.2: a server may refuse the newcomer.
            replaced = False
        if not replaced:
            self._note(
                f"{origin}: the server refused the second login of {agent} or gave it"
                f" another resource, so nobody was replaced"
            )

    def _note(self, text: str) -> None:
        assert self._context is not None
        self._context.record(Note(t=self._context.clock(), text=text))
