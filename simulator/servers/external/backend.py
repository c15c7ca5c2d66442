"""A server that somebody else runs. A run is a guest there: it cleans up after itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

from simulator.errors import AuthenticationRefused, BackendError, InputError, ServerUnavailable
from simulator.rfc6121.stanza import Jid
from simulator.servers.base import RunContext
from simulator.servers.real.backend import RealBackend
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.limits import allow_open_files
from simulator.servers.real.network import connections_needed
from simulator.servers.real.session import RequestRefused, Session, greet, register, session
from simulator.servers.real.trust import Anybody, Authorities

_DEFAULT_PORT = 5222
_AT_ONCE = 20

_T = TypeVar("_T")


class ExternalBackend(RealBackend):
    """A server at `server` (``HOST:PORT``), and never another one.

    `domain` is the accounts' domain, the host when it is None. `accounts` maps bare JIDs or
    localparts to passwords; every agent needs the account of its name. With `register` the
    accounts are made in-band (XEP-0077) and removed at the end. `verify` checks the
    certificate against the system's authorities, or those in the PEM file `authorities`.

    At the end it removes what the run made: roster entries that were not there before, with
    their subscriptions, and registered accounts. Raises InputError for a wrong argument.
    """

    name = "external"

    def __init__(
        self,
        server: str,
        *,
        domain: str | None = None,
        accounts: Mapping[str, str] | None = None,
        verify: bool = True,
        authorities: Path | None = None,
        register: bool = False,
    ) -> None:
        host, port = parse_server(server)
        super().__init__(domain or host, Address("server", host, port))
        self.version = "unknown"
        self._accounts = _localparts(accounts or {}, self.domain)
        self._registers = register
        trust = Authorities(authorities) if verify else Anybody()
        self._way = OverTls(self._address, trust)
        self._registered: dict[str, str] = {}
        self._contacts_before: dict[str, frozenset[str]] = {}
        self._options = ["--server", server, "--domain", self.domain]
        self._options += ["--authorities", str(authorities.resolve())] if authorities else []
        self._options += ["--register"] if register else []
        self._options += [] if verify else ["--no-verify"]

    @property
    def options(self) -> tuple[str, ...]:
        """What ``simulator run`` is told to use this server in this way; no passwords."""
        return tuple(self._options)

    async def start(self, context: RunContext) -> None:
        """Connect once and verify the certificate.

        Raises ServerUnavailable within 15 seconds when that fails, BackendError when too few
        open files are allowed.
        """
        allow_open_files(connections_needed(context.plan))
        await greet(self.peer(""), self.domain)
        await self._open_network(context)

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Register accounts with these passwords, or log in to the existing ones once.

        The visit checks each password and notes the roster that was there before. Returns the
        passwords to log in with. Raises InputError when an agent has no account,
        AuthenticationRefused when the server refuses one.
        """
        if self._registers:
            await self._at_once(self._register, passwords.items())
            known = dict(passwords)
        else:
            known = self._existing(passwords)
        self._passwords = {**self._passwords, **known}
        await self._at_once(self._visit, known)
        return known

    async def stop(self) -> None:
        """Remove what the run made. Raises ServerUnavailable, once, when that is not possible."""
        self._close_network()
        registered, self._registered = self._registered, {}
        visited, self._contacts_before = self._contacts_before, {}
        kept = {name: contacts for name, contacts in visited.items() if name not in registered}
        failures = [
            *await self._attempt_all(self._remove_contacts, kept.items()),
            *await self._attempt_all(self._remove_account, registered.items()),
        ]
        if failures:
            raise ServerUnavailable(
                f"what the run made on {self._address} could not all be removed: {failures[0]}"
            ) from failures[0]

    def _existing(self, names: Iterable[str]) -> dict[str, str]:
        wanted = list(names)
        missing = [name for name in wanted if name not in self._accounts]
        if missing:
            shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            raise InputError(
                f"{len(missing)} agents have no account on {self._address}: {shown}"
                f" (add them to the accounts, or register them)"
            )
        return {name: self._accounts[name] for name in wanted}

    def _session(self, name: str, password: str) -> AbstractAsyncContextManager[Session]:
        return session(self.peer(""), self._jid(name), password)

    def _jid(self, name: str) -> Jid:
        return Jid(f"{name}@{self.domain}")

    async def _register(self, account: tuple[str, str]) -> None:
        name, password = account
        # Noted before it is known: a run that is interrupted here may have made the account.
        self._registered[name] = password
        try:
            await register(self.peer(""), self._jid(name), password)
        except AuthenticationRefused:
            del self._registered[name]
            raise

    async def _visit(self, name: str) -> None:
        async with self._session(name, self._passwords[name]) as visit:
            self._contacts_before[name] = frozenset(await visit.roster())
            if self.version == "unknown":
                self.version = await visit.server_version()

    async def _remove_contacts(self, account: tuple[str, frozenset[str]]) -> None:
        name, before = account
        async with self._session(name, self._passwords[name]) as visit:
            for contact in sorted((await visit.roster()).keys() - before):
                await _remove_contact(visit, contact)

    async def _remove_account(self, account: tuple[str, str]) -> None:
        name, password = account
        # An account that our password does not open was not made, or is gone already.
        with contextlib.suppress(AuthenticationRefused):
            async with self._session(name, password) as visit:
                await visit.remove_account()

    async def _at_once(self, do: Callable[[_T], Awaitable[None]], items: Iterable[_T]) -> None:
        """Do it for every item, some at a time. The first BackendError ends it and is raised."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(item: _T) -> None:
            async with gate:
                await do(item)

        try:
            async with asyncio.TaskGroup() as group:
                for item in list(items):
                    group.create_task(one(item))
        except* BackendError as failures:
            raise _first(failures) from None

    async def _attempt_all(
        self, do: Callable[[_T], Awaitable[None]], items: Iterable[_T]
    ) -> list[BackendError]:
        """Do it for every item, whatever becomes of the others. Returns what went wrong."""
        failures: list[BackendError] = []

        async def attempt(item: _T) -> None:
            try:
                await do(item)
            except BackendError as error:
                failures.append(error)

        await self._at_once(attempt, items)
        return failures


def parse_server(text: str) -> tuple[str, int]:
    """Split ``HOST:PORT``, ``[IPv6]:PORT`` or ``HOST`` (port 5222). Raises InputError."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(_DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"{text!r} is no server (expected HOST:PORT)")
    return host, int(port)


def _localparts(accounts: Mapping[str, str], domain: str) -> dict[str, str]:
    result = {}
    for account, password in accounts.items():
        localpart, _, host = account.partition("@")
        if host and host != domain:
            raise InputError(f"the account {account} is not of the domain {domain}")
        result[localpart] = password
    return result


async def _remove_contact(visit: Session, contact: str) -> None:
    try:
        await visit.remove_contact(contact)
    except RequestRefused as error:
        # Removing one side's entry may have removed this one as well.
        if error.condition != "item-not-found":
            raise


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
