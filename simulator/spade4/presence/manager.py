"""The presence manager as SPADE 4's documentation describes it.

It takes the place of `spade.presence.PresenceManager`, whose 4.1.4 release departs from the
document: requests are approved unasked, contacts that come stay unavailable, handlers are called
twice or not at all, and stale contacts are kept. Code written for SPADE's manager works with this
one unchanged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import spade.presence
from slixmpp import JID
from slixmpp.stanza import Presence
from spade.presence import PresenceInfo, PresenceShow, PresenceType

from simulator.agents.shared.handlers import HandlerCalls, Report
from simulator.spade4.presence import checks
from simulator.spade4.presence.checks import KEPT, Kept
from simulator.spade4.presence.connection import Connection
from simulator.spade4.presence.contacts import ContactList, Contacts, gone, info_of
from simulator.spade4.presence.requests import Requests

if TYPE_CHECKING:
    from simulator.spade4 import types

logger = logging.getLogger(__name__)

Recovery = Literal["none", "rejoin"]

_RECOVERIES = ("none", "rejoin")
_ANSWERS = frozenset(("subscribed", "unsubscribed"))
_HANDLERS = (
    "on_subscribe",
    "on_subscribed",
    "on_unsubscribe",
    "on_unsubscribed",
    "on_presence_received",
    "on_available",
    "on_unavailable",
)


class PresenceManager(spade.presence.PresenceManager):
    """An agent's presence, its contacts and its subscriptions.

    Made for `agent` when its `client`, a `spade.xmpp_client.XMPPClient`, exists and is not
    connected, so that nothing that arrives at login is missed.

    Handlers are given by assignment, or by a subclass that defines them: `on_available` and
    `on_unavailable` take the peer's full JID as a string, the `PresenceInfo` that arrived, and the
    one that stood for the contact before (None for none); `on_presence_received` takes the stanza;
    `on_subscribe`, `on_unsubscribe`, `on_subscribed` and `on_unsubscribed` take the bare JID. A
    handler stays, whatever it raises; what it raises goes to `report`. A coroutine function is run
    as a task.

    - `on_available` is called for each available presence of somebody else, also when one who
      is available changes its show, status or priority. `on_unavailable` is called when one who
      was believed available no longer is. The agent's own account is nobody's contact.
    - A subscription request that arrives while `on_subscribe` is not assigned and `approve_all`
      is false is kept, and handed over once either is set, unless it was withdrawn or
      answered. Requests wait until the roster is there. Nobody else answers them.

    `report(where, error)`: told of each exception in a handler, `where` being the handler's
    name. By default it is logged with its traceback.

    `recovery`: what to do when the session's state was lost, as after a reconnect. ``"none"``:
    nothing, as in SPADE: contacts that leave meanwhile stay available for ever. ``"rejoin"``:
    nobody is believed available from then on, and `on_unavailable` is called for each resource
    that was; what the server answers at the next login builds the view again. An agent that went
    unavailable itself forgets without calling.

    After a reconnect, the presence that was set last is sent again. An agent that is alive is
    connected again soon after its connection was lost; one that was stopped stays away.
    """

    def __init__(
        self, agent: types.Agent, approve_all: bool = False, recovery: Recovery = "none"
    ) -> None:
        # Not SPADE's __init__: it would let SPADE's own handlers hear.
        if recovery not in _RECOVERIES:
            raise ValueError(f"recovery={recovery!r}: expected one of {_RECOVERIES}")
        assert agent.client is not None
        self.agent = agent
        self.current_presence = PresenceInfo(PresenceType.UNAVAILABLE, PresenceShow.NONE)
        self.recovery: Recovery = recovery
        self.report: Report = self._log

        self._client = agent.client
        self._account = agent.jid.bare
        self._contacts = Contacts()
        self._approve_all = bool(approve_all)
        self._on_subscribe: Callable[[str], object] | None = None
        self._requests = Requests(
            self._hears_requests, self._handle_request, self._contacts.is_approved
        )
        self._is_set = self._in_session = self._settled = False
        self._calls = HandlerCalls(self._failed)
        self._connection = Connection(agent, self._client)
        for name in _HANDLERS:
            # Slots of SPADE's class, unless a subclass has a method of that name.
            if getattr(type(self), name) is getattr(spade.presence.PresenceManager, name):
                setattr(self, name, getattr(self, f"_default_{name}"))
        self._connect()

    def _connect(self) -> None:
        client = self._client
        # slixmpp would approve each request, and ask back.
        client.auto_authorize = None
        client.auto_subscribe = False
        client.del_event_handler("session_start", client.session_start)
        client.add_event_handler("session_start", self._session_started)
        client.add_event_handler("disconnected", self._disconnected)
        client.add_event_handler("roster_update", self.handle_roster_update)
        client.add_event_handler("presence", self._received)
        client.add_filter("out", self._leaving)

    # --- the agent's own presence ---

    def set_presence(
        self,
        presence_type: PresenceType | Kept = KEPT,
        show: PresenceShow | Kept = KEPT,
        status: str | Kept | None = KEPT,
        priority: int | Kept = KEPT,
    ) -> None:
        """Change the presence; what is omitted keeps its value.

        `presence_type`: AVAILABLE or UNAVAILABLE; an agent that goes unavailable has no show.
        `priority`: -128 to 127. Sent at once when the agent is connected, else at login.

        Raises TypeError or ValueError, and changes nothing, when one of them is not valid.
        """
        if presence_type is KEPT and not self._is_set:
            # It becomes available at login.
            presence_type = PresenceType.AVAILABLE
        self.current_presence = checks.changed(
            self.current_presence, presence_type, show, status, priority
        )
        self._is_set = True
        if self._in_session:
            self._send_presence()

    def set_available(self) -> None:
        """Show the agent available and ready to chat, as in SPADE 4.1.4."""
        self.set_presence(PresenceType.AVAILABLE, PresenceShow.CHAT)

    def set_unavailable(self) -> None:
        """Show the agent unavailable. It stays connected, and is sent no more presences."""
        self.set_presence(PresenceType.UNAVAILABLE)

    def _send_presence(self) -> None:
        shown, status = self.current_presence, self.current_presence.status or None
        if shown.is_available():
            show = None if shown.show is PresenceShow.NONE else shown.show.value
            self._client.send_presence(pshow=show, pstatus=status, ppriority=shown.priority or None)
            return
        self._client.send_presence(ptype="unavailable", pstatus=status)
        if self.recovery == "rejoin":
            self._forget()

    # --- contacts ---

    @property
    def contacts(self) -> ContactList:
        """The contacts, as they are at each time; see `get_contacts`."""
        return self._contacts.known

    def get_contacts(self) -> ContactList:
        """The contact list: the server's roster with the newest presence of each contact.

        A snapshot of `Contact` objects that are kept up to date, keyed by bare JID as a string; it
        is looked up by JID or string.
        """
        return ContactList(self._contacts.known)

    # --- subscriptions ---

    def subscribe(self, jid: str | JID) -> None:
        """Ask to see the presence of a peer. Raises ValueError for a bad JID."""
        peer = checks.bare_jid(jid)
        self._contacts.asked(peer.bare)
        self._client.send_presence(pto=peer, ptype="subscribe")

    def unsubscribe(self, jid: str | JID) -> None:
        """No longer see the presence of a peer. Raises ValueError for a bad JID."""
        self._client.send_presence(pto=checks.bare_jid(jid), ptype="unsubscribe")

    def approve_subscription(self, jid: str | JID) -> None:
        """Let a peer see our presence. Raises ValueError for a bad JID."""
        self._client.send_presence(pto=checks.bare_jid(jid), ptype="subscribed")

    def decline_subscription(self, jid: str | JID) -> None:
        """Refuse the request of a peer, or no longer let it see our presence.

        Raises ValueError for a bad JID. SPADE has no word for it.
        """
        self._client.send_presence(pto=checks.bare_jid(jid), ptype="unsubscribed")

    def subscribed(self, jid: str | JID) -> None:
        """Note that a peer lets us see it; nothing is sent. The server's roster says so as well."""
        self._contacts.granted(checks.bare_jid(jid).bare)

    def unsubscribed(self, jid: str | JID) -> None:
        """Note that a peer does not let us see it; nothing is sent."""
        self._contacts.refused(checks.bare_jid(jid).bare)

    @property
    def approve_all(self) -> bool:
        """Whether every subscription request is approved; `on_subscribe` is called all the same."""
        return self._approve_all

    @approve_all.setter
    def approve_all(self, value: bool) -> None:
        self._approve_all = bool(value)
        self._requests.hand_over_soon(self._client.loop)

    @property
    def on_subscribe(self) -> Callable[[str], object]:
        """The handler of subscription requests; None takes it away."""
        return self._default_on_subscribe if self._on_subscribe is None else self._on_subscribe

    @on_subscribe.setter
    def on_subscribe(self, handler: Callable[[str], object] | None) -> None:
        self._on_subscribe = handler
        self._requests.hand_over_soon(self._client.loop)

    def _hears_requests(self) -> bool:
        has_handler = self.on_subscribe != self._default_on_subscribe
        return self._settled and (self._approve_all or has_handler)

    def _handle_request(self, peer: str) -> None:
        if self._approve_all:
            self._call("approve_all", self.approve_subscription, peer)
        self._call("on_subscribe", self.on_subscribe, peer)

    def _leaving(self, stanza: types.Stanza) -> types.Stanza:
        # Whoever sent the answer, and by whatever way.
        if isinstance(stanza, Presence) and stanza.xml.get("type") in _ANSWERS:
            self._requests.drop(stanza["to"].bare)
        return stanza

    def _call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        self._calls.call(where, handler, *arguments)

    # --- what arrives ---

    def _received(self, stanza: types.Stanza) -> None:
        kind = stanza.xml.get("type")
        if kind in (None, "unavailable", "error"):
            self.handle_presence(stanza)
        elif kind in _SUBSCRIPTION:
            self.handle_subscription(stanza)

    def handle_presence(self, presence: types.Stanza) -> None:
        """An available or unavailable presence arrived, or an error in place of one."""
        sender, kind = presence["from"], presence.xml.get("type")
        jid: str = sender.bare
        if not jid or jid == self._account:
            return
        last = self._contacts.last(jid)
        if kind == "error":
            self._contacts.failed(jid)
            if self._contacts.unreachable(jid):
                self._call("on_unavailable", self.on_unavailable, str(sender), gone(), last)
            return
        info = info_of(presence)
        if kind is None:
            self._contacts.available(jid, sender.resource, info)
            self._call("on_available", self.on_available, str(sender), info, last)
        elif self._contacts.unavailable(jid, sender.resource, info):
            self._call("on_unavailable", self.on_unavailable, str(sender), info, last)
        self._call("on_presence_received", self.on_presence_received, presence)

    def handle_subscription(self, presence: types.Stanza) -> None:
        """A request arrived, or an answer to one, or the end of a subscription."""
        peer: str = presence["from"].bare
        if peer and peer != self._account:
            _SUBSCRIPTION[presence.xml.get("type", "")](self, peer)

    def _subscribe(self, peer: str) -> None:
        self._requests.arrived(peer)

    def _subscribed(self, peer: str) -> None:
        self._contacts.granted(peer)
        self._call("on_subscribed", self.on_subscribed, peer)

    def _unsubscribe(self, peer: str) -> None:
        # The server has ended the subscription already (RFC 6121, section 3.3.3).
        self._requests.drop(peer)
        self._contacts.left(peer)
        self._call("on_unsubscribe", self.on_unsubscribe, peer)

    def _unsubscribed(self, peer: str) -> None:
        self._contacts.refused(peer)
        self._call("on_unsubscribed", self.on_unsubscribed, peer)

    def handle_roster_update(self, event: types.Stanza) -> None:
        """The roster arrived, or a change of it."""
        versioned = "rosterver" in self._client.features
        if self._contacts.roster_arrived(event, versioned) and self._in_session:
            self._settled = True
            self._requests.hand_over()

    # --- the session ---

    def _session_started(self, _event: object = None) -> None:
        if not self._connection.started():
            return
        self._in_session = True
        # Before the presence, whose answers are about contacts.
        self._client.get_roster()
        if not self._is_set:
            self.set_presence(PresenceType.AVAILABLE)
        elif self.current_presence.is_available():
            self._send_presence()

    def _disconnected(self, _reason: object = None) -> None:
        self._in_session = self._settled = False
        self._requests.drop_all()
        self._contacts.forget_asked()
        if self.recovery == "rejoin":
            self._forget()

    def _forget(self) -> None:
        tell = self.current_presence.is_available()
        for jid, resource in self._contacts.all_available():
            last = self._contacts.last(jid)
            self._contacts.unavailable(jid, resource, info := gone())
            if tell:
                sender = f"{jid}/{resource}" if resource else jid
                self._call("on_unavailable", self.on_unavailable, sender, info, last)

    def _failed(self, where: str, error: BaseException) -> None:
        # Looked up at each failure: `report` may be assigned at any time.
        self.report(where, error)

    def _log(self, where: str, error: BaseException) -> None:
        logger.error("%s: %s raised %r", self._account, where, error, exc_info=error)


_SUBSCRIPTION: dict[str, Callable[[PresenceManager, str], None]] = {
    "subscribe": PresenceManager._subscribe,
    "subscribed": PresenceManager._subscribed,
    "unsubscribe": PresenceManager._unsubscribe,
    "unsubscribed": PresenceManager._unsubscribed,
}
