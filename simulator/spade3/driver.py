"""One life of a SPADE 3 agent: an instance of a class made from the user's, which is not changed.

`HarnessedAgent` stands in front of that class. It lets the run in before the client connects,
because what arrives at login would be missed otherwise.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Coroutine, Mapping
from typing import TypeVar

import aiosasl
import aioxmpp
import spade.agent
from aioxmpp import PresenceState
from spade.agent import AuthenticationFailure

from simulator.agents.base import Host, NoAnswer
from simulator.agents.observer import Observer
from simulator.agents.user_classes import load_class, make_agent, make_behaviours, place_of_method
from simulator.journal.records import Belief, Roster
from simulator.scenario.plan import PresencePlan
from simulator.spade3 import types
from simulator.spade3.connectors import override_peer
from simulator.spade3.control import ManagerControl, show_first_presence
from simulator.spade3.observer import ClientWatcher

_T = TypeVar("_T")


class HarnessedAgent(spade.agent.Agent):
    """Put in front of an agent's own class. `harness` and `driver` are set before it starts."""

    harness: Host
    driver: AgentDriver

    def submit(self, coro: Coroutine[object, object, _T]) -> asyncio.Task[_T]:
        """As SPADE's; the task is remembered, so that a crash can end it."""
        task: asyncio.Task[_T] = super().submit(coro)
        self.driver.remember(task)
        return task

    def set(self, name: str, value: object) -> None:
        """As SPADE's; the value is recorded."""
        super().set(name, value)
        driver = getattr(self, "driver", None)
        if driver is not None:  # a constructor may use it already
            driver.kept(name, value)

    async def setup(self) -> None:
        """As the agent's own. Raises TypeError, with the place, for one that is no coroutine."""
        done = super().setup()
        if not inspect.isawaitable(done):
            place = place_of_method(type(self).__mro__[2], "setup")
            raise TypeError(f"{place} is not a coroutine: write `async def setup(self)`")
        await done

    async def _async_register(self) -> None:
        """Nothing: accounts are made by the run, before an agent starts."""

    async def _async_connect(self) -> None:
        self.driver.connecting()
        first = self.harness.plan.presence
        if first is None:
            await super()._async_connect()
        else:
            await self._connect_with(first)

    async def _connect_with(self, first: PresencePlan) -> None:
        # SPADE connects with a bare available presence, which forgets status and priority.
        show_first_presence(self.presence, first)
        self.conn_coro = self.client.connected(presence=PresenceState(available=False))
        try:
            self.stream = await self.conn_coro.__aenter__()
        except aiosasl.AuthenticationFailure as error:
            raise AuthenticationFailure(str(error)) from error


@functools.lru_cache(64)
def harnessed(own: type) -> type:
    """A class that is `own` with `HarnessedAgent` in front, under the same name."""
    return type(own.__name__, (HarnessedAgent, own), {"__module__": own.__module__})


def make_driver(host: Host) -> AgentDriver:
    """Make an agent as the host's plan says, with its behaviours. Raises what its class raises."""
    plan = host.plan
    own = spade.agent.Agent if plan.agent_class is None else load_class(plan.agent_class)
    agent = make_agent(harnessed(own), host.jid, host.password, plan)
    if not hasattr(agent, "_alive"):
        place = place_of_method(own, "__init__")
        raise TypeError(f"{place} does not call super().__init__(jid, password)")
    driver = AgentDriver(host, agent)
    for behaviour in make_behaviours(plan):
        agent.add_behaviour(behaviour)
    return driver


def adopt(agent: HarnessedAgent, host: Host) -> None:
    """Put `HarnessedAgent` in front of the class of an agent that somebody else has made."""
    if not isinstance(agent, HarnessedAgent):
        own: type = type(agent)
        agent.__class__ = harnessed(own)
    AgentDriver(host, agent)


