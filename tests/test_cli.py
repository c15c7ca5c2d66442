"""The command line: what it prints and how it exits."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.journal.file import FILE_NAME, read_journal
from simulator.journal.records import RunEnded
from tests.runs import ROOT, command, process_environment

SCENARIOS = ROOT / "scenarios"
TWO = """
name: two
populations: {a: {on_subscribe: approve}, b: {on_subscribe: approve}}
subscriptions: [{pairs: [[a, b]]}]
network: {latency: 20ms}
run: {duration: 2s}
expect:
  - roster: {a: {b: %s}}
"""
LONG = """
name: long
populations: {a: {count: 20}}
timeline: [{at: {every: 100ms, starting: 1s}, who: a, do: set_presence, show: dnd}]
run: {duration: 1h}
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    file = tmp_path / "two.yaml"
    file.write_text(TWO % "to")
    return file


def test_the_two_agent_example_tells_its_story(tmp_path: Path) -> None:
    """Row 20 of the documented API, line for line."""
    done = command("run", SCENARIOS / "two_agents.yaml", "--narrate", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if re.match(r" *\d+\.\d{3}  \w+: ", line)]
    story = iter(line.split("  ", 1)[-1].strip() for line in lines)
    for expected in (
        r"agent[12]: running",
        r"agent1: asks agent2 for a subscription",
        r"agent2: agent1 asked for subscription",
        r"agent2: approves the subscription of agent1",
        r"agent2: asks agent1 for a subscription",
        r"agent1: agent2 has accepted the subscription",
        r"agent1: contact list: agent2 \((to|both)\)",
        r"agent2: agent1 has accepted the subscription",
        r"agent2: contact list: agent1 \(both\)",
    ):
        assert any(re.search(expected, line) for line in story), f"{expected}\n{done.stdout}"
    assert re.search(r"agent1: agent2 is available", done.stdout)
    assert re.search(r"agent2: agent1 is available", done.stdout)
    assert "PASS" in done.stdout
    again = command("run", SCENARIOS / "two_agents.yaml", "--narrate", "--out", tmp_path / "again")
    told = done.stdout.replace(str(tmp_path / "run"), "")
    assert again.stdout.replace(str(tmp_path / "again"), "") == told


