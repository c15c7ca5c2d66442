"""Stock clients of aioxmpp, for tests of servers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import aioxmpp
import aioxmpp.node

from simulator.agents.shared.replacing import replace
from simulator.servers.base import Peer
from simulator.spade3.connectors import override_peer


def client_of(account: str, password: str, peer: Peer) -> aioxmpp.PresenceManagedClient:
    """A stock client as SPADE makes it: with no verification of its own."""
    client = aioxmpp.PresenceManagedClient(
        aioxmpp.JID.fromstr(account),
        aioxmpp.make_security_layer(password, no_verify=True),
        max_initial_attempts=1,
    )
    override_peer(client, peer)
    return client


@contextlib.contextmanager
def no_discovery() -> Iterator[None]:
    """As in a run: aioxmpp finds no other server than the one it is given."""

    async def nobody(*_arguments: Any, **_options: Any) -> list[Any]:
        return []

    with contextlib.ExitStack() as stack:
        replace(stack, aioxmpp.node, "discover_connectors", nobody)
        yield
