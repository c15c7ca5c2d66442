"""Who may import whom: the picture in docs/design.md, as a table; and how large a part may be.

Imports inside functions and under TYPE_CHECKING count too, and so do modules that are named
in a call of `import_module`.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "simulator"

# From the bottom up: a part may import those that stand before it in this table, and of those only
# what its row names. A new part needs a row here and a place in the picture of docs/design.md.
PLANS = {"errors", "scenario", "rfc6121", "journal"}
RUNS = PLANS | {"garbage", "virtual_time"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "garbage": set(),
    "rfc6121": {"errors"},
    "scenario": {"errors", "rfc6121"},
    "journal": {"errors", "scenario", "rfc6121"},
    "virtual_time": {"errors", "garbage"},
    "servers": RUNS,
    "agents": PLANS | {"servers"},
    # Nothing imports them: `agents.installed` finds them by name.
    "spade3": PLANS | {"servers", "agents"},
    "spade4": PLANS | {"servers", "agents"},
    # Nothing of the package imports it: scenarios and users name its classes.
    "behaviours": PLANS | {"agents"},
    "running": RUNS | {"servers", "agents"},
    "analysis": PLANS | {"garbage"},
    "report": PLANS | {"analysis"},
    "api": RUNS | {"servers", "running", "analysis", "report"},
    "experiments": PLANS | {"servers", "running", "analysis", "report", "api"},
    "testing": PLANS | {"servers", "analysis", "report", "api"},
    "pytest_plugin": {"analysis", "testing"},
    "cli": RUNS | {"servers", "agents", "running", "analysis", "report", "api"} | {"experiments"},
    "__init__": PLANS | {"analysis", "report", "api", "experiments"},
    "__main__": {"cli"},
}

# The libraries of the generations, and the one part that may import them.
LIBRARIES = {
    "spade3": {"spade", "aioxmpp", "aiosasl", "aioopenssl", "OpenSSL"},
    "spade4": {"spade", "slixmpp"},
}
FINDS_GENERATIONS = "agents/installed.py"

LONGEST_MODULE = 350
"""Lines."""
SIDE_BY_SIDE = 13
"""Modules in one folder, without its __init__."""
LARGER: dict[str, int] = {}
"""Folders that are still to be divided."""
AT_THE_TOP = 8

# rfc6121 is sans-IO: no clock, no chance, no socket, no thread.
OUTSIDE_WORLD = {"asyncio", "datetime", "logging", "multiprocessing", "os", "pathlib", "random"}
OUTSIDE_WORLD |= {"secrets", "select", "selectors", "socket", "ssl", "subprocess", "threading"}
OUTSIDE_WORLD |= {"time", "uuid"}


def part_of(path: Path, package: Path = PACKAGE) -> str:
    """The part that a file belongs to: the folder or module directly in the package."""
    return path.relative_to(package).parts[0].removesuffix(".py")


def imported(tree: ast.AST, module: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that `module` imports, at any depth."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                base = module.split(".")[:-level] if level else []
                base += [source] if source else []
                yield from ((node.lineno, ".".join([*base, alias.name])) for alias in names)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import" in named(node):
                yield node.lineno, name


def named(call: ast.Call) -> str:
    """The name of the function that is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def faults(part: str, source: str, module: str) -> list[str]:
    """What `source`, a module of `part`, imports or does and must not."""
    if part not in MAY_IMPORT:
        return [f"{part} has no row in MAY_IMPORT and no place in docs/design.md"]
    tree = ast.parse(source)
    found = [
        f"line {line}: {part} must not import {name}"
        for line, name in imported(tree, module)
        if not is_allowed(part, *name.split("."))
    ]
    return found + (impure(tree) if part == "rfc6121" else [])


def is_allowed(part: str, root: str, child: str = "", *_: str) -> bool:
    if root == "simulator":
        # The bare package gives its version; anything else is one of its parts.
        return child in MAY_IMPORT[part] | {part, "", "__version__"}
    if any(root in libraries for libraries in LIBRARIES.values()):
        return root in LIBRARIES.get(part, ())
    return not (part == "rfc6121" and root in OUTSIDE_WORLD)


def impure(tree: ast.AST) -> list[str]:
    """Places that wait or speak."""
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return [
        f"line {getattr(node, 'lineno', 0)}: rfc6121 must not wait, print or read"
        for node in ast.walk(tree)
        if isinstance(node, waits)
        or (isinstance(node, ast.Call) and named(node) in {"print", "open", "input"})
    ]


FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downwards(path: Path) -> None:
    assert faults(part_of(path), path.read_text("utf-8"), module_of(path)) == []


def test_the_table_is_in_order() -> None:
    """Each part names only parts that stand before it, so that no import runs up."""
    parts = list(MAY_IMPORT)
    for place, part in enumerate(parts):
        assert MAY_IMPORT[part] <= set(parts[:place]), part


