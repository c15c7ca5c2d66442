"""Faults that planning finds, gathered with their places until all are known."""

from __future__ import annotations

from simulator.errors import Fault
from simulator.scenario.source import DocumentPath, Source


class FaultList:
    """Gathers faults of one document. What is faulty is left out of the plan and goes on."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.faults: list[Fault] = []

    def add(
        self, path: DocumentPath, problem: str, expected: str = "", *, key: bool = False
    ) -> None:
        """Note a fault once; `key` points at the key of the path and not at its value."""
        fault = self._source.fault(path, problem, expected, key=key)
        if fault not in self.faults:
            self.faults.append(fault)
