"""How far rosters and availability have converged, now and over time.

`roster_convergence(t)`: of the roster entries that are expected or served, the share whose
served state is an expected one. (A surplus entry is one that is served and not expected: it
counts as wrong. Where the oracle allows several outcomes, each of them is right.) The rosters
of agents that have no session are left out: nobody can read them.

`availability_convergence(t)`: of the authorised watches, the share whose observed availability
equals the actual one.

A share of nothing is undefined (None), not 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from simulator.analysis.folds.oracle import Oracle
from simulator.analysis.folds.served import ServedRosters
from simulator.analysis.folds.watches import Listener as WatchListener
from simulator.analysis.folds.watches import Watches
from simulator.journal.records import (
    Actual,
    Agent,
    AnyRecord,
    Died,
    FaultChanged,
    Received,
    Roster,
    Sent,
    Session,
    View,
    Watch,
)

Handler = Callable[[Any], object]

CRASH = "crash"
"""The cause of death of an agent whose process ended; the others lost their connection only."""


class Share(NamedTuple):
    """`right` of `total`."""

    right: int
    total: int

    @property
    def ratio(self) -> float | None:
        """The share, or None of nothing."""
        return self.right / self.total if self.total else None

    @property
    def complete(self) -> bool:
        """Is nothing wrong? True of nothing."""
        return self.right == self.total


class ConvergenceMonitor:
    """An incremental fold: give every record of the journal to `see`, in order.

    `oracle`, `served` and `watches` are the folds it is made of. `changed` is set whenever an
    entry may have become right or wrong; whoever follows the rosters may clear it.
    """

    def __init__(self, watch_listener: WatchListener | None = None) -> None:
        self.served = ServedRosters()
        self.oracle = Oracle(self._entry_changed)
        self.served.listen(self._entry_changed)
        self.watches = Watches(self.served, watch_listener)
        self.time = 0
        self.changed = True
        self._verdicts: dict[str, dict[str, bool]] = {}
        """Of all agents, by agent and peer; what follows counts those of agents that are online."""
        self._right = 0
        self._total = 0
        self.handlers: dict[type, Handler] = {
            Sent: self.oracle.sent,
            Received: self._received,
            Roster: self._roster,
            Agent: self.served.agent,
            View: self.served.view,
            Session: self._session,
            Watch: self.watches.plan,
            Actual: self.watches.actual,
            FaultChanged: self._fault,
            Died: self._died,
        }

    def see(self, record: AnyRecord) -> None:
        """Take the next record."""
        self.time = record.t
        handler = self.handlers.get(type(record))
        if handler is not None:
            handler(record)

    @property
    def rosters(self) -> Share:
        """Roster entries: right, and all that are expected or served."""
        return Share(*self.roster_counts)

    @property
    def roster_counts(self) -> tuple[int, int]:
        """`rosters` as bare numbers."""
        return self._right, self._total

    @property
    def availability(self) -> Share:
        """Watches: right, and authorised."""
        return Share(*self.watches.right_and_authorised)

    @property
    def roster_ratio(self) -> float | None:
        """`roster_convergence` now; None where there is no entry."""
        return self.rosters.ratio

    @property
    def availability_ratio(self) -> float | None:
        """`availability_convergence` now; None where no watch is authorised."""
        return self.availability.ratio

    @property
    def converged(self) -> bool:
        """Is nothing wrong, and no roster action on its way?

        It says nothing about answers that agents may still give: whoever runs the agents
        knows of those.
        """
        return (
            self.rosters.complete
            and self.availability.complete
            and not self.oracle.unsettled(self.time)
        )

    def wrong_entries(self) -> list[tuple[str, str]]:
        """The roster entries (agent, peer) that are wrong now, sorted."""
        return sorted(
            (agent, peer)
            for agent, verdicts in self._verdicts.items()
            for peer, right in verdicts.items()
            if not right and self.served.online(agent)
        )

    def _received(self, record: Received) -> None:
        if record.type in ("available", "unavailable"):
            self.watches.received(record)
        else:
            self.oracle.received(record)

    def _roster(self, record: Roster) -> None:
        self.oracle.roster(record)
        self.served.roster(record)

    def _session(self, record: Session) -> None:
        changed = self.served.session(record)
        self.watches.session(record)
        verdicts = self._verdicts.get(record.agent)
        if changed and verdicts:
            self.changed = True
            sign = 1 if self.served.online(record.agent) else -1
            self._right += sign * sum(verdicts.values())
            self._total += sign * len(verdicts)

    def _fault(self, record: FaultChanged) -> None:
        if record.lose_rosters:
            self.oracle.forget(record.t)

    def _died(self, record: Died) -> None:
        """A process that died has no sessions, and could not write down that they ended."""
        if record.cause != CRASH:
            return
        for resource in self.served.sessions(record.agent):
            ended = Session(
                t=record.t, agent=record.agent, resource=resource, state="destroyed", reason=CRASH
            )
            self._session(ended)

    def _entry_changed(self, agent: str, peer: str, t: int) -> None:
        verdicts = self._verdicts.setdefault(agent, {})
        old, new = verdicts.get(peer), self._verdict(agent, peer)
        if new is old:
            return
        if new is None:
            del verdicts[peer]
        else:
            verdicts[peer] = new
        if self.served.online(agent):
            self.changed = True
            self._right += (new is True) - (old is True)
            self._total += (new is not None) - (old is not None)

    def _verdict(self, agent: str, peer: str) -> bool | None:
        """Is the entry right? None where there is nothing to compare."""
        entry = self.served.entry(agent, peer)
        allowed = self.oracle.allowed(agent, peer)
        if entry is None and None in allowed:
            return None
        return entry in allowed


def watch_convergence(records: Iterable[AnyRecord]) -> ConvergenceMonitor:
    """A monitor that has seen all of `records`."""
    monitor = ConvergenceMonitor()
    for record in records:
        monitor.see(record)
    return monitor
