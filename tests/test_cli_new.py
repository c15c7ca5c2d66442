"""``simulator new``: files that can be checked and run, and nothing overwritten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from simulator.cli import application
from simulator.scenario import build_plan, load_scenario


@pytest.fixture(autouse=True)
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["simulator", *arguments])
    return application()


def test_flags_make_a_file_that_passes_the_check(
    workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = ["--agents", "9", "--graph", "star", "--approve-delay", "1s", "--faults", "crash"]
    assert call(monkeypatch, "new", "--name", "My star!", *flags) == 0
    plan = build_plan(load_scenario("my_star.yaml"))
    assert len(plan.agents) == 9
    assert [fault.kind for fault in plan.faults] == ["crash"]
    assert "# " in (workshop / "my_star.yaml").read_text()
    assert call(monkeypatch, "check", "my_star.yaml") == 0


def test_nothing_is_overwritten(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workshop / "here.yaml"
    file.write_text("mine")
    assert call(monkeypatch, "new", "--out", str(file)) == 2
    assert "exists already" in capsys.readouterr().err
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--agents", "0"], "0 agents"),
        (["--graph", "torus"], "no graph 'torus'"),
        (["--faults", "flood"], "no fault 'flood'"),
        (["--approve-delay", "soon"], "'soon' is not a duration"),
        (["--out", "no/such/folder.yaml"], "cannot be written"),
    ],
)
def test_wrong_answers_write_nothing(
    flags: list[str],
    problem: str,
    workshop: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "new", *flags) == 2
    assert problem in capsys.readouterr().err
    assert list(workshop.iterdir()) == []


def test_on_a_terminal_it_asks_until_the_answer_can_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: Iterator[object] = iter(
        ["Asked", "", 1, 5, "torus", "ring", "soon", "20ms", "flood", "reset, slow"]
    )
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "prompt", lambda *_arguments, **_more: next(said))
    assert call(monkeypatch, "new") == 0
    plan = build_plan(load_scenario("asked.yaml"))
    assert len(plan.agents) == 5
    assert [fault.kind for fault in plan.faults] == ["reset", "slow"]
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in told] == [
        "1 agents",
        "no graph 'torus'",
        "'soon' is not a duration",
        "no fault 'flood'",
    ]


def test_agents_can_be_of_a_class_of_ones_own(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workshop / "my_sellers.py").write_text(
        "from spade.agent import Agent\nfrom spade.behaviour import OneShotBehaviour\n\n\n"
        "class Seller(Agent):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(workshop))
    assert call(monkeypatch, "new", "--agent", "my_sellers:Seller", "--out", "a.yaml") == 0
    assert "agent: my_sellers:Seller" in (workshop / "a.yaml").read_text()
    assert {agent.manager for agent in build_plan(load_scenario("a.yaml")).agents} == {"spade"}
    assert call(monkeypatch, "new", "--agent", "my_sellers:Sellers", "--out", "b.yaml") == 2
    assert "`Seller`" in capsys.readouterr().err
    assert call(monkeypatch, "new", "--agent", "my sellers", "--out", "b.yaml") == 2
    assert "my_package.agents:Seller" in capsys.readouterr().err
    assert call(monkeypatch, "new", "--agent", "my_sellers:Nope", "--out", "b.yaml") == 2
    assert "expected `Seller`)" in capsys.readouterr().err, "what it imports is none of its classes"


def test_an_approval_takes_as_long_as_was_said_whatever_the_class(
    workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workshop / "my_buyers.py").write_text("from spade.agent import Agent as Buyer\n")
    monkeypatch.syspath_prepend(str(workshop))
    new = ("new", "--agent", "my_buyers:Buyer")
    assert call(monkeypatch, *new, "--approve-delay", "3s", "--out", "a.yaml") == 0
    assert '\n    on_subscribe: {approve: {delay: "3s"}}\n' in (workshop / "a.yaml").read_text()
    assert call(monkeypatch, "check", "a.yaml") == 0
    assert call(monkeypatch, *new, "--out", "b.yaml") == 0
    assert (
        '\n    # on_subscribe: {approve: {delay: "200ms"}}\n' in (workshop / "b.yaml").read_text()
    )
