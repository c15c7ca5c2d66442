"""One life of a SPADE 4 agent: an instance of a class made from the user's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TypeVar

import spade.agent
from slixmpp.exceptions import IqTimeout
from spade.agent import AuthenticationFailure, DisconnectedException

from simulator.agents.base import Host, NoAnswer
from simulator.agents.shared import harnessed
from simulator.agents.shared.driver import SpadeDriver
from simulator.errors import AuthenticationRefused, BackendError
from simulator.journal.records import Belief, Roster
from simulator.spade4 import types
from simulator.spade4.connecting import Way, lead
from simulator.spade4.control import ManagerControl
from simulator.spade4.session import ClientSession, session_of
from simulator.spade4.watcher import ClientWatcher

_T = TypeVar("_T")


class HarnessedAgent:
    """Put in front of an agent's own class. `harness` and `driver` are set before it starts.

    It descends from none of SPADE's and has no slots, as SPADE's class of agents has some: the
    class of an agent that is there already could not be changed otherwise.
    """

    __slots__ = ()

    harness: Host
    driver: AgentDriver

    def submit(self, coro: Coroutine[object, object, _T]) -> asyncio.Task[_T]:
        """As SPADE's; the task is remembered."""
        return harnessed.remembered(self, super().submit(coro))  # type: ignore[misc]

    def set(self, name: str, value: object) -> None:
        """As SPADE's; the value is recorded."""
        super().set(name, value)  # type: ignore[misc]
        harnessed.tell_kept(self, name, value)

    async def setup(self) -> None:
        """As the agent's own. Raises TypeError, with the place, for one that is no coroutine."""
        await harnessed.finish_setup(self, super().setup())  # type: ignore[misc]

    async def _async_connect(self) -> None:
        self.driver.connecting()
        try:
            await super()._async_connect()  # type: ignore[misc]
        except AuthenticationFailure as error:
            raise error from self.driver.refusal
        except DisconnectedException as error:
            raise error from self.driver.failure


def make_driver(host: Host) -> AgentDriver:
    """Make an agent as the host's plan says, with its behaviours. Raises what its class raises."""
    return harnessed.make_driver(host, HarnessedAgent, spade.agent.Agent, AgentDriver)


def adopt(agent: types.Agent, host: Host) -> None:
    """Put `HarnessedAgent` in front of the class of an agent that somebody else has made."""
    harnessed.put_in_front(HarnessedAgent, agent)
    AgentDriver(host, agent)


class AgentDriver(SpadeDriver[types.Agent]):
    """The `Driver` of one SPADE 4 agent, whose class is a `harnessed` one."""

    def __init__(self, host: Host, agent: types.Agent) -> None:
        self._watcher: ClientWatcher | None = None
        self._way: Way | None = None
        self.control = ManagerControl(agent)
        super().__init__(host, agent)

    def connecting(self) -> None:
        """The client is made and not connected: let the observer in and name the server."""
        host, client = self._host, self._client
        assert client is not None
        peer, observer = host.connecting()
        self._way = lead(client, peer)
        if not host.pings:
            client["xep_0199"].disable_keepalive()
        self.observer = observer
        self._watcher = ClientWatcher(client, observer)
        if host.plan.presence is not None:
            self.agent.presence.show_first(host.plan.presence)  # type: ignore[attr-defined]
        host.attach(self.control)

    @property
    def failure(self) -> BackendError | None:
        """Why the server was not reached, the last time."""
        return None if self._way is None else self._way.failure

    @property
    def refusal(self) -> AuthenticationRefused:
        """That the server refused the password, or offers no login that slixmpp knows."""
        assert self._way is not None
        return AuthenticationRefused(f"{self._way.address} refused the account or its password")

    @property
    def _client(self) -> types.Client | None:
        return self.agent.client

    @property
    def _session(self) -> ClientSession | None:
        return None if self._client is None else session_of(self._client)

    # --- life ---

    async def start(self) -> None:
        """Connect and run, and wait for the roster, which SPADE does not."""
        await super().start()
        session = self._session
        if session is not None and not session.is_settled and self.is_alive:
            await self._roster(session)

    async def _roster(self, session: ClientSession) -> None:
        """Wait until the roster is there, or the connection is not."""
        assert self._client is not None
        over = asyncio.get_running_loop().create_future()

        def settle(_reason: object = None) -> None:
            if not over.done():
                over.set_result(None)

        stop = session.listen("connected", settle)
        self._client.add_event_handler("disconnected", settle)
        try:
            await over
        finally:
            stop()
            self._client.del_event_handler("disconnected", settle)

    async def stop(self) -> None:
        await super().stop()
        if self.observer is not None and not self.is_connected:
            self.observer.session("closed")

    def crash(self) -> None:
        """End the agent silently. Tasks that it made past SPADE's `submit` go on, without it."""
        self._is_dead = True
        self._end()
        if self._client is not None and self._client.transport is not None:
            # What is closed here was cut before.
            self._client.transport.abort()

    async def disconnect(self) -> None:
        client = self._client
        self._end()
        if client is not None and client.transport is not None:
            with contextlib.suppress(Exception):
                await client.disconnect(ignore_send_queue=True)

    def _end(self) -> None:
        self.end_behaviours()
        if self._way is not None:
            self._way.silence()
        self.agent._alive.clear()

    def use_password(self, password: str) -> None:
        self.agent.password = password
        if self._client is not None:
            self._client.password = password

    @property
    def is_connected(self) -> bool:
        return self._session is not None and self._session.is_settled

    # --- views ---

    async def served_roster(self, patience: float) -> list[Roster]:
        if self._watcher is None or not self.is_connected:
            raise NoAnswer("the agent is not connected")
        try:
            return await self._watcher.served_roster(patience)
        except IqTimeout:
            # Its text is the whole request.
            raise TimeoutError from None

    def beliefs(self) -> list[Belief]:
        contacts = self.agent.presence.get_contacts()
        return [self._belief(jid, contact) for jid, contact in contacts.items()]

    def _belief(self, jid: str, contact: types.Contact) -> Belief:
        presence = contact.current_presence
        available = contact.is_available()
        show = str(presence.show.value) if presence is not None and available else "none"
        return Belief(
            t=0,
            agent=self._host.plan.name,
            peer=self._host.name(jid),
            subscription=contact.subscription or "",  # type: ignore[arg-type]
            ask=contact.ask == "subscribe",
            available=available,
            show="" if show == "none" else show,  # type: ignore[arg-type]
        )
