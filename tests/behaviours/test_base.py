"""Chance, restarts, ends, and life without the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from spade.behaviour import OneShotBehaviour

from simulator.behaviours import ComeAndGo
from simulator.behaviours.base import PresenceBehaviour
from simulator.journal.file import FILE_NAME
from tests.behaviours.scenes import behaviour, play, shown
from tests.runs import command

PROCESS = behaviour(
    "ChangeStatus",
    every={"exponential": {"mean": "1s"}},
    looks=["chat", "away", "xa", "dnd"],
    moves="random",
)


def changes(folder: Path, *behaviours: Any, **rest: Any) -> list[tuple[float, str, str]]:
    return shown(play(folder, {"agent": {"behaviours": list(behaviours)}}, **rest), "agent")


def test_the_seed_decides(tmp_path: Path) -> None:
    first = changes(tmp_path, PROCESS)
    assert changes(tmp_path, PROCESS) == first
    assert changes(tmp_path, PROCESS, seed=1) != first


def test_a_seed_of_its_own_goes_before_the_runs(tmp_path: Path) -> None:
    own = {**PROCESS, "arguments": {**PROCESS["arguments"], "seed": 5}}
    assert changes(tmp_path, own, seed=1) == changes(tmp_path, own, seed=2)


def test_other_behaviours_of_the_agent_do_not_disturb(tmp_path: Path) -> None:
    other = behaviour("ComeAndGo", on={"exponential": {"mean": "1h"}}, off="1s")
    assert changes(tmp_path, other, PROCESS)[1:] == changes(tmp_path, PROCESS)[1:]


def test_two_of_a_kind_draw_each_its_own(tmp_path: Path) -> None:
    seen = changes(tmp_path, PROCESS, PROCESS)
    alone = {when for when, _, _ in changes(tmp_path, PROCESS)}
    assert alone < {when for when, _, _ in seen}


def test_chance_goes_on_after_a_restart(tmp_path: Path) -> None:
    life = [
        {"at": "5s", "who": "agent", "do": "stop"},
        {"at": "6s", "who": "agent", "do": "start"},
    ]
    seen = changes(tmp_path, PROCESS, timeline=life, run={"duration": "11s", "settle": "0s"})
    before = [round(when, 6) for when, _, _ in seen if when < 5]
    after = [round(when - 6, 6) for when, _, _ in seen if when >= 6]
    assert min(len(before), len(after)) > 2
    assert before[:4] != after[:4]
    assert changes(tmp_path, PROCESS, timeline=life)[:8] == seen[:8]


def test_nothing_depends_on_the_hash_seed(tmp_path: Path) -> None:
    here = play(tmp_path, {"agent": {"count": 3, "behaviours": [PROCESS]}})
    there = tmp_path / "there"
    done = command("run", tmp_path / "scenario-1.yaml", "--out", there, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    assert (there / FILE_NAME).read_bytes() == (here.folder / FILE_NAME).read_bytes()


class Killer(OneShotBehaviour):
    """Ends the agent's other behaviours after two seconds, and says what is left."""

    async def run(self) -> None:
        await asyncio.sleep(2)
        for one in list(self.agent.behaviours):
            if isinstance(one, PresenceBehaviour):
                one.kill()
        await asyncio.sleep(0.001)
        left = [type(one).__name__ for one in self.agent.behaviours]
        self.presence.set_presence(status=" ".join(left))


def test_a_killed_behaviour_ends_at_once(tmp_path: Path) -> None:
    agent = {
        "behaviours": [
            behaviour("ComeAndGo", on="4s", off="1s"),
            behaviour("Subscribe", to="nobody", at="3s"),
            behaviour("Approve"),
            behaviour("Reciprocate"),
            behaviour("UnsubscribeAndReturn", watching="3s", gone="3s"),
            behaviour("DayAndNight", wake="0s", sleep="8h"),
            PROCESS,
            {"class": "tests.behaviours.test_base:Killer"},
        ]
    }
    run = play(tmp_path, {"agent": agent, "nobody": {}})
    (*_, (when, _, left)) = shown(run, "agent")
    assert (round(when, 2), left) == (2.0, "Killer")


def test_any_object_that_samples_is_a_distribution() -> None:
    class Tenth:
        def sample(self, _random: Any) -> int:
            return 100_000

    assert ComeAndGo(on=Tenth(), off=Tenth()).here.sample(None) == 100_000  # type: ignore[arg-type]