def test_a_generation_is_named_in_one_place() -> None:
    """Only `agents.installed` knows that there are several; by name, since it stands below."""
    for path in FILES:
        if part_of(path) not in LIBRARIES:
            named_here = [name for name in LIBRARIES if name in path.read_text("utf-8")]
            assert not named_here or str(path.relative_to(PACKAGE)) == FINDS_GENERATIONS, path


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Which of these modules import which, by their dotted names."""
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        found = {nearest(name, sources) for _, name in imported(ast.parse(source), module)}
        graph[module.removesuffix(".__init__")] = found - {None, module, "simulator"}  # type: ignore[assignment]
    return graph


def nearest(name: str, sources: dict[str, str]) -> str | None:
    """The module that an imported name is, or is in. The bare package gives its version."""
    while name and name not in sources and f"{name}.__init__" not in sources:
        name = name.rpartition(".")[0]
    return name or None


def cycle_of(sources: dict[str, str]) -> list[str]:
    """Modules that import each other in a circle, if there are any."""
    try:
        TopologicalSorter(import_graph(sources)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert cycle_of({module_of(path): path.read_text("utf-8") for path in FILES}) == []


def test_a_circle_is_found() -> None:
    two = "if TYPE_CHECKING:\n    from simulator.b.one import Thing"
    assert cycle_of({"simulator.a": "from simulator.b import one", "simulator.b.one": ""}) == []
    assert cycle_of({"simulator.a": "from .b import one", "simulator.b.one": "import simulator.a"})
    assert cycle_of({"simulator.b.__init__": "import simulator.c", "simulator.c": two})


def test_modules_are_short() -> None:
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_few_modules_stand_side_by_side() -> None:
    folders = [path.relative_to(PACKAGE).parent for path in FILES if path.name != "__init__.py"]
    counted = {str(folder): number for folder, number in Counter(folders).items()}
    assert {folder: n for folder, n in counted.items() if n > SIDE_BY_SIDE} == LARGER
    assert sum(path.parent == PACKAGE for path in FILES) <= AT_THE_TOP


WRONG = [
    ("errors", "import simulator.journal.records"),
    ("rfc6121", "from simulator.scenario import plan"),
    ("rfc6121", "from simulator.journal import records"),
    ("rfc6121", "import time"),
    ("rfc6121", "from random import Random"),
    ("rfc6121", "def stanza(): print('out')"),
    ("rfc6121", "async def stanza(): pass"),
    ("scenario", "from simulator.running.runner import run"),
    ("scenario", "def lazy():\n    from simulator.spade3 import driver"),
    ("scenario", "import networkx, aioxmpp"),
    ("analysis", "from simulator import servers"),
    ("analysis", "from ..running.runner import run"),
    ("analysis", "if TYPE_CHECKING:\n    from simulator.virtual_time.loop import run"),
    ("analysis", "import importlib\nimportlib.import_module('simulator.spade3.driver')"),
    ("behaviours", "from simulator.running.runner import execute"),
    ("agents", "from simulator.behaviours import ComeAndGo"),
    ("agents", "import spade"),
    ("testing", "import spade"),
    ("report", "import aioxmpp.structs"),
    ("report", "from simulator.running.runner import run"),
    ("report", "from . import api\nfrom .. import api"),
    ("servers", "from simulator.spade3.driver import AgentDriver"),
    ("servers", "from simulator.running.runner import run"),
    ("servers", "import OpenSSL.SSL"),
    ("agents", "from simulator.spade3 import generation"),
    ("behaviours", "from spade.behaviour import State"),
    ("running", "from simulator.spade3 import patches"),
    ("running", "from spade.agent import Agent"),
    ("cli", "__import__('spade')"),
    ("novelty", "import os"),
]


@pytest.mark.parametrize(("part", "source"), WRONG, ids=[f"{p}: {s}" for p, s in WRONG])
def test_a_wrong_import_is_found(part: str, source: str) -> None:
    assert faults(part, source, f"simulator.{part}.module") != []


RIGHT = [
    ("rfc6121", "from enum import Enum\nfrom simulator.errors import StanzaRefused"),
    (
        "rfc6121",
        "from . import roster\nfrom .roster import Roster",
    ),
    ("scenario", "import networkx\nfrom simulator.errors import Fault"),
    ("spade3", "import spade\nimport aioxmpp.structs\nfrom simulator.servers.base import Peer"),
    (
        "servers",
        "import simulator\nfrom simulator import __version__\nfrom simulator import journal",
    ),
    ("report", "from simulator.analysis.run import Run\nfrom matplotlib.backends import base"),
    ("running", "from simulator import agents, servers"),
]


@pytest.mark.parametrize(("part", "source"), RIGHT, ids=[part for part, _ in RIGHT])
def test_a_right_import_passes(part: str, source: str) -> None:
    assert faults(part, source, f"simulator.{part}.module") == []
