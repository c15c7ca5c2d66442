"""The versions of spade and aioxmpp that the pins were written for."""

from __future__ import annotations

import importlib.metadata

from simulator.errors import SimulatorError

WRITTEN_FOR = {"spade": "3.3.3", "aioxmpp": "0.13.3"}


def check_versions() -> None:
    """Raise SimulatorError when spade or aioxmpp is not the version the pins were written for."""
    for package, wanted in WRITTEN_FOR.items():
        found = importlib.metadata.version(package)
        if found != wanted:
            raise SimulatorError(
                f"{package} {found} is installed; this simulator works with {package} {wanted}"
                f" only (pip install {package}=={wanted})"
            )
