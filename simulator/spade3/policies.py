"""What an agent does with subscription requests, as its plan says.

A policy uses nothing but the presence manager's documented API and aioxmpp's signals, so it
works with SPADE's manager and with the documented one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from typing import Any

import spade.presence
from aioxmpp import JID

from simulator.scenario.plan import Decision, Distribution, PolicyRule
from simulator.spade3.actions import deny
from simulator.spade3.presence.contacts import is_approved, is_subscribed

_APPROVE_ALL_AT_ONCE = (PolicyRule("approve_all"),)


class SubscriptionPolicy:
    """Decides each request by the first of `rules` that holds for its asker.

    Whom no rule holds for gets no answer. What is random is drawn from a generator of each
    asker's own, derived from `random`, so it does not depend on the order in which requests
    arrive. An asker's rule is drawn once in the life of the policy; a delay is drawn for each
    request. Only a rule's `limit` goes by the order in which askers come first.

    A handler of the user's own goes on being called, whether it was assigned before or is later.

    A request that is withdrawn before its delay is over is forgotten. After a reconnect the
    server delivers open requests again; they are answered at the time that was drawn first.

    `approve_all` is a switch of the whole agent. As an unlimited first rule it is set when the
    policy is attached, and there is no handler; else the first asker that it holds for sets it,
    for everybody from then on.
    """

    def __init__(self, rules: tuple[PolicyRule, ...], random: Random) -> None:
        self._rules = rules
        self._taken = [0] * len(rules)
        self._seed = random.getrandbits(64)
        self._askers: dict[str, _Asker] = {}
        self._presence: Any = None
        self._name: Callable[[JID], str] = str
        self._connections: list[tuple[Any, Any]] = []
        self._settled = False
        self._due: dict[JID, float] = {}
        self._timers: dict[JID, asyncio.TimerHandle] = {}
        self._at_login: dict[JID, Decision] = {}

    @property
    def pending(self) -> int:
        """How many decisions wait for the end of their delay, or of the login."""
        return len(self._timers) + len(self._at_login)

    def attach(self, presence: Any, name: Callable[[JID], str]) -> None:
        """Decide the requests that reach `presence`, in place of any manager before it.

        To miss no request, `presence` is a presence manager whose client is not connected yet.
        `name` turns an asker's JID into the name that rules use. The manager's `on_subscribe` is
        assigned where nobody has assigned it yet: SPADE's documentation gives each manager one.
        """
        self.detach()
        self._presence, self._name = presence, name
        if self._rules[:1] == _APPROVE_ALL_AT_ONCE:
            presence.approve_all = True
        elif self._rules:
            self._listen(presence)

    def detach(self) -> None:
        """Decide nothing more, and drop what waits."""
        for signal, token in self._connections:
            signal.disconnect(token)
        self._connections.clear()
        self._disconnected()
        self._due.clear()

    def _listen(self, presence: Any) -> None:
        if _is_unassigned(presence.on_subscribe):
            presence.on_subscribe = self._requested
        client = presence.client
        self._settled = client.established
        slots = (
            (presence.roster.on_subscribe, self._overheard),
            (presence.roster.on_unsubscribe, self._withdrawn),
            (client.on_stream_established, self._connected),
            (client.on_stream_destroyed, self._disconnected),
        )
        self._connections = [(signal, signal.connect(slot)) for signal, slot in slots]

    # --- the session ---

    def _connected(self) -> None:
        self._settled = True
        waiting, self._at_login = self._at_login, {}
        for peer, decision in waiting.items():
            self._decide(peer, decision)
        # The others were withdrawn or answered while nobody was there.
        self._due = {peer: due for peer, due in self._due.items() if peer in self._timers}

    def _disconnected(self, _reason: Any = None) -> None:
        self._settled = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._at_login.clear()

    # --- requests ---

    def _requested(self, peer_jid: str) -> None:
        if self._presence.approve_all or not self._connections:
            return
        peer = JID.fromstr(peer_jid).bare()
        asker = self._asker(peer)
        if asker.rule is None or asker.rule.decision == "ignore" or self._is_waiting(peer):
            return
        loop = asyncio.get_running_loop()
        due = self._due.setdefault(peer, loop.time() + asker.delay())
        decision = asker.rule.decision
        if due > loop.time():
            self._timers[peer] = loop.call_at(due, self._decide, peer, decision)
        else:
            self._decide(peer, decision)

    def _overheard(self, stanza: Any) -> None:
        # The handler is somebody else's; if it is ours, the manager calls it.
        if self._presence.on_subscribe != self._requested:
            self._requested(str(stanza.from_))

    def _is_waiting(self, peer: JID) -> bool:
        return peer in self._timers or peer in self._at_login

    def _withdrawn(self, stanza: Any) -> None:
        peer = stanza.from_.bare()
        timer = self._timers.pop(peer, None)
        if timer is not None:
            timer.cancel()
        self._at_login.pop(peer, None)
        self._due.pop(peer, None)

    def _decide(self, peer: JID, decision: Decision) -> None:
        self._timers.pop(peer, None)
        if not self._settled:
            # Before the roster is there, nobody knows whether to subscribe back.
            self._at_login[peer] = decision
            return
        self._due.pop(peer, None)
        # A connection that breaks just now: the request comes again at the next login.
        with contextlib.suppress(ConnectionError):
            _ANSWERS[decision](self._presence, peer)

    def _asker(self, peer: JID) -> _Asker:
        name = self._name(peer)
        asker = self._askers.get(name)
        if asker is None:
            asker = self._askers[name] = self._new_asker(name)
        return asker

    def _new_asker(self, name: str) -> _Asker:
        random = Random(f"{self._seed}/{name}")
        # One draw for each rule, so that a rule's draw does not depend on the other rules.
        draws = [random.random() for _ in self._rules]
        for place, rule in enumerate(self._rules):
            if _holds(rule, name, draws[place]) and self._has_room(place):
                self._taken[place] += 1
                return _Asker(rule, random)
        return _Asker(None, random)

    def _has_room(self, place: int) -> bool:
        limit = self._rules[place].limit
        return limit is None or self._taken[place] < limit


class _Asker:
    """One asker: the rule that holds for it, if any, and its own generator for the delays."""

    __slots__ = ("_delay", "_random", "rule")

    def __init__(self, rule: PolicyRule | None, random: Random) -> None:
        self.rule = rule
        self._delay: Distribution | None = None if rule is None else rule.delay
        # A generator is 2.5 kB, and most rules have no delay.
        self._random = random if self._delay is not None else None

    def delay(self) -> float:
        """How long this request waits, in seconds."""
        if self._delay is None or self._random is None:
            return 0.0
        return self._delay.sample(self._random) / 1e6


def _is_unassigned(handler: Any) -> bool:
    return getattr(handler, "__func__", None) is spade.presence.PresenceManager.on_subscribe


def _holds(rule: PolicyRule, asker: str, draw: float) -> bool:
    return (rule.askers is None or asker in rule.askers) and draw < rule.share


def _approve(presence: Any, peer: JID) -> None:
    # To approve twice would promise a later request (RFC 6121, section 3.4).
    if not is_approved(presence.roster.items.get(peer)):
        presence.approve(str(peer))


def _approve_and_subscribe(presence: Any, peer: JID) -> None:
    _approve(presence, peer)
    item = presence.roster.items.get(peer)
    if not is_subscribed(item) and (item is None or item.ask is None):
        presence.subscribe(str(peer))


def _approve_all(presence: Any, peer: JID) -> None:
    presence.approve_all = True
    _approve(presence, peer)


def _deny(presence: Any, peer: JID) -> None:
    deny(presence, str(peer))


_ANSWERS: dict[Decision, Callable[[Any, JID], None]] = {
    "approve": _approve,
    "approve_and_subscribe": _approve_and_subscribe,
    "deny": _deny,
    "approve_all": _approve_all,
}
