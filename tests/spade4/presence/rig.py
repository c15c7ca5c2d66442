"""A presence manager on a real slixmpp client without a connection.

What the network would bring is fed to the client's stream as XML text, and what the client writes
is kept as XML. The event loop runs only inside the rig's methods, so tests are plain functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from slixmpp import JID
from spade.xmpp_client import XMPPClient

from simulator.spade4.presence.manager import PresenceManager

OWN = "me@localhost"
FRIEND = "friend@localhost"
DESK = f"{FRIEND}/desk"
PHONE = f"{FRIEND}/phone"
CLIENT = "{jabber:client}"
OPEN = (
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    " version='1.0'>"
)


class Calls(list[tuple[Any, ...]]):
    """A handler that keeps its calls."""

    def __call__(self, *arguments: Any) -> None:
        self.append(arguments)


class Wire:
    """The transport of a client: it keeps the elements that are written."""

    def __init__(self) -> None:
        self.written: list[ElementTree.Element] = []
        self.is_open = True

    def write(self, data: bytes) -> None:
        text = data.decode()
        if text.strip() and not text.startswith(("<?xml", "<stream", "</stream")):
            wrapped = f"<s xmlns='jabber:client' xmlns:stream='stream'>{text}</s>"
            self.written += list(ElementTree.fromstring(wrapped))

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def close(self) -> None:
        self.is_open = False

    abort = close


class Rig:
    """One agent's client and presence manager, without a server."""

    def __init__(self, make: Callable[..., Any] = PresenceManager, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.failures: list[tuple[str, BaseException]] = []
        self.connects: list[Any] = []
        self.alive = False
        self.presence: Any = self.do(lambda: self._build(make, options))

    def _build(self, make: Callable[..., Any], options: dict[str, Any]) -> Any:
        self.client = XMPPClient(JID(OWN), "secret", False, False)
        self.client.connect = lambda *address: self.connects.append(address)
        self.client._run_out_filters = asyncio.ensure_future(self.client.run_filters())
        agent = SimpleNamespace(client=self.client, jid=JID(OWN), is_alive=lambda: self.alive)
        presence = make(agent, **options)
        presence.report = lambda where, error: self.failures.append((where, error))
        return presence

    def do(self, action: Callable[[], Any], seconds: float = 0.002) -> Any:
        """Call `action` inside the loop and let the loop come to rest."""

        async def inside() -> Any:
            result = action()
            await asyncio.sleep(seconds)
            return result

        return self.loop.run_until_complete(inside())

    # --- the session ---

    def login(self, *items: str) -> None:
        """A session begins, and the roster comes with these items."""
        self.begin_login()
        self.roster(*items)

    def begin_login(self) -> None:
        """A session begins; the roster has not arrived yet."""
        self.wire = Wire()

        def begin() -> None:
            self.client.connection_made(self.wire)
            self.client.data_received(OPEN.encode())
            self.client.boundjid = JID(f"{OWN}/here")
            self.client.event("session_start")

        self.do(begin)

    def roster(self, *items: str) -> None:
        """The roster arrives. An item is what stands in its element, such as ``jid='a@b'``."""
        inner = "".join(f"<item {item}/>" for item in items)
        self.answer_roster(f"<query xmlns='jabber:iq:roster'>{inner}</query>")

    def answer_roster(self, inner: str, kind: str = "result") -> None:
        """The server answers the request for the roster."""
        request = next(e for e in reversed(self.wire.written) if e.tag == f"{CLIENT}iq")
        self.feed(f"<iq type='{kind}' id={quoteattr(request.get('id', ''))}>{inner}</iq>")

    def push(self, item: str, inner: str = "") -> None:
        """A roster push arrives."""
        item = f"<item {item}>{inner}</item>"
        self.feed(f"<iq type='set' id='p'><query xmlns='jabber:iq:roster'>{item}</query></iq>")

    def lose(self) -> None:
        """The connection breaks."""
        self.do(lambda: self.client.connection_lost(ConnectionResetError()))

    # --- stanzas ---

    def feed(self, xml: str) -> None:
        """A stanza arrives."""
        self.do(lambda: self.client.data_received(xml.encode()))

    def arrive(
        self, sender: str, kind: str = "", show: str = "", status: str = "", priority: str = ""
    ) -> None:
        """A presence stanza arrives."""
        parts = {"show": show, "status": status, "priority": priority}
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text)
        type_ = f" type='{kind}'" if kind else ""
        self.feed(f"<presence from={quoteattr(sender)} to='{OWN}/here'{type_}>{inner}</presence>")

    @property
    def sent(self) -> list[tuple[str, str]]:
        """(type, peer) of the presence stanzas that left, oldest first; "" for none."""
        return [(one.get("type", ""), one.get("to", "")) for one in self.presences]

    @property
    def presences(self) -> list[ElementTree.Element]:
        """The presence stanzas that left in this session."""
        return [one for one in self.wire.written if one.tag == f"{CLIENT}presence"]

    def shown(self) -> tuple[str | None, ...]:
        """Type, show, status and priority of the last presence that left."""
        last = self.presences[-1]
        parts = [last.findtext(f"{CLIENT}{name}") for name in ("show", "status", "priority")]
        return (last.get("type"), *parts)

    def close(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.do(lambda: None)
        self.loop.close()
        asyncio.set_event_loop(None)
