"""What the tests of the backends share."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from simulator.errors import ServerUnavailable
from simulator.scenario.plan import AgentPlan, Plan, RunPlan
from simulator.servers import BACKENDS, backend_class
from simulator.servers.base import Peer, RunContext
from simulator.servers.local.backend import LocalBackend
from simulator.servers.real.connector import Address

LOCAL: dict[str, type[LocalBackend]] = {
    name: kind
    for name, kind in ((name, backend_class(name)) for name in BACKENDS)
    if isinstance(kind, type) and issubclass(kind, LocalBackend)
}


class Instantly:
    """A latency of nothing."""

    def sample(self, random: Any) -> int:
        return 0


def plan_of(agents: int) -> Plan:
    return Plan(
        name="test",
        seed=1,
        scenario={},
        agents=tuple(AgentPlan(f"agent-{n}", "agent", n, "r") for n in range(agents)),
        watches=(),
        actions=(),
        run=RunPlan(until="duration", limit=0, settle=0),
        latency=Instantly(),
        pings=False,
    )


def context_of(agents: int = 2, folder: Path | None = None) -> RunContext:
    return RunContext(plan_of(agents), lambda: 0, lambda record: None, folder)


def make_local(kind: type[LocalBackend], **options: Any) -> LocalBackend:
    """A backend whose server is installed; otherwise the test is skipped, or fails."""
    backend = kind(**options)
    try:
        backend.version  # noqa: B018  reading it looks for the server
    except ServerUnavailable as error:
        if os.environ.get("SIMULATOR_REQUIRE_SERVERS") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    return backend


@dataclass
class Running:
    """A started server with its accounts; each account's password is ``secret-`` and its name."""

    backend: LocalBackend
    run_folder: Path

    @property
    def address(self) -> Address:
        return self.backend.peer("").way.address

    def peer(self) -> Peer:
        return self.backend.peer("")

    def create(self, *names: str) -> dict[str, str]:
        passwords = {name: f"secret-{name}" for name in names}
        return dict(asyncio.run(self.backend.create_accounts(passwords)))


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether the condition came true in that time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
