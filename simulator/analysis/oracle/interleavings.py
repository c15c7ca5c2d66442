"""Two agents' actions in every order that is possible.

The server handles each action at some time between its sending and the first receipt that shows
it. The actions of one stream are handled in the order of sending. That is all that is known; and
what was sent on a stream that broke was handled up to some point, and from there on lost.
"""

from __future__ import annotations

from collections import deque

from simulator.analysis.oracle.subscription_pair import STRANGERS, PairState, act
from simulator.analysis.states import ABSENT, Outcomes

_States = frozenset[PairState]
_Place = tuple[int, ...]
"""How many of the waiting actions of each queue were handled."""

_START: _States = frozenset([STRANGERS])


class Stream:
    """What one session of an agent sends, in order.

    `broken`: what waits on it may never be handled. `waiting`: its actions without a receipt.
    """

    __slots__ = ("agent", "broken", "waiting")

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.broken = False
        self.waiting: deque[Issued] = deque()


class Issued:
    """An action that was sent."""

    __slots__ = ("between", "id", "stream", "t", "type")

    def __init__(self, between: Interleavings, stream: Stream, kind: str, id: str, t: int) -> None:
        self.between = between
        self.stream = stream
        self.type = kind
        self.id = id
        self.t = t


class _Queue:
    """The actions of one stream towards the other agent that wait for a receipt.

    `due` of them were sent before the observation ended.
    """

    __slots__ = ("actions", "actor", "due", "stream")

    def __init__(self, stream: Stream, actor: int) -> None:
        self.stream = stream
        self.actor = actor
        self.actions: list[str] = []
        self.due = 0


class Interleavings:
    """Two agents: the states they may be in.

    `outcomes`: what each side's roster may hold once everything sent is handled. After `end` of
    the observation it may be handled or not.
    """

    __slots__ = ("_cells", "_ended", "_queues", "names", "outcomes")

    def __init__(self, names: tuple[str, str]) -> None:
        self.names = names
        self.outcomes: tuple[Outcomes, Outcomes] = (ABSENT, ABSENT)
        self._queues: list[_Queue] = []
        # The states at each place that may have been reached by now.
        self._cells: dict[_Place, _States] = {(): _START}
        self._ended = False

    def issue(self, stream: Stream, kind: str) -> None:
        """An action was sent. It comes after everything that has a receipt."""
        place = self._find(stream)
        if place is None:
            place = len(self._queues)
            self._queues.append(_Queue(stream, self.names.index(stream.agent)))
            self._cells = {(*at, 0): states for at, states in self._cells.items()}
        queue = self._queues[place]
        before = len(queue.actions)
        queue.actions.append(kind)
        if len(self._queues) == 1:
            self._cells[before + 1,] = _after(self._cells[before,], queue.actor, kind)
        else:
            self._spread(place, before)
        self._update()

    def handled(self, stream: Stream, number: int) -> None:
        """The first actions of a stream have a receipt."""
        place = self._find(stream)
        if place is None:
            return
        queue = self._queues[place]
        del queue.actions[:number]
        self._cells = {
            (*at[:place], at[place] - number, *at[place + 1 :]): states
            for at, states in self._cells.items()
            if at[place] >= number
        }
        if not queue.actions:
            self._drop(place)
        self._update()

    def broke(self) -> None:
        """One of the streams broke."""
        self._update()

    def over(self, stream: Stream) -> None:
        """Nothing more of a stream is handled."""
        place = self._find(stream)
        if place is not None:
            self._drop(place)
            self._update()

    def end(self) -> None:
        """The observation ends: what is under way may be handled before the rosters are read."""
        self._ended = True
        for queue in self._queues:
            queue.due = len(queue.actions)
        self._update()

    def listed(self, agent: str, streams: frozenset[Stream]) -> Outcomes:
        """What the roster of `agent` may hold when it is read, by these streams of its own: their
        actions of the observation were handled before."""
        due = [queue.due if queue.stream in streams else 0 for queue in self._queues]
        states = (
            states
            for at, states in self._cells.items()
            if all(reached >= least for reached, least in zip(at, due, strict=True))
        )
        side = self.names.index(agent)
        return frozenset(state.sides[side].entry for state in frozenset[PairState]().union(*states))

    @property
    def reached(self) -> _States:
        """The states once everything is handled that was sent, and not lost."""
        if not self._queues:
            return self._cells[()]
        least = [
            0 if self._ended or queue.stream.broken else len(queue.actions)
            for queue in self._queues
        ]
        return frozenset[PairState]().union(
            *(
                states
                for at, states in self._cells.items()
                if all(reached >= one for reached, one in zip(at, least, strict=True))
            )
        )

    def _find(self, stream: Stream) -> int | None:
        for place, queue in enumerate(self._queues):
            if queue.stream is stream:
                return place
        return None

    def _spread(self, place: int, before: int) -> None:
        """Fill the cells in which the newest action of a queue was handled."""
        queues, cells = self._queues, self._cells
        kind, actor = queues[place].actions[before], queues[place].actor
        # In this order the cells that lead to a cell come before it.
        for at in sorted(at for at in cells if at[place] == before):
            new = (*at[:place], before + 1, *at[place + 1 :])
            states = _after(cells[at], actor, kind)
            for other, queue in enumerate(queues):
                if other != place and at[other]:
                    former = cells.get((*new[:other], new[other] - 1, *new[other + 1 :]))
                    if former:
                        states |= _after(former, queue.actor, queue.actions[at[other] - 1])
            cells[new] = states

    def _drop(self, place: int) -> None:
        """Forget a queue of which nothing more is handled."""
        del self._queues[place]
        merged: dict[_Place, _States] = {}
        for at, states in self._cells.items():
            rest = (*at[:place], *at[place + 1 :])
            merged[rest] = merged.get(rest, frozenset()) | states
        self._cells = merged

    def _update(self) -> None:
        reached = self.reached
        self.outcomes = (
            frozenset(state.sides[0].entry for state in reached),
            frozenset(state.sides[1].entry for state in reached),
        )


def _after(states: _States, actor: int, kind: str) -> _States:
    return frozenset([act(state, actor, kind) for state in states])
