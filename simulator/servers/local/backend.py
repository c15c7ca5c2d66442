"""What the servers that we start ourselves have in common."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, TypeVar

from simulator.errors import ServerUnavailable
from simulator.journal.folder import write_private
from simulator.scenario.plan import FaultPlan
from simulator.servers.base import RunContext
from simulator.servers.local.certificate import make_certificate
from simulator.servers.local.configuration import Configuration, file_name, render
from simulator.servers.local.control import SERVER_FAULTS, ServerControl
from simulator.servers.local.process import ServerProcess
from simulator.servers.real.backend import RealBackend
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.limits import allow_open_files
from simulator.servers.real.network import connections_needed
from simulator.servers.real.ports import LOOPBACK, reserved_port
from simulator.servers.real.session import greet
from simulator.servers.real.trust import Authorities

_T = TypeVar("_T")
_READY_WITHIN = 30.0
_POLL = 0.02
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Installation:
    """A server program of this machine. `version` was read from its files, not by starting it."""

    version: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class LocalBackend(RealBackend, abc.ABC):
    """A server that is started for the run on 127.0.0.1 and removed afterwards.

    `port` is the port to use, 0 for a free one. The server trusts nobody outside, serves one
    domain, and holds the accounts of this run only.
    """

    faults = RealBackend.faults | SERVER_FAULTS
    # The tests of guests need a server that lets them register.
    _registration: ClassVar[bool] = False

    def __init__(self, port: int = 0, domain: str = "localhost") -> None:
        super().__init__(domain, Address(self.name, LOOPBACK, port))
        self._wanted_port = port
        self._process: ServerProcess | None = None
        self._folder: Path | None = None
        self._control: ServerControl | None = None

    @cached_property
    def installation(self) -> Installation:
        """The installed server. Raises ServerUnavailable, with what to install, without one."""
        return self._find()

    @property
    def version(self) -> str:
        """The installed server's version. Raises ServerUnavailable when there is none."""
        return self.installation.version

    def run(self, main: Callable[[], Coroutine[object, object, _T]], seed: int) -> _T:
        """Run `main()` on a fresh asyncio loop; the server does not outlive it.

        `seed` is not used: a real network does not repeat.
        """
        try:
            return super().run(main, seed)
        finally:
            if self._process is not None:
                self._process.release()

    async def start(self, context: RunContext) -> None:
        """Start the server and wait until it accepts clients.

        Raises ServerUnavailable when it is not installed, its port is in use, its folder cannot be
        made, or it does not come up (with its last log lines), BackendError when too few open
        files are allowed.
        """
        installation = self.installation
        allow_open_files(connections_needed(context.plan))
        try:
            with reserved_port(self._address.server, self._wanted_port) as port:
                self._address = Address(self.name, LOOPBACK, port)
                try:
                    self._launch(installation, port, context)
                except OSError as error:
                    raise ServerUnavailable(f"{self.name} cannot be started: {error}") from error
                await self._ready()
            await self._open_network(context)
            self._control = ServerControl(self, self._running_network().gate)
        except BaseException:
            await self.stop()
            raise

    @abc.abstractmethod
    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Make the accounts and return the passwords to log in with: those given."""

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Begin a fault. Raises ServerUnavailable when the server is gone."""
        if fault.kind in SERVER_FAULTS:
            await self._running_control().begin(fault)
        else:
            await super().begin_fault(fault)

    async def end_fault(self, fault: FaultPlan) -> None:
        """End a fault. Raises ServerUnavailable when the server does not come back."""
        if fault.kind in SERVER_FAULTS:
            await self._running_control().end(fault)
        else:
            await super().end_fault(fault)

    def _running_control(self) -> ServerControl:
        if self._control is None:
            raise ServerUnavailable(f"{self.name} was not started")
        return self._control

    async def stop(self) -> None:
        """Stop the server and remove its folder; its log stays in the run folder."""
        control, self._control = self._control, None
        if control is not None:
            control.let_go()
        self._close_network()
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        self._way = None
        if process is not None:
            await process.stop()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    @abc.abstractmethod
    def _find(self) -> Installation:
        """Find the installed server."""

    @abc.abstractmethod
    def _command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        """The command that runs the server in the foreground."""

    @abc.abstractmethod
    def _forgetful_command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        """The command that runs it without the old rosters; called while the server is down."""

    # --- what the faults of a server need ---

    @property
    def address(self) -> Address:
        """Where the server listens."""
        return self._address

    async def freeze(self) -> None:
        """Suspend the server's process."""
        await self._running_process().freeze()

    async def thaw(self) -> None:
        """Resume the server's process."""
        await self._running_process().thaw()

    async def halt(self) -> None:
        """Stop the server in order, and keep its data."""
        await self._running_process().halt()

    async def run_again(self, *, forget: bool) -> None:
        """Start the server on its port again, with the old rosters or none, and wait for it."""
        assert self._folder is not None
        make = self._forgetful_command if forget else self._command
        await self._running_process().run(make(self.installation, self._folder))
        await self._ready()

    def _running_process(self) -> ServerProcess:
        if self._process is None:
            raise ServerUnavailable(f"{self.name} was not started")
        return self._process

    # --- the start ---

    def _launch(self, installation: Installation, port: int, context: RunContext) -> None:
        folder = self._folder = Path(tempfile.mkdtemp(prefix="simulator-"))
        certificate = make_certificate(self.domain, folder)
        configuration = Configuration(
            domain=self.domain,
            interface=LOOPBACK,
            port=port,
            folder=folder,
            certificate=certificate.certificate,
            key=certificate.key,
            bundle=certificate.bundle,
            registration=self._registration,
            durable=any(fault.kind == "server_restart" for fault in context.plan.faults),
            console=any(fault.kind == "stream_error" for fault in context.plan.faults),
        )
        text = render(self.name, configuration)
        write_private(folder / file_name(self.name), text)
        (folder / "data").mkdir(mode=0o700)
        user = _service_user(self.name)
        self._give_to_server(folder, *folder.iterdir())
        self._process = ServerProcess(
            command=self._command(installation, folder),
            environment=_environment(folder) | dict(installation.environment),
            folder=folder,
            log=_log_file(context.folder, self.name),
            user=user,
        )
        self._way = OverTls(self._address, Authorities(certificate.authority))

    def _give_to_server(self, *paths: Path) -> None:
        user = _service_user(self.name)
        if user is not None:
            for path in paths:
                shutil.chown(path, user, user)

    async def _ready(self) -> None:
        assert self._process is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_READY_WITHIN):
                while self._process.alive:
                    if await _accepts(self._address):
                        await greet(self.peer(""), self.domain)
                        return
                    await asyncio.sleep(_POLL)
        problem = "does not come up" if self._process.alive else "ended at its start"
        raise ServerUnavailable(
            f"{self._address} {problem}; its last log lines:\n{self._process.last_words()}"
        )


def find_program(name: str, package: str) -> Path:
    """The program's path. Raises ServerUnavailable that names the package to install."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}")
    if found is None:
        raise ServerUnavailable(
            f"{package} is not installed (Debian, Ubuntu: sudo apt install {package})"
        )
    return Path(found)


def _service_user(name: str) -> str | None:
    """The server's own user when we are root, None to run it as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return None


def _environment(folder: Path) -> dict[str, str]:
    # Our own environment may hold passwords, so nothing of it is passed on.
    return {"PATH": _SYSTEM_FOLDERS, "HOME": str(folder), "LANG": "C.UTF-8"}


def _log_file(run_folder: Path | None, name: str) -> Path | None:
    if run_folder is None:
        return None
    folder = run_folder / "server"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.log"


async def _accepts(address: Address) -> bool:
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        try:
            await loop.sock_connect(client, (address.host, address.port))
        except OSError:
            return False
        return True
