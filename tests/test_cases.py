"""Scenarios and programs as users wrote them, each of which once gave a wrong answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.analysis.run import Run
from simulator.journal.records import Action

CASES = Path(__file__).parent / "data" / "cases"


def run(name: str, overrides: dict[str, str] | None = None, **options: Any) -> Run:
    scenario = simulator.load_scenario(CASES / f"{name}.yaml", overrides or {})
    return simulator.run(scenario, out=False, **options)


def test_constructors_as_people_write_them(capsys: Any) -> None:
    assert run("constructors").verdict.value == "pass"
    assert capsys.readouterr().out.splitlines() == [
        "packing: cost 5 total 10",
        "sub: press",
        "options: {'speed': 3} attribute: None",
        "kw {'colour': 'blue'} keyword@localhost",
    ]


ENDS = [
    ("exit", "SystemExit: 0", 19),
    ("keyboard", "KeyboardInterrupt", 21),
    ("cancel", "CancelledError", 23),
    ("stoploop", "RuntimeError: loop.stop() would end the run for every agent", 25),
    ("task", "SystemExit: 0", 31),
    ("handler", "SystemExit: 0", 39),
]


@pytest.mark.parametrize("manager", ["documented", "spade"])
@pytest.mark.parametrize(("how", "error", "line"), ENDS)
def test_who_would_end_the_program_fails_alone(
    how: str, error: str, line: int, manager: str
) -> None:
    overrides = {"populations.counter.attributes.how": how, "presence_manager": manager}
    finished = run("exits_stop_loop", overrides)
    assert finished.error is None
    (failed,) = finished.summary["agent_outcomes"]["not_ok"]
    assert failed["agent"] == "counter"
    assert failed["reason"].startswith(error)
    assert failed["reason"].endswith(f"(exits.py:{line})")
    assert finished.records[-1].t >= 10_000_000


@pytest.mark.parametrize(
    ("agent", "outcome", "reason"),
    [
        (
            "NoCall",
            "failed",
            "TypeError: NoCall.__init__() (constructors.py:35) does not call"
            " super().__init__(jid, password)",
        ),
        (
            "SyncSetup",
            "failed",
            "TypeError: SyncSetup.setup() (constructors.py:51) is not a coroutine:"
            " write `async def setup(self)`",
        ),
        (
            "Wait",
            "unknown",
            "did not finish starting: it waits in Wait.setup (constructors.py:47)",
        ),
    ],
)
def test_an_agent_that_cannot_start_says_where(agent: str, outcome: str, reason: str) -> None:
    finished = run("no_super", {"populations.one.agent": f"constructors:{agent}"})
    (found,) = finished.summary["agent_outcomes"]["not_ok"]
    assert (found["outcome"], found["reason"]) == (outcome, reason)


def test_an_exit_in_setup_is_a_failure() -> None:
    (found,) = run("exit_in_setup").summary["agent_outcomes"]["not_ok"]
    assert (found["outcome"], found["reason"]) == ("failed", "SystemExit: 3 (exit_in_setup.py:5)")


@pytest.mark.parametrize(
    ("case", "skipped"),
    [
        ("remove_absent", "b is not in the roster"),
        ("reset_subscribe", "the agent has no stream"),
        ("unavail_subscribe", "the agent has no stream"),
    ],
)
def test_an_action_that_is_impossible_is_skipped(case: str, skipped: str) -> None:
    finished = run(case)
    actions = [one for one in finished.records if isinstance(one, Action)]
    assert actions[-1].skipped == skipped
    assert finished.summary["agent_outcomes"]["ok"] == 2
