"""What the plan can ask an agent to do, as uses of its presence manager.

`ACTIONS` maps an action's name to a coroutine function of the agent and the planned action.
They work with SPADE's presence manager and with the documented one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aioxmpp
from aioxmpp import PresenceShow, PresenceState

from simulator.scenario.plan import ActionPlan, PresenceChange, PresencePlan

Perform = Callable[[Any, ActionPlan, str], Awaitable[None]]


async def _set_presence(agent: Any, action: ActionPlan, _peer: str) -> None:
    assert action.change is not None
    apply_change(agent.presence, action.change)


async def _become_unavailable(agent: Any, _action: ActionPlan, _peer: str) -> None:
    agent.presence.set_unavailable()


async def _subscribe(agent: Any, _action: ActionPlan, peer: str) -> None:
    agent.presence.subscribe(peer)


async def _unsubscribe(agent: Any, _action: ActionPlan, peer: str) -> None:
    agent.presence.unsubscribe(peer)


async def _approve(agent: Any, _action: ActionPlan, peer: str) -> None:
    agent.presence.approve(peer)


async def _deny(agent: Any, _action: ActionPlan, peer: str) -> None:
    deny(agent.presence, peer)


async def _remove(agent: Any, _action: ActionPlan, peer: str) -> None:
    # Not awaited to the server's answer: a run of an agent's actions must not wait for each.
    await agent.presence.roster.remove_entry(aioxmpp.JID.fromstr(peer))


ACTIONS: dict[str, Perform] = {
    "set_presence": _set_presence,
    "become_unavailable": _become_unavailable,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "approve": _approve,
    "deny": _deny,
    "remove": _remove,
}
"""Everything but start and stop, which are the runner's."""


def apply_change(manager: Any, change: PresenceChange) -> None:
    """Change an agent's presence; one that is unavailable becomes available."""
    state = None if change.show is None else presence_state(change.show)
    if state is None and not manager.is_available():
        state = PresenceState(available=True)
    status = None if change.status is None else dict(change.status)
    manager.set_presence(state=state, status=status, priority=change.priority)


def deny(manager: Any, peer: str) -> None:
    """Refuse a subscription request, or cancel a subscription (RFC 6121, 3.1.6 and 3.2)."""
    stanza = aioxmpp.Presence(
        type_=aioxmpp.PresenceType.UNSUBSCRIBED, to=aioxmpp.JID.fromstr(peer).bare()
    )
    manager.client.enqueue(stanza)


def presence_state(show: str, *, available: bool = True) -> PresenceState:
    """A show as the scenario writes it ("" for none) as an aioxmpp state."""
    return PresenceState(available=available, show=PresenceShow(show or None))


def show_first_presence(manager: Any, plan: PresencePlan) -> None:
    """Set an agent's first presence before it connects, so that it is its initial one."""
    manager.set_presence(
        state=presence_state(plan.show, available=plan.available),
        status=dict(plan.status),
        priority=plan.priority,
    )
