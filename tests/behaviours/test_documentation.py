"""The examples in the docstrings work, and wrong arguments are told with their place."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from simulator import behaviours
from simulator.errors import ScenarioError
from simulator.scenario import build_plan, scenario_from
from simulator.scenario.reading.yaml_source import parse_yaml

NAMES = behaviours.__all__
BLOCK = re.compile(r"\.\. code-block:: (\w+)\n\n((?: {4,}.*\n|\n)+)")


def examples(text: str, language: str) -> list[str]:
    found = BLOCK.findall(textwrap.dedent(text.partition("\n")[2]) + "\n")
    return [textwrap.dedent(block) for name, block in found if name == language]


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_every_behaviour_has_examples_that_work(name: str) -> None:
    documented: Any = getattr(behaviours, name) if name else behaviours
    (written,) = examples(documented.__doc__, "yaml")
    population: Any = parse_yaml(written, "docstring", Path.cwd()).data
    assert name in {one["class"].partition(":")[2] for one in population["behaviours"]} | {""}
    document = {"name": "example", "populations": {"agent": population}}
    assert build_plan(scenario_from(document)).agents[0].behaviours

    (program,) = examples(documented.__doc__, "python")
    added: list[Any] = []
    exec(program, {**vars(behaviours), "agent": Adder(added)})
    assert type(added[0]).__name__ == (name or "ComeAndGo")


class Adder:
    def __init__(self, added: list[Any]) -> None:
        self.add_behaviour = added.append


WRONG = [
    ("ComeAndGo", {"on": "10mn", "off": "1s"}, "on: '10mn' has no known unit (expected a durat"),
    ("ComeAndGo", {"on": {"gamma": 1}, "off": "1s"}, "on.gamma:"),
    ("ComeAndGo", {"on": "1s", "off": "1s", "times": 0}, "times: 0 is too small (expected 1 or"),
    ("ComeAndGo", {"on": "1s"}, "missing a required argument: 'off'"),
    ("DayAndNight", {"wake": "8h", "sleep": "25h"}, "sleep: '25h' is not within a day"),
    ("DayAndNight", {"wake": "8h", "sleep": "8h"}, "wake: is the same time as `sleep`"),
    ("DayAndNight", {"wake": "8h", "sleep": "9h", "at_night": "gone"}, "unknown show 'gone'"),
    ("ChangeStatus", {"every": "1s", "looks": ["chta"]}, "looks.chta.show: unknown show 'chta'"),
    ("ChangeStatus", {"every": "1s", "looks": []}, "looks:"),
    ("ChangeStatus", {"every": "1s", "looks": [{}]}, "looks.0: nothing is shown"),
    (
        "ChangeStatus",
        {"every": "1s", "looks": ["chat", "dnd"], "moves": {"chat": {"dnd": 1}}},
        "moves: nothing follows `dnd`",
    ),
    (
        "ChangeStatus",
        {"every": "1s", "looks": ["chat"], "moves": {"chat": {"xa": 1}}},
        "moves.chat: 'xa' is not known here (expected one of `chat`)",
    ),
    ("ChangeStatus", {"every": "1s", "looks": ["chat"], "moves": "often"}, "moves: 'often' is not"),
    ("Subscribe", {"to": []}, "to:"),
    ("Subscribe", {"to": ["a"], "wave": "3"}, "wave: '3' is not a whole number"),
    ("Approve", {"share": "120%"}, "share: '120%' is not a share"),
    ("Approve", {"others": "shout"}, "others: 'shout' is not known here"),
    ("Approve", {"ask_back": "yes"}, "ask_back: 'yes' is neither true nor false"),
    ("CleanRoster", {"every": "0s"}, "every: '0s' is too short"),
]


@pytest.mark.parametrize(("name", "arguments", "said"), WRONG)
def test_wrong_arguments_are_found_before_the_run(name: str, arguments: Any, said: str) -> None:
    population = {"behaviours": [{"class": f"simulator.behaviours:{name}", "arguments": arguments}]}
    document = {"name": "wrong", "populations": {"agent": population}}
    with pytest.raises(ScenarioError) as caught:
        build_plan(scenario_from(document, Path.cwd()))
    (fault,) = caught.value.faults
    assert fault.where == "populations.agent.behaviours[0]"
    assert said in fault.problem
