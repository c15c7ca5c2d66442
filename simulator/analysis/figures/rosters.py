"""The three views of every roster entry at the end: expected, served, believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from simulator.analysis.folds.run_info import RunInfo
from simulator.analysis.measurement import Measurement
from simulator.analysis.naming import natural_order, natural_tuples
from simulator.analysis.states import Entry
from simulator.journal.records import Belief

ABSENT = "absent"
"""How an entry that does not exist is written."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One entry in its three views, at the end of the run.

    `expected`: the allowed entries, sorted, None for no entry; more than one where actions
    crossed. `served`: what the server holds (`read_at_end`: it was asked at the end, else the
    last push counts). `believed` is None where the manager lists nothing or was not read
    (`believed_read`). `right`: served is an expected one; None where nobody could read it.
    """

    agent: str
    peer: str
    expected: tuple[Entry | None, ...]
    pending_in: bool
    served: Entry | None
    served_read: bool
    read_at_end: bool
    believed: Belief | None
    believed_read: bool

    @property
    def right(self) -> bool | None:
        """Is the served entry an expected one?"""
        return self.served in self.expected if self.served_read else None


class Divergence(NamedTuple):
    """An entry where the agent's belief differs from what the server holds."""

    agent: str
    peer: str
    believed: str
    served: str


def roster_rows(measurement: Measurement) -> list[RosterRow]:
    """A row for every entry that one of the views holds, sorted by agent and peer."""
    oracle, entries = measurement.rosters.oracle, measurement.states.entries
    beliefs = measurement.info.beliefs
    agents = {*measurement.info.planned, *entries, *oracle.agents()}
    rows = []
    for agent in natural_order(name for name in agents if "@" not in name):
        served = [peer for peer, one in entries.get(agent, {}).items() if one.served.last]
        peers = {*oracle.peers(agent), *served, *beliefs.get(agent, ())}
        rows += [_row(measurement, agent, peer) for peer in natural_order(peers)]
    return rows


def _row(measurement: Measurement, agent: str, peer: str) -> RosterRow:
    rosters, info = measurement.rosters, measurement.info
    return RosterRow(
        agent=agent,
        peer=peer,
        expected=tuple(sorted(rosters.oracle.allowed(agent, peer), key=entry_text)),
        pending_in=rosters.oracle.pending_in(agent, peer),
        served=rosters.served(agent, peer),
        served_read=measurement.can_read(agent),
        read_at_end=info.read(agent, "served"),
        believed=info.beliefs.get(agent, {}).get(peer),
        believed_read=info.read(agent, "believed"),
    )


def belief_divergence(info: RunInfo) -> list[Divergence]:
    """The entries where believed differs from served, of agents with both views read.

    An entry is compared on subscription and `ask`, sorted by agent and peer. A contact that the
    manager lists without roster data always differs.
    """
    divergences = []
    for agent in natural_order(compared(info)):
        believed = info.beliefs.get(agent, {})
        served = info.final.get(agent, {})
        for peer in natural_order({*believed, *served}):
            belief, entry = belief_text(believed.get(peer)), entry_text(served.get(peer))
            if belief != entry:
                divergences.append(Divergence(agent, peer, belief, entry))
    return divergences


def believed_ghosts(measurement: Measurement) -> list[tuple[str, str]]:
    """The pairs (agent, peer) of which the agent's manager calls a planned peer available that
    has no available resource at the end, sorted."""
    info, agents = measurement.info, measurement.states.agents
    return natural_tuples(
        (agent, peer)
        for agent, beliefs in info.beliefs.items()
        for peer, belief in beliefs.items()
        if belief.available and peer in info.planned and not agents[peer].available
    )


def believed_absent(measurement: Measurement) -> list[tuple[str, str]]:
    """The pairs (agent, peer) of which the agent's manager calls unavailable, or does not list, a
    peer that is available and that the agent is authorised to see, sorted."""
    info, agents = measurement.info, measurement.states.agents
    return natural_tuples(
        (watch.watcher, watch.contact)
        for watch in measurement.states.all_watches()
        if watch.authorised
        and agents[watch.contact].available
        and info.read(watch.watcher, "believed")
        and not believes_available(info, watch.watcher, watch.contact)
    )


def believes_available(info: RunInfo, agent: str, peer: str) -> bool:
    """Did the agent's manager call the peer available at the end?"""
    belief = info.beliefs.get(agent, {}).get(peer)
    return belief is not None and belief.available


def compared(info: RunInfo) -> list[str]:
    """The agents of which both the served and the believed view were read at the end."""
    return [a for a in info.planned if info.read(a, "served") and info.read(a, "believed")]


def entry_text(entry: Entry | None) -> str:
    """An entry as text: ``both``, ``none + ask``, ``absent``."""
    if entry is None:
        return ABSENT
    return entry.subscription + (" + ask" if entry.ask else "")


def belief_text(belief: Belief | None) -> str:
    """A believed entry as text, in the same words."""
    if belief is None:
        return ABSENT
    return (belief.subscription or "listed without roster data") + (" + ask" if belief.ask else "")
