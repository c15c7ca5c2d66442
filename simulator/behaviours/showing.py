"""Agents that change how they look to others."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.behaviours import arguments
from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import CyclicBehaviour

_ORDERS = ("in_turn", "random")


class ChangeStatus(PresenceBehaviour, CyclicBehaviour):
    """Show and status as a process: a cyclic behaviour.

    `looks`: a list of shows and of mappings with show, status and priority; or a mapping that
    gives each of them a name. It begins with the first one. `every`: how long it stays with a
    look. `moves`: ``in_turn``, again and again; ``random``, any other one; or a Markov chain, which
    gives for a look's name the weights of those that may follow. A look in a list that is a mere
    show is called by its show, the first time; any other by its place, from 0. `times`: how many
    changes after the first look; omitted: no end.

    While the agent is unavailable nothing is shown; the process goes on.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:ChangeStatus
            arguments:
              every: {exponential: {mean: 5min}}
              looks:
                free: {show: chat, status: Ask me}
                busy: {show: dnd, status: Working}
                lunch: {show: away, status: At lunch}
              moves:
                free: {busy: 4, lunch: 1}
                busy: {free: 1}
                lunch: {free: 1, busy: 1}

    .. code-block:: python

        agent.add_behaviour(ChangeStatus(every="1min", looks=["chat", "away", "dnd"], times=6))
    """

    def __init__(
        self,
        every: object,
        looks: object,
        *,
        moves: object = "in_turn",
        times: int | None = None,
        seed: int | None = None,
    ) -> None:
        self._every = arguments.distribution("every", every)
        self._looks = arguments.looks("looks", looks)
        self._weights = _weights(moves, list(self._looks))
        self._left = arguments.count("times", times)
        self._name = next(iter(self._looks))
        super().__init__(seed)

    @property
    def holds_run_open(self) -> bool:  # type: ignore[override]
        """With `times`, until the last change."""
        return self._left is not None

    async def on_start(self) -> None:
        """Show the first look."""
        await super().on_start()
        self._show()

    async def run(self) -> None:
        """One change."""
        if self._left == 0:
            self.kill()
            return
        await self.wait(self._every)
        names, weights = self._weights[self._name]
        (self._name,) = self.random.choices(names, weights)
        self._show()
        if self._left is not None:
            self._left -= 1

    def _show(self) -> None:
        if self.control.is_available:
            self.control.change(self._looks[self._name].change)


_Weights = dict[str, tuple[list[str], list[float]]]


def _weights(moves: object, names: list[str]) -> _Weights:
    """For each look the names that may follow, and their weights."""
    if isinstance(moves, Mapping):
        return _chain(moves, names)
    order = arguments.choice("moves", moves, _ORDERS)
    if order == "in_turn":
        following = [[*names[1:], names[0]][place : place + 1] for place in range(len(names))]
    else:
        following = [[other for other in names if other != name] or [name] for name in names]
    return {name: (next_, [1.0] * len(next_)) for name, next_ in zip(names, following, strict=True)}


def _chain(moves: Mapping[str, object], names: list[str]) -> _Weights:
    missing = [name for name in names if name not in moves]
    if missing:
        raise ValueError(f"moves: nothing follows `{missing[0]}` (expected weights for each look)")
    return {name: _row(f"moves.{name}", moves[name], names) for name in moves}


def _row(where: str, row: object, names: list[str]) -> tuple[list[str], list[float]]:
    weights = arguments.weights(where, row)
    for name in weights:
        arguments.choice(where, name, names)
    return list(weights), list(weights.values())
