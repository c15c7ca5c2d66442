"""Journals made by the sans-IO server and a queue of events: quick, and of any size.

There are no agents: clients that do what they are told and record what they see. A client
approves every request after `approve_after`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import networkx as nx

from simulator.journal.file import FILE_NAME
from simulator.journal.records import (
    Action,
    Actual,
    Agent,
    AnyRecord,
    Belief,
    Died,
    FaultChanged,
    Outcome,
    Planned,
    Received,
    Roster,
    RunEnded,
    Sent,
    Session,
    View,
    Watch,
)
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import Jid, Presence, RosterChange, RosterPush, RosterResult
from tests.analysis.journals import started

DOMAIN = "example"
MS = 1_000
S = 1_000_000


class World:
    """A server, its clients, and the journal that they write. Times in microseconds."""

    def __init__(
        self,
        names: Iterable[str],
        watches: Iterable[tuple[str, str]],
        *,
        seed: int = 1,
        latency: int = 20 * MS,
        approve_after: int | None = 100 * MS,
    ) -> None:
        self.records: list[AnyRecord] = []
        self.random = Random(seed)
        self.latency = latency
        self.approve_after = approve_after
        self.server = PresenceServer(DOMAIN, self._accepted)
        self.names = list(names)
        self.sessions: dict[str, Any] = {}
        self.deaf: set[str] = set()
        self.t = 0
        self._arrival: dict[tuple[str, bool], int] = {}
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._seen: set[tuple[str, str]] = set()
        self._number = count()
        self._stanza = count(1)
        self._begin(watches)

    def _begin(self, watches: Iterable[tuple[str, str]]) -> None:
        self.records.append(started({"run": {"until": "converged", "settle": 1}}))
        for name in self.names:
            self.server.add_account(name)
            population = name.rstrip("0123456789").rstrip("-")
            self.records.append(Planned(t=0, agent=name, population=population, resource="r"))
        for watcher, contact in watches:
            origin = "subscriptions[0]"
            self.records.append(Watch(t=0, agent=watcher, peer=contact, origin=origin))

    # --- what a test asks for ---

    def at(self, t: int, do: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._queue, (t, next(self._number), do))

    def start(self, t: int, name: str) -> None:
        """Connect, show presence, get the roster."""
        self.at(t, lambda: self._start(name))

    def stop(self, t: int, name: str, origin: str = "timeline[0]") -> None:
        """Close the stream in order."""
        self.at(t, lambda: self._stop(name, origin))

    def die(self, t: int, name: str, noticed: int, origin: str = "faults[0]") -> None:
        """Go without a word; the server notices `noticed` later."""
        self.at(t, lambda: self._die(name, noticed, origin))

    def show(self, t: int, name: str, show: str, origin: str = "timeline[0]") -> None:
        """Change the show."""
        self.at(t, lambda: self._act(name, "set_presence", origin, lambda: self._tell(name, show)))

    def subscription(
        self, t: int, name: str, kind: str, peer: str, origin: str = "subscriptions[0]"
    ) -> None:
        """Send a subscription stanza."""
        send = lambda: self._subscription(name, kind, peer)  # noqa: E731
        self.at(t, lambda: self._act(name, kind, origin, send, peer))

    def remove(self, t: int, name: str, peer: str, origin: str = "timeline[0]") -> None:
        """Remove a roster item."""
        send = lambda: self._remove(name, peer)  # noqa: E731
        self.at(t, lambda: self._act(name, "remove", origin, send, peer))

    def run(self, until: int) -> list[AnyRecord]:
        """Let everything happen up to a time, then read the views and end."""
        self._go(until)
        self.t = until
        for name in self.names:
            self._final(name)
        for name in self.names:
            self._note(Outcome(t=until, agent=name, outcome="ok"))
        self._note(RunEnded(t=until, complete=True, reason="duration"))
        return self.records

    def _go(self, until: int) -> None:
        while self._queue and self._queue[0][0] <= until:
            self.t, _, do = heapq.heappop(self._queue)
            do()

    # --- the clients ---

    def _note(self, record: AnyRecord) -> None:
        self.records.append(record)

    def _start(self, name: str) -> None:
        self._note(Agent(t=self.t, agent=name, state="starting"))

        def bind() -> None:
            bound = self.server.bind(f"{name}@{DOMAIN}", "r")
            self.sessions[name] = bound.session
            self._deliver(bound.deliveries)
            stanza = Presence("available", bound.session.jid, id=ident)
            self._deliver(self.server.presence(bound.session, stanza))
            self._deliver(self.server.roster_get(bound.session, "get"))

        ident = self._ident()
        self._note(Sent(t=self.t, agent=name, resource="r", type="available", id=ident))
        self._up(name, bind)

    def _stop(self, name: str, origin: str) -> None:
        self._note(Action(t=self.t, agent=name, do="stop", origin=origin))
        session = self.sessions.pop(name)
        self._note(Session(t=self.t, agent=name, resource="r", state="destroyed"))
        self._up(name, lambda: self._deliver(self.server.end(session)))

    def _die(self, name: str, noticed: int, origin: str) -> None:
        self._note(FaultChanged(t=self.t, origin=origin, fault="crash", state="begin"))
        self._note(Died(t=self.t, agent=name, cause="crash", origin=origin))
        session = self.sessions.pop(name)
        self._note(Session(t=self.t, agent=name, resource="r", state="destroyed"))
        self.at(self.t + noticed, lambda: self._deliver(self.server.end(session, "broken")))

    def _act(
        self, name: str, do: str, origin: str, send: Callable[[], None], peer: str = ""
    ) -> None:
        if name not in self.sessions:
            skipped = "does not run"
            self._note(
                Action(t=self.t, agent=name, do=do, peer=peer, origin=origin, skipped=skipped)
            )
            return
        self._note(Action(t=self.t, agent=name, do=do, peer=peer, origin=origin))
        send()

    def _tell(self, name: str, show: Any) -> None:
        session, ident = self.sessions[name], self._ident()
        kind: Any = "available"
        self._note(Sent(t=self.t, agent=name, resource="r", type=kind, show=show, id=ident))
        stanza = Presence(kind, session.jid, id=ident, show=show)
        self._up(name, lambda: self._deliver(self.server.presence(session, stanza)))

    def _subscription(self, name: str, kind: Any, peer: str) -> None:
        session, ident = self.sessions[name], self._ident()
        self._note(Sent(t=self.t, agent=name, resource="r", type=kind, peer=peer, id=ident))
        stanza = Presence(kind, session.jid, Jid(f"{peer}@{DOMAIN}"), ident)
        self._up(name, lambda: self._deliver(self.server.presence(session, stanza)))

    def _remove(self, name: str, peer: str) -> None:
        session = self.sessions[name]
        self._note(Sent(t=self.t, agent=name, resource="r", type="roster_remove", peer=peer))
        change = RosterChange(f"{peer}@{DOMAIN}", remove=True)
        self._up(name, lambda: self._deliver(self.server.roster_set(session, "set", [change])))

    def _final(self, name: str) -> None:
        if name not in self.sessions:
            absent = "the agent is not connected"
            self._note(View(t=self.t, agent=name, view="served", absent=absent))
            self._note(View(t=self.t, agent=name, view="believed", absent=absent))
            return
        items = self.server.roster(f"{name}@{DOMAIN}")
        self._note(View(t=self.t, agent=name, view="served", entries=len(items)))
        for item in items:
            self._entry(name, item, "final")
        self._note(View(t=self.t, agent=name, view="believed", entries=len(items)))
        for item in items:
            assert item.subscription != "remove"
            self._note(
                Belief(
                    t=self.t,
                    agent=name,
                    peer=local(item.jid),
                    subscription=item.subscription,
                    ask=item.ask,
                    available=(name, local(item.jid)) in self._seen,
                )
            )

    # --- the links and the server ---

    def _ident(self) -> str:
        return f"s{next(self._stanza)}"

    def _link(self, name: str, up: bool) -> int:
        """When what is sent now arrives: never before what was sent earlier."""
        jitter = self.random.randrange(self.latency // 2 + 1)
        arrival = max(self.t + self.latency + jitter, self._arrival.get((name, up), 0))
        self._arrival[name, up] = arrival
        return arrival

    def _up(self, name: str, do: Callable[[], None]) -> None:
        self.at(self._link(name, True), do)

    def _accepted(self, change: Any) -> None:
        presence = change.presence
        self._note(
            Actual(
                t=self.t,
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

    def _deliver(self, deliveries: Iterable[Any]) -> None:
        for session, stanza in deliveries:
            name = session.jid.local
            arrive = lambda n=name, s=session, x=stanza: self._arrive(n, s, x)  # noqa: E731
            self.at(self._link(name, False), arrive)

    def _arrive(self, name: str, session: Any, stanza: Any) -> None:
        if self.sessions.get(name) is not session or name in self.deaf:
            return
        if isinstance(stanza, RosterResult):
            self._note(Session(t=self.t, agent=name, resource="r", state="established"))
            for item in stanza.items:
                self._entry(name, item, "initial")
            self._note(Agent(t=self.t, agent=name, state="started"))
        elif isinstance(stanza, RosterPush):
            self._entry(name, stanza.item, "push")
        elif isinstance(stanza, Presence):
            self._presence(name, stanza)

    def _entry(self, name: str, item: Any, source: Any) -> None:
        self._note(
            Roster(
                t=self.t,
                agent=name,
                peer=local(item.jid),
                subscription=item.subscription,
                ask=item.ask,
                approved=item.approved,
                source=source,
            )
        )

    def _presence(self, name: str, stanza: Presence) -> None:
        peer = stanza.sender.local
        if stanza.type == "available":
            self._seen.add((name, peer))
        elif stanza.type == "unavailable":
            self._seen.discard((name, peer))
        self._note(
            Received(
                t=self.t,
                agent=name,
                resource="r",
                type=stanza.type,
                peer=peer,
                peer_resource=stanza.sender.resource,
                show=stanza.show,
                status=stanza.status,
                priority=stanza.priority,
                id=stanza.id,
            )
        )
        if stanza.type == "subscribe" and self.approve_after is not None:
            self.at(self.t + self.approve_after, lambda: self._approve(name, peer))

    def _approve(self, name: str, peer: str) -> None:
        if name in self.sessions:
            self._subscription(name, "subscribed", peer)


def local(jid: str) -> str:
    """The name of a planned agent."""
    return jid.partition("@")[0]


def small_world(
    agents: int, *, changes: int = 0, deaths: int = 0, seed: int = 1, degree: int = 10
) -> World:
    """A ring with short cuts; everybody asks at 1 s; shows change from 5 s on, a second apart."""
    names = [f"member-{number}" for number in range(agents)]
    if agents > 4:
        graph = nx.watts_strogatz_graph(agents, min(degree, agents - 1), 0.1, seed=seed)
    else:
        graph = nx.complete_graph(agents)
    pairs = [(names[a], names[b]) for edge in graph.edges for a, b in (edge, edge[::-1])]
    world = World(names, pairs, seed=seed)
    for name in names:
        world.start(world.random.randrange(100 * MS), name)
    for watcher, contact in pairs:
        world.subscription(1 * S, watcher, "subscribe", contact)
    random = Random(f"{seed}/changes")
    for number in range(changes):
        show = random.choice(["", "chat", "away", "xa", "dnd"])
        world.show(5 * S + number * 100 * MS, random.choice(names), show, "timeline[0]")
    last = 5 * S + changes * 100 * MS
    for name in random.sample(names, deaths):
        last += 2 * S
        world.die(last, name, 1 * S)
    return world


def write(records: Iterable[AnyRecord], folder: Path) -> Path:
    """Write a journal into a run folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = msgspec.json.Encoder().encode_lines(list(records))
    (folder / FILE_NAME).write_bytes(lines)
    return folder
