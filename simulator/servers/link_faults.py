"""The faults of a link, the same on every server.

The embedded server applies them to the agent's in-memory links, a real one to the agent's proxy.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.scenario.plan import FaultPlan


class LinkState:
    """The faults on one agent's link in one direction, now.

    Faults may overlap, so each kind counts: while `held` is not 0 bytes wait, and go on when it
    is 0 again, as TCP sends again what was not acknowledged; while `lost` is not 0 they vanish.
    `slowed` lists (factor, added microseconds) of what slows the link.
    """

    __slots__ = ("held", "lost", "slowed")

    def __init__(self) -> None:
        self.held = 0
        self.lost = 0
        self.slowed: list[tuple[float, int]] = []

    def latency(self, usual: int) -> int:
        """The latency with these faults, from the usual one; both in microseconds."""
        for factor, added in self.slowed:
            usual = round(usual * factor) + added
        return usual


class DuplexState:
    """The faults in both directions: `up` is from the agent to the server."""

    __slots__ = ("down", "up")

    def __init__(self) -> None:
        self.up = LinkState()
        self.down = LinkState()

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of a kind in `LINK_FAULTS`."""
        self._change(fault, +1)

    def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun. The caller releases what waited."""
        self._change(fault, -1)

    def _change(self, fault: FaultPlan, step: int) -> None:
        directions = {"up": (self.up,), "down": (self.down,), "both": (self.up, self.down)}
        for state in directions[fault.direction]:
            LINK_FAULTS[fault.kind](state, fault, step)


def _lose(state: LinkState, _fault: FaultPlan, step: int) -> None:
    state.lost += step


def _hold(state: LinkState, _fault: FaultPlan, step: int) -> None:
    state.held += step


def _slow(state: LinkState, fault: FaultPlan, step: int) -> None:
    change = state.slowed.append if step > 0 else state.slowed.remove
    change((fault.factor, fault.added))


LINK_FAULTS: dict[str, Callable[[LinkState, FaultPlan, int], None]] = {
    "black_hole": _lose,
    "stall": _hold,
    "slow": _slow,
    # The server is on the side of those who are not named.
    "partition": _hold,
    # A server that hears and says nothing is one whose links all wait.
    "server_freeze": _hold,
}
"""What each does to one direction: with +1 where it begins, with -1 where it ends."""
