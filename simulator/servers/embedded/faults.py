"""Faults of links and of the server, on the embedded server.

`FAULTS` maps each kind to what begins it and what ends it. Faults overlap: each undoes only
what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.plan import FaultPlan
from simulator.servers.embedded.network import REFUSING, DuplexLink, Line, Network
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.link_faults import LINK_FAULTS
from simulator.servers.xml import StreamError


class EmbeddedFaults:
    """Begins and ends faults. Those of the server hit all `servers` and every line to them."""

    def __init__(self, network: Network, servers: Iterable[EmbeddedServer]) -> None:
        self._network = network
        self._servers = tuple(servers)

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of any kind in `FAULTS`."""
        FAULTS[fault.kind][0](self, fault)

    def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun."""
        FAULTS[fault.kind][1](self, fault)

    def _lines(self, fault: FaultPlan) -> list[Line]:
        if FAULT_KINDS[fault.kind].hits_server:
            return self._network.lines
        return [self._network.line(agent) for agent in fault.agents]

    def _open_links(self, fault: FaultPlan) -> Iterator[DuplexLink]:
        for line in self._lines(fault):
            yield from [link for link in line.links if not link.is_over]

    # --- over at once ---

    def _nothing(self, _fault: FaultPlan) -> None:
        """What is over at once needs no end."""

    def _reset(self, fault: FaultPlan) -> None:
        for link in self._open_links(fault):
            link.up.sever()
            link.down.sever()
            link.connection.lost(ConnectionResetError("connection reset"))
            link.transport.lose(ConnectionResetError("connection reset"))

    def _close(self, fault: FaultPlan) -> None:
        for link in self._open_links(fault):
            link.up.close()
            link.down.close()

    def _stream_error(self, fault: FaultPlan) -> None:
        for link in self._open_links(fault):
            link.connection.fail(StreamError(fault.condition))

    def _conflict(self, fault: FaultPlan) -> None:
        for link in self._open_links(fault):
            link.connection.fail(StreamError("conflict", "replaced by a new connection"))

    def _crash(self, fault: FaultPlan) -> None:
        for link in self._open_links(fault):
            link.down.sever()
            if fault.silent:
                link.up.sever()
            else:
                # The operating system closes what a dead process had open.
                link.up.close(ConnectionResetError("the agent's process died"))

    # --- for a time ---

    def _degrade(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.begin(fault)
        if FAULT_KINDS[fault.kind].hits_server:
            self._network.everywhere.append(fault)

    def _recover(self, fault: FaultPlan) -> None:
        if FAULT_KINDS[fault.kind].hits_server:
            self._network.everywhere.remove(fault)
        for line in self._lines(fault):
            line.end(fault)

    # --- the server ---

    def _shut_down(self, fault: FaultPlan) -> None:
        self._degrade(fault)
        for server in self._servers:
            server.shut_down()
        # Whoever was logging in is sent away too.
        for line in self._lines(fault):
            for link in line.links:
                link.connection.fail(StreamError("system-shutdown"))
        if fault.rosters == "lost":
            for server in self._servers:
                server.forget_rosters()


_Step = Callable[[EmbeddedFaults, FaultPlan], None]

FAULTS: dict[str, tuple[_Step, _Step]] = {
    **dict.fromkeys((*LINK_FAULTS, *REFUSING), (EmbeddedFaults._degrade, EmbeddedFaults._recover)),
    "reset": (EmbeddedFaults._reset, EmbeddedFaults._nothing),
    "close": (EmbeddedFaults._close, EmbeddedFaults._nothing),
    "stream_error": (EmbeddedFaults._stream_error, EmbeddedFaults._nothing),
    "conflict": (EmbeddedFaults._conflict, EmbeddedFaults._nothing),
    "crash": (EmbeddedFaults._crash, EmbeddedFaults._nothing),
    "server_restart": (EmbeddedFaults._shut_down, EmbeddedFaults._recover),
}
