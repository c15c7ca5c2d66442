"""What the steps of planning share: the scenario, the seed, the agents, and the faults so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from simulator.errors import Fault
from simulator.scenario.language.durations import format_duration
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.selectors import AgentIndex, Selector, UnknownAgentError
from simulator.scenario.plan import Microseconds
from simulator.scenario.source import DocumentPath, PartError, Source


class FaultList:
    """Gathers the faults of one document. What is faulty is left out of the plan."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def add(
        self, path: DocumentPath, problem: str, expected: str = "", *, key: bool = False
    ) -> None:
        """Note a fault once; `key` points at the key of the path and not at its value.

        What depends on a part that is wrong itself is no fault: nobody can know.
        """
        if self.source.is_unknown(path):
            return
        fault = self.source.fault(path, problem, expected, key=key)
        if fault not in self.faults:
            self.faults.append(fault)

    @contextmanager
    def noting(self, path: DocumentPath) -> Iterator[None]:
        """Note the PartError that ends the block, which works on the part at `path`."""
        try:
            yield
        except PartError as error:
            self.add((*path, error.key) if error.key else path, error.problem, error.expected)


@dataclass(frozen=True, slots=True)
class Planning:
    """What the steps of planning share. `end`: up to when something may be planned."""

    scenario: Scenario
    seed: int
    index: AgentIndex
    faults: FaultList
    end: Microseconds

    def random(self, purpose: str) -> Random:
        """The generator for one purpose."""
        return Random(f"{self.seed}/{purpose}")

    def check_time(self, at: Microseconds, key: str) -> None:
        """Raise PartError for something that is planned for after the end of the run."""
        if at > self.end:
            expected = f"{format_duration(self.end)} or earlier, or a longer run"
            raise PartError(f"{format_duration(at)} is after the end of the run", expected, key)

    def select(
        self,
        selector: Selector | None,
        key: str,
        random: Random,
        stopped: Iterable[str] = (),
        without: str = "",
    ) -> tuple[str, ...]:
        """The agents that the selector under `key` means: at least one. Raises UnknownAgentError.

        `stopped` and `without` are those of `AgentIndex.select`.
        """
        assert selector is not None
        try:
            agents = self.index.select(selector, random, stopped, without)
        except UnknownAgentError as error:
            raise UnknownAgentError(error.problem, error.expected, key) from None
        if not agents:
            raise UnknownAgentError("matches no agents", "at least one agent", key)
        return agents
