"""The parts of SPADE 4 and slixmpp that we use, as types; they have none, or loose ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from simulator.agents.shared.driver import Behaviour


class Jid(Protocol):
    """`slixmpp.JID`."""

    @property
    def bare(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def domain(self) -> str: ...


class Stanza(Protocol):
    """`slixmpp.xmlstream.StanzaBase`; keys are the names of its interfaces."""

    xml: Element

    def __getitem__(self, name: str) -> Any: ...
    def __setitem__(self, name: str, value: object) -> None: ...


class Iq(Stanza, Protocol):
    """`slixmpp.stanza.Iq`."""

    def enable(self, name: str) -> object: ...
    def send(
        self, callback: Callable[[Iq], object] | None = None, timeout: float | None = None
    ) -> asyncio.Future[Iq]: ...


class RosterItem(Protocol):
    """`slixmpp.roster.RosterItem`."""

    resources: Mapping[str, object]

    def __getitem__(self, name: str) -> Any: ...


class Client(Protocol):
    """`spade.xmpp_client.XMPPClient`, a `slixmpp.ClientXMPP`."""

    boundjid: Jid
    requested_jid: Jid
    default_domain: str
    custom_address: tuple[str, int] | None
    auto_authorize: bool | None
    auto_subscribe: bool
    password: str
    transport: asyncio.Transport | None
    peer_default_lang: str | None
    sessionstarted: bool
    features: set[str]
    event_when_connected: str
    scheduled_events: Mapping[str, asyncio.TimerHandle]
    waiting_queue: asyncio.Queue[object]
    client_roster: Mapping[str, RosterItem]
    loop: asyncio.AbstractEventLoop
    session_start: Callable[[object], None]
    start_tls: Callable[[], Any]
    get_dns_records: Callable[..., Any]
    _attempt_connection: Callable[..., Any]
    _connect_loop_wait: float
    _current_connection_attempt: asyncio.Future[Any] | None
    _run_out_filters: asyncio.Future[object] | None

    def __getitem__(self, plugin: str) -> Any: ...
    def add_event_handler(
        self, name: str, pointer: Callable[..., object], disposable: bool = False
    ) -> None: ...
    def del_event_handler(self, name: str, pointer: Callable[..., object]) -> None: ...
    def add_filter(self, mode: str, handler: Callable[[Any], object]) -> None: ...
    def event(self, name: str, data: object = ...) -> None: ...
    def cancel_schedule(self, name: str) -> None: ...
    def cancel_connection_attempt(self) -> None: ...
    def is_connected(self) -> bool: ...
    def is_connecting(self) -> bool: ...
    def connect(self, host: str | None = None, port: int | None = None) -> object: ...
    def connection_made(self, transport: asyncio.BaseTransport, send_event: bool = ...) -> None: ...
    def abort(self) -> None: ...
    def disconnect(
        self, wait: float = ..., reason: str | None = None, ignore_send_queue: bool = False
    ) -> asyncio.Future[object]: ...
    def get_roster(self) -> object: ...
    def send_presence(
        self,
        *,
        ptype: str | None = None,
        pto: Jid | str | None = None,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
    ) -> None: ...
    def Iq(self) -> Iq: ...  # noqa: N802  (slixmpp's name)


class PresenceInfo(Protocol):
    """`spade.presence.PresenceInfo`."""

    type: Any
    show: Any
    status: str | None
    priority: int

    def is_available(self) -> bool: ...


class Contact(Protocol):
    """`spade.presence.Contact`."""

    jid: object
    subscription: str
    ask: str
    current_presence: PresenceInfo | None

    def is_available(self) -> bool: ...


class Manager(Protocol):
    """`spade.presence.PresenceManager`, and what stands for it."""

    agent: Agent
    approve_all: bool
    on_subscribe: Callable[[str], object]
    current_presence: PresenceInfo | None

    def is_available(self) -> bool: ...
    def get_presence(self) -> PresenceInfo | None: ...
    def get_show(self) -> Any: ...
    def get_status(self) -> str | None: ...
    def get_priority(self) -> int: ...
    def set_presence(
        self,
        presence_type: Any = ...,
        show: Any = ...,
        status: str | None = ...,
        priority: int = ...,
    ) -> None: ...
    def set_unavailable(self) -> None: ...
    def subscribe(self, jid: str) -> None: ...
    def unsubscribe(self, jid: str) -> None: ...
    def approve_subscription(self, jid: str) -> None: ...
    def get_contacts(self) -> Mapping[str, Contact]: ...


class Agent(Protocol):
    """`spade.agent.Agent`."""

    jid: Jid
    password: str
    presence: Manager
    client: Client | None
    _values: Mapping[str, object]
    _alive: asyncio.Event

    @property
    def behaviours(self) -> Sequence[Behaviour]: ...
    async def start(self, auto_register: bool = True) -> None: ...
    async def stop(self) -> None: ...
    def is_alive(self) -> bool: ...


class Message(Protocol):
    """`spade.message.Message`."""

    body: str | None
    thread: str | None
    _metadata: Mapping[str, str]
