"""A case's stage: fresh accounts on the server under test, and the agents and clients on them.

Agents act through the presence API. Where that cannot say what a case needs, stanzas are put
into an agent's stream (`Player.send`), or a stock aioxmpp client is connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import aioxmpp
import aioxmpp.ping.xso
import aioxmpp.roster.xso as roster_xso
from aioxmpp import JID

from simulator.agents.base import Control
from simulator.agents.commands import ACTIONS
from simulator.agents.context import AgentContext
from simulator.agents.harness import AgentHarness
from simulator.agents.names import Names
from simulator.journal.records import AnyRecord
from simulator.scenario.plan import ActionPlan, AgentPlan
from simulator.servers.base import Backend
from simulator.spade3.connectors import override_peer
from simulator.spade3.generation import GENERATION
from tests.conformance.lines import Log, stanza_item_line

PASSWORD = "secret"
HOPS = 4
"""How often each client pings its server until everything has arrived.

An answered ping means that the server has handled all that the client sent before. What that
made other sessions do is behind the next ping of theirs. The longest chain: a request, the
answer that a pre-approval gives, the presence that follows it, a push.
"""

_numbers = itertools.count(1)


class Client:
    """A connected client with the log of what reached it."""

    client: Any
    log: Log
    _short: Callable[[Any], str]

    async def ping(self) -> None:
        """A round trip to the server."""
        ping = aioxmpp.IQ(type_=aioxmpp.IQType.GET, payload=aioxmpp.ping.xso.Ping())
        # A refusal is an answer too.
        with contextlib.suppress(aioxmpp.errors.XMPPError):
            await self.client.send(ping, timeout=20)

    async def roster(self) -> list[str]:
        """The served roster, one line an item."""
        request = aioxmpp.IQ(type_=aioxmpp.IQType.GET, payload=roster_xso.Query())
        answer = await self.client.send(request, timeout=20)
        return sorted(stanza_item_line(item, self._short) for item in answer.items)

    def send(self, stanza: Any) -> None:
        """Send a stanza as it is."""
        self.client.enqueue(stanza)


class Player(Client):
    """A SPADE agent as the harness makes it, with the documented presence manager."""

    def __init__(self, plan: AgentPlan, context: AgentContext, stage: Stage) -> None:
        self.log = Log(stage.short)
        self._short = stage.short
        self._stage = stage
        self.harness = _LoggedHarness(plan, PASSWORD, context, GENERATION)
        self.harness.log = self.log

    @property
    def agent(self) -> Any:
        return self.harness.agent

    @property
    def client(self) -> Any:
        return self.agent.client

    @property
    def presence(self) -> Any:
        """The agent's presence manager."""
        return self.agent.presence

    async def do(self, action: str, peer: str) -> None:
        """Do what a plan can ask for: subscribe, approve, ...

        The server decides whether it is possible: the plan's own check, which would skip it, is
        left out, and so is what the server answers, which the log holds.
        """
        name = self._stage.local(peer)
        plan = ActionPlan(0, self.harness.plan.name, action, "case", name)  # type: ignore[arg-type]
        control = GENERATION.control(self.harness.agent)
        with contextlib.suppress(aioxmpp.errors.XMPPError):
            jid = self._stage.names().jid(name)
            answer = ACTIONS[action](control, plan, jid)
            if answer is not None:
                await answer

    async def stop(self) -> None:
        await self.harness.stop()


class _LoggedHarness(AgentHarness):
    log: Log

    def attach(self, control: Control) -> None:
        super().attach(control)
        agent: Any = self.agent
        self.log.attach(agent.client)


class Stock(Client):
    """An aioxmpp client as it comes, without a presence manager; `roster` asks for pushes."""

    def __init__(self, client: Any, stage: Stage) -> None:
        self.client = client
        self.log = Log(stage.short)
        self._short = stage.short
        self.log.attach(client)

    async def start(self) -> None:
        established: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.client.on_stream_established.connect(
            established, self.client.on_stream_established.AUTO_FUTURE
        )
        self.client.on_failure.connect(established, self.client.on_failure.AUTO_FUTURE)
        self.client.start()
        await established

    async def stop(self) -> None:
        if not self.client.running:
            return
        stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.client.on_stopped.connect(stopped, self.client.on_stopped.AUTO_FUTURE)
        self.client.on_failure.connect(stopped, self.client.on_failure.AUTO_FUTURE)
        self.client.stop()
        await asyncio.wait([stopped], timeout=5)


class Stage:
    """One case's accounts. `romeo` is one name for the case and a fresh account on the server."""

    def __init__(
        self,
        backend: Backend,
        record: Callable[[AnyRecord], None] = lambda _record: None,
        clock: Callable[[], int] = lambda: 0,
    ) -> None:
        self._backend = backend
        self._label = f"c{next(_numbers)}-"
        self._domain = backend.domain
        self._accounts: set[str] = set()
        self._clients: list[Player | Stock] = []
        self._record = record
        self._clock = clock

    def local(self, name: str) -> str:
        """The localpart of a name."""
        return self._label + name

    def names(self) -> Names:
        """How the names of a plan become JIDs."""
        return Names(self._domain)

    def jid(self, name: str) -> JID:
        """``romeo`` or ``romeo/garden`` as a JID."""
        local, _, resource = name.partition("/")
        return JID(self.local(local), self._domain, resource or None)

    def short(self, jid: Any) -> str:
        """A JID as the case names it."""
        return (
            "server"
            if jid is None
            else str(jid).replace(f"@{self._domain}", "").replace(self._label, "")
        )

    async def accounts(self, *names: str) -> None:
        """Make accounts that are not there yet."""
        fresh = [name for name in names if name not in self._accounts]
        self._accounts.update(fresh)
        await self._backend.create_accounts({self.local(name): PASSWORD for name in fresh})

    async def agent(self, name: str, **plan: Any) -> Player:
        """Start an agent: ``romeo/garden``. `plan` are fields of its `AgentPlan`."""
        local, _, resource = name.partition("/")
        await self.accounts(local)
        planned = AgentPlan(self.local(local), local, 0, resource or "r", **plan)
        player = Player(planned, self._context(), self)
        self._clients.append(player)
        await player.harness.start()
        return player

    async def stock(self, name: str) -> Stock:
        """Connect a stock client that sends no presence and requests no roster by itself."""
        await self.accounts(name.partition("/")[0])
        peer = self._backend.peer("")
        security = aioxmpp.make_security_layer(PASSWORD, no_verify=True)
        client = aioxmpp.Client(self.jid(name), security, max_initial_attempts=1)
        override_peer(client, peer)
        client.stream.soft_timeout = None
        stock = Stock(client, self)
        self._clients.append(stock)
        await stock.start()
        return stock

    async def quiet(self, *clients: Client) -> None:
        """Wait until everything that was sent has arrived at these clients."""
        for _ in range(HOPS):
            await asyncio.gather(*(client.ping() for client in clients))

    async def close(self) -> None:
        """Stop everybody who is still connected."""
        await asyncio.gather(*(self._stop(client) for client in self._clients))

    @staticmethod
    async def _stop(client: Player | Stock) -> None:
        if isinstance(client, Stock) or client.harness.is_connected:
            await client.stop()
        elif client.agent is not None:
            # Its connection is gone, and its behaviours would go on.
            for behaviour in client.agent.behaviours:
                behaviour.kill()

    def _context(self) -> AgentContext:
        return AgentContext(
            names=self.names(),
            record=self._record,
            clock=self._clock,
            peer=self._backend.peer,
            seed=1,
            writes_actual=False,
            pings=False,
        )
