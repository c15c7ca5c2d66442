"""The embedded server: connections on one side, the rules of RFC 6121 on the other."""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Callable, Iterable, Mapping

from simulator.rfc6121.account import AvailabilityChange, Delivery, Session
from simulator.rfc6121.server import PresenceServer
from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.stanzas import write_stanza
from simulator.servers.xml import StreamError


class EmbeddedServer:
    """An XMPP server for presence, in this process. It knows bytes and rules, but no time.

    `observer` is told of each change of a resource's availability that the server accepts.
    """

    def __init__(self, domain: str, observer: Callable[[AvailabilityChange], None]) -> None:
        self.domain = domain
        self._observer = observer
        self.rules = PresenceServer(domain, observer)
        self._passwords: dict[str, str] = {}
        self._connections: dict[Session, Connection] = {}
        self._stream_ids = itertools.count(1)

    def create_accounts(self, passwords: Mapping[str, str]) -> None:
        """Add accounts: localpart -> password. Raises ValueError for one that exists."""
        for local, password in passwords.items():
            self._passwords[local] = password
            self.rules.add_account(local)

    def connect(self, write: Callable[[bytes], None], hang_up: Callable[[], None]) -> Connection:
        """A client connects: `write` sends to it, `hang_up` closes after what was sent."""
        return Connection(self, write, hang_up)

    def next_stream_id(self) -> str:
        """An id for a stream. It need not be hard to guess on an in-process link."""
        return f"stream-{next(self._stream_ids)}"

    def account_for(self, local: str, password: str) -> str | None:
        """The account's bare JID when the password is right, else None."""
        known = self._passwords.get(local)
        if known is None or not hmac.compare_digest(known.encode(), password.encode()):
            return None
        return f"{local}@{self.domain}"

    def bind(self, connection: Connection, account: str, resource: str, request_id: str) -> Session:
        """Bind a resource. An older session of the same resource is ended with a conflict."""
        bound = self.rules.bind(account, resource)
        if bound.replaced is not None:
            older = self._connections.pop(bound.replaced, None)
            if older is not None:
                older.fail(StreamError("conflict", "replaced by a new connection"))
        self._connections[bound.session] = connection
        connection.bound(bound.session, request_id)
        self.deliver(bound.deliveries)
        return bound.session

    def session_ended(self, session: Session, cause: str) -> None:
        """A stream is over: its session ends, and its contacts are told (RFC 6121, 4.5)."""
        self._connections.pop(session, None)
        self.deliver(self.rules.end(session, "broken" if cause == "broken" else "closed"))

    def shut_down(self) -> None:
        """Close every stream, as a server does that goes down: nobody is told about anybody."""
        going, self._connections = self._connections, {}
        for session, connection in going.items():
            self.rules.end(session)
            connection.fail(StreamError("system-shutdown"))

    def forget_rosters(self) -> None:
        """Lose every roster and request; accounts and passwords are kept."""
        self.rules = PresenceServer(self.domain, self._observer)
        for local in self._passwords:
            self.rules.add_account(local)

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Write stanzas to their sessions, in order."""
        for session, stanza in deliveries:
            connection = self._connections.get(session)
            if connection is not None:
                connection.send(write_stanza(stanza))
