"""Graphs: those that networkx generates, and those in files.

Only generator functions that networkx publishes can be named; what a scenario writes beside
the name is checked against the function's signature before it is called. networkx is imported by
the functions that use it: it takes 0.2 s, and most scenarios name no graph.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from simulator.scenario.graphs.capacity import available_bytes
from simulator.scenario.graphs.limits import run_limited
from simulator.scenario.language.words import nearest, quoted
from simulator.scenario.source import PartError

if TYPE_CHECKING:
    from networkx import Graph

Generator = Callable[..., object]
Node = Hashable

_NOT_WORDS = frozenset({"create_using", "backend"})
"""Parameters that take Python objects, which a scenario cannot write."""

LARGEST_NUMBER = 10_000_000
"""No whole number among a generator's arguments is larger."""


_MEMORY_PARTS = 10
"""A graph may take this part of the memory: its watches need far more once they run."""


class GraphError(PartError):
    """A graph that cannot be made; `key` is the argument that is wrong."""


@lru_cache(maxsize=1)
def generators() -> Mapping[str, Generator]:
    """networkx's graph generators by name, without those that need a graph to begin with."""
    folder = importlib.import_module("networkx.generators").__path__
    names = (f"networkx.generators.{module.name}" for module in pkgutil.iter_modules(folder))
    modules = [importlib.import_module(name) for name in sorted(names) if "tests" not in name]
    return {name: function for module in modules for name, function in _published(module)}


@lru_cache(maxsize=1)
def bipartite_generators() -> Mapping[str, Generator]:
    """networkx's generators of bipartite graphs, by name."""
    return dict(_published(importlib.import_module("networkx.algorithms.bipartite.generators")))


def _published(module: object) -> list[tuple[str, Generator]]:
    found = [(name, getattr(module, name)) for name in getattr(module, "__all__", ())]
    return [(name, function) for name, function in found if _makes_a_graph(name, function)]


def _makes_a_graph(name: str, function: object) -> bool:
    if not callable(function) or name.startswith(("is_", "number_of_", "nonisomorphic")):
        return False
    first = next(iter(_parameters(function)), "")
    return first != "G" and not name.endswith(("_sequence", "_edges", "atlas_g"))


def _parameters(function: Generator) -> dict[str, inspect.Parameter]:
    # networkx wraps its functions to choose a backend; the original has the true signature.
    parameters = inspect.signature(getattr(function, "orig_func", function)).parameters
    return {name: one for name, one in parameters.items() if name not in _NOT_WORDS}


def generate(
    name: str,
    arguments: Mapping[str, object],
    seed: int | None,
    random: Random,
    size: int,
    *,
    two_sided: bool,
) -> Graph[Node]:
    """The graph of a generator, called by name.

    A generator that takes a seed gets `seed`, or else one drawn from `random`; one that takes
    `n` gets `size`, the number of agents, unless `n` is given. Raises GraphError.
    """
    function = _known(name, two_sided)
    parameters = _parameters(function)
    given = dict(arguments)
    if "n" in parameters and not two_sided:
        given.setdefault("n", size)
    if "seed" in parameters:
        given["seed"] = random.getrandbits(32) if seed is None else seed
    elif seed is not None:
        raise GraphError(f"`{name}` has no seed", "nothing random, so no `seed`", "seed")
    _check_arguments(name, parameters, given)
    nodes = given.get("n")
    if isinstance(nodes, int) and nodes > size:
        raise GraphError(f"n is {nodes}, for {size} agents", f"at most {size}", "n")
    return _call(name, function, parameters, given)


def _known(name: str, two_sided: bool) -> Generator:
    known = {**generators(), **bipartite_generators()} if two_sided else generators()
    if name not in known:
        raise GraphError(f"unknown generator {quoted(name)}", nearest(name, known), "generator")
    return known[name]


def _check_arguments(
    name: str, parameters: Mapping[str, inspect.Parameter], given: Mapping[str, object]
) -> None:
    signature = f"{name}({', '.join(str(one) for one in parameters.values())})"
    for argument, value in given.items():
        if argument not in parameters:
            near = nearest(argument, parameters)
            raise GraphError(f"`{name}` has no argument {quoted(argument)}", near, argument)
        if argument != "seed":
            _check_size(argument, value)
    missing = [key for key, one in parameters.items() if _is_required(one) and key not in given]
    if missing:
        names = ", ".join(f"`{key}`" for key in missing)
        raise GraphError(f"`{name}` needs {names}", signature)


def _is_required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty


def _check_size(argument: str, value: object) -> None:
    if isinstance(value, list):
        for one in value:
            _check_size(argument, one)
    elif isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise GraphError(f"{value} is too large", f"at most {LARGEST_NUMBER}", argument)


def _call(
    name: str,
    function: Generator,
    parameters: Mapping[str, inspect.Parameter],
    given: dict[str, object],
) -> Graph[Node]:
    import networkx  # noqa: PLC0415

    several = [key for key, one in parameters.items() if one.kind is one.VAR_POSITIONAL]
    positional = [value for key in several for value in _as_list(given.pop(key, []))]
    try:
        graph = run_limited(
            lambda: function(*positional, **given), available_bytes() // _MEMORY_PARTS
        )
    except Exception as error:  # networkx raises what it likes for arguments that do not fit
        raise GraphError(f"`{name}`: {_told(error)}", "arguments that networkx accepts") from None
    if not isinstance(graph, networkx.Graph):
        raise GraphError(
            f"`{name}` does not make a graph", nearest(name, generators()), "generator"
        )
    return graph


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def ordered_nodes(graph: Graph[Node]) -> list[Node]:
    """A graph's nodes: by number where all are whole numbers, else in the graph's own order."""
    numbers = {node: _number(node) for node in graph}
    if None in numbers.values():
        return list(numbers)
    return sorted(numbers, key=lambda node: numbers[node] or 0)


def _number(node: Node) -> int | None:
    if isinstance(node, str) and node.isdecimal() and len(node) < 16:
        return int(node)
    return node if isinstance(node, int) else None


def two_sides(graph: Graph[Node]) -> tuple[list[Node], list[Node]]:
    """The nodes on either side of a bipartite graph, by their attribute. Raises GraphError."""
    import networkx  # noqa: PLC0415

    sides: tuple[list[Node], list[Node]] = ([], [])
    attributes = networkx.get_node_attributes(graph, "bipartite")
    for node in ordered_nodes(graph):
        side = attributes.get(node)
        if side not in (0, 1):
            known = ", ".join(bipartite_generators())
            raise GraphError("the graph is not bipartite", f"`among`, or one of {known}")
        sides[side].append(node)
    if not networkx.algorithms.bipartite.is_bipartite_node_set(graph, sides[0]):
        raise GraphError("the graph has edges within one side", "a bipartite graph")
    return sides
