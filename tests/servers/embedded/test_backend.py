"""The embedded backend: a server for each domain of the plan."""

from __future__ import annotations

import asyncio
import dataclasses

import aioxmpp

from simulator.servers.base import RunContext
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.spade3 import patches
from simulator.virtual_time.loop import run
from tests.servers.helpers import plan_of
from tests.spade3.clients import client_of


def test_each_domain_has_its_server_and_no_link_leads_to_another() -> None:
    plan = plan_of(2)
    here, there = plan.agents
    plan = dataclasses.replace(plan, agents=(here, dataclasses.replace(there, domain="b.test")))
    jids = {here.name: f"{here.name}@localhost", there.name: f"{there.name}@b.test"}
    answers: list[aioxmpp.Presence] = []

    async def main() -> None:
        backend = EmbeddedBackend()
        await backend.start(RunContext(plan, lambda: 0, lambda record: None, None))
        passwords = await backend.create_accounts(dict.fromkeys(jids, "secret"))
        clients = [
            client_of(jid, passwords[name], backend.peer(name)) for name, jid in jids.items()
        ]
        dispatcher = clients[0].summon(aioxmpp.dispatcher.SimplePresenceDispatcher)
        dispatcher.register_callback(aioxmpp.PresenceType.ERROR, None, answers.append)
        for client in clients:
            client.presence = aioxmpp.PresenceState(available=True)
        await asyncio.sleep(10)
        assert [str(client.local_jid.bare()) for client in clients] == list(jids.values())
        assert all(client.established for client in clients)
        request = aioxmpp.Presence(type_=aioxmpp.PresenceType.SUBSCRIBE)
        request.to = clients[1].local_jid.bare()
        await clients[0].send(request)
        await asyncio.sleep(10)
        for client in clients:
            client.stop()
        await asyncio.sleep(10)

    async def patched() -> None:
        with patches.virtual_time(asyncio.get_running_loop().time):
            await main()

    run(patched)
    assert [answer.error.condition for answer in answers] == [
        aioxmpp.ErrorCondition.REMOTE_SERVER_NOT_FOUND
    ]
