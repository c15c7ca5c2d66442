"""What every backend with a real network has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from simulator.backends.loop import run_on_real_loop
from simulator.errors import InputError
from simulator.scenario.plan import FaultPlan


class RealBackend:
    """A server that is reached over sockets, in real time, and cannot be looked into."""

    name: str
    sees_sessions = False
    login_limit: int | None = 32
    faults: frozenset[str] = frozenset()

    def run(self, main: Callable[[], Awaitable[Any]], seed: int) -> Any:
        """Run `main()` on a fresh asyncio loop. `seed` is not used: a real network pins nothing."""
        return run_on_real_loop(main)

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Raise InputError: no kind of fault can be brought about."""
        raise InputError(f"{fault.origin}: {self.name} cannot do {fault.kind}")

    async def end_fault(self, fault: FaultPlan) -> None:
        """Raise InputError: no fault can have begun."""
        raise InputError(f"{fault.origin}: {self.name} cannot do {fault.kind}")
