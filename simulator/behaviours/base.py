"""What the behaviours of this package share: chance, time, waiting, and a way to be ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from random import Random
from typing import Any, TypeVar

from simulator.agents.base import Control, Event, Host
from simulator.behaviours.generation import CyclicBehaviour, control
from simulator.scenario.plan import Distribution, Microseconds

_T = TypeVar("_T")


class PresenceBehaviour(CyclicBehaviour):
    """Base of the behaviours here, in front of one of SPADE's.

    `seed` takes the place of the run's. `spade` are arguments of the SPADE behaviour.
    """

    holds_run_open = False
    """Whether a run until convergence waits for this behaviour."""

    def __init__(self, seed: int | None = None, **spade: object) -> None:
        self._seed = seed
        self._began = 0.0
        self._label = type(self).__name__
        self._waits_for: asyncio.Future[Any] | None = None
        self._listening: list[Callable[[], None]] = []
        super().__init__(**spade)

    @classmethod
    def check_arguments(cls, **arguments: Any) -> None:
        """Raise ValueError or TypeError for arguments that the behaviour cannot work with."""
        cls(**arguments)

    # --- life ---

    async def on_start(self) -> None:
        """Begin to count the time, and to listen."""
        self._began = asyncio.get_running_loop().time()
        alike = [one for one in self.agent.behaviours if type(one) is type(self)]
        self._label += f"/{alike.index(self)}"

    def listen(self, event: Event, listener: Callable[..., None]) -> None:
        """Call `listener` at each such event, until the behaviour is killed."""
        self._listening.append(self.control.listen(event, listener))

    def kill(self, exit_code: object = None) -> None:
        """End the behaviour as SPADE does, and at once: what it waits for is given up."""
        super().kill(exit_code)
        for stop in self._listening:
            stop()
        self._listening.clear()
        if self._waits_for is not None:
            self._waits_for.cancel()

    # --- chance ---

    @cached_property
    def origin(self) -> str:
        """What the behaviour's random numbers are derived from; the same after a restart."""
        if self._seed is None and self._harness is not None:
            return self._harness.seed_of(self._label)
        return f"{self._seed}/{self.agent.name}/{self._label}"

    @cached_property
    def random(self) -> Random:
        """The behaviour's own generator."""
        if self._seed is not None:
            return Random(self.origin)
        return Random() if self._harness is None else self._harness.generator(self._label)

    @property
    def _harness(self) -> Host | None:
        return getattr(self.agent, "harness", None)

    # --- time ---

    @property
    def elapsed(self) -> Microseconds:
        """Microseconds since the behaviour began."""
        return round((asyncio.get_running_loop().time() - self._began) * 1e6)

    @property
    def now(self) -> Microseconds:
        """Microseconds since the run began; without the simulator, since the behaviour did."""
        return self.elapsed if self._harness is None else self._harness.now

    # --- waiting ---

    async def wait(self, how_long: Distribution) -> None:
        """Sleep for a time that is drawn."""
        await self.pause(how_long.sample(self.random))

    async def pause(self, microseconds: Microseconds) -> None:
        """Sleep."""
        await self.outcome(asyncio.sleep(microseconds / 1e6))

    async def connected(self) -> None:
        """Wait until the agent has a session and its roster."""
        while not self.control.is_connected:
            established = asyncio.get_running_loop().create_future()
            stop = self.control.listen("connected", partial(_settle, established))
            try:
                await self.outcome(established)
            finally:
                stop()

    async def outcome(self, awaitable: Awaitable[_T]) -> _T:
        """What `awaitable` gives. A behaviour that was killed gets asyncio.CancelledError."""
        self._waits_for = waits_for = asyncio.ensure_future(awaitable)
        if self.is_killed():
            waits_for.cancel()
        try:
            return await waits_for
        finally:
            self._waits_for = None

    # --- the agent ---

    @cached_property
    def control(self) -> Control:
        """What can be done through the agent's presence manager."""
        return control(self.agent)

    def jid(self, peer: str) -> str:
        """The bare JID of a peer: that of a JID, or of a name on the agent's own domain."""
        return peer.partition("/")[0] if "@" in peer else f"{peer}@{self.agent.jid.domain}"


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
