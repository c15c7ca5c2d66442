"""The options that name your own server, and the backend they make."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.errors import InputError

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.servers.base import Backend

NAME = "external"

Server = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Run on this server; the same as --backend external."),
]
Domain = Annotated[
    str | None, typer.Option(help="With --server: the accounts' domain. Default: the host.")
]
Accounts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --server: accounts and passwords, YAML, JSON or CSV. Default: the variable"
        " SIMULATOR_ACCOUNTS, else a prompt.",
    ),
]
Authorities = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With --server: trust the certificates in this PEM file."),
]
Register = Annotated[
    bool,
    typer.Option(
        "--register", help="With --server: register accounts in-band, and remove them at the end."
    ),
]
NoVerify = Annotated[
    bool, typer.Option("--no-verify", help="With --server: do not verify the certificate.")
]


@dataclass(frozen=True, slots=True)
class ExternalOptions:
    """What the command line says about your own server."""

    server: str | None = None
    domain: str | None = None
    accounts: Path | None = None
    authorities: Path | None = None
    register: bool = False
    no_verify: bool = False

    def given(self) -> list[str]:
        """The options that were given, as they are written."""
        values = {
            "--domain": self.domain,
            "--accounts": self.accounts,
            "--authorities": self.authorities,
            "--register": self.register,
            "--no-verify": self.no_verify,
        }
        return [name for name, value in values.items() if value]


def choose_backend(name: str, options: ExternalOptions, scenario: Scenario) -> str | Backend:
    """The backend that the command line asks for: a name, or your own server.

    Raises InputError for options that do not fit together.
    """
    if options.server is None:
        if name == NAME:
            raise InputError("--backend external needs --server HOST:PORT")
        if options.given():
            raise InputError(f"{', '.join(options.given())}: only with --server HOST:PORT")
        return name
    if name not in (NAME, "embedded"):
        raise InputError(f"--server names your own server, and --backend {name} another one")
    return _external(options.server, options, scenario)


def _external(server: str, options: ExternalOptions, scenario: Scenario) -> Backend:
    from simulator.servers.external.backend import ExternalBackend

    return ExternalBackend(
        server,
        domain=options.domain,
        accounts={} if options.register else _accounts(options, scenario),
        verify=not options.no_verify,
        authorities=options.authorities,
        register=options.register,
    )


def _accounts(options: ExternalOptions, scenario: Scenario) -> dict[str, str]:
    from simulator.scenario import build_plan
    from simulator.servers.external.accounts import (
        accounts_from_environment,
        ask_for_accounts,
        read_accounts,
    )

    if options.accounts is not None:
        return read_accounts(options.accounts)
    known = accounts_from_environment(os.environ)
    if known or not sys.stdin.isatty():
        return known
    return ask_for_accounts(agent.name for agent in build_plan(scenario).agents)
