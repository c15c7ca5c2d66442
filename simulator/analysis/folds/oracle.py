"""The oracle: the rosters that RFC 6121 prescribes after the actions that agents took.

The right roster depends on the order in which the server handled the actions, but the journal
knows only when they were *sent*. The actions of one agent are handled in the order of sending.
Between two agents, action x is known to come before action y only if x was *confirmed* before y
was sent:

- the other side received x's stanza, or
- its sender got the roster removal that it asked for, or
- a later action of its sender was confirmed (a stream keeps its order), or
- `SETTLED_AFTER` has passed since it was sent.

All other actions may have crossed, and the oracle allows every outcome of a possible order.
The state of a pair depends only on the order of the two agents' actions, so each pair keeps the
set of states that it can be in: a single one where actions are well apart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cache

from simulator.analysis.folds.subscription_pair import ACTIONS, STRANGERS, PairState, act
from simulator.analysis.states import ABSENT, Outcomes
from simulator.journal.records import Received, Roster, Sent

SETTLED_AFTER = 5_000_000
"""Microseconds after which an action counts as handled, even without confirmation. This is much
longer than a round trip; it matters only for actions without effect, which nothing confirms."""

Listener = Callable[[str, str, int], None]
"""Called with agent, peer and time after the allowed entries of the pair may have changed."""

_START = frozenset([STRANGERS])


class _Issued:
    """An action that was sent; `confirmed` is when it is known to have been handled."""

    __slots__ = ("actor", "confirmed", "id", "number", "pair", "t", "type")

    def __init__(
        self, pair: _SubscriptionPair, actor: int, number: int, record: Sent | Received
    ) -> None:
        self.pair = pair
        self.actor = actor
        self.number = number
        self.type = record.type
        self.id = record.id
        self.t = record.t
        self.confirmed = record.t + SETTLED_AFTER


class _SubscriptionPair:
    """Two agents: the states they may be in, and the actions whose order is open.

    `states` are those before the open actions, `reached` those after them, in every order that
    is possible.
    """

    __slots__ = ("names", "open", "outcomes", "reached", "states")

    def __init__(self, names: tuple[str, str]) -> None:
        self.names = names
        self.states = _START
        self.reached = _START
        self.open: list[_Issued] = []
        self.outcomes = (ABSENT, ABSENT)

    def issue(self, issued: _Issued) -> None:
        """Take an action. What comes before it for certain is settled."""
        if self.open and all(former.confirmed <= issued.t for former in self.open):
            self.states = self.reached
            self.open.clear()
        self.open.append(issued)
        if self.crossing:
            self.reached = self._orders()
        else:
            self.reached = _after(self.reached, issued)
        self.outcomes = _outcomes(self.reached)

    def confirmed(self) -> None:
        """An open action was confirmed: fewer orders are possible now."""
        if self.crossing:
            self.reached = self._orders()
            self.outcomes = _outcomes(self.reached)

    @property
    def crossing(self) -> bool:
        """Are actions of both sides open?"""
        return len(self.open) > 1 and len({issued.actor for issued in self.open}) > 1

    def _orders(self) -> frozenset[PairState]:
        """The states after the open actions, in every order that is possible.

        `row[j]` are the states after the first i actions of the one side and the first j of
        the other.
        """
        first = [issued for issued in self.open if issued.actor == 0]
        second = [issued for issued in self.open if issued.actor == 1]
        former: list[frozenset[PairState]] = []
        for i in range(len(first) + 1):
            row: list[frozenset[PairState]] = []
            for j in range(len(second) + 1):
                states = self.states if i == j == 0 else frozenset()
                if i and not (j < len(second) and _before(second[j], first[i - 1])):
                    states |= _after(former[j], first[i - 1])
                if j and not (i < len(first) and _before(first[i], second[j - 1])):
                    states |= _after(row[j - 1], second[j - 1])
                row.append(states)
            former = row
        return former[-1]


def _before(one: _Issued, other: _Issued) -> bool:
    """Was `one` handled before `other`, for certain? Without latency the journal's order counts."""
    return one.confirmed <= other.t and (one.t < other.confirmed or one.number < other.number)


@cache
def _outcomes(states: frozenset[PairState]) -> tuple[Outcomes, Outcomes]:
    """What each side's roster may hold in one of these states."""
    return (
        frozenset(state.sides[0].entry for state in states),
        frozenset(state.sides[1].entry for state in states),
    )


def _after(states: frozenset[PairState], issued: _Issued) -> frozenset[PairState]:
    return frozenset(act(state, issued.actor, issued.type) for state in states)


