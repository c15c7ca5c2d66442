"""A scripted case: who is there, what they do, and what each of them is told.

`told` waits until everything is quiet and compares what came to everybody, so a case says at
each moment who learns what, and that nobody else learns anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aioxmpp

from simulator.scenario.plan import PresencePlan
from simulator.servers.base import Backend
from simulator.spade3.presence.checks import status_texts
from tests.conformance import deviations
from tests.conformance.stage import Client, Player, Stage, Stock

Lines = Mapping[str, list[str]]
Script = Callable[["Scene"], Awaitable[None]]

_PATIENCE = 3.0
"""Seconds that a server may take to notice that a connection has ended."""

CASES: dict[str, Script] = {}
"""Every scripted case by its name."""
SECTIONS: dict[str, str] = {}
"""The sections of RFC 6121 that a case is about."""


def case(sections: str) -> Callable[[Script], Script]:
    """Register a scripted case."""

    def register(script: Script) -> Script:
        name = script.__name__
        assert name not in CASES
        CASES[name] = script
        SECTIONS[name] = sections
        return script

    return register


def each(lines: list[str], *names: str) -> dict[str, list[str]]:
    """The same lines for each of these clients."""
    return dict.fromkeys(names, lines)


class Differs(AssertionError):
    """A server differs from what a case wants of it."""

    def __init__(self, problems: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(
            "\n".join(
                f"at {moment!r}: {seen}, not {wanted}"
                for moment, (seen, wanted) in problems.items()
            )
        )
        self.problems = problems


def _full(name: str) -> str:
    return name if "/" in name else f"{name}/r"


class Scene:
    """The clients of one case, by name; ``juliet`` is short for ``juliet/r``."""

    def __init__(self, server: str, backend: Backend, name: str) -> None:
        self._stage = Stage(backend)
        self._known = deviations.of_case(server, name)
        self._clients: dict[str, Client] = {}
        self._moments: set[str] = set()
        self.problems: dict[str, tuple[Any, Any]] = {}
        """What differs: moment -> what was seen, and what should have been."""

    # --- who is there ---

    async def agents(self, *names: str, **presence: Any) -> list[Player]:
        """Start agents, and forget what their login told. `presence`: their first one."""
        await self._stage.accounts(*(name.partition("/")[0] for name in names))
        players = await asyncio.gather(*(self.login(name, **presence) for name in names))
        await self.forget()
        return players

    async def login(self, name: str, **presence: Any) -> Player:
        """Start one agent; `told` says what its login told it."""
        plan = PresencePlan(**presence) if presence else None
        player = await self._stage.agent(_full(name), presence=plan)
        self._clients[_full(name)] = player
        return player

    async def stock(self, name: str, *, roster: bool = False, available: bool = False) -> Stock:
        """Connect a stock client; what it does at login is up to the case."""
        client = await self._stage.stock(_full(name))
        self._clients[_full(name)] = client
        if roster:
            await client.roster()
        if available:
            client.send(aioxmpp.Presence())
        await self.forget()
        return client

    async def accounts(self, *names: str) -> None:
        """Accounts that nobody uses."""
        await self._stage.accounts(*names)

    async def leave(self, name: str) -> None:
        """End a client's stream in order."""
        client = self._clients.pop(_full(name))
        assert isinstance(client, Player | Stock)
        await client.stop()

    def die(self, name: str) -> None:
        """Break a client's connection: no word of goodbye reaches the server."""
        client = self._clients.pop(_full(name))
        transport = client.client.stream._xmlstream.transport
        transport.abort()
        client.client.stop()

    def presence(self, name: str) -> Any:
        """An agent's presence manager."""
        player = self.client(name)
        assert isinstance(player, Player)
        return player.presence

    def client(self, name: str) -> Client:
        """A client that is there."""
        return self._clients[_full(name)]

    # --- what they do ---

    async def do(self, name: str, action: str, peer: str) -> None:
        """An agent does what a plan can ask for, through its presence manager."""
        player = self.client(name)
        assert isinstance(player, Player)
        await player.do(action, peer)

    def send(self, name: str, kind: str = "", to: str = "", **parts: Any) -> None:
        """Put a presence stanza into a client's stream."""
        status, priority = parts.pop("status", {}), parts.pop("priority", 0)
        stanza = aioxmpp.Presence(type_=aioxmpp.PresenceType(kind or None), **parts)
        stanza.status.update(status_texts(status))
        stanza.priority = priority
        if to:
            stanza.to = self._stage.jid(to)
        self.client(name).send(stanza)

    def write(self, name: str, to: str, text: str, kind: str = "chat") -> None:
        """Send a message past SPADE, which keeps those of one process to itself."""
        message = aioxmpp.Message(type_=aioxmpp.MessageType(kind), to=self._stage.jid(to))
        message.body[None] = text
        self.client(name).send(message)

    async def ask(self, name: str, to: str) -> str:
        """Ping somebody; the answer, or the error's condition."""
        ping = aioxmpp.IQ(type_=aioxmpp.IQType.GET, payload=aioxmpp.ping.xso.Ping())
        ping.to = self._stage.jid(to)
        try:
            await self.client(name).client.send(ping, timeout=10)
        except aioxmpp.errors.XMPPError as error:
            return str(error.condition.value[1])
        return "answered"

    async def befriend(self, watcher: str, contact: str) -> None:
        """`watcher` subscribes and `contact` approves; what that tells is forgotten."""
        await self.do(watcher, "subscribe", contact.partition("/")[0])
        await self.forget()
        await self.do(contact, "approve", watcher.partition("/")[0])
        await self.forget()

    async def watched(self) -> None:
        """Two agents; romeo sees juliet."""
        await self.agents("romeo", "juliet")
        await self.befriend("romeo", "juliet")

    # --- what they are told ---

    async def quiet(self) -> None:
        """Wait until everything has arrived."""
        await self._stage.quiet(*self._clients.values())

    async def forget(self) -> None:
        """Let everything arrive, and start anew."""
        await self.quiet()
        for client in self._clients.values():
            client.log.take()

    async def told(self, moment: str, lines: Lines | None = None) -> None:
        """Everybody was told these lines, in any order, since the last moment; others nothing."""
        wanted = self._wanted(moment, lines or {})
        deadline = time.monotonic() + _PATIENCE
        while True:
            await self.quiet()
            seen = {name: client.log.lines for name, client in self._clients.items()}
            if _sorted(seen) == wanted or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.05)
            if not _may_come(_sorted(seen), wanted):
                break
        for client in self._clients.values():
            client.log.take()
        self._compare(moment, _sorted(seen), wanted)

    def _wanted(self, moment: str, lines: Lines) -> dict[str, list[str]]:
        """What is to come: by the rules, with what is known of this server."""
        self._begin(moment)
        wanted = {_full(name): list(told) for name, told in lines.items()}
        for name, changes in self._known.get(moment, {}).items():
            told = wanted.setdefault(_full(name), [])
            for change in changes:
                if change.startswith("- "):
                    told.remove(change[2:])
                else:
                    told.append(change.removeprefix("+ "))
        return _sorted(wanted)

    def _begin(self, moment: str) -> None:
        assert moment not in self._moments, f"two moments are called {moment!r}"
        self._moments.add(moment)

    def _compare(self, moment: str, seen: Any, wanted: Any) -> None:
        if seen != wanted:
            self.problems[moment] = (seen, wanted)

    async def rosters(self, moment: str, lines: Lines) -> None:
        """The served rosters of these clients."""
        wanted = self._wanted(moment, lines)
        served = {_full(name): await self.client(name).roster() for name in lines}
        self._compare(moment, _sorted(served), wanted)

    def answer(self, moment: str, wanted: str, seen: str) -> None:
        """A word that a case got is the one that it should be."""
        self._begin(moment)
        self._compare(moment, seen, self._known.get(moment, wanted))

    async def close(self) -> None:
        """Take everybody down."""
        await self._stage.close()

    def unused(self) -> set[str]:
        """Moments of the deviation that the script does not have."""
        return set(self._known) - self._moments


def _sorted(lines: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: sorted(told) for name, told in sorted(lines.items()) if told}


def _may_come(seen: Mapping[str, list[str]], wanted: Mapping[str, list[str]]) -> bool:
    """Whether more time could still make `seen` what is wanted."""
    return all(line in wanted.get(name, []) for name, told in seen.items() for line in told)


async def play(server: str, backend: Backend, name: str) -> None:
    """Play a case on a server. Raises AssertionError where it differs."""
    scene = Scene(server, backend, name)
    try:
        await CASES[name](scene)
    finally:
        await scene.close()
    if scene.problems:
        raise Differs(scene.problems)
    assert not scene.unused(), f"deviations.yaml names moments that are not there: {name}"


async def play_all(
    server: str, backend: Backend, names: list[str], at_once: int = 12
) -> dict[str, BaseException | None]:
    """Play cases, several at a time; what each of them has raised."""
    places = asyncio.Semaphore(at_once)

    async def one(name: str) -> BaseException | None:
        async with places:
            try:
                async with asyncio.timeout(60):
                    await play(server, backend, name)
            except Exception as error:
                return error
            return None

    return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))
