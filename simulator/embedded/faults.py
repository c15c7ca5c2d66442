"""Faults of links and of the server, on the embedded server.

`FAULTS` maps each kind to what begins it and what ends it. Faults overlap: each undoes only
what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simulator.embedded.server import EmbeddedServer
from simulator.embedded.wires import Line, Wire, Wires
from simulator.embedded.xml import StreamError
from simulator.scenario.plan import FaultPlan


class EmbeddedFaults:
    """Begins and ends faults. `everybody` names all agents, whom the server's faults hit."""

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
        return [self._wires.line(agent) for agent in fault.agents]

    def _open_wires(self, fault: FaultPlan) -> Iterator[Wire]:
        for line in self._lines(fault):
            yield from [wire for wire in line.wires if not wire.is_over]

    # --- over at once ---

    def _nothing(self, _fault: FaultPlan) -> None:
        """What is over at once needs no end."""

    def _reset(self, fault: FaultPlan) -> None:
        for wire in self._open_wires(fault):
            _cut(wire)
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

    def _lose(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            for weather in line.weather(fault.direction):
                weather.lost += 1

    def _lose_no_more(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            for weather in line.weather(fault.direction):
                weather.lost -= 1

    def _hold(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            _hold(line, fault)

    def _release(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            _release(line, fault)

    def _slow(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            for weather in line.weather(fault.direction):
                weather.slowed.append((fault.factor, fault.added))

    def _slow_no_more(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            for weather in line.weather(fault.direction):
                weather.slowed.remove((fault.factor, fault.added))

    def _refuse(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.refused += 1

    def _accept(self, fault: FaultPlan) -> None:
        for line in self._lines(fault):
            line.refused -= 1

    # --- the server ---

    def _shut_down(self, fault: FaultPlan) -> None:
        for agent in self._everybody:
            self._wires.line(agent).refused += 1
        self._server.shut_down()
        # Whoever was logging in is sent away too.
        for agent in self._everybody:
            for wire in self._wires.line(agent).wires:
                wire.connection.fail(StreamError("system-shutdown"))
        if fault.lose_rosters:
            self._server.forget_rosters()

    def _come_up(self, _fault: FaultPlan) -> None:
        for agent in self._everybody:
            self._wires.line(agent).refused -= 1

    def _freeze(self, fault: FaultPlan) -> None:
        for agent in self._everybody:
            _hold(self._wires.line(agent), fault)

    def _thaw(self, fault: FaultPlan) -> None:
        for agent in self._everybody:
            _release(self._wires.line(agent), fault)


def _cut(wire: Wire) -> None:
    wire.up.sever()
    wire.down.sever()


def _hold(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.held += 1


def _release(line: Line, fault: FaultPlan) -> None:
    for weather in line.weather(fault.direction):
        weather.held -= 1
    for wire in line.wires:
        for link in (wire.up, wire.down):
            link.release()


_Step = Callable[[EmbeddedFaults, FaultPlan], None]

FAULTS: dict[str, tuple[_Step, _Step]] = {
    "reset": (EmbeddedFaults._reset, EmbeddedFaults._nothing),
    "close": (EmbeddedFaults._close, EmbeddedFaults._nothing),
    "black_hole": (EmbeddedFaults._lose, EmbeddedFaults._lose_no_more),
    "stall": (EmbeddedFaults._hold, EmbeddedFaults._release),
    "slow": (EmbeddedFaults._slow, EmbeddedFaults._slow_no_more),
    "refuse": (EmbeddedFaults._refuse, EmbeddedFaults._accept),
    "stream_error": (EmbeddedFaults._stream_error, EmbeddedFaults._nothing),
    "conflict": (EmbeddedFaults._conflict, EmbeddedFaults._nothing),
    "crash": (EmbeddedFaults._crash, EmbeddedFaults._nothing),
    # The server is on the side of those who are not named.
    "partition": (EmbeddedFaults._hold, EmbeddedFaults._release),
    "server_restart": (EmbeddedFaults._shut_down, EmbeddedFaults._come_up),
    "server_freeze": (EmbeddedFaults._freeze, EmbeddedFaults._thaw),
}
