"""Which generation of SPADE is installed. An environment has one of them."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata

from simulator.agents.base import Generation
from simulator.errors import SimulatorError

_GENERATIONS = {"3": "simulator.spade3.generation", "4": "simulator.spade4.generation"}
"""By SPADE's major version: the module with its `GENERATION`."""

HOW_TO_INSTALL = (
    "pip install 'spade-simulator[spade4]', or on Python 3.11 and 3.12 'spade-simulator[spade3]'"
)


@functools.cache
def installed() -> Generation:
    """The installed generation. Raises SimulatorError where there is none that we know, or half."""
    try:
        version = importlib.metadata.version("spade")
    except importlib.metadata.PackageNotFoundError:
        raise SimulatorError(f"SPADE is not installed ({HOW_TO_INSTALL})") from None
    major = version.partition(".")[0]
    home = _GENERATIONS.get(major)
    if home is None:
        known = " or ".join(f"{major}.x" for major in _GENERATIONS)
        raise SimulatorError(
            f"spade {version} is installed; this simulator works with {known} ({HOW_TO_INSTALL})"
        )
    try:
        generation: Generation = importlib.import_module(home).GENERATION
    except ImportError as error:
        raise SimulatorError(
            f"spade {version} is installed, and not all that it needs: {error}"
            f" (pip install 'spade-simulator[spade{major}]')"
        ) from error
    return generation
