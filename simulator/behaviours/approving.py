"""Agents that answer subscription requests."""

from __future__ import annotations

import asyncio
from random import Random

from simulator.agents.names import Names
from simulator.agents.policies import SubscriptionPolicy
from simulator.behaviours import arguments
from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import CyclicBehaviour
from simulator.scenario.plan import Decision, PolicyRule

_OTHERS = ("ignore", "deny")


class Approve(PresenceBehaviour, CyclicBehaviour):
    """Approves subscription requests: a cyclic behaviour that waits for them.

    `delay`: how long an answer takes, drawn for each request. `share`: the share of the askers
    that is approved, drawn once for each of them. `askers`: a list of those who may be approved.
    `limit`: at most so many askers are approved, the first ones. `ask_back`: subscribe to whom is
    approved. `others`: ``ignore`` or ``deny`` those who are not approved.

    A handler of your own goes on being called, whether it is assigned before or after; then both
    decide. A request that is withdrawn before its answer is due gets none. (A scenario says the
    same shorter, for a whole population, with `on_subscribe`.)

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:Approve
            arguments: {delay: {uniform: {low: 1s, high: 10s}}, share: 80%, limit: 5, others: deny}

    .. code-block:: python

        agent.add_behaviour(Approve(delay="2s", askers=["alice", "bob@example.org"]))
    """

    def __init__(
        self,
        *,
        delay: object = "0s",
        share: object = 1.0,
        askers: object = None,
        limit: int | None = None,
        ask_back: bool = False,
        others: str = "ignore",
        seed: int | None = None,
    ) -> None:
        self._delay = arguments.distribution("delay", delay)
        self._share = arguments.share("share", share)
        self._askers = None if askers is None else arguments.peers("askers", askers)
        self._limit = arguments.count("limit", limit)
        self._decision: Decision = (
            "approve_and_subscribe" if arguments.flag("ask_back", ask_back) else "approve"
        )
        self._others = arguments.choice("others", others, _OTHERS)
        self._policy: SubscriptionPolicy | None = None
        super().__init__(seed)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """While an answer waits for the end of its delay."""
        return self._policy is not None and self._policy.pending > 0

    async def on_start(self) -> None:
        """Begin to hear requests."""
        await super().on_start()
        names = Names(self.agent.jid.domain)
        self._policy = SubscriptionPolicy(self._rules(names), Random(self.origin))
        self._policy.attach(self.control, names.name)

    async def run(self) -> None:
        """Wait until the end; the policy answers."""
        await self.outcome(asyncio.get_running_loop().create_future())

    def kill(self, exit_code: object = None) -> None:
        """Answer nothing more."""
        super().kill(exit_code)
        if self._policy is not None:
            self._policy.detach()

    def _rules(self, names: Names) -> tuple[PolicyRule, ...]:
        askers = None
        if self._askers is not None:
            askers = frozenset(names.name(self.jid(asker)) for asker in self._askers)
        rule = PolicyRule(self._decision, self._delay, self._share, askers, self._limit)
        return (rule, PolicyRule("deny", self._delay)) if self._others == "deny" else (rule,)
