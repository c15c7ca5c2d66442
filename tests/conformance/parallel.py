"""Plays many pair cases at once: each pair of a troupe of agents plays one case.

The agents go in step: everybody does the next action of each of their cases, and when all is
quiet everybody's roster is read. So some thousand cases take a few hundred round trips.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulator.servers.base import Backend
from tests.conformance.pairs import NAMES, VERBS, Case, Told
from tests.conformance.stage import Player, Stage

_STARTS_AT_ONCE = 20
_GROUP = 20


@dataclass
class Played:
    """A case and what each of its steps has told the two agents."""

    case: Case
    told: list[Told] = field(default_factory=list)


class Troupe:
    """As many agents as it takes for every case to have a pair of its own."""

    def __init__(self, backend: Backend, cases: Sequence[Case]) -> None:
        self._stage = Stage(backend)
        self._players: dict[str, Player] = {}
        self._played = dict(zip(_pairs(), [Played(case) for case in cases], strict=False))
        self._names = list(dict.fromkeys(name for pair in self._played for name in pair))

    async def play(self) -> list[Played]:
        """Play all cases."""
        await self._start()
        try:
            for number in range(max(len(played.case.steps) for played in self._played.values())):
                await self._round(number)
        finally:
            await self._stage.close()
        return list(self._played.values())

    async def _start(self) -> None:
        await self._stage.accounts(*self._names)
        logins = asyncio.Semaphore(_STARTS_AT_ONCE)

        async def start(name: str) -> None:
            async with logins:
                self._players[name] = await self._stage.agent(name)

        await asyncio.gather(*(start(name) for name in self._names))
        await self._quiet()
        for player in self._players.values():
            player.log.take()

    async def _quiet(self) -> None:
        await self._stage.quiet(*self._players.values())

    async def _round(self, number: int) -> None:
        acting = {
            pair: played for pair, played in self._played.items() if number < len(played.case.steps)
        }
        await asyncio.gather(
            *(self._act(pair, *played.case.steps[number]) for pair, played in acting.items())
        )
        await self._quiet()
        lines = {name: _by_peer(player.log.take()) for name, player in self._players.items()}
        rosters = await self._rosters()
        for pair, played in acting.items():
            played.told.append(_told(pair, lines, rosters))

    async def _act(self, pair: tuple[str, str], actor: int, action: str) -> None:
        await self._players[pair[actor]].do(VERBS[action], pair[1 - actor])

    async def _rosters(self) -> dict[str, dict[str, list[str]]]:
        async def read(name: str) -> tuple[str, dict[str, list[str]]]:
            items = await self._players[name].roster()
            return name, _by_peer([f"item {item}" for item in items])

        return dict(await asyncio.gather(*(read(name) for name in self._names)))


def _pairs() -> Iterator[tuple[str, str]]:
    """Pairs of agents without end. Groups are small: a server may write a roster as a whole."""
    for group in itertools.count():
        names = [f"{group}-{number}" for number in range(_GROUP)]
        yield from itertools.combinations(names, 2)


def _by_peer(lines: list[str]) -> dict[str, list[str]]:
    """Lines by the agent that they are about: the second word, without its resource."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        found[line.split()[1].partition("/")[0]].append(line)
    return found


def _told(
    pair: tuple[str, str],
    lines: dict[str, dict[str, list[str]]],
    rosters: dict[str, dict[str, list[str]]],
) -> Told:
    """What one pair was told, by the names of a case."""

    def about(source: dict[str, dict[str, list[str]]], side: int) -> list[str]:
        peer = pair[1 - side]
        return [_renamed(line, peer, NAMES[1 - side]) for line in source[pair[side]].get(peer, [])]

    items = [about(rosters, side) for side in (0, 1)]
    texts = ["; ".join(item.removeprefix("item ") for item in side) for side in items]
    return Told((about(lines, 0), about(lines, 1)), (texts[0], texts[1]))


def _renamed(line: str, old: str, new: str) -> str:
    kind, who, *rest = line.split(" ")
    return " ".join([kind, who.replace(old, new, 1), *rest])
