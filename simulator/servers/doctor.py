"""Whether this machine is ready for runs, and what to do about what is missing."""

from __future__ import annotations

import importlib.metadata
import platform
import resource
import secrets
import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Literal

from simulator.errors import SimulatorError
from simulator.rfc6121.stanza import Jid
from simulator.scenario.plan import Plan, RunPlan
from simulator.servers import BACKENDS, make_backend
from simulator.servers.base import Backend, RunContext
from simulator.servers.real.limits import open_files_needed
from simulator.servers.real.network import connections_needed
from simulator.servers.real.ports import LOOPBACK
from simulator.servers.real.session import session

_TRIED = tuple(name for name in BACKENDS if name != "external")
_XMPP_PORT = 5222

State = Literal["ok", "missing", "problem", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    ok: usable. missing: not installed, which matters only to who wants it. problem: a run would
    fail. note: worth knowing. `remedy` is the command or step that helps, empty when none is
    needed.
    """

    subject: str
    state: State
    detail: str
    remedy: str = ""


def diagnose(versions: Mapping[str, str], plan: Plan | None = None) -> list[Finding]:
    """Look at versions, each backend (with one login tried), TLS, ports and open files.

    `versions`: the packages that the agents need, each with the version that this was written for.
    With a plan, the limits are held against its population. It starts each installed server
    once, on a free loopback port, and takes a few seconds. It may be called where an event loop
    runs already.
    """
    # The servers need a loop of their own, which a thread always has room for.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: list(_look(versions, plan))).result()


def _look(versions: Mapping[str, str], plan: Plan | None) -> Iterator[Finding]:
    yield from _versions(versions)
    for name in _TRIED:
        yield _backend(name)
    yield Finding("external", "note", "any XMPP server; tried when a run names it")
    yield _tls()
    yield _free_port()
    yield _usual_port()
    yield _open_files(plan)


def _versions(versions: Mapping[str, str]) -> Iterator[Finding]:
    yield Finding("python", "ok", platform.python_version())
    for package, wanted in versions.items():
        found = importlib.metadata.version(package)
        if found == wanted:
            yield Finding(package, "ok", found)
        else:
            remedy = f"pip install {package}=={wanted}"
            yield Finding(package, "problem", f"{found}, written for {wanted}", remedy)


def _backend(name: str) -> Finding:
    try:
        backend = make_backend(name)
        version = backend.version
    except SimulatorError as error:
        return Finding(name, "missing", str(error), f"sudo apt install {name}")
    try:
        detail = backend.run(lambda: _try_login(backend), 0)
    except Exception as error:
        # Whatever it is, it is what a run would meet.
        return Finding(name, "problem", f"{version}: {type(error).__name__}: {error}")
    return Finding(name, "ok", f"{version}, {detail}")


async def _try_login(backend: Backend) -> str:
    """Start the backend, log one account in, and stop. Returns what was seen, in words."""
    account = Jid(f"doctor@{backend.domain}")
    await backend.start(RunContext(_nobody(), lambda: 0, lambda _record: None, None))
    try:
        password = secrets.token_urlsafe()
        await backend.create_accounts({account.local: password})
        async with session(backend.peer(account.local), account, password) as visit:
            await visit.roster()
            return f"one login tried, {visit.tls or 'inside this process'}"
    finally:
        await backend.stop()


def _tls() -> Finding:
    return Finding("TLS", "ok", ssl.OPENSSL_VERSION)


def _free_port() -> Finding:
    try:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 0))
            listener.listen()
            port = listener.getsockname()[1]
    except OSError as error:
        return Finding("ports", "problem", f"cannot listen on {LOOPBACK}: {error.strerror}")
    return Finding("ports", "ok", f"can listen on {LOOPBACK} (tried {port})")


def _usual_port() -> Finding:
    subject = f"port {_XMPP_PORT}"
    with socket.socket() as client:
        client.settimeout(1.0)
        in_use = client.connect_ex((LOOPBACK, _XMPP_PORT)) == 0
    if in_use:
        return Finding(subject, "note", f"another server is there; runs do not use {_XMPP_PORT}")
    return Finding(subject, "ok", f"nobody listens on {LOOPBACK}; runs do not need it")


def _open_files(plan: Plan | None) -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = open_files_needed(connections_needed(plan) if plan is not None else 0)
    detail = f"limit {_limit(soft)}, can be raised to {_limit(hard)}"
    if plan is not None:
        detail = f"{len(plan.agents)} agents on a real server need {needed}; {detail}"
    if hard != resource.RLIM_INFINITY and hard < needed:
        return Finding("open files", "problem", detail, f"ulimit -Hn {needed}")
    return Finding("open files", "ok", detail)


def _limit(value: int) -> str:
    return "unlimited" if value == resource.RLIM_INFINITY else str(value)


class _Instantly:
    """The latency of a connection that nobody measures."""

    def sample(self, random: Random) -> int:
        return 0


def _nobody() -> Plan:
    """A plan without agents."""
    return Plan(
        name="doctor",
        seed=0,
        scenario={},
        agents=(),
        watches=(),
        actions=(),
        run=RunPlan(until="duration", limit=0, settle=0),
        latency=_Instantly(),
        pings=False,
    )
