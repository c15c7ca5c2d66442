"""Prosody, started for one run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from simulator.errors import ServerUnavailable
from simulator.rfc6121.jids import prepare
from simulator.scenario.plan import FaultPlan
from simulator.servers.local.backend import Installation, LocalBackend, find_program
from simulator.servers.local.configuration import file_name
from simulator.servers.local.console import end_streams, quote


class ProsodyBackend(LocalBackend):
    """Prosody 0.12. Accounts are files that it reads at login, so they can come at any time."""

    name = "prosody"
    faults = LocalBackend.faults | {"stream_error"}

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Write one account file each and return the passwords to log in with: those given.

        Raises ServerUnavailable before `start`.
        """
        if self._folder is None:
            raise ServerUnavailable("prosody was not started")
        host = self._folder / "data" / _encode(self.domain)
        accounts = host / "accounts"
        for folder in (host, accounts):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._give_to_server(folder)
        for localpart, password in passwords.items():
            # The server looks for the prepared form of the name (RFC 7622, section 3.3).
            prepared = prepare(f"{localpart}@{self.domain}")
            file = accounts / f"{_encode(prepared.local)}.dat"
            file.touch(mode=0o600)
            file.write_text(f"return {{ password = {quote(password)} }};\n", encoding="ascii")
            self._give_to_server(file)
        self._passwords = {**self._passwords, **passwords}
        return passwords

    def _find(self) -> Installation:
        program = find_program("prosody", "prosody")
        sources = re.search(r"^CFG_SOURCEDIR='(.+)'", program.read_text(), re.MULTILINE)
        version = Path(sources[1], "prosody.version") if sources else None
        known = version is not None and version.is_file()
        return Installation(
            version=version.read_text().strip() if version and known else "unknown",
            command=(str(program),),
        )

    def _command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        return (*installation.command, "--config", str(folder / file_name(self.name)), "-F")

    def _forgetful_command(self, installation: Installation, folder: Path) -> tuple[str, ...]:
        for store in (folder / "data" / _encode(self.domain)).iterdir():
            if store.name != "accounts":
                shutil.rmtree(store)
        return self._command(installation, folder)

    async def begin_fault(self, fault: FaultPlan) -> None:
        """Begin a fault; a stream error is sent through the server's console."""
        if fault.kind != "stream_error":
            await super().begin_fault(fault)
            return
        assert self._folder is not None
        accounts = [str(prepare(f"{agent}@{self.domain}")) for agent in fault.agents]
        await end_streams(self._folder / "data" / "prosody.sock", accounts, fault.condition)


def _encode(name: str) -> str:
    """A name as Prosody's datamanager writes it into paths: bytes that are no letters as %xx."""
    return re.sub(rb"[^A-Za-z0-9]", lambda found: b"%%%02x" % found[0][0], name.encode()).decode(
        "ascii"
    )
