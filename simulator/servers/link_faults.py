"""What the network is like for one agent, and the faults that make it worse for a time.

The same on every server: on the embedded one it is that of the agent's links, on a real one that
of the agent's proxy.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.scenario.plan import FaultPlan


class Weather:
    """What the network is like for one agent in one direction, now.

    Faults may overlap, so each kind counts: while `held` is not 0 bytes wait, and go on when it
    is over, as TCP sends again what was not acknowledged; while `lost` is not 0 they vanish.
    `slowed` lists (factor, added microseconds) of what slows the link.
    """

    __slots__ = ("held", "lost", "slowed")

    def __init__(self) -> None:
        self.held = 0
        self.lost = 0
        self.slowed: list[tuple[float, int]] = []

    def latency(self, calm: int) -> int:
        """The latency in this weather, of a draw without it; both in microseconds."""
        for factor, added in self.slowed:
            calm = round(calm * factor) + added
        return calm


class LineWeather:
    """The weather on one agent's line: `up` is from the agent to the server."""

    __slots__ = ("down", "up")

    def __init__(self) -> None:
        self.up = Weather()
        self.down = Weather()

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault of a kind in `WEATHER_FAULTS`."""
        for weather in self._hit_by(fault):
            WEATHER_FAULTS[fault.kind][0](weather, fault)

    def end(self, fault: FaultPlan) -> None:
        """End a fault that was begun. What waited is the caller's to let go."""
        for weather in self._hit_by(fault):
            WEATHER_FAULTS[fault.kind][1](weather, fault)

    def _hit_by(self, fault: FaultPlan) -> tuple[Weather, ...]:
        directions = {"up": (self.up,), "down": (self.down,), "both": (self.up, self.down)}
        return directions[fault.direction]


def _lose(weather: Weather, _fault: FaultPlan) -> None:
    weather.lost += 1


def _lose_no_more(weather: Weather, _fault: FaultPlan) -> None:
    weather.lost -= 1


def _hold(weather: Weather, _fault: FaultPlan) -> None:
    weather.held += 1


def _hold_no_more(weather: Weather, _fault: FaultPlan) -> None:
    weather.held -= 1


def _slow(weather: Weather, fault: FaultPlan) -> None:
    weather.slowed.append((fault.factor, fault.added))


def _slow_no_more(weather: Weather, fault: FaultPlan) -> None:
    weather.slowed.remove((fault.factor, fault.added))


_Step = Callable[[Weather, FaultPlan], None]

WEATHER_FAULTS: dict[str, tuple[_Step, _Step]] = {
    "black_hole": (_lose, _lose_no_more),
    "stall": (_hold, _hold_no_more),
    "slow": (_slow, _slow_no_more),
    # The server is on the side of those who are not named.
    "partition": (_hold, _hold_no_more),
    # A server that hears and says nothing is one whose links all wait.
    "server_freeze": (_hold, _hold_no_more),
}
"""What begins and what ends each of them, in one direction."""
