"""What a real network cannot do is refused by name."""

import asyncio
from types import SimpleNamespace

import pytest

from simulator.backends import make_backend
from simulator.errors import InputError

OPTIONS = {"prosody": {}, "ejabberd": {}, "external": {"server": "127.0.0.1:5222"}}


@pytest.mark.parametrize("name", OPTIONS)
def test_it_brings_about_no_faults(name):
    backend = make_backend(name, **OPTIONS[name])
    fault = SimpleNamespace(origin="faults[0]", kind="partition")
    assert backend.faults == frozenset()
    assert not backend.sees_sessions
    for step in (backend.begin_fault, backend.end_fault):
        with pytest.raises(InputError, match=rf"faults\[0\]: {name} cannot do partition"):
            asyncio.run(step(fault))
