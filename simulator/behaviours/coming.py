"""Agents that come and go."""

from __future__ import annotations

from collections.abc import Callable

from simulator.behaviours import arguments
from simulator.behaviours.alternating import Alternating
from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import CyclicBehaviour
from simulator.scenario.plan import Microseconds, PresenceChange

_UNAVAILABLE = "unavailable"


class _Leaving(PresenceBehaviour):
    """Goes away for real, and comes back as it was."""

    _come_back: Callable[[], None] | None = None

    def leave(self) -> None:
        """Become unavailable: the session ends (RFC 6121, section 4.5)."""
        if self.control.is_available:
            self._come_back = self.control.remember()
            self.control.become_unavailable()

    def come_back(self) -> None:
        """Become available with a new session, and with the show, status and priority of before."""
        if self.control.is_available:
            return
        if self._come_back is None:
            self.control.change(PresenceChange())
        else:
            self._come_back()


class ComeAndGo(_Leaving, Alternating):
    """An agent that comes and goes: a finite-state behaviour with the states on and off.

    `on`, `off`: how long it stays, and how long it is away. `times`: how often it goes; omitted:
    for as long as the agent lives.

    To go is the documented ``presence.set_unavailable()``: unavailable presence is sent and the
    session ends. To come back is a new session, whose presence is that of before. The agent goes
    on living meanwhile: its behaviours run, and what they send has to wait. (An agent that is only
    *away* changes its show: `ChangeStatus`.)

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:ComeAndGo
            arguments: {on: {exponential: {mean: 10min}}, off: {exponential: {mean: 2min}}}

    .. code-block:: python

        agent.add_behaviour(ComeAndGo(on={"exponential": {"mean": "10min"}}, off="2min", times=3))
    """

    names = ("on", "off")

    def __init__(
        self, on: object, off: object, *, times: int | None = None, seed: int | None = None
    ) -> None:
        super().__init__(
            arguments.distribution("on", on),
            arguments.distribution("off", off),
            arguments.count("times", times),
            seed,
        )

    async def go(self) -> None:
        """Go away."""
        self.leave()

    async def come(self) -> None:
        """Come back."""
        self.come_back()


class DayAndNight(_Leaving, CyclicBehaviour):
    """An agent with a pattern by the time of day: a cyclic behaviour.

    `wake`, `sleep`: the times of day at which its day begins and ends; a `wake` after `sleep` is
    a night shift. `day`: how long a day is. `begins`: the time of day at which the run begins
    (without the simulator: at which the behaviour does). `late`: a delay that is drawn for each
    change. `at_night`: ``unavailable`` (it goes as `ComeAndGo` does), or how it looks then: a show,
    or a mapping with show, status and priority; in the morning it looks as in the evening before.

    Time is virtual on the embedded server. On a real server, where it is not, a short `day` helps.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:DayAndNight
            arguments: {wake: 8h, sleep: 22h, begins: 6h, late: {uniform: {low: 0s, high: 30min}}}

    .. code-block:: python

        agent.add_behaviour(DayAndNight(wake="8h", sleep="22h", at_night={"show": "xa"}))
    """

    def __init__(
        self,
        wake: object,
        sleep: object,
        *,
        day: object = "24h",
        begins: object = "0s",
        late: object = "0s",
        at_night: object = _UNAVAILABLE,
        seed: int | None = None,
    ) -> None:
        self._day = arguments.period("day", day)
        self._wake = arguments.time_of_day("wake", wake, self._day)
        self._sleep = arguments.time_of_day("sleep", sleep, self._day)
        if self._wake == self._sleep:
            raise ValueError("wake: is the same time as `sleep` (expected another time)")
        self._begins = arguments.time_of_day("begins", begins, self._day)
        self._late = arguments.distribution("late", late)
        self._look = None if at_night == _UNAVAILABLE else arguments.look("at_night", at_night)
        super().__init__(seed)
        self._get_up: Callable[[], None] | None = None

    async def run(self) -> None:
        """One half of a day."""
        time = (self.now + self._begins) % self._day
        if self._is_awake(time):
            self._wake_up()
        else:
            self._go_to_bed()
        late = self._late.sample(self.random)
        await self.pause(self._until_next(time) + late)

    def _is_awake(self, time: Microseconds) -> bool:
        return (time - self._wake) % self._day < (self._sleep - self._wake) % self._day

    def _until_next(self, time: Microseconds) -> Microseconds:
        return min((edge - time) % self._day or self._day for edge in (self._wake, self._sleep))

    def _go_to_bed(self) -> None:
        if self._get_up is not None or not self.control.is_available:
            return
        self._get_up = self.control.remember()
        if self._look is None:
            self.leave()
        else:
            self.control.change(self._look.change)

    def _wake_up(self) -> None:
        if self._get_up is not None:
            self._get_up()
            self._get_up = None