class AgentDriver:
    """The `Driver` of one SPADE 3 agent, whose class is a `harnessed` one."""

    def __init__(self, host: Host, agent: HarnessedAgent) -> None:
        self._host = host
        self._tasks: dict[asyncio.Task[object], None] = {}
        self._watcher: ClientWatcher | None = None
        self.observer: Observer | None = None
        self._is_dead = False
        agent.harness = host
        agent.driver = self
        self.agent: types.Agent = agent
        self.control = ManagerControl(agent)
        for name, value in self.knowledge.items():
            self.kept(name, value)

    def connecting(self) -> None:
        """The client is made and not connected: let the observer in and name the server."""
        host, client = self._host, self._client
        assert client is not None
        peer, observer = host.connecting()
        override_peer(client, peer)
        if not host.pings:
            client.stream.soft_timeout = None
        self._watcher = ClientWatcher(client, observer)
        self.observer = observer
        host.attach(self.control)

    def kept(self, name: str, value: object) -> None:
        """The agent put something into SPADE's knowledge base."""
        if not self._is_dead:
            self._host.kept(str(name), value)

    @property
    def knowledge(self) -> Mapping[str, object]:
        return self.agent._values

    def remember(self, task: asyncio.Task[_T]) -> None:
        """Keep a task of the agent's until it is done."""
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    @property
    def _client(self) -> types.Client | None:
        return self.agent.client

    # --- life ---

    async def start(self) -> None:
        await self.agent.start(auto_register=False)

    async def stop(self) -> None:
        await self.agent.stop()

    def crash(self) -> None:
        """End the agent silently. Tasks that it made past SPADE's `submit` go on, without it."""
        self._is_dead = True
        self._end()
        if self._client is not None:
            self.remember(asyncio.ensure_future(_stop_for_good(self._client)))

    async def disconnect(self) -> None:
        client = self._client
        if client is None or not client.running:
            self._end()
            return
        ends = [client.on_stopped.future(), client.on_failure.future()]
        self._end()
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    def _end(self) -> None:
        for behaviour in list(self.agent.behaviours):
            behaviour.kill()
        for task in list(self._tasks):
            task.cancel()
        if self._client is not None:
            self._client.stop()
        self.agent._alive.clear()

    def use_password(self, password: str) -> None:
        self.agent.password = password
        if self._client is not None:
            self._client._security_layer = aioxmpp.make_security_layer(
                password, no_verify=not self.agent.verify_security
            )

    @property
    def is_alive(self) -> bool:
        return self.agent.is_alive()

    @property
    def is_connected(self) -> bool:
        return self._client is not None and self._client.established

    @property
    def holds_run_open(self) -> bool:
        return any(getattr(one, "holds_run_open", False) for one in self.agent.behaviours)

    # --- views ---

    async def served_roster(self, patience: float) -> list[Roster]:
        if self._watcher is None or self._client is None:
            raise NoAnswer("the agent is not connected")
        if self._client.suspended:
            # aioxmpp calls it established, and would keep the question for later.
            raise NoAnswer("the agent's stream is broken")
        return await self._watcher.served_roster(patience)

    def beliefs(self) -> list[Belief]:
        contacts = self.agent.presence.get_contacts()
        return [self._belief(jid, entry) for jid, entry in contacts.items()]

    def _belief(self, jid: aioxmpp.JID, entry: types.ContactEntry) -> Belief:
        presence = entry.get("presence")
        available = presence is not None and presence.type_.value is None
        return Belief(
            t=0,
            agent=self._host.plan.name,
            peer=self._host.name(jid),
            subscription=entry.get("subscription", ""),
            ask=bool(entry.get("ask")),
            available=available,
            show=(presence.show.value or "") if presence is not None and available else "",
        )


async def _stop_for_good(client: types.Client) -> None:
    """Stop a client. One whose stream breaks at the same time takes it for that, and goes on."""
    while client.running:
        client.stop()
        await asyncio.sleep(0)
