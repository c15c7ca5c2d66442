"""The versions of the packages that a generation's patches were written for."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Mapping

from simulator.errors import SimulatorError

installed_version = functools.cache(importlib.metadata.version)
"""The installed version of a package. To look it up takes milliseconds, of every run."""


def check_versions(written_for: Mapping[str, str]) -> None:
    """Raise SimulatorError when a package has another version than in `written_for`."""
    for package, wanted in written_for.items():
        found = installed_version(package)
        if found != wanted:
            raise SimulatorError(
                f"{package} {found} is installed; this simulator works with {package} {wanted}"
                f" only (pip install {package}=={wanted})"
            )
