"""What RFC 6121 makes of two agents' rosters, one action at a time.

A `Joint` is the state of both sides of one pair; `act` is what the servers make of one side's
action: the table of Appendix A on the actor's side, the delivery, the table on the other side,
and the server's own replies. Both sides are on one server, so one action is one step.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from simulator.analysis.served import ENTRIES, Entry
from simulator.rfc6121.stanza import SubscriptionType
from simulator.rfc6121.subscription import SubscriptionState, transition


class Side(NamedTuple):
    """One agent's view of the other.

    `listed`: there is a roster item. A request that waits for an answer (Pending In) makes
    none (RFC 6121, 3.1.3). `approved`: the pre-approval of section 3.4.
    """

    state: SubscriptionState = SubscriptionState.NONE
    listed: bool = False
    approved: bool = False

    @property
    def entry(self) -> Entry | None:
        """The roster entry, or None where the roster holds none."""
        if not self.listed:
            return None
        return ENTRIES[self.state.subscription, self.state.ask]


class Joint(NamedTuple):
    """Both sides of a pair; an action's `actor` is an index into it."""

    first: Side = Side()
    second: Side = Side()


@cache
def act(joint: Joint, actor: int, action: str) -> Joint:
    """The state after one side's action: a subscription stanza, `roster_set` or `roster_remove`."""
    mine, other = joint[actor], joint[1 - actor]
    mine, other = _ACTIONS[action](mine, other)
    return Joint(other, mine) if actor else Joint(mine, other)


def _out(side: Side, stanza: SubscriptionType) -> tuple[Side, bool]:
    """The side after sending, and whether the stanza goes on to the other side."""
    step = transition("outbound", stanza, side.state)
    return side._replace(state=step.state), step.forward


def _into(side: Side, stanza: SubscriptionType) -> Side:
    return side._replace(state=transition("inbound", stanza, side.state).state)


def _subscribe(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 3.1; answered by the server if approved already (3.1.3) or beforehand (3.4)."""
    mine = _out(mine, "subscribe")[0]._replace(listed=True)
    if other.state.contact_subscribed:
        return _into(mine, "subscribed"), other
    other = _into(other, "subscribe")
    if other.approved:
        return _subscribed(other, mine)[::-1]
    return mine, other


def _subscribed(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 3.1.4; without a request it is a pre-approval and goes nowhere (3.4)."""
    asked = mine.state.pending_in
    mine, forward = _out(mine, "subscribed")
    if forward:
        return mine._replace(listed=True), _into(other, "subscribed")
    if not asked and not mine.state.contact_subscribed:
        mine = mine._replace(listed=True, approved=True)
    return mine, other


def _unsubscribe(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 3.3."""
    mine, forward = _out(mine, "unsubscribe")
    return mine, _into(other, "unsubscribe") if forward else other


def _unsubscribed(mine: Side, other: Side) -> tuple[Side, Side]:
    """Sections 3.2 and 3.4.2: it cancels a pre-approval too."""
    mine, forward = _out(mine, "unsubscribed")
    return mine._replace(approved=False), _into(other, "unsubscribed") if forward else other


def _roster_set(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 2.3: it makes the item, and touches no subscription."""
    return mine._replace(listed=True), other


def _roster_remove(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 2.5: without an item an error; else both subscriptions are cancelled."""
    if not mine.listed:
        return mine, other
    mine, other = _unsubscribe(mine, other)
    mine, other = _unsubscribed(mine, other)
    return mine._replace(listed=False), other


_ACTIONS = {
    "subscribe": _subscribe,
    "subscribed": _subscribed,
    "unsubscribe": _unsubscribe,
    "unsubscribed": _unsubscribed,
    "roster_set": _roster_set,
    "roster_remove": _roster_remove,
}

ACTIONS = frozenset(_ACTIONS)
"""The types of `Sent` records that change rosters."""
