"""What a plan needs of the machine's memory, and what the machine has."""

from __future__ import annotations

from pathlib import Path

import psutil

AGENT_BYTES = 250_000
"""A running SPADE agent with its client and its end of the server, rounded up."""

WATCH_BYTES = 10_000
"""A watch: two roster entries on each side, and the presence that both keep."""

ACTION_BYTES = 1_000
"""A planned action."""

_CGROUP = Path("/sys/fs/cgroup")


def needed_bytes(agents: int, watches: int = 0, actions: int = 0) -> int:
    """An estimate of the memory that a run takes."""
    return agents * AGENT_BYTES + watches * WATCH_BYTES + actions * ACTION_BYTES


def available_bytes() -> int:
    """Memory that this process may still take, as far as the machine tells."""
    machine = psutil.virtual_memory().available
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        container = limit - int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or no limit ("max")
        return machine
    return min(machine, max(container, 0))


def format_bytes(amount: int) -> str:
    """A size for a message."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if amount >= size:
            return f"{amount / size:,.1f} {unit}"
    return f"{amount / 1000:.0f} kB"


def too_large(agents: int, watches: int = 0, actions: int = 0) -> tuple[str, str] | None:
    """Why the machine cannot hold a plan of this size, and what it could; None if it can."""
    needed = needed_bytes(agents, watches, actions)
    available = available_bytes()
    if needed <= available:
        return None
    what = [f"{agents:,} agents"]
    what += [f"{watches:,} watches"] * bool(watches) + [f"{actions:,} actions"] * bool(actions)
    fitting = available // AGENT_BYTES
    return (
        f"{', '.join(what)} need about {format_bytes(needed)} of memory, "
        f"{format_bytes(available)} are available",
        f"at most about {fitting:,} agents, with fewer the more they watch",
    )
