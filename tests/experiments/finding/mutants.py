"""Mutants: one small fault each, in agents under test, presence manager, table, server and oracle.

`MUTANTS` is the table. Each is put into this process for a while, with `planted`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from aioxmpp import PresenceType

from simulator.agents import policies
from simulator.agents.policies import SubscriptionPolicy
from simulator.agents.shared.contacts import SeenPresences
from simulator.analysis.oracle import subscription_pair
from simulator.analysis.oracle.interleavings import Interleavings
from simulator.analysis.oracle.oracle import Oracle
from simulator.rfc6121 import availability, roster, subscribing
from simulator.rfc6121.account import Account, Accounts
from simulator.rfc6121.roster import Roster
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.subscription import SubscriptionState, Transition, transition
from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.server import EmbeddedServer
from simulator.spade3.presence import manager
from simulator.spade3.presence.manager import PresenceManager
from tests.experiments.finding.targets.friends import Friend

Part = Literal["agent", "manager", "table", "server", "oracle"]
Patch = pytest.MonkeyPatch
State = SubscriptionState


@dataclass(frozen=True)
class Mutant:
    """One small fault. `told`: what is wrong, in a sentence."""

    name: str
    part: Part
    told: str
    plant: Callable[[Patch], None]


MUTANTS: list[Mutant] = []


def mutant(part: Part) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Puts a function that plants a fault into the table; its docstring says what is wrong."""

    def add(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MUTANTS.append(Mutant(plant.__name__, part, str(plant.__doc__), plant))
        return plant

    return add


@contextmanager
def planted(one: Mutant | None) -> Iterator[None]:
    """The fault is in this process meanwhile; None: no fault."""
    subscription_pair.act.cache_clear()
    with Patch.context() as patch:
        if one is not None:
            one.plant(patch)
        yield
    subscription_pair.act.cache_clear()


# --- the table of subscription states, as the server has it ---


def cell(*key: object, forward: bool, state: State) -> Callable[[Patch], None]:
    """One cell of Appendix A is another one, in the server's rosters."""

    def other(*asked: Any) -> Transition:
        return Transition(forward, state) if asked == key else transition(*asked)

    return lambda patch: patch.setattr(roster, "transition", other)


TABLE: list[tuple[str, str, Callable[[Patch], None]]] = [
    (
        "approval_not_believed",
        "The approval of a request is not believed.",
        cell("inbound", "subscribed", State.NONE_OUT, forward=False, state=State.NONE_OUT),
    ),
    (
        "approval_forgets_from",
        "An approval that completes both directions leaves only one.",
        cell("inbound", "subscribed", State.FROM_OUT, forward=True, state=State.TO),
    ),
    (
        "unsubscribe_loses_wrong_half",
        "Who stops watching a mutual contact loses the other direction.",
        cell("outbound", "unsubscribe", State.BOTH, forward=True, state=State.TO),
    ),
    (
        "unsubscribed_loses_both",
        "Who takes back an approval from a mutual contact loses both directions.",
        cell("outbound", "unsubscribed", State.BOTH, forward=True, state=State.NONE),
    ),
    (
        "unsubscribe_not_noted",
        "Who is no longer watched still counts as watched.",
        cell("inbound", "unsubscribe", State.FROM, forward=True, state=State.FROM),
    ),
    (
        "denial_not_noted",
        "A request that was denied stays open.",
        cell("inbound", "unsubscribed", State.NONE_OUT, forward=True, state=State.NONE_OUT),
    ),
    (
        "second_half_swallowed",
        "A request of a contact that one watches is swallowed.",
        cell("inbound", "subscribe", State.TO, forward=False, state=State.TO),
    ),
    (
        "request_not_noted",
        "Who asks a contact that watches it has no open request.",
        cell("outbound", "subscribe", State.FROM, forward=True, state=State.FROM),
    ),
    (
        "approval_answers_own_request",
        "Who approves a request while its own is open is approved as well.",
        cell("outbound", "subscribed", State.NONE_OUT_IN, forward=True, state=State.BOTH),
    ),
]
MUTANTS += [Mutant(name, "table", told, plant) for name, told, plant in TABLE]


# --- the server ---


@mutant("server")
def silent_about_broken_sessions(patch: Patch) -> None:
    """Nobody is told that a broken session is over."""
    real = PresenceServer.end
    patch.setattr(
        PresenceServer,
        "end",
        lambda self, session, cause="closed": [
            one for one in real(self, session, cause) if cause != "broken"
        ],
    )


@mutant("server")
def broadcast_without_the_last(patch: Patch) -> None:
    """The last subscriber of several is not told of presence."""
    real = Roster.subscribers
    patch.setattr(Roster, "subscribers", lambda self: real(self)[: max(1, len(real(self)) - 1)])


@mutant("server")
def newcomer_not_told(patch: Patch) -> None:
    """Who becomes available is not told who else is."""
    patch.setattr(availability, "_known_presence", lambda *_: [])


@mutant("server")
def requests_told_once(patch: Patch) -> None:
    """A request for somebody who is not there is forgotten."""
    patch.setattr(Roster, "keep_request", lambda *_: None)


@mutant("server")
def approval_shows_nothing(patch: Patch) -> None:
    """After an approval the asker is not told who is there."""
    real = subscribing._issue

    def issue(accounts: Any, account: Any, stanza: Any) -> Any:
        with Patch.context() as inner:
            inner.setattr(Account, "presence_for", lambda *_: [])
            return real(accounts, account, stanza)

    patch.setattr(subscribing, "_issue", issue)


@mutant("server")
def nobody_hides(patch: Patch) -> None:
    """Who is no longer watched does not become unavailable for the watcher."""
    patch.setattr(subscribing, "_hide", lambda *_: [])


@mutant("server")
def approval_without_push(patch: Patch) -> None:
    """The roster of who was approved is not pushed."""
    real = subscribing._receive_news

    def receive(accounts: Any, account: Any, stanza: Any) -> Any:
        with Patch.context() as inner:
            inner.setattr(Accounts, "push", lambda *_: [])
            return real(accounts, account, stanza)

    patch.setitem(subscribing._RECEIVERS, "subscribed", receive)


@mutant("server")
def first_presence_remembered(patch: Patch) -> None:
    """The server keeps an agent's first presence for those who come later, not the last."""
    real = availability.become_available

    def become(accounts: Any, session: Any, stanza: Any) -> Any:
        first = session.presence
        found = real(accounts, session, stanza)
        session.presence = first or stanza
        return found

    patch.setattr(availability, "become_available", become)


@mutant("server")
def restart_forgets(patch: Patch) -> None:
    """A restart loses the requests and rosters."""
    real = EmbeddedServer.shut_down

    def shut_down(self: EmbeddedServer) -> None:
        real(self)
        self.forget_rosters()

    patch.setattr(EmbeddedServer, "shut_down", shut_down)


@mutant("server")
def removal_is_one_sided(patch: Patch) -> None:
    """Who removes a contact is still watched by it, in that contact's roster."""
    patch.setattr(subscribing, "dissolve", lambda *_: [])


@mutant("server")
def request_to_connected_only(patch: Patch) -> None:
    """A request that comes before the first presence of a session is not told again."""
    real = Roster.requests
    patch.setattr(Roster, "requests", lambda self: iter(list(real(self))[1:]))


@mutant("server")
def reply_to_subscriber_missing(patch: Patch) -> None:
    """Who asks again although it is approved gets no answer."""
    patch.setattr(subscribing, "_reply", lambda *_: [])


@mutant("server")
def directed_unavailable(patch: Patch) -> None:
    """Unavailable presence goes to the first subscriber alone."""
    real = availability._broadcast

    def broadcast(accounts: Any, account: Any, stanza: Any) -> Any:
        found = real(accounts, account, stanza)
        return found[:1] if stanza.type == "unavailable" else found

    patch.setattr(availability, "_broadcast", broadcast)


@mutant("server")
def chatty_pushes(patch: Patch) -> None:
    """A roster push says that no request is open."""
    real = Accounts.push

    def push(self: Accounts, account: Any, item: Any) -> Any:
        import msgspec  # noqa: PLC0415

        if item is not None and item.ask:
            item = msgspec.structs.replace(item, ask=False)
        return real(self, account, item)

    patch.setattr(Accounts, "push", push)


@mutant("server")
def lost_bytes_at_login(patch: Patch) -> None:
    """What is to be told to a session in its first moments gets lost: the third stanza."""
    real = Connection.send
    counts: dict[int, int] = {}

    def send(self: Connection, text: str) -> None:
        if text.startswith("<presence"):
            counts[id(self)] = counts.get(id(self), 0) + 1
            if counts[id(self)] == 3:
                return
        real(self, text)

    patch.setattr(Connection, "send", send)


# --- the presence manager ---


@mutant("manager")
def change_of_show_missed(patch: Patch) -> None:
    """A contact that changes its show is kept as it was."""
    real = SeenPresences.available

    def available(self: SeenPresences[Any, Any], jid: Any, resource: Any, stanza: Any) -> None:
        seen = self._seen.get(jid)
        if seen is None or resource not in seen.resources:
            real(self, jid, resource, stanza)

    patch.setattr(SeenPresences, "available", available)


@mutant("manager")
def farewell_missed(patch: Patch) -> None:
    """A contact that leaves stays available."""
    patch.setattr(SeenPresences, "unavailable", lambda *_: False)


@mutant("manager")
def nothing_forgotten(patch: Patch) -> None:
    """A lost session forgets nobody, though it should."""
    patch.setattr(PresenceManager, "_forget", lambda _: None)


@mutant("manager")
def early_requests_dropped(patch: Patch) -> None:
    """A request that arrives before the session is settled is dropped."""

    def subscribe(self: PresenceManager, _sender: Any, stanza: Any) -> None:
        if self._hears_requests():
            self._handle_request(stanza)

    patch.setitem(manager._ARRIVALS, PresenceType.SUBSCRIBE, subscribe)


@mutant("manager")
def handler_called_for_one(patch: Patch) -> None:
    """Of several requests that waited, only the first is handed over."""

    def hand_over(self: PresenceManager) -> None:
        if self._requests and self._hears_requests():
            self._handle_request(self._requests.pop(next(iter(self._requests))))
            self._requests.clear()

    patch.setattr(PresenceManager, "_hand_over", hand_over)


@mutant("manager")
def no_return(patch: Patch) -> None:
    """An agent that becomes available again before its session has ended stays away."""
    patch.setattr(PresenceManager, "_stopped", lambda _: None)


@mutant("manager")
def everybody_outdated(patch: Patch) -> None:
    """Whatever changes in a roster entry, the contact's presence counts no longer."""
    patch.setattr(
        PresenceManager, "_entry_changed", lambda self, item: self._seen.outdate(item.jid)
    )


@mutant("manager")
def answers_do_not_count(patch: Patch) -> None:
    """After a reconnect nobody is believed to be there, whatever the server says."""
    real = PresenceManager._stream_destroyed

    def destroyed(self: PresenceManager, reason: Any = None) -> None:
        real(self, reason)
        self._seen.available = lambda *_: None  # type: ignore[method-assign]

    patch.setattr(PresenceManager, "_stream_destroyed", destroyed)


# --- agents: what built-in ones answer ---


@mutant("agent")
def third_asker_refused(patch: Patch) -> None:
    """An agent denies the third asker."""
    real = policies._approve

    def approve(control: Any, peer: str) -> None:
        if len([one for one in control.contacts() if one.subscription in ("from", "both")]) >= 2:
            policies._deny(control, peer)
        else:
            real(control, peer)

    patch.setitem(policies._ANSWERS, "approve", approve)


@mutant("agent")
def approves_strangers_only(patch: Patch) -> None:
    """An agent does not approve whom it watches."""
    real = policies._approve

    def approve(control: Any, peer: str) -> None:
        if not control.contact(peer).is_subscribed:
            real(control, peer)

    patch.setitem(policies._ANSWERS, "approve", approve)


@mutant("agent")
def forgets_while_away(patch: Patch) -> None:
    """An answer that waits for the end of a login is forgotten."""

    def connected(self: SubscriptionPolicy) -> None:
        self._settled = True
        self._at_login.clear()

    patch.setattr(SubscriptionPolicy, "_connected", connected)


@mutant("agent")
def one_late_answer_at_a_time(patch: Patch) -> None:
    """While an agent thinks about one request it does not hear others."""
    real = SubscriptionPolicy._requested

    def requested(self: SubscriptionPolicy, peer: str) -> None:
        if not self._timers:
            real(self, peer)

    patch.setattr(SubscriptionPolicy, "_requested", requested)


# --- agents: a user's own class ---


@mutant("agent")
def friend_raises_at_second_request(patch: Patch) -> None:
    """A handler raises when somebody asks who is in the book already."""
    real = Friend.on_subscribe

    def on_subscribe(self: Any, jid: str) -> None:
        if jid in self.present:
            raise KeyError(jid)
        real(self, jid)

    patch.setattr(Friend, "on_subscribe", on_subscribe)


@mutant("agent")
def friend_raises_at_farewell(patch: Patch) -> None:
    """A handler raises when somebody leaves."""

    def on_unavailable(self: Any, jid: str, _stanza: Any) -> None:
        del self.present[jid]

    patch.setattr(Friend, "on_unavailable", on_unavailable)


@mutant("agent")
def friend_books_resources(patch: Patch) -> None:
    """Who leaves stays in the book, since it is looked for under another name."""

    def on_unavailable(self: Any, jid: str, _stanza: Any) -> None:
        self.present.pop(jid, None)

    patch.setattr(Friend, "on_unavailable", on_unavailable)


@mutant("agent")
def friend_starts_with_an_empty_book(patch: Patch) -> None:
    """Who was there before the handlers were is not in the book after a restart."""
    real = Friend.settle

    def settle(self: Any) -> None:
        self.there = dict
        real(self)
        del self.there

    patch.setattr(Friend, "settle", settle)


@mutant("agent")
def friend_takes_busy_for_gone(patch: Patch) -> None:
    """Who is busy is taken out of the book."""
    real = Friend.on_available

    def on_available(self: Any, jid: str, stanza: Any) -> None:
        if str(stanza.show) == "PresenceShow.DND":
            self.on_unavailable(jid, stanza)
        else:
            real(self, jid, stanza)

    patch.setattr(Friend, "on_available", on_available)


@mutant("agent")
def friend_settles_after_a_second(patch: Patch) -> None:
    """The handlers are there late, and the first answers with them."""
    import asyncio  # noqa: PLC0415

    async def run(self: Any) -> None:
        await asyncio.sleep(1.5)
        self.agent.settle()

    patch.setattr(Friend.Settle, "run", run)


# --- the oracle ---


def oracle_action(name: str, other: Callable[[Any, Any], Any]) -> Callable[[Patch], None]:
    """The oracle takes an action for another one."""
    return lambda patch: patch.setitem(subscription_pair._ACTIONS, name, other)


ORACLE: list[tuple[str, str, Callable[[Patch], None]]] = [
    (
        "oracle_unsubscribe_stays_here",
        "The oracle does not take an unsubscribe to the other side.",
        oracle_action(
            "unsubscribe",
            lambda mine, other: (subscription_pair._out(mine, "unsubscribe")[0], other),
        ),
    ),
    (
        "oracle_keeps_removed",
        "The oracle expects a removed contact to be listed still.",
        oracle_action(
            "roster_remove",
            lambda mine, other: subscription_pair._unsubscribed(
                *subscription_pair._unsubscribe(mine, other)
            ),
        ),
    ),
    (
        "oracle_knows_no_pre_approval",
        "The oracle forgets an approval that comes before the request.",
        oracle_action(
            "subscribed",
            lambda mine, other: (
                subscription_pair._subscribed(mine, other)
                if mine.state.pending_in
                else (mine, other)
            ),
        ),
    ),
    (
        "oracle_denial_keeps_sight",
        "The oracle lets a contact that was refused go on watching.",
        oracle_action(
            "unsubscribed",
            lambda mine, other: (subscription_pair._out(mine, "unsubscribed")[0], other),
        ),
    ),
]
MUTANTS += [Mutant(name, "oracle", told, plant) for name, told, plant in ORACLE]


@mutant("oracle")
def oracle_believes_broken_streams(patch: Patch) -> None:
    """The oracle takes what was sent on a stream that broke as handled."""
    patch.setattr(Oracle, "_break", lambda *_: None)


@mutant("oracle")
def oracle_orders_by_sending(patch: Patch) -> None:
    """The oracle takes what crosses on the way in the order of sending."""

    def spread(self: Interleavings, place: int, before: int) -> None:
        queue, newest = self._queues[place], self._queues[place].actions[before]
        last = tuple(
            before + (at == place) if at == place else len(one.actions)
            for at, one in enumerate(self._queues)
        )
        former = (*last[:place], before, *last[place + 1 :])
        states = self._cells.get(former, frozenset())
        self._cells[last] = frozenset(
            subscription_pair.act(state, queue.actor, newest) for state in states
        )

    patch.setattr(Interleavings, "_spread", spread)