class Oracle:
    """Expected rosters. Feed it with `sent`, `received` and `roster`, in journal order.

    `listener` is called whenever the allowed entries of an agent for a peer may have changed.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._pairs: dict[tuple[str, str], _SubscriptionPair] = {}
        self._peers: dict[str, dict[str, None]] = {}
        self._unconfirmed: dict[str, deque[_Issued]] = {}
        self._issued = 0
        self._listener = listener

    def sent(self, record: Sent) -> None:
        """Take an action. Other presence does not change rosters, and neither does what an agent
        sends to itself: it always sees itself (RFC 6121, section 4.2.2).
        """
        if record.type not in ACTIONS or record.agent == record.peer:
            return
        issued = self._issue(record.agent, record.peer, record)
        queue = self._unconfirmed.setdefault(record.agent, deque())
        while queue and queue[0].confirmed <= record.t:
            queue.popleft()
        queue.append(issued)

    def received(self, record: Received) -> None:
        """Take a delivery: it confirms the sender's action.

        What somebody outside the plan (a bare JID) sends is not recorded: there the delivery
        stands for the action.
        """
        if record.type not in ACTIONS:
            return
        if "@" in record.peer:
            self._issue(record.peer, record.agent, record).confirmed = record.t
        else:
            self._confirm(record.peer, record.agent, record.type, record.id, record.t)

    def roster(self, record: Roster) -> None:
        """Take a push: a removal confirms the agent's own request."""
        if record.subscription == "remove" and record.source == "push":
            self._confirm(record.agent, record.peer, "roster_remove", "", record.t)

    def forget(self, t: int) -> None:
        """The server lost all rosters: from now on nobody is expected to hold an entry."""
        pairs = list(self._pairs.values())
        self._pairs.clear()
        self._peers.clear()
        self._unconfirmed.clear()
        if self._listener is not None:
            for first, second in (pair.names for pair in pairs):
                self._listener(first, second, t)
                self._listener(second, first, t)

    def allowed(self, agent: str, peer: str) -> Outcomes:
        """The entries that the agent's roster may hold for `peer`."""
        pair, side = self._side(agent, peer)
        return pair.outcomes[side] if pair else ABSENT

    def pending_in(self, agent: str, peer: str) -> bool:
        """Does a request of `peer` wait for the agent's answer, in every allowed outcome?"""
        pair, side = self._side(agent, peer)
        return pair is not None and all(
            state.sides[side].state.pending_in for state in pair.reached
        )

    def peers(self, agent: str) -> list[str]:
        """Everybody with whom the agent has exchanged an action."""
        return list(self._peers.get(agent, ()))

    def agents(self) -> list[str]:
        """Everybody who took part in an action."""
        return list(self._peers)

    def unsettled(self, t: int) -> int:
        """How many actions may still be on their way at time `t`."""
        return sum(issued.confirmed > t for queue in self._unconfirmed.values() for issued in queue)

    def _issue(self, agent: str, peer: str, record: Sent | Received) -> _Issued:
        self._issued += 1
        pair = self._pair(agent, peer)
        issued = _Issued(pair, 0 if agent == pair.names[0] else 1, self._issued, record)
        before = pair.outcomes
        pair.issue(issued)
        self._tell(pair, before, record.t)
        return issued

    def _pair(self, agent: str, peer: str) -> _SubscriptionPair:
        names = (agent, peer) if agent < peer else (peer, agent)
        pair = self._pairs.get(names)
        if pair is None:
            pair = self._pairs[names] = _SubscriptionPair(names)
            self._peers.setdefault(agent, {})[peer] = None
            self._peers.setdefault(peer, {})[agent] = None
        return pair

    def _side(self, agent: str, peer: str) -> tuple[_SubscriptionPair | None, int]:
        if agent < peer:
            return self._pairs.get((agent, peer)), 0
        return self._pairs.get((peer, agent)), 1

    def _confirm(self, sender: str, receiver: str, kind: str, stanza_id: str, t: int) -> None:
        """Find the action that this is a trace of; it and all before it were handled."""
        queue = self._unconfirmed.get(sender)
        if not queue:
            return
        found = _find(queue, receiver, kind, stanza_id)
        while found is not None:
            issued = queue.popleft()
            issued.confirmed = min(issued.confirmed, t)
            before = issued.pair.outcomes
            issued.pair.confirmed()
            self._tell(issued.pair, before, t)
            if issued is found:
                return

    def _tell(self, pair: _SubscriptionPair, before: tuple[Outcomes, Outcomes], t: int) -> None:
        if self._listener is None:
            return
        first, second = pair.names
        if pair.outcomes[0] != before[0]:
            self._listener(first, second, t)
        if pair.outcomes[1] != before[1]:
            self._listener(second, first, t)


def _find(queue: deque[_Issued], receiver: str, kind: str, stanza_id: str) -> _Issued | None:
    """The action with this id; where ids differ, the oldest of this kind to this receiver."""
    match = None
    for issued in queue:
        if issued.type == kind and receiver in issued.pair.names:
            if issued.id == stanza_id:
                return issued
            match = match or issued
    return match
