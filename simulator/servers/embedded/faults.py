"""Faults of links and of the server, on the embedded server.

`FAULTS` maps each kind to what begins it and what ends it. Faults overlap: each undoes only
what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simulator.scenario.plan import FaultPlan
from simulator.servers.embedded.network import Line, Wire, Wires
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.embedded.xml import StreamError
from simulator.servers.link_faults import WEATHER_FAULTS

OF_SERVER = frozenset(("server_restart", "server_freeze"))
"""Kinds that name no agent and hit the server, hence everybody."""


class EmbeddedFaults:
    """Begins and ends faults. `everybody` names all agents, whom the faults in `OF_SERVER` hit."""

    def __init__(self, wires: Wires, server: EmbeddedServer, everybody: Iterable[str]) -> None:
        self._wires = wires
        self._server = server
        self._everybody = tuple(everybody)

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of any kind in `FAULTS`."""
        FAULTS[fault.kind][0](self, fault)

    def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun."""
        FAULTS[fault.kind][1](self, fault)

    def _lines(self, fault: FaultPlan) -> list[Line]:
        hit = self._everybody if fault.kind in OF_SERVER else fault.agents
        return [self._wires.line(agent) for agent in hit]

    def _open_wires(self, fault: FaultPlan) -> Iterator[Wire]:
        for line in self._lines(fault):
            yield from [wire for wire in line.wires if not wire.is_over]

    # --- over at once ---

    def _nothing(self, _fault: FaultPlan) -> None:
        """What is over at once needs no end."""

    def _reset(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            wire.up.sever()
            wire.down.sever()
            wire.connection.lost(ConnectionResetError("connection reset"))
            wire.transport.lose(ConnectionResetError("connection reset"))

    def _close(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            wire.up.close()
            wire.down.close()

    def _stream_error(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            wire.connection.fail(StreamError(fault.condition))

    def _conflict(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            wire.connection.fail(StreamError("conflict", "replaced by a new connection"))

    def _crash(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            wire.down.sever()
            if fault.silent:
                wire.up.sever()
            else:
                # The operating system closes what a dead process had open.
                wire.up.close(ConnectionResetError("the agent's process died"))

    # --- for a time ---

    def _worsen(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.weather.begin(fault)

    def _clear_up(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.weather.end(fault)
            for wire in line.wires:
                wire.up.release()
                wire.down.release()

    def _refuse(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.refused += 1

    def _accept(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.refused -= 1

    # --- the server ---

    def _shut_down(self, fault: FaultPlan) -> None:
        self._refuse(fault)
        self._server.shut_down()
        # Whoever was logging in is sent away too.
        for line in self._lines(fault):
            for wire in line.wires:
                wire.connection.fail(StreamError("system-shutdown"))
        if fault.lose_rosters:
            self._server.forget_rosters()


_Step = Callable[[EmbeddedFaults, FaultPlan], None]

FAULTS: dict[str, tuple[_Step, _Step]] = {
    "reset": (EmbeddedFaults._reset, EmbeddedFaults._nothing),
    "close": (EmbeddedFaults._close, EmbeddedFaults._nothing),
    "refuse": (EmbeddedFaults._refuse, EmbeddedFaults._accept),
    "stream_error": (EmbeddedFaults._stream_error, EmbeddedFaults._nothing),
    "conflict": (EmbeddedFaults._conflict, EmbeddedFaults._nothing),
    "crash": (EmbeddedFaults._crash, EmbeddedFaults._nothing),
    "server_restart": (EmbeddedFaults._shut_down, EmbeddedFaults._accept),
    **dict.fromkeys(WEATHER_FAULTS, (EmbeddedFaults._worsen, EmbeddedFaults._clear_up)),
}
