"""What a real network cannot do is refused by name."""

import asyncio
from types import SimpleNamespace

import pytest

from simulator.backends import make_backend
from simulator.errors import InputError

OPTIONS = {"prosody": {}, "ejabberd": {}, "external": {"server": "127.0.0.1:5222"}}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_fault_that_it_cannot_bring_about_is_refused_by_name(name):
    backend = make_backend(name, **OPTIONS[name])
    kind = "wrong_password"
    fault = SimpleNamespace(origin="faults[0]", kind=kind)
    assert kind not in backend.faults
    assert not backend.sees_sessions
    for step in (backend.begin_fault, backend.end_fault):
        with pytest.raises(InputError, match=rf"faults\[0\]: {name} cannot do {kind}"):
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
