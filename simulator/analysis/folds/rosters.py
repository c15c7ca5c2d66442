"""Roster entries over time: what the server told of each, and whether RFC 6121 expects it.

`roster convergence`: of the entries that are expected or served, the share whose served state is
an expected one. A surplus entry is served and not expected; it counts as wrong. The rosters of
agents without a session are left out: nobody can read them.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.analysis.folds.agents import Agents
from simulator.analysis.naming import natural_tuples
from simulator.analysis.oracle.oracle import Oracle
from simulator.analysis.states import ABSENT, ENTRIES, SEEING, Entry, EntryStates
from simulator.journal.records import Agent, FaultChanged, Roster, Sent, View

Listener = Callable[[str, str, int], None]
"""Called with agent, peer and time after the served entry has changed."""


class Rosters:
    """Fills the states of roster entries, by owner and peer.

    A new client knows nothing. At login, whether the first or after a broken stream, there is a
    record of every entry that is new, changed or gone for the client. A push changes one entry.
    The final listing replaces all entries.

    `right` and `total` count the entries of agents that are online. `changed` is set by every
    change of the counts; the reader may clear it.
    """

    def __init__(self, states: dict[str, dict[str, EntryStates]], agents: Agents) -> None:
        self.oracle = Oracle(self._expected)
        self.right = 0
        self.total = 0
        self.changed = True
        self._states = states
        self._agents = agents
        self._listener: Listener | None = None
        self._listed: set[str] = set()

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each change of a served entry."""
        self._listener = listener

    def served(self, agent: str, peer: str) -> Entry | None:
        """The entry that the server holds, as far as it told."""
        entry = self._states.get(agent, {}).get(peer)
        return entry.served.last if entry else None

    def sees(self, agent: str, peer: str) -> bool:
        """Is the agent's subscription to `peer` in force?"""
        return self.served(agent, peer) in SEEING

    def wrong(self) -> list[tuple[str, str]]:
        """The entries (agent, peer) that are wrong now, sorted."""
        return natural_tuples(
            (agent, peer)
            for agent, entries in self._states.items()
            for peer, entry in entries.items()
            if entry.right is False and self._agents.online(agent)
        )

    def came_or_went(self, agent: str) -> None:
        """The first session of an agent has begun, or its last one has ended."""
        judged = [
            entry.right for entry in self._states.get(agent, {}).values() if entry.right is not None
        ]
        if judged:
            self.changed = True
            sign = 1 if self._agents.online(agent) else -1
            self.right += sign * sum(judged)
            self.total += sign * len(judged)

    def roster(self, record: Roster) -> None:
        """Take an entry that the server told."""
        if record.source == "final":
            self._begin_listing(record.agent, record.t)
        removed = record.subscription == "remove"
        new = None if removed else ENTRIES[record.subscription, record.ask]
        self._serve(record.agent, record.peer, new, record.t)

    def agent(self, record: Agent) -> None:
        """Take a step in an agent's life: where it starts, a new client begins."""
        if record.state == "starting" and not self._agents.online(record.agent):
            self._clear(record.agent, record.t)

    def view(self, record: View) -> None:
        """Take the announcement of a final listing; an empty one has no `Roster` records."""
        if record.view == "served" and not record.absent:
            self._begin_listing(record.agent, record.t)
            self.oracle.listed(record.agent, record.t)

    def end(self, t: int) -> None:
        """The observation ends."""
        self.oracle.end(t)

    def sent_late(self, record: Sent) -> None:
        """Take an action after the end: it may come before the roster of somebody is read."""
        if not self._listed:
            self.oracle.sent(record)

    def fault(self, record: FaultChanged) -> None:
        """Take a fault: the server may have lost all rosters."""
        if record.lose_rosters:
            self.oracle.forget(record.t)

    def _begin_listing(self, agent: str, t: int) -> None:
        if agent not in self._listed:
            self._listed.add(agent)
            self._clear(agent, t)

    def _clear(self, agent: str, t: int) -> None:
        for peer in self._states.get(agent, ()):
            self._serve(agent, peer, None, t)

    def _entry(self, agent: str, peer: str) -> EntryStates:
        entries = self._states.setdefault(agent, {})
        entry = entries.get(peer)
        if entry is None:
            entry = entries[peer] = EntryStates()
        return entry

    def _serve(self, agent: str, peer: str, new: Entry | None, t: int) -> None:
        entry = self._entry(agent, peer)
        if new is not entry.served.last:
            entry.served.add(t, new)
            self._judge(agent, entry)
            if self._listener is not None:
                self._listener(agent, peer, t)

    def _expected(self, agent: str, peer: str, t: int) -> None:
        entry = self._entry(agent, peer)
        entry.expected.add(t, self.oracle.allowed(agent, peer))
        self._judge(agent, entry)

    def _judge(self, agent: str, entry: EntryStates) -> None:
        served, allowed = entry.served.last, entry.expected.last or ABSENT
        old = entry.right
        new = None if served is None and None in allowed else served in allowed
        if new is old:
            return
        entry.right = new
        if self._agents.online(agent):
            self.changed = True
            self.right += (new is True) - (old is True)
            self.total += (new is not None) - (old is not None)
