"""What must hold after any sequence of actions of three accounts with two resources each.

Beside the server stands a model of what honest clients know: for each session the roster it was
told, and who it was told is available.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulator.rfc6121.account import AvailabilityChange, Delivery, Session
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import (
    Iq,
    Jid,
    Message,
    Presence,
    RosterChange,
    RosterPush,
    RosterResult,
    StanzaError,
)

DOMAIN = "example.org"
NAMES = ("romeo", "juliet", "benvolio")
ACCOUNTS = tuple(f"{name}@{DOMAIN}" for name in NAMES)
RESOURCES = ("home", "work")
STRANGERS = (f"tybalt@{DOMAIN}", "rosaline@example.net")
JIDS = tuple(Jid(bare, resource) for bare in ACCOUNTS for resource in RESOURCES)

accounts = st.sampled_from(ACCOUNTS)
contacts = st.sampled_from(ACCOUNTS + STRANGERS)
places = st.sampled_from(JIDS)
targets = st.sampled_from(JIDS + tuple(Jid(bare) for bare in ACCOUNTS))
subscription_types = st.sampled_from(["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
shows = st.sampled_from(["", "away", "dnd"])


class Client:
    """What one session was told."""

    def __init__(self) -> None:
        self.roster: dict[str, Any] | None = None
        self.seen: dict[Jid, str] = {}

    def take(self, stanza: Any) -> None:
        if isinstance(stanza, RosterResult):
            self.roster = {item.jid: item for item in stanza.items}
        elif isinstance(stanza, RosterPush):
            assert self.roster is not None, "a push to a session that never asked"
            self._take_push(stanza.item)
        elif isinstance(stanza, Presence):
            self._take_presence(stanza)

    def _take_push(self, item: Any) -> None:
        assert self.roster is not None
        if item.subscription == "remove":
            del self.roster[item.jid]
        else:
            assert self.roster.get(item.jid) != item, "a push that says nothing new"
            self.roster[item.jid] = item

    def _take_presence(self, stanza: Presence) -> None:
        if stanza.type == "available":
            self.seen[stanza.sender] = stanza.show
        elif stanza.type == "unavailable" and stanza.sender.resource:
            self.seen.pop(stanza.sender, None)
        elif stanza.type == "unavailable":
            for jid in [jid for jid in self.seen if jid.bare == stanza.sender.bare]:
                del self.seen[jid]


class Town(RuleBasedStateMachine):
    @initialize()
    def found(self) -> None:
        self.actual: dict[Session, str | None] = {}
        self.server = PresenceServer(DOMAIN, self._observe)
        self.clients: dict[Session, Client] = {}
        self.places: dict[Jid, Session] = {}
        self.listed: set[tuple[str, str]] = set()
        self.directed: set[tuple[Jid, Jid]] = set()
        for name in NAMES:
            self.server.add_account(name)

    def _observe(self, change: AvailabilityChange) -> None:
        available = change.presence.type == "available"
        self.actual[change.session] = change.presence.show if available else None

    def _sees(self, watcher: str, contact: str) -> bool:
        """By the contact's roster."""
        return self.server.state(contact, watcher).contact_subscribed

    def _permissions(self) -> set[tuple[str, str]]:
        return {(w, c) for w in ACCOUNTS for c in ACCOUNTS if w == c or self._sees(w, c)}

    def _deliver(self, before: set[tuple[str, str]], deliveries: list[Delivery]) -> None:
        after = self._permissions()
        for session, stanza in deliveries:
            assert not session.ended
            if isinstance(stanza, Presence):
                allowed = after if stanza.type == "available" else before | after
                self._check_no_leak(session, stanza, allowed)
            self.clients[session].take(stanza)

    def _check_no_leak(
        self, session: Session, stanza: Presence, allowed: set[tuple[str, str]]
    ) -> None:
        """Only a bare JID without a subscription may be the sender of anything else."""
        sender = stanza.sender
        if stanza.type not in {"available", "unavailable"}:
            assert not sender.resource
            return
        assert (
            (session.account, sender.bare) in allowed
            or (sender, session.jid) in self.directed
            or (sender, Jid(session.account)) in self.directed
        ), f"{session.jid} learnt {stanza}"

    def _do(self, deliveries_of: Any) -> None:
        before = self._permissions()
        self._deliver(before, deliveries_of())

    # Sessions

    @rule(place=places)
    def bind(self, place: Jid) -> None:
        before = self._permissions()
        bound = self.server.bind(*place)
        self.clients[bound.session] = Client()
        self.places[place] = bound.session
        if bound.replaced:
            del self.clients[bound.replaced]
        self._deliver(before, bound.deliveries)
        self._forget_directed(place)

    def _forget_directed(self, place: Jid) -> None:
        self.directed = {pair for pair in self.directed if pair[0] != place}

    @precondition(lambda self: self.places)
    @rule(data=st.data(), cause=st.sampled_from(["closed", "broken"]))
    def end(self, data: Any, cause: Any) -> None:
        place, session = self._someone(data)
        del self.places[place], self.clients[session]
        self._do(lambda: self.server.end(session, cause))
        self._forget_directed(place)

    def _someone(self, data: Any) -> tuple[Jid, Session]:
        place = data.draw(st.sampled_from(sorted(self.places)))
        return place, self.places[place]

    # Presence

    @precondition(lambda self: self.places)
    @rule(data=st.data(), show=shows, priority=st.integers(-129, 128))
    def become_available(self, data: Any, show: Any, priority: int) -> None:
        _, session = self._someone(data)
        if session.presence is None and abs(priority) < 128:
            self.clients[session].seen.clear()
        stanza = Presence("available", session.jid, show=show, priority=priority)
        self._do(lambda: self.server.presence(session, stanza))

    @precondition(lambda self: self.places)
    @rule(data=st.data())
    def become_unavailable(self, data: Any) -> None:
        place, session = self._someone(data)
        stanza = Presence("unavailable", session.jid)
        self._do(lambda: self.server.presence(session, stanza))
        self._forget_directed(place)

    @precondition(lambda self: self.places)
    @rule(data=st.data(), to=targets, kind=st.sampled_from(["available", "unavailable"]))
    def direct(self, data: Any, to: Jid, kind: Any) -> None:
        place, session = self._someone(data)
        self.directed.add((place, to))
        self._do(lambda: self.server.presence(session, Presence(kind, session.jid, to)))

    @precondition(lambda self: self.places)
    @rule(data=st.data(), to=targets)
    def probe(self, data: Any, to: Jid) -> None:
        _, session = self._someone(data)
        deliveries = self.server.presence(session, Presence("probe", session.jid, to))
        assert not any(isinstance(d.stanza, StanzaError) for d in deliveries)
        if not to.resource:  # Of a full JID the answer is mere presence, without the show.
            self._deliver(self._permissions(), deliveries)

    # Subscriptions and roster

    @precondition(lambda self: self.places)
    @rule(data=st.data(), kind=subscription_types, contact=contacts)
    def manage(self, data: Any, kind: Any, contact: str) -> None:
        _, session = self._someone(data)
        stanza = Presence(kind, session.jid, Jid(contact))
        self._do(lambda: self.server.presence(session, stanza))
        if kind in {"subscribe", "subscribed"} and contact != session.account:
            self.listed.add((session.account, contact))

    @precondition(lambda self: self.places)
    @rule(data=st.data(), contact=contacts, name=st.sampled_from(["", "Friend"]))
    def add(self, data: Any, contact: str, name: str) -> None:
        _, session = self._someone(data)
        already = dict.fromkeys(
            item for item in self.server.roster(session.account) if item.jid == contact
        )
        if any(item.name == name for item in already):
            return
        self._do(lambda: self.server.roster_set(session, "i", [RosterChange(contact, name=name)]))
        if contact != session.account:
            self.listed.add((session.account, contact))

    @precondition(lambda self: self.places)
    @rule(data=st.data(), contact=contacts)
    def remove(self, data: Any, contact: str) -> None:
        _, session = self._someone(data)
        self._do(lambda: self.server.roster_set(session, "i", [RosterChange(contact, remove=True)]))
        self.listed.discard((session.account, contact))

    @precondition(lambda self: self.places)
    @rule(data=st.data())
    def ask_for_the_roster(self, data: Any) -> None:
        _, session = self._someone(data)
        self._do(lambda: self.server.roster_get(session, "i"))

    # The rest

    @precondition(lambda self: self.places)
    @rule(data=st.data(), to=targets, kind=st.sampled_from(["normal", "chat", "headline"]))
    def write(self, data: Any, to: Jid, kind: Any) -> None:
        _, session = self._someone(data)
        deliveries = self.server.message(session, Message(kind, session.jid, to))
        for delivery in deliveries:
            presence = delivery.session.presence
            exact = delivery.session.jid == to
            refused = isinstance(delivery.stanza, StanzaError)
            assert exact or refused or (presence is not None and presence.priority >= 0)

    @precondition(lambda self: self.places)
    @rule(data=st.data(), to=places)
    def ask(self, data: Any, to: Jid) -> None:
        """A stranger gets the same answer, whether the resource is there or not."""
        _, session = self._someone(data)
        [delivery] = self.server.iq(session, Iq("get", session.jid, "q", to))
        directed = {(to, session.jid), (to, Jid(session.account))} & self.directed
        if (session.account, to.bare) not in self._permissions() and not directed:
            assert delivery.session is session
            assert isinstance(delivery.stanza, StanzaError)
            assert delivery.stanza.condition == "service-unavailable"

    # What always holds

    @invariant()
    def both_rosters_agree(self) -> None:
        for watcher in ACCOUNTS:
            for contact in ACCOUNTS:
                mine = self.server.state(watcher, contact)
                theirs = self.server.state(contact, watcher)
                assert mine.user_subscribed == theirs.contact_subscribed
                assert mine.ask == theirs.pending_in

    @invariant()
    def a_roster_shows_what_its_owner_put_there(self) -> None:
        for account in ACCOUNTS:
            shown = {(account, item.jid) for item in self.server.roster(account)}
            assert shown == {pair for pair in self.listed if pair[0] == account}

    @invariant()
    def pushes_keep_every_interested_client_up_to_date(self) -> None:
        for session, client in self.clients.items():
            if client.roster is not None:
                served = {item.jid: item for item in self.server.roster(session.account)}
                assert client.roster == served

    @invariant()
    def every_available_client_sees_what_it_may_see(self) -> None:
        permissions = self._permissions()
        for session, client in self.clients.items():
            if session.presence is not None:
                for contact in ACCOUNTS:
                    self._check_view(session, client, contact, permissions)

    def _check_view(
        self, session: Session, client: Client, contact: str, permissions: set[tuple[str, str]]
    ) -> None:
        if any(sender.bare == contact for sender, _ in self.directed):
            return  # It may be told more, or less, than it is subscribed to.
        seen = {jid: show for jid, show in client.seen.items() if jid.bare == contact}
        there = {
            peer.jid: peer.presence.show
            for peer in self.server.sessions(contact)
            if peer.presence is not None
        }
        assert seen == (there if (session.account, contact) in permissions else {})

    @invariant()
    def the_onlooker_knows_who_is_available(self) -> None:
        for session in self.clients:
            presence = session.presence
            assert self.actual.get(session) == (None if presence is None else presence.show)


Town.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, derandomize=True, database=None
)
TestTown = Town.TestCase
