"""Names that agents keep values under, in `observe` and `expect`: checked before anything runs.

The sources of the users' classes tell which names there are: those of attributes, and those that
SPADE's knowledge base is given (``self.set("sold", 3)``). Where the code makes names up as it runs,
or a source is not to be had, nobody can know, and the run tells.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator
from types import ModuleType

from simulator.scenario.language.expectations import ValueExpectation
from simulator.scenario.language.populations import Population
from simulator.scenario.language.words import nearest
from simulator.scenario.planning.constructors import mentioned
from simulator.scenario.planning.context import Planning
from simulator.scenario.planning.user_classes import is_built_in, is_own_module
from simulator.scenario.source import PartError

_SPADES = ("spade.agent", "spade.template", "spade.presence")
_MAKES_ATTRIBUTES = frozenset({"setattr", "__dict__", "vars", "exec", "eval", "__getattr__"})


def check_kept_names(planning: Planning) -> None:
    """Note every name in `observe` and `value` that no agent it is asked of can have."""
    known = _Names(planning)
    for who, names in planning.scenario.observe.items():
        for place, name in enumerate(names):
            problem = known.attribute_problem(who, name)
            if problem:
                planning.faults.add(("observe", who, place), *problem)
    for place, expectation in enumerate(planning.scenario.expect):
        if isinstance(expectation, ValueExpectation):
            value = expectation.value
            problem = known.value_problem(value.agent, value.name)
            if problem:
                planning.faults.add(("expect", place, "value", "name"), *problem)


class _Names:
    def __init__(self, planning: Planning) -> None:
        self._planning = planning
        paths = {path for one in planning.scenario.populations.values() for path in _paths(one)}
        own = {path for path in paths if not is_built_in(path)}
        self._sources = _Sources(path.partition(":")[0] for path in own)

    def attribute_problem(self, who: str, name: str) -> tuple[str, str] | None:
        """What is wrong with a name in `observe`."""
        populations = self._populations(who)
        if not populations or self._sources.makes_attributes:
            return None
        given = {word for one in populations for word in one.attributes}
        words = self._sources.words | self._sources.assigned | mentioned(_SPADES) | given
        if name in words:
            return None
        choice = {one for one in self._sources.assigned | given if not one.startswith("_")}
        return f"nothing gives {who} an attribute `{name}`", _near(name, choice)

    def value_problem(self, who: str, name: str) -> tuple[str, str] | None:
        """What is wrong with a name in `value`."""
        populations = self._populations(who)
        if not populations or self._sources.makes_keys:
            return None
        observed = self._observed(who)
        if name in observed | self._sources.keys:
            return None
        if name in self._sources.assigned:
            return (
                f"`{name}` is an attribute that is not observed",
                f"`observe: {{{who}: [{name}]}}`",
            )
        return f"nothing keeps a value `{name}`", _near(name, observed | self._sources.keys)

    def _populations(self, who: str) -> list[Population]:
        """The populations of these agents; none where they are not known or may be anything."""
        index, unknown = self._planning.index, self._planning.faults.source.unknown
        try:
            agents = set(index.named(who))
        except PartError:
            return []
        names = [name for name, members in index.populations.items() if agents & {*members}]
        if unknown.populations & {*names}:
            return []
        return [self._planning.scenario.populations[name] for name in names]

    def _observed(self, who: str) -> set[str]:
        index = self._planning.index
        agents = set(index.named(who))
        found: set[str] = set()
        for other, names in self._planning.scenario.observe.items():
            try:
                if agents & set(index.named(other)):
                    found.update(names)
            except PartError:
                continue
        return found


def _near(name: str, choice: Collection[str]) -> str:
    return nearest(name, sorted(choice)) if choice else "an `agent` class that has it"


def _paths(population: Population) -> Iterator[str]:
    if population.agent is not None:
        yield population.agent
    for one in population.behaviours:
        yield one.behaviour


class _Sources:
    """What the sources of these modules, and of the user's that they import from, say.

    `words`: every name of an attribute, and text that may be one. `assigned`: the attributes that
    get a value. `keys`: those of the knowledge base. `makes_attributes`, `makes_keys`: there may be
    others.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.words: frozenset[str] = frozenset()
        self.assigned: set[str] = set()
        self.keys: set[str] = set()
        self.makes_attributes = self.makes_keys = False
        seen: set[str] = set()
        waiting = list(names)
        if not waiting:  # no code of the user's to judge by
            self.makes_attributes = self.makes_keys = True
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._read(name)
        self.words = mentioned(seen)
        if self.words & _MAKES_ATTRIBUTES:
            self.makes_attributes = True

    def _read(self, name: str) -> Collection[str]:
        """Read a module; gives the names of those that it imports from."""
        module = sys.modules.get(name)
        try:
            tree = ast.parse(inspect.getsource(module)) if module is not None else None
        except (OSError, TypeError, SyntaxError):
            tree = None
        if module is None or tree is None:
            self.makes_attributes = self.makes_keys = True
            return ()
        called = {id(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="set"), args=[first, *_]) if (
                    len(node.args) + len(node.keywords) > 1
                ):
                    self._key(first, module)
                case ast.Attribute(attr="set") if id(node) not in called:
                    self.makes_keys = True
                case ast.Attribute(attr="_values"):
                    self.makes_keys = True
                case ast.Attribute(attr=text, ctx=ast.Store()):
                    self.assigned.add(text)
                case ast.AnnAssign(target=ast.Name(id=text)) | ast.FunctionDef(name=text):
                    self.assigned.add(text)
                case ast.ClassDef(body=body):
                    self.assigned |= set(_names_in(body))
                case ast.Name(id=text) if text in _MAKES_ATTRIBUTES:
                    self.makes_attributes = True
        return _imported(module)

    def _key(self, first: ast.expr, module: ModuleType) -> None:
        match first:
            case ast.Constant(value=str(text)):
                self.keys.add(text)
            case ast.Name(id=name) if isinstance(vars(module).get(name), str):
                self.keys.add(vars(module)[name])
            case _:
                self.makes_keys = True


def _names_in(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that a class's body gives a value."""
    for statement in body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            if isinstance(target, ast.Name):
                yield target.id


def _imported(module: ModuleType) -> set[str]:
    """The user's own modules that this one has something of."""
    names = {
        value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
        for value in vars(module).values()
    }
    return {
        name
        for name in names
        if isinstance(name, str) and name in sys.modules and is_own_module(sys.modules[name])
    }
