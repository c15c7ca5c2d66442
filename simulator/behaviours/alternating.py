"""Behaviours that alternate between two states, here and away."""

from __future__ import annotations

import abc
from typing import ClassVar

from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import FSMBehaviour, State
from simulator.scenario.plan import Distribution


class Alternating(PresenceBehaviour, FSMBehaviour, abc.ABC):
    """A finite-state behaviour that is here for a while, then away for a while, and so on.

    `here`, `away`: how long. `times`: how often it goes; None for as long as the agent lives.
    `names` are those of the two states.
    """

    names: ClassVar[tuple[str, str]]

    def __init__(
        self, here: Distribution, away: Distribution, times: int | None, seed: int | None
    ) -> None:
        self.here = here
        self.away = away
        self.left = times
        super().__init__(seed)

    def setup(self) -> None:
        """The states and their transitions, as SPADE asks for them."""
        here, away = self.names
        self.add_state(here, _Spell(self, here=True), initial=True)
        self.add_state(away, _Spell(self, here=False))
        self.add_transition(here, away)
        self.add_transition(away, here)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """With `times`, until it has come back from the last."""
        return self.left is not None

    @abc.abstractmethod
    async def go(self) -> None:
        """What it does when its time here is over."""

    @abc.abstractmethod
    async def come(self) -> None:
        """What it does when its time away is over."""


class _Spell(State):
    """A while in one of the two states, and what it does when that is over."""

    def __init__(self, machine: Alternating, *, here: bool) -> None:
        super().__init__()
        self._machine = machine
        self._is_here = here

    async def run(self) -> None:
        machine = self._machine
        await machine.wait(machine.here if self._is_here else machine.away)
        if self._is_here:
            await machine.go()
            self.set_next_state(machine.names[1])
            return
        await machine.come()
        if machine.left is not None:
            machine.left -= 1
        # SPADE ends the machine at a state that names no next one.
        self.set_next_state(machine.names[0] if machine.left != 0 else None)
