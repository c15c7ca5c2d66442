"""Deaths: how long the server held a dead agent for available.

A death (`Died`) is an agent that crashed or was cut off and could tell nobody. It is over when

- **noticed**: the server holds none of the agent's resources available any more;
- **back**: the server accepted an available presence of the agent again, or the partition that
  cut it off ended.

Else it is **unnoticed** until the observation ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator.journal.records import Actual, Died, FaultChanged

Result = Literal["noticed", "back", "unnoticed"]


@dataclass(slots=True)
class Death:
    """One death; `over` in microseconds, None where it was unnoticed."""

    died: Died
    result: Result = "unnoticed"
    over: int | None = None


class Deaths:
    """Collects deaths, oldest first.

    `actual_of` maps an agent to its available resources. Feed it after that has changed.
    """

    def __init__(self, actual_of: Mapping[str, Mapping[str, str]]) -> None:
        self.all: list[Death] = []
        self._actual_of = actual_of
        self._open: dict[str, list[Death]] = {}

    def died(self, record: Died) -> None:
        """Take a death."""
        death = Death(record)
        self.all.append(death)
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
        """Take the end of a partition: what waited goes on, and nobody was dead."""
        if record.fault == "partition" and record.state == "end":
            for agent in record.agents:
                self._close(agent, "back", record.t)

    def _look(self, agent: str, t: int) -> None:
        if not self._actual_of.get(agent):
            self._close(agent, "noticed", t)

    def _close(self, agent: str, result: Result, t: int) -> None:
        for death in self._open.pop(agent, ()):
            death.result = result
            death.over = t
