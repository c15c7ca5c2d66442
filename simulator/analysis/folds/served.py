"""Served rosters over time: what the server told each agent about its roster.

A fold over the `Roster` and `Session` records (`Agent` and `View`
say when a client or a listing begins).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator.journal.records import Agent, Roster, Session, View


class Entry(NamedTuple):
    """What of a roster entry is compared: `subscription` and `ask` (pending out)."""

    subscription: str
    ask: bool


ENTRIES = {
    (subscription, ask): Entry(subscription, ask)
    for subscription in ("none", "to", "from", "both")
    for ask in (False, True)
}
"""All entries there can be, each once."""

_SEEING = frozenset(entry for entry in ENTRIES.values() if entry.subscription in ("to", "both"))

Listener = Callable[[str, str, int], None]
"""Called after a change with the agent, the peer, and the time."""


class ServedRosters:
    """The served roster of every agent: `rosters[agent][peer]` is an `Entry`.

    A client that starts anew knows nothing. At login, be it the first or after a broken
    stream, records tell every entry that is new or changed or gone for the client; a push
    changes one entry; the final listing replaces all. An agent is `online` from its first
    established session to the end of its last one; offline, nobody can read its roster.
    """

    def __init__(self) -> None:
        self.rosters: dict[str, dict[str, Entry]] = {}
        self._sessions: dict[str, set[str]] = {}
        self._listed: set[str] = set()
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each change of an entry."""
        self._listeners.append(listener)

    def entry(self, agent: str, peer: str) -> Entry | None:
        """The entry that the server holds, as far as it told."""
        roster = self.rosters.get(agent)
        return roster.get(peer) if roster else None

    def sees(self, agent: str, peer: str) -> bool:
        """Is the agent's subscription to `peer` in force?"""
        roster = self.rosters.get(agent)
        return roster is not None and roster.get(peer) in _SEEING

    def online(self, agent: str) -> bool:
        """Has the agent a session that lives or may come back?"""
        return bool(self._sessions.get(agent))

    def sessions(self, agent: str) -> list[str]:
        """The resources of those sessions, sorted."""
        return sorted(self._sessions.get(agent, ()))

    def session(self, record: Session) -> bool:
        """Take a session record. Returns whether the agent came or went."""
        sessions = self._sessions.setdefault(record.agent, set())
        before = bool(sessions)
        if record.state in ("destroyed", "closed", "failed"):
            sessions.discard(record.resource)
        else:
            sessions.add(record.resource)
        return before != bool(sessions)

    def roster(self, record: Roster) -> None:
        """Take an entry that the server told."""
        if record.source == "final":
            self._begin_listing(record.agent, record.t)
        roster = self.rosters.setdefault(record.agent, {})
        old = roster.get(record.peer)
        if record.subscription == "remove":
            new = None
            roster.pop(record.peer, None)
        else:
            new = roster[record.peer] = ENTRIES[record.subscription, record.ask]
        if new is not old:
            self._tell(record.agent, record.peer, record.t)

    def agent(self, record: Agent) -> None:
        """Take a step in an agent's life: where it starts, a new client begins."""
        if record.state == "starting" and not self.online(record.agent):
            self._clear(record.agent, record.t)

    def view(self, record: View) -> None:
        """Take the head of a final listing; an empty one has no `Roster` records."""
        if record.view == "served" and not record.absent:
            self._begin_listing(record.agent, record.t)

    def _begin_listing(self, agent: str, t: int) -> None:
        if agent not in self._listed:
            self._listed.add(agent)
            self._clear(agent, t)

    def _clear(self, agent: str, t: int) -> None:
        for peer in list(self.rosters.pop(agent, ())):
            self._tell(agent, peer, t)

    def _tell(self, agent: str, peer: str, t: int) -> None:
        for listener in self._listeners:
            listener(agent, peer, t)
