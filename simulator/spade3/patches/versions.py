"""The versions of spade and aioxmpp that the patches were written for."""

from __future__ import annotations

import functools
import importlib.metadata

from simulator.errors import SimulatorError

WRITTEN_FOR = {"spade": "3.3.3", "aioxmpp": "0.13.3"}

_installed = functools.cache(importlib.metadata.version)
"""The installed version of a package. To look it up takes milliseconds, of every run."""


def check_versions() -> None:
    """Raise SimulatorError when spade or aioxmpp has another version than in `WRITTEN_FOR`."""
    for package, wanted in WRITTEN_FOR.items():
        found = _installed(package)
        if found != wanted:
            raise SimulatorError(
                f"{package} {found} is installed; this simulator works with {package} {wanted}"
                f" only (pip install {package}=={wanted})"
            )
