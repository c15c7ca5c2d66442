"""Ports of this machine."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from simulator.errors import ServerUnavailable

LOOPBACK = "127.0.0.1"


@contextlib.contextmanager
def reserved_port(server: str, wanted: int = 0) -> Iterator[int]:
    """Hold a port of the loopback interface, 0 for a free one, so that only its server takes it.

    A socket that is bound but does not listen keeps others away, and connections to it are
    refused; SO_REUSEADDR lets a server that sets it as well listen beside it. Raises
    ServerUnavailable when the port is in use.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((LOOPBACK, wanted))
        except OSError as error:
            raise ServerUnavailable(
                f"{server}: port {wanted} of {LOOPBACK} cannot be used: {error.strerror}"
            ) from error
        yield holder.getsockname()[1]