def test_a_run_leaves_a_whole_folder_for_its_owner_alone(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert command("run", two, "--out", out).returncode == 0
    names = {"journal.jsonl", "scenario.yaml", "run.json", "summary.json", "convergence.png"}
    assert names <= {path.name for path in out.iterdir()}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert json.loads((out / "summary.json").read_text())["verdict"]["value"] == "pass"
    assert (out / "convergence.png").read_bytes().startswith(b"\x89PNG")


def test_a_run_can_be_repeated_from_its_folder(two: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    command(
        "run",
        two,
        "--out",
        first,
        "--seed",
        "5",
        "--set",
        "populations.a.count=3",
        "--set",
        "subscriptions=[]",
        "--set",
        "expect=[]",
    )
    done = command("run", first / "scenario.yaml", "--out", second)
    assert done.returncode == 0, done.stderr
    assert (first / FILE_NAME).read_bytes() == (second / FILE_NAME).read_bytes()


OWN = """
name: Own
populations: {one: {agent: "own_agents.quiet:Quiet"}}
run: {duration: 1s}
"""


def test_the_command_of_a_run_repeats_it_with_the_users_own_modules(tmp_path: Path) -> None:
    """The scenario is run from elsewhere, and its modules are beside it."""
    project = tmp_path / "it's a project"
    (project / "own_agents").mkdir(parents=True)
    (project / "own_agents" / "quiet.py").write_text(
        "from spade.agent import Agent\n\n\nclass Quiet(Agent):\n    pass\n"
    )
    (project / "own.yaml").write_text(OWN)
    first = tmp_path / "first"
    done = command("run", project / "own.yaml", "--out", first, "--realtime", "--seed", "3")
    assert done.returncode == 0, done.stderr
    told = json.loads((first / "run.json").read_text())["repeat"]
    assert told == (
        f"PYTHONPATH={shlex.quote(str(project))} simulator run scenario.yaml"
        " --seed 3 --backend embedded --realtime"
    )
    setting, _simulator, *arguments = shlex.split(told)
    assert command(*arguments, "--out", "../second", cwd=first).returncode == 2
    path = os.pathsep.join([str(ROOT), setting.partition("=")[2]])
    again = command(*arguments, "--out", "../second", cwd=first, PYTHONPATH=path)
    assert again.returncode == 0, again.stderr
    assert (first / FILE_NAME).read_bytes() == (tmp_path / "second" / FILE_NAME).read_bytes()


def test_a_failed_expectation_exits_with_1_and_says_why(two: Path, tmp_path: Path) -> None:
    two.write_text(TWO % "both")
    done = command("run", two, "--out", tmp_path / "run")
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert re.search(r"a.*b.*to.*both|a.*b.*both.*to", done.stdout)


def test_an_existing_folder_is_never_overwritten(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "mine").write_text("precious")
    done = command("run", two, "--out", out)
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_default_folders_are_numbered(two: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert command("run", two, cwd=tmp_path).returncode == 0
    folders = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert len(folders) == 2
    assert folders[1].endswith("-2")


def test_a_reader_that_leaves_changes_nothing(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", str(two), "--narrate", "--out", str(out)],
        cwd=ROOT,
        env=process_environment(),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=100) == 0
    assert isinstance(list(read_journal(out / FILE_NAME))[-1], RunEnded)


def test_wrong_calls_exit_with_2(two: Path, tmp_path: Path) -> None:
    for arguments, text in (
        (("run",), "Missing argument"),
        (("run", two, "--no-such-option"), "No such option"),
        (("run", two, "--seed", "x"), "valid integer"),
        (("run", two, "--backend", "prosodi"), "did you mean prosody"),
        (("run", two, "--set", "nonsense"), "expected KEY=VALUE"),
        (("run", two, "--set", "populations.a.cuont=3"), "count"),
        (("run", tmp_path / "missing.yaml"), "missing.yaml"),
        (("open", tmp_path / "nowhere"), "no such folder"),
        (("open", tmp_path), "not a run folder"),
        (("nonsense",), "No such command"),
    ):
        done = command(*arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert text in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr


def test_check_reports_every_fault_of_every_file(two: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\nsede: 1\npopulations: {a: {count: -1}}\nrun: {duration: 1s}\n")
    done = command("check", two, wrong)
    assert done.returncode == 2
    assert "two.yaml: ok, 2 agents, 1 watches" in done.stdout
    assert "wrong.yaml:2:1" in done.stderr
    assert "seed" in done.stderr
    assert "wrong.yaml:3:" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_schema_is_json_schema() -> None:
    document = json.loads(command("schema").stdout)
    assert "populations" in document["properties"]


def test_open_prints_the_summary_again(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    first = command("run", two, "--out", out)
    again = command("open", out)
    assert again.returncode == 0
    assert again.stdout == first.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_had(tmp_path: Path, number: int) -> None:
    process, out = start_long(tmp_path)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert "UNKNOWN" in output
    assert signal.Signals(number).name in output
    last = list(read_journal(out / FILE_NAME))[-1]
    assert isinstance(last, RunEnded)
    assert not last.complete
    assert (out / "summary.json").exists()


STUBBORN = """
import pathlib
import time

from spade.agent import Agent


class Stubborn(Agent):
    async def stop(self):
        pathlib.Path(__file__).with_name("stopping").touch()
        for _ in range(300):
            time.sleep(0.1)
"""


def test_a_second_interrupt_ends_at_once_and_says_what_is_kept(tmp_path: Path) -> None:
    """The first one waits for an agent that does not stop."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    long = LONG.replace("{count: 20}", "{count: 20, agent: 'stubborn:Stubborn'}")
    process, out = start_long(tmp_path, long)
    process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + 60
    while not (tmp_path / "stopping").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 3, errors
    *progress, last = errors.strip().splitlines()
    assert f"{out / FILE_NAME} has the run so far" in last
    assert all("20/20 agents" in line for line in progress), errors
    assert not (out / "summary.json").exists()
    assert command("open", out).returncode == 3


def test_a_killed_run_leaves_a_readable_journal(tmp_path: Path) -> None:
    process, out = start_long(tmp_path)
    process.kill()
    process.wait(timeout=10)
    done = command("open", out)
    assert done.returncode == 3
    assert "UNKNOWN" in done.stdout
    assert "the journal has no end" in done.stdout


def start_long(folder: Path, text: str = LONG) -> tuple[subprocess.Popen[str], Path]:
    """Start a run that would take very long, and wait until it records."""
    file, out = folder / "long.yaml", folder / "run"
    file.write_text(text)
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", str(file), "--out", str(out)],
        cwd=ROOT,
        env=process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (out / FILE_NAME).exists() and os.stat(out / FILE_NAME).st_size > 100_000:
            return process, out
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.kill()
    raise AssertionError("the run did not begin to record")
