"""Which tests are for another generation of SPADE than the installed one.

A test module is, if it is in that generation's folder, or imports what only that generation has:
its package, or its XMPP library, by itself or through helpers of the tests. It is then left out as
a whole.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.test_layers import LIBRARIES, imported

TESTS = Path(__file__).parent
COMMON = {"spade"}
"""What each generation has under the same name."""


@functools.cache
def foreign_names() -> frozenset[str]:
    """The names of what is not installed: libraries of generations, and our packages for them."""
    names: set[str] = set()
    for package, libraries in LIBRARIES.items():
        own = libraries - COMMON
        if not all(map(find_spec, own)):
            names |= own | {f"simulator.{package}"}
    return frozenset(names)


@functools.cache
def is_foreign(path: Path) -> bool:
    """Whether a module of the tests is for another generation."""
    if f"simulator.{path.relative_to(TESTS).parts[0]}" in foreign_names():
        return True
    module = ".".join(path.relative_to(TESTS.parent).with_suffix("").parts)
    # What is imported where it is needed can be gone without.
    imports: list[ast.stmt] = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {name for _, name in imported(ast.Module(imports, []), module)}
    if any(_is_in(name, foreign) for name in names for foreign in foreign_names()):
        return True
    return any(is_foreign(helper) for helper in _helpers(names) if helper != path)


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _helpers(names: set[str]) -> Iterator[Path]:
    """The files of the tests that are among what is imported."""
    for name in names:
        parts = name.split(".")
        if parts[0] != "tests":
            continue
        for end in (len(parts), len(parts) - 1):
            file = TESTS.parent.joinpath(*parts[:end]).with_suffix(".py")
            if file.is_file():
                yield file
                break
