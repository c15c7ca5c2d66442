"""The doctor's findings."""

import asyncio
import resource
import shutil
from dataclasses import replace

import pytest

from simulator.agents.installed import installed
from simulator.scenario.plan import FaultPlan
from simulator.servers import doctor
from simulator.servers.doctor import Finding, diagnose
from simulator.servers.local import backend as local
from simulator.servers.real.proxy import FILES
from tests.servers.helpers import plan_of

VERSIONS = installed().versions


@pytest.fixture
def quick(monkeypatch):
    """Without the servers, which have tests of their own."""
    monkeypatch.setattr(doctor, "_TRIED", ("embedded",))


def by_subject(findings):
    return {finding.subject: finding for finding in findings}


def test_installed_servers_are_tried(server, monkeypatch):
    name = server.backend.name
    monkeypatch.setattr(doctor, "_TRIED", (name,))
    found = by_subject(diagnose(VERSIONS))[name]
    assert found.state == "ok"
    assert server.backend.version in found.detail
    assert "one login tried, TLSv1.3" in found.detail


def test_a_missing_server_comes_with_its_command(monkeypatch):
    monkeypatch.setattr(doctor, "_TRIED", ("prosody", "ejabberd"))
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: None)
    found = by_subject(diagnose(VERSIONS))
    for name in ("prosody", "ejabberd"):
        assert found[name].state == "missing"
        assert found[name].remedy == f"sudo apt install {name}"


def test_a_broken_server_is_a_problem(quick, monkeypatch):
    monkeypatch.setattr(doctor, "_TRIED", ("prosody",))
    monkeypatch.setattr(local, "render", lambda *_arguments: "nonsense {")
    found = by_subject(diagnose(VERSIONS))["prosody"]
    assert found.state in ("problem", "missing")


def test_the_embedded_backend_and_the_rest_are_usable(quick):
    found = by_subject(diagnose(VERSIONS))
    assert found["embedded"].state == "ok"
    assert {"python", *VERSIONS, "TLS", "ports", "port 5222", "open files"} <= found.keys()
    assert all(f.state != "problem" for f in found.values())


def test_it_may_be_asked_where_a_loop_runs(quick):
    async def notebook():
        return diagnose(VERSIONS)

    assert all(isinstance(finding, Finding) for finding in asyncio.run(notebook()))


def test_the_population_is_held_against_the_limit(quick, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (64, 300))
    found = by_subject(diagnose(VERSIONS, plan_of(200)))["open files"]
    assert found.state == "problem"
    assert "200 agents on a real server need 456" in found.detail
    assert found.remedy == "ulimit -Hn 456"


def test_the_proxies_of_a_plan_with_faults_are_counted(quick):
    plan = plan_of(3)
    cut = FaultPlan(at=0, kind="reset", origin="faults[0]", agents=("agent-1",))
    found = by_subject(diagnose(VERSIONS, replace(plan, faults=(cut,))))["open files"]
    assert f"3 agents on a real server need {256 + 3 + FILES};" in found.detail


def test_a_wrong_version_comes_with_its_command(quick):
    found = by_subject(diagnose({"spade": "3.0.0"}))["spade"]
    assert found.state == "problem"
    assert found.remedy == "pip install spade==3.0.0"
