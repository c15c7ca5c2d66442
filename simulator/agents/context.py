"""What a run lends to each of its agents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.agents.names import Names
from simulator.journal.records import AnyRecord
from simulator.journal.redaction import Redaction
from simulator.scenario.plan import MessagesPlan
from simulator.servers.base import Peer


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What a run lends to each of its agents.

    `clock` gives microseconds since the run's start. `peer(agent, resource)` says how a session
    reaches the server. `writes_actual`: the server does not see sessions, so the agents' observers
    write the `Actual` records. `pings`: a silent server is pinged. `messages`: what is recorded of
    them.
    """

    names: Names
    record: Callable[[AnyRecord], None]
    clock: Callable[[], int]
    peer: Callable[[str, str], Peer]
    seed: int
    writes_actual: bool
    pings: bool
    redaction: Redaction = field(default_factory=Redaction)
    messages: MessagesPlan = field(default_factory=MessagesPlan)
