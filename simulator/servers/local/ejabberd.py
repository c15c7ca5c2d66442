"""ejabberd, started for one run.

It is started with Erlang's own launcher and not with ejabberdctl, which refuses every user but
root and ejabberd. The node has no name, so it opens no port for other nodes and needs no epmd;
accounts are made over a socket in the run's private folder.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from simulator.errors import BackendError, ServerUnavailable
from simulator.servers.local.backend import Installation, LocalBackend, find_program

_ANSWER_WITHIN = 10.0
_POLL = 0.02
# Done in the server's own database before the server starts.
_FORGET_ROSTERS = (
    "ok = mnesia:start(),"
    "Tables = [T || T <- [roster, roster_version], lists:member(T, mnesia:system_info(tables))],"
    "ok = mnesia:wait_for_tables(Tables, 10000),"
    "[{atomic, ok} = mnesia:clear_table(T) || T <- Tables],"
    "stopped = mnesia:stop()."
)


class EjabberdBackend(LocalBackend):
    """ejabberd 23."""

    name = "ejabberd"

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Register the accounts over the control socket and return the passwords to log in with.

        Raises ServerUnavailable before `start`, BackendError when ejabberd refuses an account.
        """
        if self._folder is None:
            raise ServerUnavailable("ejabberd was not started")
        try:
            await self._register(self._folder / "control", passwords)
        except (OSError, aiohttp.ClientError) as error:  # TimeoutError is an OSError
            problem = f"ejabberd's control socket does not answer: {error!r}"
            raise ServerUnavailable(problem) from error
        self._passwords = {**self._passwords, **passwords}
        return passwords

    async def _register(self, control: Path, passwords: Mapping[str, str]) -> None:
        # ejabberd opens its listeners in no fixed order, so this one may still be on its way.
        async with asyncio.timeout(_ANSWER_WITHIN):
            while not control.exists():  # noqa: ASYNC110, ASYNC240  a file sets no event
                await asyncio.sleep(_POLL)
        connector = aiohttp.UnixConnector(str(control))
        timeout = aiohttp.ClientTimeout(_ANSWER_WITHIN)
        async with aiohttp.ClientSession(
            "http://localhost", connector=connector, timeout=timeout
        ) as session:
            for localpart, password in passwords.items():
                account = {"user": localpart, "host": self.domain, "password": password}
                answer = await _post(session, account)
                if answer:
                    raise BackendError(f"ejabberd refused the account {localpart}: {answer}")

    def _find(self) -> Installation:
        script = find_program("ejabberdctl", "ejabberd").read_text()
        libraries = re.search(r"^ERL_LIBS='(.+)'", script, re.MULTILINE)
        launcher = re.search(r'^ERL="(.+)"', script, re.MULTILINE)
        found = sorted(Path(libraries[1]).glob("ejabberd-*/ebin/ejabberd.app")) if libraries else []
        if libraries is None or launcher is None or not found:
            raise ServerUnavailable(
                "this ejabberd is not laid out as Debian's package is"
                " (Debian, Ubuntu: sudo apt install ejabberd)"
            )
        version = re.search(r'\{vsn,\s*"(.+?)"\}', found[-1].read_text())
        return Installation(
            version=version[1] if version else "unknown",
            command=(launcher[1],),
            environment={"ERL_LIBS": libraries[1], "ERL_MAX_PORTS": "32000"},
        )

    def _command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        return self._launcher(installation, folder, "")

    def _forgetful_command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        return self._launcher(installation, folder, _FORGET_ROSTERS)

    def _launcher(self, installation: Installation, folder: Path, first: str) -> tuple[str, ...]:
        return (
            *installation.command,
            # No scheduler spins while it waits: the agents need the processors.
            *("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),
            *("-noinput", "-mnesia", "dir", json.dumps(str(folder / "data"))),
            *("-env", "EJABBERD_CONFIG_PATH", str(folder / "ejabberd.yml")),
            *("-env", "EJABBERD_LOG_PATH", str(folder / "data" / "ejabberd.log")),
            *("-env", "ERL_CRASH_DUMP_BYTES", "0"),
            *(("-eval", first) if first else ()),
            *("-s", "ejabberd"),
        )


async def _post(session: aiohttp.ClientSession, account: Mapping[str, str]) -> str:
    """Register an account; returns what ejabberd answers where it refuses, else nothing.

    Under load ejabberd closes some connections before it has read the request, which is sent again.
    """
    attempts = 5
    while True:
        try:
            async with session.post("/api/register", json=account) as response:
                return "" if response.ok else await response.text(errors="replace")
        except aiohttp.ClientOSError:
            attempts -= 1
            if not attempts:
                raise
