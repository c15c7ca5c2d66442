"""One life of a SPADE 3 agent: an instance of a class made from the user's."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import aiosasl
import aioxmpp
import spade.agent
from aioxmpp import PresenceState
from spade.agent import AuthenticationFailure

from simulator.agents.base import Host, NoAnswer
from simulator.agents.shared import harnessed
from simulator.agents.shared.driver import SpadeDriver
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
        """As SPADE's; the task is remembered."""
        return harnessed.remembered(self, super().submit(coro))

    def set(self, name: str, value: object) -> None:
        """As SPADE's; the value is recorded."""
        super().set(name, value)
        harnessed.tell_kept(self, name, value)

    async def setup(self) -> None:
        """As the agent's own. Raises TypeError, with the place, for one that is no coroutine."""
        await harnessed.finish_setup(self, super().setup())

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


def make_driver(host: Host) -> AgentDriver:
    """Make an agent as the host's plan says, with its behaviours. Raises what its class raises."""
    return harnessed.make_driver(host, HarnessedAgent, spade.agent.Agent, AgentDriver)


def adopt(agent: types.Agent, host: Host) -> None:
    """Put `HarnessedAgent` in front of the class of an agent that somebody else has made."""
    harnessed.put_in_front(HarnessedAgent, agent)
    AgentDriver(host, agent)


class AgentDriver(SpadeDriver[types.Agent]):
    """The `Driver` of one SPADE 3 agent, whose class is a `harnessed` one."""

    def __init__(self, host: Host, agent: types.Agent) -> None:
        self._watcher: ClientWatcher | None = None
        self.control = ManagerControl(agent)
        super().__init__(host, agent)

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

    @property
    def _client(self) -> types.Client | None:
        return self.agent.client

    # --- life ---

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
        self.end_behaviours()
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
    def is_connected(self) -> bool:
        return self._client is not None and self._client.established

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
