"""The servers' configuration files, filled in from the templates beside this module."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from string import Template

_TEMPLATES = {"prosody": "prosody.cfg.lua", "ejabberd": "ejabberd.yml"}
SERVERS = tuple(_TEMPLATES)
"""The servers that there are templates for."""

# What turns in-band registration (XEP-0077) on: appended to the list of modules.
_REGISTRATION = {
    "prosody": ', "register_ibr", "user_account_management"',
    "ejabberd": "\n  mod_register:\n    ip_access: all\n    access: all\n    welcome_message: {}",
}

_CONSOLE = ', "admin_socket", "admin_shell"'


@dataclass(frozen=True, slots=True)
class Configuration:
    """What differs between two servers of one kind.

    `folder` is the server's private folder, `interface` the address that it listens on.
    `certificate`, `key` and `bundle` are the PEM files of make_certificate. `registration`
    lets clients make accounts (XEP-0077); the backends never need it, the containers do.
    `durable` keeps rosters over a restart. `console` opens Prosody's administration console, as a
    socket in the private folder.
    """

    domain: str
    interface: str
    port: int
    folder: Path
    certificate: Path
    key: Path
    bundle: Path
    registration: bool = False
    durable: bool = False
    console: bool = False


def render(server: str, configuration: Configuration) -> str:
    """Return the text of the server's configuration file.

    Raises ValueError when a value would break out of its quotes.
    """
    values = {
        "domain": configuration.domain,
        "interface": configuration.interface,
        "port": str(configuration.port),
        "folder": str(configuration.folder),
        "certificate": str(configuration.certificate),
        "key": str(configuration.key),
        "bundle": str(configuration.bundle),
    }
    for name, value in values.items():
        if not value.isprintable() or set(value) & set("\"\\'"):
            raise ValueError(f"{name} {value!r} cannot stand in a configuration file")
    registration = configuration.registration
    values["registration"] = "true" if registration else "false"
    values["registration_module"] = _REGISTRATION[server] if registration else ""
    values["storage"] = "internal" if configuration.durable else "memory"
    values["console"] = _CONSOLE if configuration.console else ""
    return _template(server).substitute(values)


def file_name(server: str) -> str:
    """The name that the server's configuration file has."""
    return _TEMPLATES[server]


def _template(server: str) -> Template:
    folder = importlib.resources.files("simulator.servers.local") / "templates"
    return Template((folder / _TEMPLATES[server]).read_text(encoding="utf-8"))
