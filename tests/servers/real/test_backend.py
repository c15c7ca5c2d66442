"""What a real network cannot do is refused by name, and what it does can be done again."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import simulator
from simulator.errors import InputError
from simulator.journal.records import Session
from simulator.servers import make_backend
from simulator.servers.real.session import RequestRefused
from simulator.servers.real.session import Session as Visit
from tests.runs import ROOT
from tests.servers.helpers import make_local

OPTIONS: dict[str, dict[str, Any]] = {
    "prosody": {},
    "ejabberd": {},
    "external": {"server": "127.0.0.1:5222"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_fault_that_it_cannot_bring_about_is_refused_by_name(name):
    backend = make_backend(name, **OPTIONS[name])
    kind = "wrong_password"
    fault: Any = SimpleNamespace(origin="faults[0]", kind=kind)
    assert kind not in backend.faults
    assert not backend.sees_sessions
    for step in (backend.begin_fault, backend.end_fault):
        with pytest.raises(InputError, match=rf"faults\[0\]: {name} does not support {kind}"):
            asyncio.run(step(fault))


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("prosody", {"server_freeze", "server_restart", "stream_error"}),
        ("ejabberd", {"server_freeze", "server_restart"}),
        ("external", set()),
    ],
)
def test_the_faults_of_links_are_possible_everywhere_and_those_of_servers_on_our_own(name, others):
    links = {"reset", "close", "black_hole", "stall", "slow", "refuse", "crash", "partition"}
    assert make_backend(name, **OPTIONS[name]).faults == links | {"conflict"} | others


def test_a_server_that_refuses_the_second_login_replaces_nobody(server, monkeypatch):
    """RFC 6120, section 7.7.2.2, the third choice."""
    notes: list[Any] = []

    async def refuse(_visit, _resource):
        raise RequestRefused("here", "conflict", "")

    server.create("kim")
    context = replace(server.backend._context, record=notes.append)
    monkeypatch.setattr(server.backend, "_context", context)
    monkeypatch.setattr(Visit, "bind", refuse)
    asyncio.run(server.backend._replace("kim", "desk", "faults[0]"))
    (note,) = notes
    assert note.text.startswith("faults[0]: the server refused the second login of kim")


def test_two_runs_of_one_scenario_differ_in_times_alone(kind, tmp_path):
    """Though the server makes other names of resources each time.

    Nobody comes back while others write: what meets at a login is in no fixed order.
    """
    document = yaml.safe_load((ROOT / "scenarios" / "two_agents.yaml").read_text())
    del document["timeline"], document["faults"], document["expect"]
    scenario = tmp_path / "two.yaml"
    scenario.write_text(yaml.safe_dump(document))
    one, other = (
        simulator.run(scenario, backend=make_local(kind), out=tmp_path / name)
        for name in ("one", "other")
    )
    names = [
        {record.resource for record in run.records if isinstance(record, Session)}
        for run in (one, other)
    ]
    assert not names[0] & names[1]
    found = simulator.compare(one, other, parts=["watches", "rosters", "orders"])
    assert found.differences == 0, found
