"""What RFC 6121 makes of two agents' rosters, one action at a time.

A `PairState` is the state of both sides of one subscription pair; `act` is what the servers make of
one side's action: the table of Appendix A on the actor's side, the delivery, the table on the other
side, and the server's own replies. Both sides are on one server, so one action is one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from simulator.analysis.states import ENTRIES, Entry
from simulator.rfc6121.stanza import SubscriptionType
from simulator.rfc6121.subscription import SubscriptionState, transition


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One agent's view of the other. Made by `side`, so equal ones are the same one.

    `listed`: there is a roster item. A request that waits for an answer (Pending In) makes
    none (RFC 6121, 3.1.3). `approved`: the pre-approval of section 3.4. `entry`: the roster
    entry, None where the roster holds none.
    """

    state: SubscriptionState
    listed: bool
    approved: bool
    entry: Entry | None


@dataclass(frozen=True, eq=False, slots=True)
class PairState:
    """Both sides of a pair. Made by `pair_state`, so equal ones are the same one."""

    sides: tuple[Side, Side]


@cache
def side(state: SubscriptionState, listed: bool, approved: bool) -> Side:
    """The one `Side` that is so."""
    entry = ENTRIES[state.subscription, state.ask] if listed else None
    return Side(state, listed, approved, entry)


@cache
def pair_state(first: Side, second: Side) -> PairState:
    """The one `PairState` of these sides."""
    return PairState((first, second))


STRANGERS = pair_state(*[side(SubscriptionState.NONE, False, False)] * 2)
"""Two agents that never heard of each other."""


@cache
def act(before: PairState, actor: int, action: str) -> PairState:
    """The state after the action of one side, by its index in `sides`.

    The action is a subscription stanza, ``roster_set`` or ``roster_remove``.
    """
    mine, other = _ACTIONS[action](before.sides[actor], before.sides[1 - actor])
    return pair_state(other, mine) if actor else pair_state(mine, other)


def _changed(
    old: Side,
    state: SubscriptionState | None = None,
    listed: bool | None = None,
    approved: bool | None = None,
) -> Side:
    return side(
        old.state if state is None else state,
        old.listed if listed is None else listed,
        old.approved if approved is None else approved,
    )


def _out(old: Side, stanza: SubscriptionType) -> tuple[Side, bool]:
    """The side after sending, and whether the stanza goes on to the other side."""
    step = transition("outbound", stanza, old.state)
    return _changed(old, step.state), step.forward


def _into(old: Side, stanza: SubscriptionType) -> Side:
    return _changed(old, transition("inbound", stanza, old.state).state)


def _subscribe(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 3.1; answered by the server if approved already (3.1.3) or beforehand (3.4)."""
    mine = _changed(_out(mine, "subscribe")[0], listed=True)
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
        return _changed(mine, listed=True), _into(other, "subscribed")
    if not asked and not mine.state.contact_subscribed:
        mine = _changed(mine, listed=True, approved=True)
    return mine, other


def _unsubscribe(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 3.3."""
    mine, forward = _out(mine, "unsubscribe")
    return mine, _into(other, "unsubscribe") if forward else other


def _unsubscribed(mine: Side, other: Side) -> tuple[Side, Side]:
    """Sections 3.2 and 3.4.2: it cancels a pre-approval too."""
    mine, forward = _out(mine, "unsubscribed")
    return _changed(mine, approved=False), _into(other, "unsubscribed") if forward else other


def _roster_set(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 2.3: it makes the item, and touches no subscription."""
    return _changed(mine, listed=True), other


def _roster_remove(mine: Side, other: Side) -> tuple[Side, Side]:
    """Section 2.5: without an item an error; else both subscriptions are cancelled."""
    if not mine.listed:
        return mine, other
    mine, other = _unsubscribe(mine, other)
    mine, other = _unsubscribed(mine, other)
    return _changed(mine, listed=False), other


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
