"""What an agent does with subscription requests, as its plan says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from random import Random

from simulator.agents.base import Control
from simulator.scenario.plan import Decision, Distribution, PolicyRule

_APPROVE_ALL_AT_ONCE = (PolicyRule("approve_all"),)


class SubscriptionPolicy:
    """Decides each request by the first of `rules` that holds for its asker.

    An asker for whom no rule holds gets no answer. What is random is drawn from a generator of each
    asker's own, derived from `random`, so it does not depend on the order in which requests
    arrive. An asker's rule is drawn once in the life of the policy; a delay is drawn for each
    request. Only a rule's `limit` goes by the order in which askers come first.

    A handler of the user's own is still called, whether it was assigned before or is later.

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
        self._control: Control | None = None
        self._name: Callable[[str], str] = str
        self._listening: list[Callable[[], None]] = []
        self._settled = False
        self._due: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._at_login: dict[str, Decision] = {}

    @property
    def pending(self) -> int:
        """How many decisions wait for the end of their delay, or of the login."""
        return len(self._timers) + len(self._at_login)

    def attach(self, control: Control, name: Callable[[str], str]) -> None:
        """Decide the requests that reach an agent, in place of any attached to before.

        To miss no request, attach before the agent connects. `name` turns an asker's bare JID into
        the name that rules use.
        """
        self.detach()
        self._control, self._name = control, name
        if self._rules[:1] == _APPROVE_ALL_AT_ONCE:
            control.approve_all()
        elif self._rules:
            self._settled = control.is_connected
            self._listening = [
                control.listen("requested", self._requested),
                control.listen("withdrawn", self._withdrawn),
                control.listen("connected", self._connected),
                control.listen("disconnected", self._disconnected),
            ]

    def detach(self) -> None:
        """Decide nothing more, and drop what waits."""
        for stop in self._listening:
            stop()
        self._listening.clear()
        self._disconnected()
        self._due.clear()

    # --- the session ---

    def _connected(self) -> None:
        self._settled = True
        waiting, self._at_login = self._at_login, {}
        for peer, decision in waiting.items():
            self._decide(peer, decision)
        # The others were withdrawn or answered while nobody was there.
        self._due = {peer: due for peer, due in self._due.items() if peer in self._timers}

    def _disconnected(self) -> None:
        self._settled = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._at_login.clear()

    # --- requests ---

    def _requested(self, peer: str) -> None:
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

    def _is_waiting(self, peer: str) -> bool:
        return peer in self._timers or peer in self._at_login

    def _withdrawn(self, peer: str) -> None:
        timer = self._timers.pop(peer, None)
        if timer is not None:
            timer.cancel()
        self._at_login.pop(peer, None)
        self._due.pop(peer, None)

    def _decide(self, peer: str, decision: Decision) -> None:
        self._timers.pop(peer, None)
        if not self._settled:
            # Before the roster is there, nobody knows whether to subscribe back.
            self._at_login[peer] = decision
            return
        self._due.pop(peer, None)
        assert self._control is not None
        # A connection that breaks just now: the request comes again at the next login.
        with contextlib.suppress(ConnectionError):
            _ANSWERS[decision](self._control, peer)

    def _asker(self, peer: str) -> _Asker:
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


def _holds(rule: PolicyRule, asker: str, draw: float) -> bool:
    return (rule.askers is None or asker in rule.askers) and draw < rule.share


def _approve(control: Control, peer: str) -> None:
    # To approve twice would promise a later request (RFC 6121, section 3.4).
    if not control.contact(peer).is_approved:
        control.approve(peer)


def _approve_and_subscribe(control: Control, peer: str) -> None:
    _approve(control, peer)
    contact = control.contact(peer)
    if not contact.is_subscribed and not contact.ask:
        control.subscribe(peer)


def _approve_all(control: Control, peer: str) -> None:
    control.approve_all()
    _approve(control, peer)


def _deny(control: Control, peer: str) -> None:
    control.deny(peer)


_ANSWERS: dict[Decision, Callable[[Control, str], None]] = {
    "approve": _approve,
    "approve_and_subscribe": _approve_and_subscribe,
    "deny": _deny,
    "approve_all": _approve_all,
}
