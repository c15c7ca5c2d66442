"""What a plan needs of the machine's memory, and what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

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
    limits = [_of_the_machine(), _of_the_container()]
    return min(limit for limit in limits if limit is not None)


def _of_the_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_the_container() -> int | None:
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        return max(limit - int((_CGROUP / "memory.current").read_text()), 0)
    except (OSError, ValueError):  # no container, or no limit ("max")
        return None


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
