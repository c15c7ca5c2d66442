"""Short visits to a server, beside the agents: greet it, log in, ask, register, leave.

They use aioxmpp's stream and not its client, which would retry, look for other servers and send
presence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import aioxmpp
import aioxmpp.errors
import aioxmpp.ibr
import aioxmpp.protocol
import aioxmpp.rfc6120
import aioxmpp.security_layer
import aioxmpp.stream
import aioxmpp.version.xso

from simulator.errors import AuthenticationRefused, BackendError
from simulator.servers.base import Peer
from simulator.servers.real.connector import Address
from simulator.spade3.connectors import endpoint
from simulator.spade3.connectors import named_spade_failures as named_failures

_NEGOTIATION_TIMEOUT = 10.0
_ANSWER_WITHIN = 30.0
_LEAVE_WITHIN = 1.0
_RESOURCE = "simulator"

_logger = logging.getLogger(__name__)


async def greet(peer: Peer, domain: str) -> None:
    """Connect, verify the certificate and leave. Raises BackendError when that fails."""
    async with _connected(peer, domain):
        pass


async def register(peer: Peer, account: aioxmpp.JID, password: str, address: Address) -> None:
    """Make an account in-band (XEP-0077, section 3.1).

    Raises AuthenticationRefused when the server does not let us.
    """
    async with _connected(peer, account.domain) as (_, stream, _features):
        query = aioxmpp.ibr.Query(account.localpart, password)
        try:
            with named_failures(address):
                await aioxmpp.ibr.register(stream, query, timeout=_NEGOTIATION_TIMEOUT)
        except aioxmpp.errors.XMPPError as error:
            raise AuthenticationRefused(
                f"{address} refused to register {account}: {error}"
            ) from error


class Session:
    """A logged-in stream that asks and answers IQs, without presence.

    `tls` is the negotiated version of TLS, None for a link inside this process.
    """

    def __init__(
        self, stream: aioxmpp.stream.StanzaStream, account: aioxmpp.JID, tls: str | None
    ) -> None:
        self._stream = stream
        self.account = account
        self.tls = tls

    async def bind(self, resource: str) -> None:
        """Bind a resource; `account` is then the JID that the server gave (RFC 6120, 7.7)."""
        answer = await self.ask(aioxmpp.rfc6120.Bind(resource=resource), "set")
        self.account = answer.jid

    async def ask(self, payload: Any, kind: str = "get", to: aioxmpp.JID | None = None) -> Any:
        """Send an IQ and return the answer's payload.

        Raises XMPPError when it is refused, TimeoutError without an answer within 30 seconds.
        """
        iq = aioxmpp.IQ(type_=aioxmpp.IQType(kind), to=to, payload=payload)
        return await self._stream._send_immediately(iq, timeout=_ANSWER_WITHIN)

    async def roster(self) -> dict[aioxmpp.JID, Any]:
        """The account's roster items by JID (RFC 6121, section 2.1.3)."""
        answer = await self.ask(aioxmpp.roster.xso.Query())
        return {item.jid: item for item in answer.items}

    async def remove_contact(self, contact: aioxmpp.JID) -> None:
        """Remove a roster item; the server cancels the subscriptions (RFC 6121, section 2.5)."""
        item = aioxmpp.roster.xso.Item(contact, subscription="remove")
        await self.ask(aioxmpp.roster.xso.Query(items=[item]), "set")

    async def remove_account(self) -> None:
        """Cancel the registration (XEP-0077, section 3.2)."""
        query = aioxmpp.ibr.Query()
        query.remove = True
        await self.ask(query, "set")

    async def server_version(self) -> str:
        """The server's name and version (XEP-0092), ``unknown`` when it does not tell."""
        domain = self.account.replace(localpart=None, resource=None)
        try:
            answer = await self.ask(aioxmpp.version.xso.Query(), to=domain)
        except aioxmpp.errors.XMPPError:
            return "unknown"
        return f"{answer.name or 'unknown'} {answer.version or ''}".strip()


@contextlib.asynccontextmanager
async def session(
    peer: Peer, account: aioxmpp.JID, password: str, address: Address
) -> AsyncIterator[Session]:
    """Log in, bind the account's resource or one of ours, and leave at the end.

    Raises ServerUnavailable, also for a connection that breaks during the visit or a server that
    falls silent, or AuthenticationRefused with the account's name.
    """
    async with _connected(peer, account.domain) as (transport, stream, features):
        security = aioxmpp.make_security_layer(password, no_verify=True)
        try:
            with named_failures(address):
                await aioxmpp.security_layer.negotiate_sasl(
                    transport, stream, security.sasl_providers, None, account, features
                )
        except AuthenticationRefused as error:
            raise AuthenticationRefused(f"{error} ({account})") from error
        stanzas = aioxmpp.stream.StanzaStream(account.bare())
        stanzas.start(stream)
        try:
            with named_failures(address):
                visit = Session(stanzas, account, _tls_version(transport))
                await visit.bind(account.resource or _RESOURCE)
                yield visit
        finally:
            stanzas.stop()


@contextlib.asynccontextmanager
async def _connected(peer: Peer, domain: str) -> AsyncIterator[tuple[Any, Any, Any]]:
    loop = asyncio.get_running_loop()
    host, port, connector = endpoint(peer)
    transport, stream, features = await connector.connect(
        loop, None, domain, host, port, _NEGOTIATION_TIMEOUT, base_logger=_logger
    )
    try:
        yield transport, stream, features
    finally:
        await _leave(stream)


def _tls_version(transport: Any) -> str | None:
    connection = transport.get_extra_info("ssl_object")
    return None if connection is None else str(connection.get_protocol_version_name())


async def _leave(stream: Any) -> None:
    with contextlib.suppress(TimeoutError, ConnectionError, BackendError):
        async with asyncio.timeout(_LEAVE_WITHIN):
            await stream.close_and_wait()
    stream.abort()
