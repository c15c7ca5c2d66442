"""Deaths over time: how long the server held a dead agent available (`states.Death`)."""

from __future__ import annotations

from typing import Literal

from simulator.analysis.folds.agents import Agents
from simulator.analysis.states import Death
from simulator.journal.records import Actual, Died, FaultChanged


class Deaths:
    """Collects deaths, oldest first. Feed it after `agents`."""

    def __init__(self, deaths: list[Death], agents: Agents) -> None:
        self._all = deaths
        self._agents = agents
        self._open: dict[str, list[Death]] = {}

    def died(self, record: Died) -> None:
        """Take a death."""
        death = Death(record)
        self._all.append(death)
        self._open.setdefault(record.agent, []).append(death)
        self._look(record.agent, record.t)

    def actual(self, record: Actual) -> None:
        """Take what the server accepted."""
        if record.agent not in self._open:
            return
        if record.available:
            self._close(record.agent, "back", record.t)
        else:
            self._look(record.agent, record.t)

    def fault(self, record: FaultChanged) -> None:
        """Take the end of a partition: the streams go on, and nobody was dead."""
        if record.fault == "partition" and record.state == "end":
            for agent in record.agents:
                self._close(agent, "back", record.t)

    def _look(self, agent: str, t: int) -> None:
        if not self._agents.of(agent).available:
            self._close(agent, "noticed", t)

    def _close(self, agent: str, result: Literal["noticed", "back"], t: int) -> None:
        for death in self._open.pop(agent, ()):
            death.result = result
            death.over = t
