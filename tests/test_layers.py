"""Who may import whom: the picture in docs/design.md, as a table.

Imports inside functions and under TYPE_CHECKING count too, and so do modules that are named
in a call of `import_module`.
"""

import ast
from collections.abc import Iterator
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
    "spade3": RUNS | {"servers", "agents"},
    # Nothing of the package imports it: scenarios and users name its classes.
    "behaviours": PLANS | {"agents", "spade3"},
    "running": RUNS | {"servers", "agents", "spade3"},
    "analysis": PLANS | {"garbage"},
    "report": PLANS | {"analysis"},
    "api": RUNS | {"servers", "agents", "spade3", "running", "analysis", "report"},
    "testing": PLANS | {"analysis", "report", "api"},
    "pytest_plugin": {"analysis", "testing"},
    "cli": RUNS | {"servers", "agents", "spade3", "running", "analysis", "report", "api"},
    "__init__": PLANS | {"analysis", "api"},
    "__main__": {"cli"},
}

SPADE = {"spade", "aioxmpp", "aiosasl", "aioopenssl"}
KNOW_SPADE = {"behaviours", "spade3"}

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
    if root in SPADE:
        return part in KNOW_SPADE
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


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_imports_go_downwards(path: Path) -> None:
    module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    assert faults(part_of(path), path.read_text("utf-8"), module) == []


WRONG = [
    ("errors", "import simulator.journal.records"),
    ("rfc6121", "from simulator.scenario import plan"),
    ("rfc6121", "from simulator.journal import records"),
    ("rfc6121", "import time"),
    ("rfc6121", "from random import Random"),
    ("rfc6121", "def stanza(): print('out')"),
    ("rfc6121", "async def stanza(): pass"),
    ("scenario", "from simulator.running.runner import run"),
    ("scenario", "def lazy():\n    from simulator.spade3 import actions"),
    ("scenario", "import networkx, aioxmpp"),
    ("analysis", "from simulator import servers"),
    ("analysis", "from ..running.runner import run"),
    ("analysis", "if TYPE_CHECKING:\n    from simulator.virtual_time.loop import run"),
    ("analysis", "import importlib\nimportlib.import_module('simulator.spade3.harness')"),
    ("behaviours", "from simulator.running.runner import execute"),
    ("agents", "from simulator.behaviours import ComeAndGo"),
    ("agents", "import spade"),
    ("testing", "import spade"),
    ("report", "import aioxmpp.structs"),
    ("report", "from simulator.running.runner import run"),
    ("report", "from . import api\nfrom .. import api"),
    ("embedded", "from simulator.spade3.harness import Harness"),
    ("backends", "from simulator.running.runner import run"),
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
