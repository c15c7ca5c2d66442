"""Servers to run on, by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from difflib import get_close_matches

from simulator.errors import InputError
from simulator.servers.base import Backend

# name -> module:class. They are imported when used: a run on one needs nothing of the others.
BACKENDS = {
    "embedded": "simulator.servers.embedded.backend:EmbeddedBackend",
    "prosody": "simulator.servers.local.prosody:ProsodyBackend",
    "ejabberd": "simulator.servers.local.ejabberd:EjabberdBackend",
    "external": "simulator.servers.external.backend:ExternalBackend",
}


def make_backend(name: str, *, realtime: bool = False, **options: object) -> Backend:
    """The backend of that name. Raises InputError for a name that is not known."""
    if name not in BACKENDS:
        near = get_close_matches(name, BACKENDS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError(f"no backend {name!r}{hint} (there are: {', '.join(BACKENDS)})")
    if name == "embedded":
        options["paced"] = realtime
    return backend_class(name)(**options)


def backend_class(name: str) -> Callable[..., Backend]:
    """The class of a name in `BACKENDS`."""
    module, _, attribute = BACKENDS[name].partition(":")
    made: Callable[..., Backend] = getattr(importlib.import_module(module), attribute)
    return made
