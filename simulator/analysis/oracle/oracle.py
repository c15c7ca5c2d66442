"""The rosters that RFC 6121 prescribes after the actions that agents took.

The right roster depends on the order in which the server handled the actions, but the journal
knows only when they were *sent*. An action is known to be handled once there is a *receipt*:

- the other side received its stanza, told by the id,
- its sender received an answer of the same id: an error, the result of a roster change, or the
  approval that the server gives in the contact's name,
- a later action of the same stream has a receipt (a stream keeps its order).

So action x comes before action y only if x has a receipt before y was sent, or both are of one
stream. All others may have crossed, however far apart they were sent, and the oracle allows every
outcome of a possible order. What waits on a stream that broke may have been lost. Where the
observation ends, what is under way may be handled before the rosters are read, or not.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.analysis.oracle.interleavings import Interleavings, Issued, Stream
from simulator.analysis.oracle.subscription_pair import ACTIONS
from simulator.analysis.states import ABSENT, Outcomes
from simulator.journal.records import Answer, Died, Planned, Received, Sent, Session

PATIENCE = 5_000_000
"""Microseconds for which a run waits for the receipt of an action before it may call itself
converged. Some actions never have one: those without effect."""

Listener = Callable[[str, str, int], None]
"""Called with agent, peer and time after the allowed entries of the pair may have changed."""

_OVER = frozenset(("destroyed", "closed", "failed"))


class Oracle:
    """Expected rosters. Feed it in journal order.

    `listener` is called whenever the allowed entries of an agent for a peer may have changed.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._pairs: dict[tuple[str, str], Interleavings] = {}
        self._peers: dict[str, dict[str, None]] = {}
        self._resources: dict[str, str] = {}
        self._streams: dict[str, dict[str, list[Stream]]] = {}
        self._waiting: dict[tuple[str, str], Issued] = {}
        self._listener = listener
        self._ended = False
        self._listed: dict[tuple[str, str], Outcomes] = {}

    # --- actions ---

    def planned(self, record: Planned) -> None:
        """Take an agent of the plan."""
        self._resources[record.agent] = record.resource

    def sent(self, record: Sent) -> None:
        """Take an action. Other presence does not change rosters, and neither does what an agent
        sends to itself: it always sees itself (RFC 6121, section 4.2.2).
        """
        if record.type in ACTIONS and record.agent != record.peer:
            stream = self._stream(record.agent, record.resource)
            self._issue(stream, record.peer, record)

    def received(self, record: Received) -> None:
        """Take a delivery: it is a receipt of the sender's action, or of the agent's own.

        What somebody outside the plan (a bare JID) sends is not recorded: there the delivery
        stands for the action.
        """
        if self._ended:
            return
        agent, peer = record.agent, record.peer
        own = self._waiting.get((agent, record.id))
        if own is not None and peer in own.between.names:
            self._handled(own, record.t)
        if record.type not in ACTIONS:
            return
        if "@" in peer:
            self._handled(self._issue(Stream(peer), agent, record), record.t)
            return
        issued = self._waiting.get((peer, record.id))
        if issued is not None and issued.type == record.type and agent in issued.between.names:
            self._handled(issued, record.t)

    def answer(self, record: Answer) -> None:
        """Take the answer to a roster change: the server has handled it."""
        issued = self._waiting.get((record.agent, record.id))
        if issued is not None and not self._ended:
            self._handled(issued, record.t)

    def handled(self, agent: str, t: int) -> None:
        """Everything that the agent has sent so far was handled, as the caller knows."""
        for streams in self._streams.get(agent, {}).values():
            for stream in streams:
                if stream.waiting:
                    self._handled(stream.waiting[-1], t)

    # --- streams ---

    def session(self, record: Session) -> None:
        """Take a step of a session: its stream begins, or breaks."""
        if record.state in _OVER:
            self._break(record.agent, record.resource, record.t)
        elif record.state == "established":
            # The server has ended the older session of this resource, if there was one.
            self._break(record.agent, record.resource, record.t)
            for stream in self._streams.get(record.agent, {}).pop(record.resource, ()):
                self._over(stream, record.t)

    def died(self, record: Died) -> None:
        """Take a death: nobody knows what of the last actions came through."""
        for resource in list(self._streams.get(record.agent, ())):
            self._break(record.agent, resource, record.t)

    def forget(self, t: int) -> None:
        """The server lost all rosters: from now on nobody is expected to hold an entry."""
        pairs = list(self._pairs.values())
        self._pairs.clear()
        self._peers.clear()
        self._streams.clear()
        self._waiting.clear()
        if self._listener is not None:
            for first, second in (pair.names for pair in pairs):
                self._listener(first, second, t)
                self._listener(second, first, t)

    # --- the end ---

    def end(self, t: int) -> None:
        """The observation ends, and the harness begins to read the rosters.

        From now on nothing is a receipt: whether it came before a roster was read is not known.
        """
        self._ended = True
        for pair in self._pairs.values():
            before = pair.outcomes
            pair.end()
            self._tell(pair, before, t)

    def listed(self, agent: str, t: int) -> None:
        """The roster of an agent was read by its main session, after everything that this had
        sent before the observation ended."""
        main = self._resources.get(agent, "")
        streams = frozenset(
            stream
            for resource, streams in self._streams.get(agent, {}).items()
            if main in ("", resource)
            for stream in streams
            if not stream.broken
        )
        for peer in self.peers(agent):
            pair, _ = self._side(agent, peer)
            if pair is not None:
                self._listed[agent, peer] = pair.listed(agent, streams)
                if self._listener is not None:
                    self._listener(agent, peer, t)

    # --- what is right ---

    def allowed(self, agent: str, peer: str) -> Outcomes:
        """The entries that the agent's roster may hold for `peer`."""
        listed = self._listed.get((agent, peer))
        if listed is not None:
            return listed
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
        return sum(
            issued.t + PATIENCE > t
            for resources in self._streams.values()
            for streams in resources.values()
            for stream in streams
            if not stream.broken
            for issued in stream.waiting
        )

    # --- inside ---

    def _stream(self, agent: str, resource: str) -> Stream:
        streams = self._streams.setdefault(agent, {}).setdefault(resource, [])
        if not streams or streams[-1].broken:
            streams.append(Stream(agent))
        return streams[-1]

    def _issue(self, stream: Stream, peer: str, record: Sent | Received) -> Issued:
        pair = self._pair(stream.agent, peer)
        issued = Issued(pair, stream, record.type, record.id, record.t)
        stream.waiting.append(issued)
        if record.id:
            self._waiting[stream.agent, record.id] = issued
        before = pair.outcomes
        pair.issue(stream, record.type)
        self._tell(pair, before, record.t)
        return issued

    def _handled(self, last: Issued, t: int) -> None:
        """An action and all before it on its stream were handled."""
        waiting = last.stream.waiting
        counts: dict[Interleavings, int] = {}
        while waiting:
            issued = waiting.popleft()
            self._waiting.pop((issued.stream.agent, issued.id), None)
            counts[issued.between] = counts.get(issued.between, 0) + 1
            if issued is last:
                break
        for pair, number in counts.items():
            before = pair.outcomes
            pair.handled(last.stream, number)
            self._tell(pair, before, t)

    def _break(self, agent: str, resource: str, t: int) -> None:
        for stream in self._streams.get(agent, {}).get(resource, ()):
            if not stream.broken:
                stream.broken = True
                for pair in _pairs_of(stream):
                    before = pair.outcomes
                    pair.broke()
                    self._tell(pair, before, t)

    def _over(self, stream: Stream, t: int) -> None:
        for issued in stream.waiting:
            self._waiting.pop((stream.agent, issued.id), None)
        for pair in _pairs_of(stream):
            before = pair.outcomes
            pair.over(stream)
            self._tell(pair, before, t)

    def _pair(self, agent: str, peer: str) -> Interleavings:
        names = (agent, peer) if agent < peer else (peer, agent)
        pair = self._pairs.get(names)
        if pair is None:
            pair = self._pairs[names] = Interleavings(names)
            if self._ended:
                pair.end()
            self._peers.setdefault(agent, {})[peer] = None
            self._peers.setdefault(peer, {})[agent] = None
        return pair

    def _side(self, agent: str, peer: str) -> tuple[Interleavings | None, int]:
        if agent < peer:
            return self._pairs.get((agent, peer)), 0
        return self._pairs.get((peer, agent)), 1

    def _tell(self, pair: Interleavings, before: tuple[Outcomes, Outcomes], t: int) -> None:
        if self._listener is None:
            return
        first, second = pair.names
        if pair.outcomes[0] != before[0]:
            self._listener(first, second, t)
        if pair.outcomes[1] != before[1]:
            self._listener(second, first, t)


def _pairs_of(stream: Stream) -> dict[Interleavings, None]:
    """The pairs in which actions of a stream wait."""
    return dict.fromkeys(issued.between for issued in stream.waiting)
