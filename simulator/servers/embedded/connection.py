"""One client's connection, seen from the server: stream, SASL, resource binding, stanzas.

The steps of RFC 6120: a stream header is answered with features; PLAIN authenticates (section
6); the stream restarts; a resource is bound (section 7); from then on stanzas go to the rules.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from simulator.errors import StanzaRefused
from simulator.rfc6121.account import Delivery, Session, refusal
from simulator.rfc6121.jids import prepare
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import IqResult, StanzaKind
from simulator.servers.embedded import stanzas
from simulator.servers.xml import (
    CLIENT,
    STREAM_FOOTER,
    StreamError,
    StreamParser,
    split_tag,
    stream_error,
    stream_header,
)

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
PING = "urn:xmpp:ping"

_QUERY = f"{{{stanzas.ROSTER}}}query"
_PING = f"{{{PING}}}ping"

_BEFORE_AUTHENTICATION = (
    f"<stream:features><mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
    "</stream:features>"
)
_AFTER_AUTHENTICATION = (
    f"<stream:features><bind xmlns='{BIND}'/><sub xmlns='{stanzas.PRE_APPROVAL}'/>"
    "</stream:features>"
)


class Host(Protocol):
    """What a connection needs of its server."""

    domain: str
    rules: PresenceServer

    def next_stream_id(self) -> str:
        """An id for a stream."""
        ...

    def account_for(self, local: str, password: str) -> str | None:
        """The account's bare JID when the password is right, else None."""
        ...

    def bind(self, connection: Connection, account: str, resource: str, request_id: str) -> Session:
        """Bind a resource, and tell the connection by its `bound`."""
        ...

    def session_ended(self, session: Session, cause: str) -> None:
        """The stream of a session is over."""
        ...

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Write stanzas to their sessions, in order."""
        ...


class Connection:
    """The server's end of one connection.

    `write(text)` sends to the client, `hang_up()` closes the connection after what was sent.
    """

    def __init__(
        self, server: Host, write: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> None:
        self._server = server
        self._write = write
        self._hang_up = hang_up
        self._account = ""
        self._over = False
        self._reading = False
        self.session: Session | None = None
        self._parser = self._new_parser()

    @property
    def is_over(self) -> bool:
        """Whether the server is done with this connection."""
        return self._over

    def _new_parser(self) -> StreamParser:
        return StreamParser(self._open_stream, self._element, self._end_of_stream)

    def receive(self, data: bytes) -> None:
        """Bytes from the client. Whatever is wrong with them harms this connection alone."""
        if self._over:
            return
        parser = self._parser
        self._reading = True
        try:
            parser.feed(data)
        except StreamError as error:
            self.fail(error)
        self._reading = False
        if parser is not self._parser:
            parser.close()
        if self._over:
            self._parser.close()

    def send(self, text: str) -> None:
        """Send a piece of XML to the client."""
        if not self._over:
            self._write(text.encode())

    def fail(self, error: StreamError) -> None:
        """Send a stream error and close (RFC 6120, 4.9.1.1)."""
        self.send(stream_error(error))
        self._finish("closed")

    def lost(self, error: Exception | None) -> None:
        """The connection is gone: in order when the client closed it, else broken."""
        if self._over:
            return
        self._end("broken" if error else "closed")

    def _end_of_stream(self) -> None:
        self._finish("closed")

    def _finish(self, cause: str) -> None:
        if self._over:
            return
        self._write(STREAM_FOOTER.encode())
        self._end(cause)

    def _end(self, cause: str) -> None:
        self._over = True
        if self.session is not None:
            self._server.session_ended(self.session, cause)
        self._hang_up()
        # Let go of what refers back to this.
        self._write, self._hang_up = _ignore, _nothing
        if not self._reading:
            self._parser.close()

    def _open_stream(self, attributes: Mapping[str, str]) -> None:
        self.send(stream_header(self._server.domain, self._server.next_stream_id()))
        if attributes.get("to") != self._server.domain:
            raise StreamError("host-unknown", attributes.get("to", ""))
        self.send(_AFTER_AUTHENTICATION if self._account else _BEFORE_AUTHENTICATION)

    def _element(self, element: Element) -> None:
        if self.session is not None:
            self._stanza(self.session, element)
        elif self._account:
            self._bind(element)
        else:
            self._authenticate(element)

    # --- SASL PLAIN (RFC 6120, section 6; RFC 4616) ---

    def _authenticate(self, element: Element) -> None:
        if element.tag != f"{{{SASL}}}auth":
            raise StreamError("not-authorized", "authenticate first")
        if element.get("mechanism") != "PLAIN":
            self._refuse_login("invalid-mechanism")
            return
        local, password = _decode_plain(element.text or "")
        account = self._server.account_for(local, password)
        if account is None:
            self._refuse_login("not-authorized")
            return
        self._account = account
        self.send(f"<success xmlns='{SASL}'/>")
        self._parser = self._new_parser()

    def _refuse_login(self, condition: str) -> None:
        self.send(f"<failure xmlns='{SASL}'><{condition}/></failure>")

    # --- resource binding (RFC 6120, section 7) ---

    def _bind(self, element: Element) -> None:
        request = element.find(f"{{{BIND}}}bind")
        if element.tag != f"{{{CLIENT}}}iq" or request is None or element.get("type") != "set":
            raise StreamError("not-authorized", "bind a resource first")
        wanted = request.findtext(f"{{{BIND}}}resource") or ""
        try:
            resource = prepare(f"{self._account}/{wanted}").resource if wanted else ""
        except StanzaRefused as error:
            raise StreamError("bad-format", str(error)) from None
        self.session = self._server.bind(self, self._account, resource, element.get("id", ""))

    def bound(self, session: Session, request_id: str) -> None:
        """Tell the client its full JID."""
        stanza = (
            f'<iq type="result" id={quoteattr(request_id)}>'
            f"<bind xmlns='{BIND}'><jid>{escape(str(session.jid))}</jid></bind></iq>"
        )
        self.send(stanza)

    # --- stanzas ---

    def _stanza(self, session: Session, element: Element) -> None:
        namespace, kind = split_tag(element.tag)
        if namespace != CLIENT or kind not in _HANDLERS:
            raise StreamError("unsupported-stanza-type", element.tag)
        try:
            _HANDLERS[kind](self, session, element)
        except StanzaRefused as error:
            self._refuse(session, kind, element, error)

    def _refuse(
        self, session: Session, kind: StanzaKind, element: Element, error: StanzaRefused
    ) -> None:
        if element.get("type") in ("error", "result"):  # RFC 6120, 8.3.1
            return
        try:
            addressee = stanzas.address(element)
        except StanzaRefused:
            addressee = None
        self._server.deliver([refusal(kind, session, element.get("id", ""), error, addressee)])

    def _presence(self, session: Session, element: Element) -> None:
        stanza = stanzas.read_presence(element, session.jid)
        self._server.deliver(self._server.rules.presence(session, stanza))

    def _message(self, session: Session, element: Element) -> None:
        stanza = stanzas.read_message(element, session.jid)
        self._server.deliver(self._server.rules.message(session, stanza))

    def _iq(self, session: Session, element: Element) -> None:
        kind, to = stanzas.iq_type(element), stanzas.address(element)
        request_id = element.get("id", "")
        rules = self._server.rules
        query = element.find(_QUERY)
        if query is not None and kind == "get":
            deliveries = rules.roster_get(session, request_id, to)
        elif query is not None and kind == "set":
            changes = stanzas.read_roster_changes(query)
            deliveries = rules.roster_set(session, request_id, changes, to)
        elif self._is_ping(session, element, kind):
            deliveries = [Delivery(session, IqResult(session.jid, request_id, to))]
        else:
            deliveries = rules.iq(session, stanzas.read_iq(element, session.jid))
        self._server.deliver(deliveries)

    def _is_ping(self, session: Session, element: Element, kind: str) -> bool:
        ours = element.get("to", session.account) in (session.account, self._server.domain)
        return ours and kind == "get" and element.find(_PING) is not None


_HANDLERS: dict[StanzaKind, Callable[[Connection, Session, Element], None]] = {
    "presence": Connection._presence,
    "message": Connection._message,
    "iq": Connection._iq,
}


def _ignore(_data: bytes) -> None:
    """Nobody is there to be told."""


def _nothing() -> None:
    """There is nothing to hang up any more."""


def _decode_plain(text: str) -> tuple[str, str]:
    """authzid NUL authcid NUL password -> (authcid, password); two empty ones if malformed."""
    try:
        parts = base64.b64decode(text, validate=True).decode().split("\0")
    except ValueError:  # not base64, or not UTF-8
        return "", ""
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")
