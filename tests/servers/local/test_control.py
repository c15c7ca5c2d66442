"""Faults of a server that overlap. What they do to real ones: test_faults.py."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from simulator.scenario.plan import FaultPlan
from simulator.servers.local.control import ServerControl
from simulator.servers.real.acceptance import Gate
from simulator.servers.real.connector import Address
from simulator.servers.real.ports import LOOPBACK, reserved_port


class Recorder:
    """A server that says what was done to it."""

    def __init__(self) -> None:
        with reserved_port("server") as port:
            self.address = Address("server", LOOPBACK, port)
        self.done: list[str] = []

    async def freeze(self) -> None:
        self.done.append("freeze")

    async def thaw(self) -> None:
        self.done.append("thaw")

    async def halt(self) -> None:
        self.done.append("halt")

    async def run_again(self, *, forget: bool) -> None:
        self.done.append("run, forgetful" if forget else "run")


def fault(kind: Any, *, lose_rosters: bool = False) -> FaultPlan:
    return FaultPlan(
        at=0, kind=kind, origin="faults[0]", rosters="lost" if lose_rosters else "kept"
    )


RESTART, FREEZE = fault("server_restart"), fault("server_freeze")
AMNESIA = fault("server_restart", lose_rosters=True)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["+", RESTART, "-", RESTART], ["halt", "run"]),
        (["+", RESTART, "+", AMNESIA, "-", RESTART, "-", AMNESIA], ["halt", "run, forgetful"]),
        (
            ["+", AMNESIA, "-", AMNESIA, "+", RESTART, "-", RESTART],
            ["halt", "run, forgetful", "halt", "run"],
        ),
        (["+", FREEZE, "+", FREEZE, "-", FREEZE, "-", FREEZE], ["freeze", "freeze", "thaw"]),
        (
            ["+", FREEZE, "+", RESTART, "-", RESTART, "-", FREEZE],
            ["freeze", "halt", "run", "freeze", "thaw"],
        ),
        (
            ["+", RESTART, "+", FREEZE, "-", RESTART, "-", FREEZE],
            ["halt", "run", "freeze", "thaw"],
        ),
        (["+", RESTART, "+", FREEZE, "-", FREEZE, "-", RESTART], ["halt", "thaw", "run"]),
    ],
)
def test_faults_overlap(steps: list[Any], expected: list[str]) -> None:
    server, heard = Recorder(), []
    gate = Gate()
    control = ServerControl(server, gate)

    async def main() -> None:
        for sign, one in zip(steps[::2], steps[1::2], strict=True):
            await (control.begin if sign == "+" else control.end)(one)
            gate.enter(lambda: heard.append(len(server.done)))

    asyncio.run(main())
    assert server.done == expected
    assert len(heard) == len(steps) // 2
    control.let_go()


def test_what_a_frozen_server_is_told_waits_for_it() -> None:
    gate, heard = Gate(), []
    control = ServerControl(Recorder(), gate)

    async def main() -> None:
        await control.begin(FREEZE)
        gate.enter(lambda: heard.append("word"))
        assert heard == []
        await control.end(FREEZE)

    asyncio.run(main())
    assert heard == ["word"]


def test_while_it_is_down_its_port_is_closed_and_nobody_elses() -> None:
    server = Recorder()
    control = ServerControl(server, Gate())
    place = (server.address.host, server.address.port)
    asyncio.run(control.begin(RESTART))
    with socket.socket() as client, socket.socket() as thief:
        assert client.connect_ex(place) != 0
        with pytest.raises(OSError, match="in use"):
            thief.bind(place)
    asyncio.run(control.end(RESTART))
