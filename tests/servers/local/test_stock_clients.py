"""Stock clients of aioxmpp on each of our servers."""

import asyncio
from collections.abc import Iterator

import aiosasl
import aioxmpp
import pytest

from simulator.agents.failures import explain
from simulator.errors import AuthenticationRefused, ServerUnavailable
from simulator.servers.base import Peer
from simulator.servers.local.certificate import make_certificate
from simulator.servers.real.connector import OverTls
from simulator.servers.real.trust import Authorities
from simulator.spade3.generation import GENERATION
from tests.spade3.clients import client_of, no_discovery


@pytest.fixture(autouse=True)
def _no_discovery() -> Iterator[None]:
    with no_discovery():
        yield


def test_two_stock_clients_see_each_other(server):
    passwords = server.create("romeo", "juliet")

    async def main():
        romeo = client_of("romeo@localhost", passwords["romeo"], server.peer())
        juliet = client_of("juliet@localhost", passwords["juliet"], server.peer())
        seen = asyncio.get_running_loop().create_future()

        def note(jid, stanza, **_more):
            busy = jid.localpart == "juliet" and stanza.show is aioxmpp.PresenceShow.DND
            if busy and not seen.done():
                seen.set_result(jid.bare())

        watching = romeo.summon(aioxmpp.PresenceClient)
        watching.on_available.connect(note)
        watching.on_changed.connect(note)
        juliet_roster = juliet.summon(aioxmpp.RosterClient)
        juliet_roster.on_subscribe.connect(lambda stanza: juliet_roster.approve(stanza.from_))
        async with romeo.connected(), juliet.connected():
            juliet.presence = aioxmpp.PresenceState(available=True, show=aioxmpp.PresenceShow.DND)
            romeo.summon(aioxmpp.RosterClient).subscribe(aioxmpp.JID.fromstr("juliet@localhost"))
            return await asyncio.wait_for(seen, 5)

    assert str(asyncio.run(main())) == "juliet@localhost"


def test_a_clients_refused_password_is_explained(server):
    async def main():
        async with client_of("nobody@localhost", "wrong", server.peer()).connected():
            pass

    with pytest.raises(aiosasl.AuthenticationFailure) as caught:
        asyncio.run(main())
    assert isinstance(explain(caught.value, GENERATION.password_refusals), AuthenticationRefused)


def test_another_certificate_is_refused_before_anything_is_told(server, tmp_path):
    server.create("careful")
    other = make_certificate("localhost", tmp_path)
    stranger = Peer(OverTls(server.address, Authorities(other.authority)))

    async def main():
        client = client_of("careful@localhost", "secret-careful", stranger)
        async with client.connected():
            pass

    with pytest.raises(ServerUnavailable, match="not trusted") as caught:
        asyncio.run(main())
    assert str(server.address) in str(caught.value)
