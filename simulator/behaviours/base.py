"""What the behaviours of this package share: chance, time, waiting, and a way to be ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import cached_property
from random import Random
from typing import Any

from aioxmpp import JID
from spade.behaviour import CyclicBehaviour

from simulator.scenario.plan import Distribution, Microseconds

Connection = tuple[Any, Any]
"""An aioxmpp signal and what is to be connected to it."""


class PresenceBehaviour(CyclicBehaviour):
    """Base of the behaviours here, in front of one of SPADE's.

    `seed` takes the place of the run's. `spade` are arguments of the SPADE behaviour.
    """

    holds_run_open = False
    """Whether a run until convergence waits for this behaviour."""

    def __init__(self, seed: int | None = None, **spade: Any) -> None:
        self._seed = seed
        self._began = 0.0
        self._label = type(self).__name__
        self._waits_for: asyncio.Future[Any] | None = None
        self._listening: list[Connection] = []
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
        self._listening = [(signal, signal.connect(slot)) for signal, slot in self.listens_to()]

    def listens_to(self) -> list[Connection]:
        """The signals that the behaviour listens to while it lives, each with its slot."""
        return []

    def kill(self, exit_code: Any = None) -> None:
        """End the behaviour as SPADE does, and at once: what it waits for is given up."""
        super().kill(exit_code)
        for signal, token in self._listening:
            signal.disconnect(token)
        self._listening.clear()
        if self._waits_for is not None:
            self._waits_for.cancel()

    # --- chance ---

    @cached_property
    def origin(self) -> str:
        """What the behaviour's random numbers are derived from; the same after a restart."""
        if self._seed is None and self._harness is not None:
            return str(self._harness.seed_of(self._label))
        return f"{self._seed}/{self.agent.name}/{self._label}"

    @cached_property
    def random(self) -> Random:
        """The behaviour's own generator."""
        if self._seed is not None:
            return Random(self.origin)
        return Random() if self._harness is None else self._harness.generator(self._label)

    @property
    def _harness(self) -> Any:
        return getattr(self.agent, "harness", None)

    # --- time ---

    @property
    def elapsed(self) -> Microseconds:
        """Microseconds since the behaviour began."""
        return round((asyncio.get_running_loop().time() - self._began) * 1e6)

    @property
    def now(self) -> Microseconds:
        """Microseconds since the run began; without the simulator, since the behaviour did."""
        return self.elapsed if self._harness is None else int(self._harness.now)

    # --- waiting ---

    async def wait(self, how_long: Distribution) -> None:
        """Sleep for a time that is drawn."""
        await self.pause(how_long.sample(self.random))

    async def pause(self, microseconds: Microseconds) -> None:
        """Sleep."""
        await self.outcome(asyncio.sleep(microseconds / 1e6))

    async def connected(self) -> None:
        """Wait until the agent has a session and its roster."""
        client = self.agent.client
        while not client.established:
            established = asyncio.get_running_loop().create_future()
            signal = client.on_stream_established
            signal.connect(established, signal.AUTO_FUTURE)
            await self.outcome(established)

    async def outcome(self, awaitable: Awaitable[Any]) -> Any:
        """What `awaitable` gives. A behaviour that was killed gets asyncio.CancelledError."""
        self._waits_for = asyncio.ensure_future(awaitable)
        if self.is_killed():
            self._waits_for.cancel()
        try:
            return await self._waits_for
        finally:
            self._waits_for = None

    # --- peers ---

    def jid(self, peer: str) -> JID:
        """The bare JID of a peer: a JID, or a name on the agent's own domain."""
        text = peer if "@" in peer else f"{peer}@{self.agent.jid.domain}"
        return JID.fromstr(text).bare()

    def roster_item(self, peer: JID) -> Any:
        """The roster's entry of a peer; None where there is none."""
        return self.presence.roster.items.get(peer)
