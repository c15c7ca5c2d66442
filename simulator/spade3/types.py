"""The parts of SPADE 3 and aioxmpp that we use, as types; they have none of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Protocol, TypedDict, TypeVar

from aioxmpp import JID, PresenceState, xso
from aioxmpp.connector import BaseConnector
from aioxmpp.protocol import State
from aioxmpp.security_layer import SecurityLayer
from aioxmpp.structs import LanguageTag

from simulator.rfc6121.words import PresenceType, Show, Subscription

Service = TypeVar("Service")


class Signal(Protocol):
    """`aioxmpp.callbacks.AdHocSignal`."""

    def connect(self, slot: Callable[..., object], mode: object = None) -> object: ...
    def disconnect(self, token: object) -> None: ...
    def future(self) -> asyncio.Future[object]: ...


class Filter(Protocol):
    """`aioxmpp.callbacks.Filter`."""

    def register(self, func: Callable[..., object], order: float) -> object: ...


class TypeValue(Protocol):
    """`aioxmpp.PresenceType`; the value of ``AVAILABLE`` is None."""

    value: PresenceType | None
    is_presence_state: bool


class ShowValue(Protocol):
    """`aioxmpp.PresenceShow`; the value of ``NONE`` is None."""

    value: Show | None


class Stanza(Protocol):
    """`aioxmpp.Presence`."""

    type_: TypeValue
    from_: JID | None
    to: JID | None
    id_: str | None
    show: ShowValue
    status: Mapping[LanguageTag | None, str | None]
    priority: int


class FormField(Protocol):
    """`aioxmpp.forms.xso.Field`."""

    var: str | None
    values: Sequence[str]


class Form(Protocol):
    """`aioxmpp.forms.xso.Data`."""

    title: str | None
    fields: Sequence[FormField]


class ConditionValue(Protocol):
    """`aioxmpp.ErrorCondition`; the value is its namespace and its name."""

    value: tuple[str, str]


class StanzaError(Protocol):
    """`aioxmpp.stanza.Error`."""

    condition: ConditionValue


class MessageTypeValue(Protocol):
    """`aioxmpp.MessageType`."""

    value: str


class MessageStanza(Protocol):
    """`aioxmpp.Message`."""

    type_: MessageTypeValue
    from_: JID | None
    to: JID | None
    id_: str | None
    body: Mapping[LanguageTag | None, str | None]
    xep0004_data: Sequence[Form]
    error: StanzaError | None


class Message(Protocol):
    """`spade.message.Message`."""

    body: str | None
    thread: str | None
    metadata: Mapping[str, str]


class RosterItem(Protocol):
    """`aioxmpp.roster.Item`."""

    jid: JID
    subscription: Subscription
    ask: str | None
    approved: bool | None
    name: str | None
    groups: set[str]

    def export_as_json(self) -> ContactEntry: ...


class Roster(Protocol):
    """`aioxmpp.RosterClient`."""

    items: Mapping[JID, RosterItem]
    on_entry_added: Signal
    on_entry_name_changed: Signal
    on_entry_subscription_state_changed: Signal
    on_entry_removed: Signal
    on_initial_roster_received: Signal
    on_subscribe: Signal
    on_unsubscribe: Signal

    def subscribe(self, peer_jid: JID) -> None: ...
    def unsubscribe(self, peer_jid: JID) -> None: ...
    def approve(self, peer_jid: JID) -> None: ...
    async def remove_entry(self, jid: JID) -> None: ...


class Presences(Protocol):
    """`aioxmpp.PresenceClient`."""

    on_bare_unavailable: Signal

    def handle_presence(self, st: Stanza) -> None: ...
    def get_peer_resources(self, peer_jid: JID) -> Mapping[str | None, Stanza]: ...


class OwnPresence(Protocol):
    """`aioxmpp.PresenceServer`."""

    state: PresenceState
    status: Mapping[LanguageTag | None, str]
    priority: int
    make_stanza: Callable[[], Stanza]

    def set_presence(
        self, state: PresenceState, status: Mapping[LanguageTag | None, str], priority: int
    ) -> None: ...


class Processor(Protocol):
    """`aioxmpp.xml.XMPPXMLProcessor`, which reads a stream."""

    remote_lang: LanguageTag | None


class XmlStream(Protocol):
    """`aioxmpp.protocol.XMLStream`."""

    state: State
    _processor: Processor | None


class Token(Protocol):
    """`aioxmpp.stream.StanzaToken`: a stanza that is queued."""

    stanza: object


class Stream(Protocol):
    """`aioxmpp.stream.StanzaStream`."""

    soft_timeout: timedelta | None
    app_inbound_presence_filter: Filter
    app_outbound_presence_filter: Filter
    app_inbound_message_filter: Filter
    app_outbound_message_filter: Filter
    service_outbound_presence_filter: Filter
    on_presence_received: Signal
    _xmlstream: XmlStream
    _send_stanza: Callable[[XmlStream, Token], None]


class Client(Protocol):
    """`aioxmpp.Client`."""

    local_jid: JID
    stream: Stream
    running: bool
    established: bool
    suspended: bool
    on_stream_established: Signal
    on_stream_suspended: Signal
    on_stream_resumed: Signal
    on_stream_destroyed: Signal
    on_stopped: Signal
    on_failure: Signal
    send: Callable[..., Coroutine[object, object, xso.XSO]]
    override_peer: list[tuple[str, int, BaseConnector]]
    _security_layer: SecurityLayer

    def summon(self, service: type[Service]) -> Service: ...
    def enqueue(self, stanza: Stanza) -> object: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class ContactEntry(TypedDict, total=False):
    """An entry of `get_contacts()`."""

    subscription: Literal["none", "to", "from", "both"]
    ask: str
    approved: bool
    name: str
    groups: list[str]
    presence: Stanza


class Manager(Protocol):
    """`spade.presence.PresenceManager`, and what stands for it."""

    client: Client
    roster: Roster
    presenceclient: Presences
    approve_all: bool
    on_subscribe: Callable[[str], object]
    state: PresenceState
    status: Mapping[str | None, str]
    priority: int

    def is_available(self) -> bool: ...
    def set_presence(
        self,
        state: PresenceState | None = None,
        status: Mapping[LanguageTag | None, str] | Mapping[str | None, str] | None = None,
        priority: int | None = None,
    ) -> None: ...
    def set_unavailable(self) -> None: ...
    def subscribe(self, peer_jid: str) -> None: ...
    def unsubscribe(self, peer_jid: str) -> None: ...
    def approve(self, peer_jid: str) -> None: ...
    def get_contacts(self) -> Mapping[JID, ContactEntry]: ...


class Behaviour(Protocol):
    """`spade.behaviour.CyclicBehaviour`."""

    agent: Agent

    def kill(self, exit_code: object = None) -> None: ...


class Agent(Protocol):
    """`spade.agent.Agent`."""

    jid: JID
    password: str
    presence: Manager
    client: Client | None
    behaviours: list[Behaviour]
    verify_security: bool
    _values: Mapping[str, object]
    _alive: asyncio.Event

    async def start(self, auto_register: bool = True) -> None: ...
    async def stop(self) -> None: ...
    def is_alive(self) -> bool: ...
    def add_behaviour(self, behaviour: Behaviour) -> None: ...
