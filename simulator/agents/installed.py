"""Which generation of SPADE is installed. An environment has exactly one."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata

from simulator.agents.base import Generation
from simulator.errors import SimulatorError

_GENERATIONS = {"3": "simulator.spade3.generation", "4": "simulator.spade4.generation"}
"""By SPADE's major version: the module with its `GENERATION`."""


@functools.cache
def installed() -> Generation:
    """The installed generation. Raises SimulatorError where there is none that we know."""
    try:
        version = importlib.metadata.version("spade")
    except importlib.metadata.PackageNotFoundError:
        raise SimulatorError("SPADE is not installed (pip install spade==3.3.3)") from None
    home = _GENERATIONS.get(version.partition(".")[0])
    if home is None:
        known = " or ".join(f"{major}.x" for major in _GENERATIONS)
        raise SimulatorError(f"spade {version} is installed; this simulator works with {known}")
    generation: Generation = importlib.import_module(home).GENERATION
    return generation
