"""Another generation leads the same life: nothing but a `Generation` knows SPADE."""

from __future__ import annotations

from io import BytesIO

import msgspec
import pytest

from simulator.agents.base import Generation
from simulator.agents.installed import installed
from simulator.analysis.measurement import Measurement
from simulator.analysis.run import Run
from simulator.journal.file import Journal
from simulator.journal.records import Belief, Roster
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.scenario import build_plan, load_scenario
from simulator.servers.embedded.backend import EmbeddedBackend
from tests.fake_generation import FakeGeneration
from tests.runs import ROOT, python


def run_two_agents(generation: Generation) -> Run:
    plan = build_plan(load_scenario(ROOT / "scenarios" / "two_agents.yaml"))
    memory, measurement = BytesIO(), Measurement()
    options = RunOptions(generation=generation)
    with Journal(memory) as journal:
        journal.listen(measurement.see)
        execute(plan, EmbeddedBackend(), journal, measurement, Interruption(), options)
    return Run(memory.getvalue())


def views(run: Run) -> list[Roster | Belief]:
    """What the server and the agents say at the end, whenever that was."""
    return [
        msgspec.structs.replace(record, t=0)
        for record in run.records
        if isinstance(record, Belief) or (isinstance(record, Roster) and record.source == "final")
    ]


@pytest.fixture(scope="module")
def fake() -> Run:
    return run_two_agents(FakeGeneration())


@pytest.fixture(scope="module")
def real() -> Run:
    return run_two_agents(installed())


def test_a_generation_without_spade_gets_the_same_verdict(fake: Run, real: Run) -> None:
    assert fake.verdict.value == real.verdict.value == "pass"


def test_it_gets_the_same_figures_and_views(fake: Run, real: Run) -> None:
    assert dict(fake.figures) == dict(real.figures)
    assert views(fake) == views(real)


def test_its_journal_names_it(fake: Run) -> None:
    assert fake.records[0].versions == FakeGeneration.versions  # type: ignore[union-attr]


def test_a_run_needs_no_xmpp_library_but_that_of_its_generation() -> None:
    script = """
import sys
for name in ("spade", "aioxmpp", "aiosasl", "aioopenssl", "OpenSSL"):
    sys.modules[name] = None
from tests.agents.test_generation import FakeGeneration, run_two_agents
print(run_two_agents(FakeGeneration()).verdict.value)
"""
    done = python("-c", script)
    assert (done.stdout, done.stderr) == ("pass\n", "")
