"""A generation of agents without SPADE: plain asyncio over our own XML, as small as it gets.

It shows what a run needs of a generation. Its agents do what a plan asks, and nothing else: they
have no behaviours, do not reconnect, and reach a server in memory only.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from simulator.agents.base import UNKNOWN, Contact, Control, Driver, Event, Host
from simulator.agents.observer import Item
from simulator.errors import AuthenticationRefused, BackendError
from simulator.journal.records import Belief, Roster
from simulator.rfc6121.stanza import Presence, parse_jid
from simulator.scenario.plan import PresenceChange, PresencePlan
from simulator.servers.embedded.stanzas import read_presence
from simulator.servers.real.sasl import authenticate
from simulator.servers.real.stream import ClientStream
from simulator.servers.xml import CLIENT

BIND = "urn:ietf:params:xml:ns:xmpp-bind"
ROSTER = "jabber:iq:roster"


class FakeGeneration:
    """The `Generation`."""

    name = "plain asyncio"
    versions: Mapping[str, str] = {"spade": "none"}
    password_refusals: tuple[type[BaseException], ...] = (AuthenticationRefused,)
    request_failures: tuple[type[BaseException], ...] = (BackendError,)
    behaviours = ModuleType("none")

    def patches(
        self, _on_error: Any, _meet: Any = None, _messages: Any = ""
    ) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def virtual_time(self, _clock: Any) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def tuning(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def make(self, host: Host) -> Driver:
        return FakeAgent(host)

    def control(self, agent: Any) -> Control:
        control: Control = agent
        return control

    def is_reported_elsewhere(self, _context: Mapping[str, object]) -> bool:
        return False


class FakeAgent:
    """Driver, agent and presence manager in one."""

    holds_run_open = False

    def __init__(self, host: Host) -> None:
        self.agent = self
        self.control = self
        self.is_alive = self.is_connected = self.approves_all = False
        self.knowledge: dict[str, object] = {}
        self._host = host
        self._password = host.password
        self._shown = host.plan.presence or PresencePlan()
        self._roster: dict[str, Element] = {}
        self._seen: dict[str, dict[str, Presence]] = defaultdict(dict)
        self._listeners: dict[Event, dict[int, Callable[..., None]]] = defaultdict(dict)
        self._answers: dict[str, asyncio.Future[Element]] = {}
        self._numbers = itertools.count(1)
        self._reading: asyncio.Task[None] | None = None

    # --- life ---

    async def start(self) -> None:
        jid = parse_jid(self._host.jid)
        peer, self._observer = self._host.connecting()
        self._host.attach(self)
        self._stream = ClientStream(peer, jid.domain)
        await self._stream.connect()
        await authenticate(self._stream, jid.bare, jid.local, self._password)
        await self._stream.restart()
        self._reading = asyncio.ensure_future(self._read())
        resource = f"<bind xmlns='{BIND}'><resource>{escape(jid.resource)}</resource></bind>"
        bound = await self._ask("set", resource)
        self._observer.resource = parse_jid(bound.findtext(f"{{{BIND}}}jid", "")).resource
        self._show()
        self._take_items(await self._ask("get", f"<query xmlns='{ROSTER}'/>"))
        self._observer.roster_received()
        self._observer.session("established")
        self.is_alive = self.is_connected = True
        self._tell("connected")

    async def stop(self) -> None:
        self.is_alive = False
        await self._stream.leave()
        await self.disconnect()
        self._observer.session("closed")

    def crash(self) -> None:
        self.is_alive = self.is_connected = False
        if self._reading is not None:
            self._reading.cancel()

    async def disconnect(self) -> None:
        self.crash()
        await self._stream.hang_up()

    def use_password(self, password: str) -> None:
        self._password = password

    # --- what is said ---

    @property
    def is_available(self) -> bool:
        return self._shown.available

    def change(self, change: PresenceChange) -> None:
        parts = {"show": change.show, "status": change.status, "priority": change.priority}
        new = {name: value for name, value in parts.items() if value is not None}
        self._shown = PresencePlan(**{**_parts(self._shown), **new, "available": True})  # type: ignore[arg-type]
        self._show()

    def become_unavailable(self) -> None:
        self._shown = PresencePlan(available=False)
        self._send_presence("unavailable")

    def remember(self) -> Callable[[], None]:
        return lambda: None

    def subscribe(self, peer: str) -> None:
        self._send_presence("subscribe", peer)

    def unsubscribe(self, peer: str) -> None:
        self._send_presence("unsubscribe", peer)

    def approve(self, peer: str) -> None:
        self._send_presence("subscribed", peer)

    def deny(self, peer: str) -> None:
        self._send_presence("unsubscribed", peer)

    def approve_all(self) -> None:
        self.approves_all = True

    async def remove(self, peer: str) -> None:
        self._observer.roster_request(peer, "", remove=True)
        item = f"<item jid={quoteattr(peer)} subscription='remove'/>"
        await self._ask("set", f"<query xmlns='{ROSTER}'>{item}</query>")

    def _show(self) -> None:
        show = f"<show>{self._shown.show}</show>" if self._shown.show else ""
        texts = "".join(f"<status>{escape(text)}</status>" for _, text in self._shown.status)
        priority = f"<priority>{self._shown.priority}</priority>" if self._shown.priority else ""
        self._send_presence("available", "", show + texts + priority)

    def _send_presence(self, kind: Any, to: str = "", content: str = "") -> None:
        shown = self._shown if not to and kind == "available" else PresencePlan()
        status = tuple((language or "", text) for language, text in shown.status)
        number = f"s{next(self._numbers)}"
        self._observer.sent(kind, to or None, shown.show, status, shown.priority, number)
        attributes = f" to={quoteattr(to)}" if to else ""
        attributes += "" if kind == "available" else f" type='{kind}'"
        self._stream.send(f"<presence id='{number}'{attributes}>{content}</presence>")

    async def _ask(self, kind: str, payload: str) -> Element:
        number = f"q{next(self._numbers)}"
        self._answers[number] = asyncio.get_running_loop().create_future()
        self._stream.send(f"<iq type='{kind}' id='{number}'>{payload}</iq>")
        answer = await self._answers[number]
        return next(iter(answer), answer)

    # --- what is heard ---

    async def _read(self) -> None:
        with contextlib.suppress(BackendError):
            while True:
                stanza = await self._stream.next("stanza")
                if stanza.tag == f"{{{CLIENT}}}presence":
                    self._hear_presence(stanza)
                elif stanza.get("type") == "set":
                    self._take_items(stanza[0])
                    self._stream.send(f"<iq type='result' id={quoteattr(stanza.get('id', ''))}/>")
                elif stanza.get("id") in self._answers:
                    self._answers.pop(stanza.get("id", "")).set_result(stanza)
        self.is_connected = False
        self._tell("disconnected")

    def _hear_presence(self, stanza: Element) -> None:
        sender = parse_jid(stanza.get("from", ""))
        heard = read_presence(stanza, sender)
        self._observer.received(
            heard.type,
            sender.bare,
            sender.resource,
            heard.show,
            heard.status,
            heard.priority,
            heard.id,
        )
        if heard.type == "subscribe" and not self.approves_all:
            self._tell("requested", sender.bare)
        elif heard.type == "subscribe":
            self.approve(sender.bare)
        elif heard.type == "unsubscribe":
            self._tell("withdrawn", sender.bare)
        elif heard.type == "available":
            self._seen[sender.bare][sender.resource] = heard
        elif heard.type == "unavailable":
            self._seen[sender.bare].pop(sender.resource, None)

    def _take_items(self, query: Element) -> None:
        for item in query:
            jid = item.get("jid", "")
            if item.get("subscription") == "remove":
                self._roster.pop(jid, None)
                self._observer.roster_item(Item(jid, "remove"))
            else:
                self._roster[jid] = item
                self._observer.roster_item(_item(item))
            self._tell("contact_changed", jid)

    def listen(self, event: Event, listener: Callable[..., None]) -> Callable[[], None]:
        number = next(self._numbers)
        self._listeners[event][number] = listener

        def stop() -> None:
            del self._listeners[event][number]

        return stop

    def _tell(self, event: Event, *arguments: str) -> None:
        for listener in list(self._listeners[event].values()):
            listener(*arguments)

    # --- what it knows ---

    def contact(self, peer: str) -> Contact:
        item = self._roster.get(peer)
        return UNKNOWN if item is None else _contact(item)

    def contacts(self) -> list[Contact]:
        return [_contact(item) for item in self._roster.values()]

    def sees(self, peer: str) -> bool:
        return bool(self._seen[peer])

    async def served_roster(self, patience: float) -> list[Roster]:
        async with asyncio.timeout(patience):
            answer = await self._ask("get", f"<query xmlns='{ROSTER}'/>")
        return [self._observer.served_item(_item(item)) for item in answer]

    def beliefs(self) -> list[Belief]:
        return [self._belief(contact) for contact in self.contacts()]

    def _belief(self, contact: Contact) -> Belief:
        seen = list(self._seen[contact.jid].values())
        return Belief(
            t=0,
            agent=self._host.plan.name,
            peer=self._host.name(contact.jid),
            subscription=contact.subscription,  # type: ignore[arg-type]
            ask=contact.ask,
            available=bool(seen),
            show=seen[-1].show if seen else "",
        )


def _parts(presence: PresencePlan) -> dict[str, object]:
    return {"show": presence.show, "status": presence.status, "priority": presence.priority}


def _contact(item: Element) -> Contact:
    return Contact(item.get("jid", ""), item.get("subscription", "none"), "ask" in item.attrib)


def _item(item: Element) -> Item:
    subscription: Any = item.get("subscription", "none")
    return Item(item.get("jid", ""), subscription, "ask" in item.attrib)
