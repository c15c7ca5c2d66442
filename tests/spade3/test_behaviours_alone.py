"""The package's behaviours in a program of SPADE 3, without the simulator."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from spade.message import Message

from simulator.behaviours import ChangeStatus, Subscribe
from simulator.behaviours.base import PresenceBehaviour


class Manager:
    """As much of a presence manager as the behaviours below touch."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.roster = SimpleNamespace(items={})
        self.client = SimpleNamespace(established=True)

    def is_available(self) -> bool:
        return True

    def set_presence(self, *_arguments: Any, **changes: Any) -> None:
        self.seen.append(str(changes["state"].show))

    def subscribe(self, peer: str) -> None:
        self.seen.append(peer)


def alone(*behaviours: PresenceBehaviour, name: str = "me") -> list[Any]:
    """What behaviours do for an agent that knows no simulator, for a fifth of a second."""

    async def live() -> list[Any]:
        agent = SimpleNamespace(
            loop=asyncio.get_running_loop(),
            presence=Manager(),
            web=None,
            name=name,
            jid=Message(to=f"{name}@example.org").to,
            behaviours=(living := list(behaviours)),
            remove_behaviour=living.remove,
            _alive=asyncio.Event(),
        )
        agent._alive.set()
        for one in behaviours:
            one.set_agent(agent)
        tasks = [asyncio.ensure_future(one._start()) for one in behaviours]
        await asyncio.sleep(0.2)
        for one in behaviours:
            one.kill()
        await asyncio.gather(*tasks)
        seen: list[Any] = agent.presence.seen
        return seen

    return asyncio.run(live())


def test_without_the_simulator() -> None:
    assert alone(Subscribe(to=["you", "them@example.net"], at=0.01)) == [
        "you@example.org",
        "them@example.net",
    ]


def test_without_the_simulator_a_seed_repeats_and_names_differ() -> None:
    def looks(seed: int | None, name: str = "me") -> list[Any]:
        shows = ["chat", "away", "xa", "dnd"]
        process = ChangeStatus(every=0, looks=shows, moves="random", times=30, seed=seed)
        return alone(process, name=name)

    assert len(looks(1)) == 31
    assert looks(1) == looks(1)
    assert looks(1) != looks(1, "you")
    assert looks(None) != looks(None)
