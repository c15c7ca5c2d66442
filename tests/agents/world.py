"""SPADE agents on a server, for tests that are coroutines: `run(world)`.

The agents are made, connected and observed as in a run. `World.until` waits for a condition, so
one test fits virtual and real time.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.agents.context import AgentContext
from simulator.agents.harness import AgentHarness
from simulator.agents.installed import installed
from simulator.agents.names import Names
from simulator.journal.records import AnyRecord, Received, Sent
from simulator.scenario.plan import AgentPlan
from simulator.servers.base import Backend, RunContext
from tests.servers.helpers import context_of

GENERATION = installed()
PASSWORD = "secret"
_labels = itertools.count()


class Patience(AssertionError):
    """What a test waited for did not come."""


def bare(agent: Any) -> str:
    """The bare JID of an agent, of either generation."""
    return str(agent.jid).partition("/")[0]


def agent_of(harness: AgentHarness) -> Any:
    """The SPADE agent of a harness, as it comes."""
    return harness.agent


@dataclass
class World:
    """A server and the agents that a test starts on it. Names are fresh for each world."""

    backend: Backend
    manager: Literal["documented", "spade"] = "documented"
    records: list[AnyRecord] = field(default_factory=list)
    harnesses: list[AgentHarness] = field(default_factory=list)
    label: str = field(default_factory=lambda: f"w{next(_labels)}")

    def jid(self, name: str) -> str:
        """The bare JID of one of this world's agents."""
        return f"{self.label}-{name}@{self.backend.domain}"

    async def prepare(self, name: str, **plan: Any) -> AgentHarness:
        """Make an account and what starts its agent; `plan` are fields of the `AgentPlan`."""
        await self.backend.create_accounts({f"{self.label}-{name}": PASSWORD})
        return self._harness(name, **plan)

    def _harness(self, name: str, **plan: Any) -> AgentHarness:
        planned = AgentPlan(
            **{
                "name": f"{self.label}-{name}",
                "population": name,
                "index": 0,
                "resource": "r",
                "manager": self.manager,
                **plan,
            }
        )
        harness = AgentHarness(planned, PASSWORD, self._context(), GENERATION)
        self.harnesses.append(harness)
        return harness

    async def start(self, name: str, **plan: Any) -> Any:
        """Start an agent and return it."""
        harness = await self.prepare(name, **plan)
        await harness.start()
        return agent_of(harness)

    async def start_again(self, name: str, resource: str = "r", **plan: Any) -> Any:
        """Start an agent for an account that exists: again, or with another resource."""
        harness = self._harness(name, resource=resource, **plan)
        await harness.start()
        return agent_of(harness)

    def _context(self) -> AgentContext:
        return AgentContext(
            names=Names(self.backend.domain),
            record=self.records.append,
            clock=lambda: 0,
            peer=self.backend.peer,
            seed=1,
            writes_actual=False,
            pings=False,
        )

    def received(self, agent: str, type_: str) -> list[Received]:
        """The presence stanzas of a type that reached an agent."""
        name = f"{self.label}-{agent}"
        return [
            record
            for record in self.records
            if isinstance(record, Received) and (record.agent, record.type) == (name, type_)
        ]

    def sent(self, agent: str, type_: str) -> list[Sent]:
        """The stanzas of a type that left an agent."""
        name = f"{self.label}-{agent}"
        return [
            record
            for record in self.records
            if isinstance(record, Sent) and (record.agent, record.type) == (name, type_)
        ]

    async def until(self, condition: Callable[[], Any], within: float = 5.0) -> None:
        """Wait until `condition()` is true; raises Patience when it is not `within` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not condition():
            if loop.time() > end:
                raise Patience("the condition did not come true")
            await asyncio.sleep(0.01)

    async def quiet(self, seconds: float = 0.3) -> None:
        """Let everything that is on its way arrive."""
        await asyncio.sleep(seconds)

    async def befriend(self, watcher: Any, contact: Any) -> None:
        """`watcher` subscribes to `contact`, who approves."""
        contact.presence.approve_all = True
        watcher.presence.subscribe(bare(contact))
        await self.until(lambda: self._befriended(watcher, bare(contact)))

    @staticmethod
    def _befriended(watcher: Any, contact: str) -> bool:
        """By what the library knows, and not by what a presence manager makes of it."""
        control = watcher.driver.control
        return control.contact(contact).subscription in ("to", "both") and control.sees(contact)

    async def stop(self) -> None:
        """Stop the agents. An agent that is logging in may never stop: aioxmpp loses the wish."""
        alive = [harness for harness in self.harnesses if harness.is_alive]
        async with asyncio.timeout(10):
            await asyncio.gather(*(harness.stop() for harness in alive))


Script = Callable[[World], Awaitable[None]]


async def play(backend: Backend, script: Script, **options: Any) -> None:
    """Run a test's script in a world on a server that is up. `options` are the world's."""
    with GENERATION.patches(lambda _agent, _behaviour, error: _raise(error)):
        world = World(backend, **options)
        try:
            await script(world)
        finally:
            await world.stop()


def _raise(error: BaseException) -> None:
    raise error


def play_embedded(backend: Backend, script: Script, **options: Any) -> None:
    """Run a script on an embedded server of its own, in virtual time."""

    async def main() -> None:
        with GENERATION.virtual_time(asyncio.get_running_loop().time):
            await backend.start(RunContext(context_of().plan, lambda: 0, lambda _: None, None))
            await play(backend, script, **options)
            await backend.stop()

    backend.run(main, 1)
