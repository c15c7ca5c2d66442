"""Agents that ask for the presence of others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random

from simulator.agents.base import Contact
from simulator.behaviours import arguments
from simulator.behaviours.alternating import Alternating
from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import CyclicBehaviour, OneShotBehaviour
from simulator.scenario.plan import Microseconds


class Subscribe(PresenceBehaviour, OneShotBehaviour):
    """Asks for the presence of some peers: a one-shot behaviour.

    `to`: the peers, in the order in which they are asked. `at`: when, after the behaviour's start;
    a distribution is drawn for each of them. `wave`: how many are asked at a time; omitted: all.
    `every`: from one wave to the next, drawn for each.

    Who is subscribed to already, or was asked, is not asked again.

    At once, in waves of three, and at random times:

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:Subscribe
            arguments: {to: [alice, bob]}
          - class: simulator.behaviours:Subscribe
            arguments: {to: [carol, dave, erin, frank, grace], wave: 3, every: 10s}
          - class: simulator.behaviours:Subscribe
            arguments: {to: [heidi, ivan@example.org], at: {uniform: {low: 0s, high: 1min}}}

    .. code-block:: python

        agent.add_behaviour(Subscribe(to=["alice@example.org", "bob@example.org"], at="5s"))
    """

    def __init__(
        self,
        to: object,
        *,
        at: object = "0s",
        wave: int | None = None,
        every: object = "0s",
        seed: int | None = None,
    ) -> None:
        self._to = arguments.peers("to", to)
        self._at = arguments.distribution("at", at)
        self._wave = arguments.count("wave", wave) or len(self._to)
        self._every = arguments.distribution("every", every)
        super().__init__(seed)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """Until everybody was asked."""
        return True

    async def run(self) -> None:
        """Ask everybody, each at its time."""
        for moment, peer in self._schedule():
            await self.pause(max(0, moment - self.elapsed))
            await self.connected()
            if not _has_asked(self.control.contact(peer)):
                self.control.subscribe(peer)

    def _schedule(self) -> list[tuple[Microseconds, str]]:
        moments, begin = [], 0
        for place, peer in enumerate(self._to):
            if place and place % self._wave == 0:
                begin += self._every.sample(self.random)
            moments.append((begin + self._at.sample(self.random), self.jid(peer)))
        return sorted(moments, key=lambda entry: entry[0])


class Reciprocate(PresenceBehaviour, CyclicBehaviour):
    """Asks back whoever sees us: a cyclic behaviour that waits for new watchers.

    A watcher is a contact with the subscription ``from``, whoever approved it: this works beside
    `Approve`, ``approve_all`` and handlers of your own. One who refuses is not asked again, unless
    it stops watching and comes back. `delay`: how long after that, drawn for
    each. `share`: the share of the watchers that is asked back, drawn once for each of them.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:Reciprocate
            arguments: {delay: {exponential: {mean: 3s}}, share: 50%}

    .. code-block:: python

        agent.add_behaviour(Reciprocate(delay="1s"))
    """

    def __init__(
        self, *, delay: object = "0s", share: object = 1.0, seed: int | None = None
    ) -> None:
        self._delay = arguments.distribution("delay", delay)
        self._share = arguments.share("share", share)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._asked: set[str] = set()
        super().__init__(seed)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """While somebody is to be asked back."""
        return bool(self._timers)

    async def on_start(self) -> None:
        """Look at those who see us already, and then at whoever comes to."""
        await super().on_start()
        self.listen("contact_changed", self._changed)
        for contact in self.control.contacts():
            self._changed(contact.jid)

    async def run(self) -> None:
        """Ask the next one back whose time has come."""
        peer = await self.outcome(self._due.get())
        await self.connected()
        if _is_only_watcher(self.control.contact(peer)):
            self.control.subscribe(peer)
        del self._timers[peer]

    def kill(self, exit_code: object = None) -> None:
        """Ask nobody any more."""
        super().kill(exit_code)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _changed(self, peer: str) -> None:
        contact = self.control.contact(peer)
        if contact.subscription not in ("from", "both"):
            self._asked.discard(peer)
        if not _is_only_watcher(contact) or peer in self._asked:
            return
        self._asked.add(peer)
        # Of each watcher's own, so that the order in which they come does not matter.
        random = Random(f"{self.origin}/{peer.partition('@')[0]}")
        if random.random() < self._share:
            delay = self._delay.sample(random) / 1e6
            loop = asyncio.get_running_loop()
            self._timers[peer] = loop.call_later(delay, self._due.put_nowait, peer)


class UnsubscribeAndReturn(Alternating):
    """Loses interest and comes back: a finite-state behaviour with the states watching and gone.

    `watching`, `gone`: how long it is subscribed, and how long it is not. `to`: the peers that it
    leaves; omitted: all that it is subscribed to then. To come back it asks all of them again, and
    they decide again. `times`: how often it leaves; omitted: for as long as the agent lives.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:UnsubscribeAndReturn
            arguments: {watching: {exponential: {mean: 5min}}, gone: 30s, times: 3}

    .. code-block:: python

        agent.add_behaviour(UnsubscribeAndReturn(watching="1h", gone="5min", to=["alice"]))
    """

    names = ("watching", "gone")

    def __init__(
        self,
        watching: object,
        gone: object,
        *,
        to: object = None,
        times: int | None = None,
        seed: int | None = None,
    ) -> None:
        self._to = None if to is None else arguments.peers("to", to)
        self._missed: list[str] = []
        super().__init__(
            arguments.distribution("watching", watching),
            arguments.distribution("gone", gone),
            arguments.count("times", times),
            seed,
        )

    async def go(self) -> None:
        """Unsubscribe."""
        await self.connected()
        contacts = map(self.control.contact, self._peers())
        self._missed = [contact.jid for contact in contacts if contact.is_subscribed]
        for peer in self._missed:
            self.control.unsubscribe(peer)

    async def come(self) -> None:
        """Ask those again who were left."""
        await self.connected()
        for peer in self._missed:
            if not _has_asked(self.control.contact(peer)):
                self.control.subscribe(peer)

    def _peers(self) -> Iterable[str]:
        if self._to is None:
            return [contact.jid for contact in self.control.contacts()]
        return map(self.jid, self._to)


def _has_asked(contact: Contact) -> bool:
    return contact.is_subscribed or contact.ask


def _is_only_watcher(contact: Contact) -> bool:
    return contact.subscription == "from" and not contact.ask
