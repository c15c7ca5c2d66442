"""What a run needs of a server. Backends differ only behind this interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from simulator.journal.records import Actual, AnyRecord
from simulator.scenario.plan import FaultPlan, Plan
from simulator.servers.real.connector import Address, OverTls

_T = TypeVar("_T")


class Acceptance(Protocol):
    """Writes the `Actual` records of one session on a server that cannot be looked into."""

    def issued(self, actual: Actual) -> None:
        """The agent sends this presence now."""

    def ended(self) -> None:
        """The agent's stream is over, as the agent sees it."""


@dataclass(frozen=True, slots=True)
class InMemory:
    """The way to a server inside this process, which needs no TLS to be confidential.

    `connect` opens a connection for a protocol, as `asyncio.loop.create_connection` does, and
    raises ConnectionRefusedError while the server takes none. `address` names it in messages.
    """

    address: Address
    connect: Callable[[asyncio.Protocol], asyncio.Transport]


@dataclass(frozen=True, slots=True)
class Peer:
    """How one session reaches the server: this way, and never another one.

    `acceptance` is None where the backend sees the sessions itself.
    """

    way: InMemory | OverTls
    acceptance: Acceptance | None = None


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run lends a backend.

    `clock` gives microseconds since the run's start; `record` appends to the journal;
    `folder` is the run folder, where a server's logs go.
    """

    plan: Plan
    clock: Callable[[], int]
    record: Callable[[AnyRecord], None]
    folder: Path | None


class Backend(Protocol):
    """An XMPP server for one run.

    `name` and `version` go to the journal. `domain` is the host part of every agent's JID.
    `sees_sessions`: the backend itself writes `Actual` records (source ``server``); where it
    cannot, the agents' observers tell each peer's `acceptance`, which writes them (source
    ``client``). `login_limit`:
    how many agents should connect at a time; None for all at once. `faults`: the kinds of
    fault that it can bring about.
    """

    name: str
    domain: str
    sees_sessions: bool
    login_limit: int | None
    faults: frozenset[str]

    @property
    def options(self) -> tuple[str, ...]:
        """What ``simulator run`` is told to use this server in this way; no passwords."""

    @property
    def version(self) -> str:
        """The server's version. Raises ServerUnavailable when it is not installed."""

    def run(self, main: Callable[[], Coroutine[object, object, _T]], seed: int) -> _T:
        """Run `main()` on an event loop of this backend's kind, virtual or real, to its end.

        `seed` is the run's; in virtual time all randomness comes from it.
        """

    async def start(self, context: RunContext) -> None:
        """Bring the server up. Raises BackendError with the server's name and address."""

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Make the accounts: localpart -> password.

        Returns the passwords that the agents log in with: those given, or the own ones of
        accounts that exist already on an external server.
        """

    def peer(self, agent: str, resource: str = "") -> Peer:
        """How this agent reaches the server. Each call may be for a new connection.

        `resource`: the one that the plan names for the session, if it names one.
        """

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Bring about a fault of a kind in `faults`."""

    async def end_fault(self, fault: FaultPlan) -> None:
        """End a fault that was begun and lasts."""

    async def stop(self) -> None:
        """Stop the server and remove what it left, except its logs. Never raises twice."""
