"""The presence manager as SPADE's documentation describes it.

It takes the place of `spade.presence.PresenceManager`, whose 3.3.3 release departs from the
document: it tells each arrival twice, a change of show never, drops handlers, and keeps stale
contacts. Code written for SPADE's manager works with this one unchanged.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import logging
from collections.abc import Callable
from typing import Literal

import aioxmpp
import spade.presence
from aioxmpp import JID, Presence, PresenceShow, PresenceState, PresenceType
from aioxmpp.structs import LanguageTag
from spade.presence import ContactNotFound

from simulator.agents.shared.arguments import priority_value
from simulator.agents.shared.contacts import SeenPresences
from simulator.agents.shared.handlers import HandlerCalls, Report
from simulator.spade3 import types
from simulator.spade3.presence import checks
from simulator.spade3.presence.contacts import (
    ContactList,
    contact_list,
    is_approved,
    is_subscribed,
    rank,
)

logger = logging.getLogger(__name__)

Recovery = Literal["none", "rejoin"]

_RECOVERIES = ("none", "rejoin")
_ANSWERS = frozenset((PresenceType.SUBSCRIBED, PresenceType.UNSUBSCRIBED))


class PresenceManager(spade.presence.PresenceManager):
    """An agent's presence, its contacts and its subscriptions.

    Made for `agent` when its `client`, an `aioxmpp.PresenceManagedClient`, exists and is not
    connected, so that nothing that arrives at login is missed.

    Handlers are given by assignment: `on_available` and `on_unavailable` take the peer's JID as
    a string and the stanza; `on_subscribe`, `on_unsubscribe`, `on_subscribed` and
    `on_unsubscribed` take the JID. A handler stays, whatever it returns or raises; what it
    raises goes to `report`. A coroutine function is run as a task.

    - `on_available` is called for each available presence of somebody else, also when one who
      is available changes its show or status. `on_unavailable` is called when one who was
      believed available no longer is. The agent's own account is nobody's contact.
    - A subscription request that arrives while `on_subscribe` is not assigned and `approve_all`
      is false is kept, and handed over once either is set, unless it was withdrawn or
      answered. Requests wait until the roster is there.

    `report(where, error)`: told of each exception in a handler, `where` being the handler's
    name. By default it is logged with its traceback.

    `recovery`: what to do when the session's state was lost, as after a reconnect without
    stream resumption. ``"none"``: nothing, as in SPADE: contacts that leave meanwhile stay
    available for ever. ``"rejoin"``: nobody is believed available from then on, and
    `on_unavailable` is called (with a stanza made here) for each resource that was; what the
    server answers at the next login builds the view again. An agent that went unavailable
    itself forgets without calling.
    """

    def __init__(self, agent: types.Agent, recovery: Recovery = "none") -> None:
        # Not SPADE's __init__: it would connect SPADE's own slots.
        if recovery not in _RECOVERIES:
            raise ValueError(f"recovery={recovery!r}: expected one of {_RECOVERIES}")
        self.agent = agent
        assert agent.client is not None
        self.client = agent.client
        self.roster: types.Roster = self.client.summon(aioxmpp.RosterClient)
        self.presenceclient: types.Presences = self.client.summon(aioxmpp.PresenceClient)
        self.presenceserver: types.OwnPresence = self.client.summon(aioxmpp.PresenceServer)
        self.recovery: Recovery = recovery
        self.report: Report = self._log

        self._account = agent.jid.bare()
        self._seen: SeenPresences[JID, Presence] = SeenPresences(rank)
        self._approve_all = False
        self._on_subscribe: Callable[[str], object] | None = None
        self._requests: dict[JID, Presence] = {}
        self._settled: bool = self.client.established
        self._leaving_session = False
        self._loop = asyncio.get_running_loop()
        self._calls = HandlerCalls(self._failed)
        self._connect()

    def _connect(self) -> None:
        # After the dispatcher of aioxmpp, whose services are up to date when we are called.
        self.client.stream.on_presence_received.connect(self._received)
        self.client.stream.service_outbound_presence_filter.register(self._leaving, order=0)
        self.client.on_stream_established.connect(self._stream_established)
        self.client.on_stream_destroyed.connect(self._stream_destroyed)
        self.client.on_stopped.connect(self._stopped)
        self.roster.on_entry_removed.connect(self._entry_changed)
        self.roster.on_entry_subscription_state_changed.connect(self._entry_changed)
        # aioxmpp keeps the priority and never sends it. Every broadcast, the initial presence
        # and the one after a reconnect included, is made by this method.
        self.presenceserver.make_stanza = functools.partial(
            self._with_priority, self.presenceserver.make_stanza
        )

    # --- the agent's own presence ---

    @property
    def status(self) -> dict[LanguageTag | str | None, str]:
        """The status texts by language, as they were set; None is the default language."""
        return {
            str(language) if isinstance(language, checks.PlainTag) else language: text
            for language, text in self.presenceserver.status.items()
        }

    def set_available(
        self, availability: bool | PresenceShow = True, show: PresenceShow = PresenceShow.NONE
    ) -> None:
        """Show the agent available (or not) with `show`; without one it has no show.

        SPADE 3.3.3 takes the show as the first argument; that works too. Raises ValueError for
        ``availability=False`` with a show, because an unavailable agent has none.
        """
        if isinstance(availability, PresenceShow | str):
            availability, show = True, checks.presence_show(availability)
        self.set_presence(checks.presence_state(availability, show))

    def set_unavailable(self) -> None:
        """Show the agent unavailable, which ends its session."""
        self.set_presence(PresenceState(False))

    def set_presence(
        self, state: object = None, status: object = None, priority: object = None
    ) -> None:
        """Change the presence; what is omitted (None) keeps its value.

        `state`: an `aioxmpp.PresenceState`. `status`: a text, or a dict of language (a string
        such as ``"es"``, None for the default) to text. `priority`: -128 to 127. Sent at once
        when the agent is connected and something differs, else at login.

        Raises TypeError or ValueError, and changes nothing, when one of them is not valid.
        """
        new_state = self.state if state is None else checks.whole_state(state)
        new_status = self.presenceserver.status if status is None else checks.status_texts(status)
        new_priority = self.priority if priority is None else priority_value(priority)
        if self.client.running and not new_state.available:
            self._leaving_session = True
        self.presenceserver.set_presence(new_state, new_status, new_priority)

    def _with_priority(self, make_stanza: Callable[[], Presence]) -> Presence:
        stanza = make_stanza()
        # RFC 6121, section 4.7.2.3: an unavailable presence has no priority.
        if stanza.type_ == PresenceType.AVAILABLE:
            stanza.priority = self.priority
        return stanza

    # --- contacts ---

    def get_contacts(self) -> ContactList:
        """The contact list: the server's roster with the newest presence of each contact.

        A snapshot, keyed by bare JID, that is looked up by JID or string; see `contact_list`.
        """
        return contact_list(self.roster, self._seen)

    def get_contact(self, jid: JID | str) -> types.ContactEntry:
        """One entry of the contact list. Raises SPADE's ContactNotFound."""
        if not isinstance(jid, JID | str):
            # SPADE's type of error.
            raise AttributeError(f"{jid!r} is not a JID: expected an aioxmpp.JID or a str")
        try:
            return self.get_contacts()[jid]
        except KeyError:
            raise ContactNotFound(f"{jid} is not in the contact list") from None

    # --- subscriptions ---

    def subscribe(self, peer_jid: str | JID) -> None:
        """Ask to see the presence of a peer. Raises ValueError for a bad JID."""
        self.roster.subscribe(checks.bare_jid(peer_jid))

    def unsubscribe(self, peer_jid: str | JID) -> None:
        """No longer see the presence of a peer. Raises ValueError for a bad JID."""
        self.roster.unsubscribe(checks.bare_jid(peer_jid))

    def approve(self, peer_jid: str | JID) -> None:
        """Let a peer see our presence. Raises ValueError for a bad JID."""
        self.roster.approve(checks.bare_jid(peer_jid))

    @property
    def approve_all(self) -> bool:
        """Whether every subscription request is approved; `on_subscribe` is called all the same."""
        return self._approve_all

    @approve_all.setter
    def approve_all(self, value: bool) -> None:
        self._approve_all = bool(value)
        self._hand_over_soon()

    @property
    def on_subscribe(self) -> Callable[[str], object]:
        """The handler of subscription requests; None takes it away."""
        return super().on_subscribe if self._on_subscribe is None else self._on_subscribe

    @on_subscribe.setter
    def on_subscribe(self, handler: Callable[[str], object] | None) -> None:
        self._on_subscribe = handler
        self._hand_over_soon()

    def _hand_over_soon(self) -> None:
        # Not at once: whoever assigns does not expect the handler to run inside the assignment.
        if self._requests:
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        while self._requests and self._hears_requests():
            peer = next(iter(self._requests))
            stanza = self._requests.pop(peer)
            # Another resource of the agent may have answered.
            if not is_approved(self.roster.items.get(peer)):
                self._handle_request(stanza)

    def _hears_requests(self) -> bool:
        return self._settled and (self._approve_all or self._on_subscribe is not None)

    def _leaving(self, stanza: Presence) -> Presence:
        # Whoever sent the answer, and by whatever way.
        if stanza.type_ in _ANSWERS and stanza.to is not None:
            self._requests.pop(stanza.to.bare(), None)
        return stanza

    def _handle_request(self, stanza: Presence) -> None:
        if self._approve_all:
            self._call("approve_all", self.approve, stanza.from_)
        self._call("on_subscribe", self.on_subscribe, str(stanza.from_))

    def _call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        self._calls.call(where, handler, *arguments)

    # --- what arrives ---

    def _received(self, stanza: Presence) -> None:
        arrive = _ARRIVALS.get(stanza.type_)
        if arrive is not None and stanza.from_ is not None:
            arrive(self, stanza.from_, stanza)

    def _available(self, sender: JID, stanza: Presence) -> None:
        jid = sender.bare()
        if jid != self._account:
            self._seen.available(jid, sender.resource, stanza)
            self._call("on_available", self.on_available, str(sender), stanza)

    def _unavailable(self, sender: JID, stanza: Presence) -> None:
        jid = sender.bare()
        if jid != self._account and self._seen.unavailable(jid, sender.resource, stanza):
            self._call("on_unavailable", self.on_unavailable, str(sender), stanza)

    def _error(self, sender: JID, stanza: Presence) -> None:
        if self._seen.unreachable(sender.bare()):
            self._call("on_unavailable", self.on_unavailable, str(sender), stanza)

    def _subscribe(self, sender: JID, stanza: Presence) -> None:
        if self._hears_requests():
            self._handle_request(stanza)
        else:
            self._requests[sender.bare()] = stanza

    def _subscribed(self, sender: JID, _stanza: Presence) -> None:
        self._call("on_subscribed", self.on_subscribed, str(sender))

    def _unsubscribe(self, sender: JID, _stanza: Presence) -> None:
        # The server has ended the subscription already (RFC 6121, section 3.3.3). SPADE answers
        # `unsubscribed` under approve_all, which refuses a new request that is on its way.
        self._requests.pop(sender.bare(), None)
        self._call("on_unsubscribe", self.on_unsubscribe, str(sender))

    def _unsubscribed(self, sender: JID, _stanza: Presence) -> None:
        self._call("on_unsubscribed", self.on_unsubscribed, str(sender))

    def _entry_changed(self, item: types.RosterItem) -> None:
        # Not every server sends the unavailable presence that ends a subscription.
        if not is_subscribed(self.roster.items.get(item.jid)):
            self._seen.outdate(item.jid)

    # --- the session ---

    def _stream_established(self) -> None:
        self._settled = True
        self._leaving_session = False
        self._hand_over()

    def _stopped(self) -> None:
        # aioxmpp forgets an agent that became available again before its session had ended.
        returns = self._leaving_session and self.is_available()
        self._leaving_session = False
        if returns and not self.client.running:
            self.client.start()

    def _stream_destroyed(self, _reason: BaseException | None = None) -> None:
        self._settled = False
        # At the next login the server delivers again what is still open.
        self._requests.clear()
        if self.recovery == "rejoin":
            self._forget()

    def _forget(self) -> None:
        unavailable = Presence(type_=PresenceType.UNAVAILABLE, to=self._account)
        for *_, stanza in self._seen.all_available():
            sender = stanza.from_
            gone = copy.copy(unavailable)
            gone.from_ = sender
            self.presenceclient.handle_presence(gone)
            if self.is_available():
                self._unavailable(sender, gone)
            else:
                self._seen.unavailable(sender.bare(), sender.resource, gone)

    def _failed(self, where: str, error: BaseException) -> None:
        # Looked up at each failure: `report` may be assigned at any time.
        self.report(where, error)

    def _log(self, where: str, error: BaseException) -> None:
        logger.error("%s: %s raised %r", self._account, where, error, exc_info=error)


_ARRIVALS: dict[PresenceType, Callable[[PresenceManager, JID, Presence], None]] = {
    PresenceType.AVAILABLE: PresenceManager._available,
    PresenceType.UNAVAILABLE: PresenceManager._unavailable,
    PresenceType.ERROR: PresenceManager._error,
    PresenceType.SUBSCRIBE: PresenceManager._subscribe,
    PresenceType.SUBSCRIBED: PresenceManager._subscribed,
    PresenceType.UNSUBSCRIBE: PresenceManager._unsubscribe,
    PresenceType.UNSUBSCRIBED: PresenceManager._unsubscribed,
}
