"""The faults of a server that we started: it is down, or suspended, for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from simulator.scenario.plan import FaultPlan
from simulator.servers.real.acceptance import Gate
from simulator.servers.real.connector import Address
from simulator.servers.real.ports import reserved_port


class Controlled(Protocol):
    """What the faults need of a server."""

    @property
    def address(self) -> Address:
        """Where it listens."""

    async def freeze(self) -> None:
        """Suspend its process."""

    async def thaw(self) -> None:
        """Resume its process."""

    async def halt(self) -> None:
        """Stop it in order, and keep its data."""

    async def run_again(self, *, forget: bool) -> None:
        """Start it again, with the old rosters or none, and wait for it."""


class ServerControl:
    """Begins and ends the faults of one server. They may overlap, so each kind counts.

    `gate` is shut while the server is frozen: what agents say then it has not accepted yet.
    """

    def __init__(self, server: Controlled, gate: Gate) -> None:
        self._server = server
        self._gate = gate
        self._down = 0
        self._frozen = 0
        self._forget = False
        self._port = contextlib.ExitStack()

    async def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of a kind in `SERVER_FAULTS`. Raises ServerUnavailable."""
        await _STEPS[fault.kind][0](self, fault)

    async def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun. Raises ServerUnavailable when the server is gone."""
        await _STEPS[fault.kind][1](self, fault)

    def let_go(self) -> None:
        """Stop holding the port."""
        self._port.close()

    async def _shut_down(self, fault: FaultPlan) -> None:
        self._down += 1
        self._forget |= fault.rosters == "lost"
        if self._down == 1:
            await self._server.halt()
            # While it is down its port stays closed, and ours.
            address = self._server.address
            self._port.enter_context(reserved_port(address.server, address.port))

    async def _come_up(self, _fault: FaultPlan) -> None:
        self._down -= 1
        if self._down:
            return
        forget, self._forget = self._forget, False
        await self._server.run_again(forget=forget)
        self._port.close()
        if self._frozen:
            await self._server.freeze()

    async def _freeze(self, _fault: FaultPlan) -> None:
        self._frozen += 1
        self._gate.shut()
        if not self._down:
            await self._server.freeze()

    async def _thaw(self, _fault: FaultPlan) -> None:
        self._frozen -= 1
        if not self._frozen:
            await self._server.thaw()
        self._gate.open()


_Step = Callable[[ServerControl, FaultPlan], Awaitable[None]]

_STEPS: dict[str, tuple[_Step, _Step]] = {
    "server_restart": (ServerControl._shut_down, ServerControl._come_up),
    "server_freeze": (ServerControl._freeze, ServerControl._thaw),
}
SERVER_FAULTS = frozenset(_STEPS)
"""The kinds of fault that hit the server itself."""
