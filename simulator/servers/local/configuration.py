"""The servers' configuration files, filled in from the templates beside this module."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import jinja2

_TEMPLATES = {
    path.name.partition(".")[0]: path.name
    for path in (Path(__file__).parent / "templates").iterdir()
}
SERVERS = tuple(sorted(_TEMPLATES))
"""The servers that there are templates for."""


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
    values = dataclasses.asdict(configuration)
    for name, value in values.items():
        if not str(value).isprintable() or set(str(value)) & set("\"\\'"):
            raise ValueError(f"{name} {str(value)!r} cannot stand in a configuration file")
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("simulator.servers.local"), undefined=jinja2.StrictUndefined
    )
    return templates.get_template(_TEMPLATES[server]).render(values)


def file_name(server: str) -> str:
    """The name that the server's configuration file has."""
    return _TEMPLATES[server]
