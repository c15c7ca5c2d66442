"""Appendix A of RFC 6121: the nine subscription states and what each stanza does to them.

A subscription stanza crosses two servers, and the same rules hold when both are one: first the
sender's side decides whether it goes out (*outbound*, A.2), then the receiver's side whether it
comes in (*inbound*, A.3). Each side looks only at the state that its own roster has for the
other, so either can be wrong about the other without harm.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, NamedTuple

from simulator.errors import UndefinedTransition
from simulator.rfc6121.stanza import SubscriptionType
from simulator.rfc6121.words import Subscription

Direction = Literal["outbound", "inbound"]


class SubscriptionState(Enum):
    """A state of one roster entry, named as in RFC 6121, A.1, seen by the roster's owner.

    `subscription` and `ask` (pending out) are what the roster shows; `pending_in` is not on the
    wire. `user_subscribed`: the owner sees the contact. `contact_subscribed`: the contact sees
    the owner.
    """

    NONE = ("None", "none", False, False)
    NONE_OUT = ("None + Pending Out", "none", True, False)
    NONE_IN = ("None + Pending In", "none", False, True)
    NONE_OUT_IN = ("None + Pending Out+In", "none", True, True)
    TO = ("To", "to", False, False)
    TO_IN = ("To + Pending In", "to", False, True)
    FROM = ("From", "from", False, False)
    FROM_OUT = ("From + Pending Out", "from", True, False)
    BOTH = ("Both", "both", False, False)

    def __init__(self, label: str, subscription: Subscription, ask: bool, pending_in: bool) -> None:
        self.label = label
        self.subscription: Subscription = subscription
        self.ask = ask
        self.pending_in = pending_in
        self.user_subscribed = subscription in {"to", "both"}
        self.contact_subscribed = subscription in {"from", "both"}

    def __str__(self) -> str:
        return self.label


class Transition(NamedTuple):
    """What a stanza does. `forward`: it is routed (outbound) or delivered (inbound)."""

    forward: bool
    state: SubscriptionState


NONE = SubscriptionState.NONE
NONE_OUT = SubscriptionState.NONE_OUT
NONE_IN = SubscriptionState.NONE_IN
NONE_OUT_IN = SubscriptionState.NONE_OUT_IN
TO = SubscriptionState.TO
TO_IN = SubscriptionState.TO_IN
FROM = SubscriptionState.FROM
FROM_OUT = SubscriptionState.FROM_OUT
BOTH = SubscriptionState.BOTH

# The reasons behind the cells:
#
# - `subscribe` and `unsubscribe` move the sender's own wish (ask, to), so they always go out:
#   if the other side has lost the subscription, asking again heals it.
# - `subscribed` and `unsubscribed` move what the *other* may see (pending in, from). With
#   nothing asked for and nothing granted they would tell the other side nothing true, so they
#   stay at home. There `subscribed` is a pre-approval and `unsubscribed` takes it back (3.4);
#   that is a flag beside the state, kept by the roster.
# - Inbound, a stanza is delivered exactly when it changes the state: a repeated request is not
#   shown twice, and an approval that nobody asked for is not believed.
# - There is no From + Pending In and no Both with a pending part: who sees has nothing to ask.
#   An inbound `subscribe` from a contact that sees already is answered for the user (3.1.3).
_RULES: dict[tuple[Direction, SubscriptionType, SubscriptionState], tuple[bool, SubscriptionState]]
_RULES = {
    # A.2.1: the user asks to see the contact.
    ("outbound", "subscribe", NONE): (True, NONE_OUT),
    ("outbound", "subscribe", NONE_OUT): (True, NONE_OUT),
    ("outbound", "subscribe", NONE_IN): (True, NONE_OUT_IN),
    ("outbound", "subscribe", NONE_OUT_IN): (True, NONE_OUT_IN),
    ("outbound", "subscribe", TO): (True, TO),
    ("outbound", "subscribe", TO_IN): (True, TO_IN),
    ("outbound", "subscribe", FROM): (True, FROM_OUT),
    ("outbound", "subscribe", FROM_OUT): (True, FROM_OUT),
    ("outbound", "subscribe", BOTH): (True, BOTH),
    # A.2.2: the user no longer wants to see the contact, or withdraws the request.
    ("outbound", "unsubscribe", NONE): (True, NONE),
    ("outbound", "unsubscribe", NONE_OUT): (True, NONE),
    ("outbound", "unsubscribe", NONE_IN): (True, NONE_IN),
    ("outbound", "unsubscribe", NONE_OUT_IN): (True, NONE_IN),
    ("outbound", "unsubscribe", TO): (True, NONE),
    ("outbound", "unsubscribe", TO_IN): (True, NONE_IN),
    ("outbound", "unsubscribe", FROM): (True, FROM),
    ("outbound", "unsubscribe", FROM_OUT): (True, FROM),
    ("outbound", "unsubscribe", BOTH): (True, FROM),
    # A.2.3: the user lets the contact see; without a request it is a pre-approval.
    ("outbound", "subscribed", NONE): (False, NONE),
    ("outbound", "subscribed", NONE_OUT): (False, NONE_OUT),
    ("outbound", "subscribed", NONE_IN): (True, FROM),
    ("outbound", "subscribed", NONE_OUT_IN): (True, FROM_OUT),
    ("outbound", "subscribed", TO): (False, TO),
    ("outbound", "subscribed", TO_IN): (True, BOTH),
    ("outbound", "subscribed", FROM): (False, FROM),
    ("outbound", "subscribed", FROM_OUT): (False, FROM_OUT),
    ("outbound", "subscribed", BOTH): (False, BOTH),
    # A.2.4: the user denies the request, or takes back what the contact may see.
    ("outbound", "unsubscribed", NONE): (False, NONE),
    ("outbound", "unsubscribed", NONE_OUT): (False, NONE_OUT),
    ("outbound", "unsubscribed", NONE_IN): (True, NONE),
    ("outbound", "unsubscribed", NONE_OUT_IN): (True, NONE_OUT),
    ("outbound", "unsubscribed", TO): (False, TO),
    ("outbound", "unsubscribed", TO_IN): (True, TO),
    ("outbound", "unsubscribed", FROM): (True, NONE),
    ("outbound", "unsubscribed", FROM_OUT): (True, NONE_OUT),
    ("outbound", "unsubscribed", BOTH): (True, TO),
    # A.3.1: the contact asks to see the user.
    ("inbound", "subscribe", NONE): (True, NONE_IN),
    ("inbound", "subscribe", NONE_OUT): (True, NONE_OUT_IN),
    ("inbound", "subscribe", NONE_IN): (False, NONE_IN),
    ("inbound", "subscribe", NONE_OUT_IN): (False, NONE_OUT_IN),
    ("inbound", "subscribe", TO): (True, TO_IN),
    ("inbound", "subscribe", TO_IN): (False, TO_IN),
    ("inbound", "subscribe", FROM): (False, FROM),
    ("inbound", "subscribe", FROM_OUT): (False, FROM_OUT),
    ("inbound", "subscribe", BOTH): (False, BOTH),
    # A.3.2: the contact no longer wants to see the user, or withdraws the request.
    ("inbound", "unsubscribe", NONE): (False, NONE),
    ("inbound", "unsubscribe", NONE_OUT): (False, NONE_OUT),
    ("inbound", "unsubscribe", NONE_IN): (True, NONE),
    ("inbound", "unsubscribe", NONE_OUT_IN): (True, NONE_OUT),
    ("inbound", "unsubscribe", TO): (False, TO),
    ("inbound", "unsubscribe", TO_IN): (True, TO),
    ("inbound", "unsubscribe", FROM): (True, NONE),
    ("inbound", "unsubscribe", FROM_OUT): (True, NONE_OUT),
    ("inbound", "unsubscribe", BOTH): (True, TO),
    # A.3.3: the contact lets the user see; believed only if the user has asked.
    ("inbound", "subscribed", NONE): (False, NONE),
    ("inbound", "subscribed", NONE_OUT): (True, TO),
    ("inbound", "subscribed", NONE_IN): (False, NONE_IN),
    ("inbound", "subscribed", NONE_OUT_IN): (True, TO_IN),
    ("inbound", "subscribed", TO): (False, TO),
    ("inbound", "subscribed", TO_IN): (False, TO_IN),
    ("inbound", "subscribed", FROM): (False, FROM),
    ("inbound", "subscribed", FROM_OUT): (True, BOTH),
    ("inbound", "subscribed", BOTH): (False, BOTH),
    # A.3.4: the contact denies the request, or takes back what the user may see.
    ("inbound", "unsubscribed", NONE): (False, NONE),
    ("inbound", "unsubscribed", NONE_OUT): (True, NONE),
    ("inbound", "unsubscribed", NONE_IN): (False, NONE_IN),
    ("inbound", "unsubscribed", NONE_OUT_IN): (True, NONE_IN),
    ("inbound", "unsubscribed", TO): (True, NONE),
    ("inbound", "unsubscribed", TO_IN): (True, NONE_IN),
    ("inbound", "unsubscribed", FROM): (False, FROM),
    ("inbound", "unsubscribed", FROM_OUT): (True, FROM),
    ("inbound", "unsubscribed", BOTH): (True, FROM),
}

TABLE = {cell: Transition(*result) for cell, result in _RULES.items()}
"""(direction, stanza type, state) -> Transition; all 72 cells."""


def transition(
    direction: Direction, stanza_type: SubscriptionType, state: SubscriptionState
) -> Transition:
    """Look a cell up. Raises UndefinedTransition, naming state and event, when there is none."""
    try:
        return TABLE[direction, stanza_type, state]
    except KeyError:
        raise UndefinedTransition(state, f"{direction} {stanza_type}") from None
