"""Agents that ask for the presence of others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Any

from aioxmpp import JID
from spade.behaviour import CyclicBehaviour, OneShotBehaviour

from simulator.behaviours import arguments
from simulator.behaviours.alternating import Alternating
from simulator.behaviours.base import Connection, PresenceBehaviour
from simulator.scenario.plan import Microseconds
from simulator.spade3.presence.contacts import is_subscribed


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
        to: Any,
        *,
        at: Any = "0s",
        wave: int | None = None,
        every: Any = "0s",
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
            if not _has_asked(self.roster_item(peer)):
                self.presence.subscribe(str(peer))

    def _schedule(self) -> list[tuple[Microseconds, JID]]:
        moments, begin = [], 0
        for place, peer in enumerate(self._to):
            if place and place % self._wave == 0:
                begin += self._every.sample(self.random)
            moments.append((begin + self._at.sample(self.random), self.jid(peer)))
        return sorted(moments, key=lambda entry: entry[0])


class Reciprocate(PresenceBehaviour, CyclicBehaviour):
    """Asks back whoever sees us: a cyclic behaviour that waits for new watchers.

    A watcher is a contact with the subscription ``from``, whoever approved it: this works beside
    `Approve`, ``approve_all`` and handlers of your own. `delay`: how long after that, drawn for
    each. `share`: the share of the watchers that is asked back, drawn once for each of them.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:Reciprocate
            arguments: {delay: {exponential: {mean: 3s}}, share: 50%}

    .. code-block:: python

        agent.add_behaviour(Reciprocate(delay="1s"))
    """

    def __init__(self, *, delay: Any = "0s", share: Any = 1.0, seed: int | None = None) -> None:
        self._delay = arguments.distribution("delay", delay)
        self._share = arguments.share("share", share)
        self._timers: dict[JID, asyncio.TimerHandle] = {}
        self._due: asyncio.Queue[JID] = asyncio.Queue()
        super().__init__(seed)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """While somebody is to be asked back."""
        return bool(self._timers)

    def listens_to(self) -> list[Connection]:
        """Entries of the roster that are new or change."""
        roster = self.presence.roster
        return [
            (roster.on_entry_added, self._changed),
            (roster.on_entry_subscription_state_changed, self._changed),
        ]

    async def on_start(self) -> None:
        """Look at those who see us already."""
        await super().on_start()
        for item in list(self.presence.roster.items.values()):
            self._changed(item)

    async def run(self) -> None:
        """Ask the next one back whose time has come."""
        peer = await self.outcome(self._due.get())
        await self.connected()
        if _is_only_watcher(self.roster_item(peer)):
            self.presence.subscribe(str(peer))
        del self._timers[peer]

    def kill(self, exit_code: Any = None) -> None:
        """Ask nobody any more."""
        super().kill(exit_code)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _changed(self, item: Any) -> None:
        if not _is_only_watcher(item) or item.jid in self._timers:
            return
        # Of each watcher's own, so that the order in which they come does not matter.
        random = Random(f"{self.origin}/{item.jid.localpart}")
        if random.random() < self._share:
            delay = self._delay.sample(random) / 1e6
            loop = asyncio.get_running_loop()
            self._timers[item.jid] = loop.call_later(delay, self._due.put_nowait, item.jid)


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
        watching: Any,
        gone: Any,
        *,
        to: Any = None,
        times: int | None = None,
        seed: int | None = None,
    ) -> None:
        self._to = None if to is None else arguments.peers("to", to)
        self._missed: list[JID] = []
        super().__init__(
            arguments.distribution("watching", watching),
            arguments.distribution("gone", gone),
            arguments.count("times", times),
            seed,
        )

    async def go(self) -> None:
        """Unsubscribe."""
        await self.connected()
        self._missed = [peer for peer in self._peers() if is_subscribed(self.roster_item(peer))]
        for peer in self._missed:
            self.presence.unsubscribe(str(peer))

    async def come(self) -> None:
        """Ask those again who were left."""
        await self.connected()
        for peer in self._missed:
            if not _has_asked(self.roster_item(peer)):
                self.presence.subscribe(str(peer))

    def _peers(self) -> Iterable[JID]:
        return list(self.presence.roster.items) if self._to is None else map(self.jid, self._to)


def _has_asked(item: Any) -> bool:
    return is_subscribed(item) or (item is not None and item.ask is not None)


def _is_only_watcher(item: Any) -> bool:
    return item is not None and item.subscription == "from" and item.ask is None
