"""slixmpp made quicker and smaller; the wire stays the same byte for byte."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import slixmpp.xmlstream.xmlstream

from simulator.agents.shared.replacing import replace


@contextlib.contextmanager
def tuning() -> Iterator[None]:
    """Make slixmpp quicker: one TLS context for all clients instead of one for each."""
    with contextlib.ExitStack() as stack:
        replace(stack, slixmpp.xmlstream.xmlstream, "ssl", _Ssl())
        yield


class _Context(ssl.SSLContext):
    """A context that no connection uses: a client's own way brings the one that verifies."""

    def set_default_verify_paths(self) -> None:
        """Nothing: to load the system's certificates takes 50 ms and 1 MB, of every client."""


class _Ssl:
    """Stands for the module `ssl` in slixmpp's XML stream."""

    def __init__(self) -> None:
        self._context = _Context(ssl.PROTOCOL_TLS_CLIENT)

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)

    def create_default_context(self) -> ssl.SSLContext:
        """The one for all clients."""
        return self._context
