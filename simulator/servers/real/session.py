"""Short visits to a server, beside the agents: greet it, log in, ask, register, leave."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Literal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from simulator.errors import AuthenticationRefused, BackendError, StanzaRefused
from simulator.rfc6121.stanza import Jid, parse_jid
from simulator.servers.base import Peer
from simulator.servers.real.connector import CONNECT_TIMEOUT
from simulator.servers.real.sasl import authenticate
from simulator.servers.real.stream import (
    ClientStream,
    StreamEnded,
    condition_of,
    connected,
    in_words,
)
from simulator.servers.xml import CLIENT

_ANSWER_WITHIN = 30.0
_RESOURCE = "simulator"

_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
_SESSION = "urn:ietf:params:xml:ns:xmpp-session"
_STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
_REGISTER = "jabber:iq:register"
_ROSTER = "jabber:iq:roster"
_VERSION = "jabber:iq:version"
_STANZAS = tuple(f"{{{CLIENT}}}{kind}" for kind in ("iq", "presence", "message"))


class RequestRefused(BackendError):
    """The server answered an IQ with an error (RFC 6120, section 8.3)."""

    def __init__(self, address: object, condition: str, text: str) -> None:
        self.condition = condition
        self.text = text
        super().__init__(f"{address} refused a request: {in_words(condition, text)}")


async def greet(peer: Peer, domain: str) -> None:
    """Connect, verify the certificate and leave. Raises ServerUnavailable when that fails."""
    async with connected(peer, domain):
        pass


async def register(peer: Peer, account: Jid, password: str) -> None:
    """Make an account in-band (XEP-0077, section 3.1).

    Raises AuthenticationRefused when the server does not let us.
    """
    async with (
        connected(peer, account.domain) as stream,
        stream.within(CONNECT_TIMEOUT),
    ):
        try:
            await Session(stream, account).ask(
                f"<query xmlns='{_REGISTER}'><username>{escape(account.local)}</username>"
                f"<password>{escape(password)}</password></query>",
                "set",
                to=account.domain,
            )
        except RequestRefused as error:
            raise AuthenticationRefused(
                f"{stream.address} refused to register {account}:"
                f" {in_words(error.condition, error.text)}"
            ) from error


@contextlib.asynccontextmanager
async def session(peer: Peer, account: Jid, password: str) -> AsyncIterator[Session]:
    """Log in, bind the account's resource or one of ours, and leave at the end.

    Raises ServerUnavailable, also for a connection that breaks during the visit or a server that
    falls silent, or AuthenticationRefused with the account's name.
    """
    async with connected(peer, account.domain) as stream:
        async with stream.within(CONNECT_TIMEOUT):
            await authenticate(stream, str(account), account.local, password)
            await stream.restart()
        visit = Session(stream, account)
        await visit.bind(account.resource or _RESOURCE)
        await visit.establish()
        yield visit


class Session:
    """A stream that asks and answers IQs, without presence.

    `tls` is the negotiated version of TLS, None for a connection inside this process.
    """

    def __init__(self, stream: ClientStream, account: Jid) -> None:
        self._stream = stream
        self.account = account
        self.tls = stream.tls_version

    async def bind(self, resource: str) -> None:
        """Bind a resource; `account` is then the JID that the server gave (RFC 6120, 7.6)."""
        answer = await self.ask(
            f"<bind xmlns='{_BIND}'><resource>{escape(resource)}</resource></bind>", "set"
        )
        self.account = self._jid(answer.findtext(f"{{{_BIND}}}jid"), "a bound resource")

    async def establish(self) -> None:
        """Establish a session where the server still wants that (RFC 3921, section 3)."""
        offered = self._stream.features.find(f"{{{_SESSION}}}session")
        if offered is not None and offered.find(f"{{{_SESSION}}}optional") is None:
            await self.ask(f"<session xmlns='{_SESSION}'/>", "set")

    async def roster(self) -> dict[str, str]:
        """The account's contacts and their subscriptions (RFC 6121, section 2.1.3)."""
        roster = await self.ask(f"<query xmlns='{_ROSTER}'/>", awaited="roster")
        return {
            str(self._jid(item.get("jid"), "a roster item")): item.get("subscription", "none")
            for item in roster.iterfind(f"{{{_ROSTER}}}item")
        }

    async def add_contact(self, contact: str) -> None:
        """Add a roster item (RFC 6121, section 2.3)."""
        await self._set_roster(f"<item jid={quoteattr(contact)}/>")

    async def remove_contact(self, contact: str) -> None:
        """Remove a roster item; the server cancels the subscriptions (RFC 6121, section 2.5)."""
        await self._set_roster(f"<item jid={quoteattr(contact)} subscription='remove'/>")

    async def _set_roster(self, item: str) -> None:
        await self.ask(f"<query xmlns='{_ROSTER}'>{item}</query>", "set")

    async def remove_account(self) -> None:
        """Cancel the registration (XEP-0077, section 3.2).

        A server may end the stream at once, in the middle of its answer.
        """
        with contextlib.suppress(StreamEnded):
            await self.ask(f"<query xmlns='{_REGISTER}'><remove/></query>", "set")

    async def server_version(self) -> str:
        """The server's name and version (XEP-0092), ``unknown`` when it does not tell."""
        try:
            answer = await self.ask(f"<query xmlns='{_VERSION}'/>", to=self.account.domain)
        except RequestRefused:
            return "unknown"
        name = answer.findtext(f"{{{_VERSION}}}name") or "unknown"
        version = answer.findtext(f"{{{_VERSION}}}version") or ""
        return in_words(f"{name} {version}".strip(), "")

    # --- requests ---

    def send(self, stanza: str) -> None:
        """Send a stanza that nobody answers."""
        self._stream.send(stanza)

    async def ask(
        self,
        payload: str,
        kind: Literal["get", "set"] = "get",
        to: str = "",
        awaited: str = "answer",
    ) -> Element:
        """Send an IQ and return the answer's payload, an element without content if it has none.

        Raises RequestRefused for an error, ServerUnavailable for a stream that ends, for an
        answer that is none, and without an answer within 30 seconds; `awaited` names it then.
        """
        request = next(self._stream.requests)
        addressee = f" to={quoteattr(to)}" if to else ""
        self.send(f"<iq type='{kind}' id='{request}'{addressee}>{payload}</iq>")
        async with self._stream.within(_ANSWER_WITHIN):
            answer = await self._stream.next(awaited, *_STANZAS)
            while not self._is_answer(answer, request):
                answer = await self._stream.next(awaited, *_STANZAS)
        if answer.get("type") == "error":
            error = answer.find(f"{{{CLIENT}}}error")
            problem = condition_of(Element("none") if error is None else error, _STANZA_ERRORS)
            raise RequestRefused(self._stream.address, *problem)
        if answer.get("type") != "result":
            raise self._stream.violation(f"sent an IQ of the type {answer.get('type', '')!r}")
        return next(iter(answer), Element("none"))

    def _is_answer(self, stanza: Element, request: str) -> bool:
        """Whether this is what `request` waits for; what else the server says is dealt with.

        Others may send us stanzas, too, with any id: only what comes from the server counts.
        """
        sender, number = stanza.get("from", ""), stanza.get("id", "")
        if stanza.tag != _STANZAS[0]:
            return False
        if stanza.get("type") in ("get", "set"):
            self._decline(sender, number)
            return False
        if sender not in ("", self.account.domain, self.account.bare, str(self.account)):
            return False
        if number != request:
            raise self._stream.violation(f"answered request {number!r} instead of {request!r}")
        return True

    def _decline(self, sender: str, number: str) -> None:
        """Answer a request as RFC 6120, section 8.2.3 wants it: we serve nothing."""
        to = f" to={quoteattr(sender)}" if sender else ""
        self.send(
            f"<iq type='error' id={quoteattr(number)}{to}><error type='cancel'>"
            f"<service-unavailable xmlns='{_STANZA_ERRORS}'/></error></iq>"
        )

    def _jid(self, text: str | None, bearer: str) -> Jid:
        try:
            return parse_jid(text or "")
        except StanzaRefused:
            problem = f"with the JID {text!r}, which is none" if text else "without a JID"
            raise self._stream.violation(f"sent {bearer} {problem}") from None
