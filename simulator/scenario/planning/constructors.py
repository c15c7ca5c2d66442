"""What an agent class's constructor takes, as far as that can be known without calling it."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType

from simulator.scenario.language.words import near, nearest
from simulator.scenario.source import PartError

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


_ALL_BUT = 0.8
"""How alike, by `difflib`, an attribute is to one that is known when it is taken for a slip."""
_SET_BY_THE_RUN = frozenset({"jid", "password"})


def constructor_faults(found: type, arguments: Mapping[str, object]) -> Iterator[PartError]:
    """What is wrong with these arguments of an agent class, one by one."""
    accepted = accepted_arguments(found)
    for name in arguments:
        if name in _SET_BY_THE_RUN:
            yield PartError(f"`{name}` is set by the run", key=name)
        elif accepted is not None and name not in accepted:
            choice = sorted(accepted - _SET_BY_THE_RUN - {"self", "verify_security"})
            known = nearest(name, choice) if choice else "no arguments"
            yield PartError(
                f"{found.__name__} takes no argument `{name}`",
                f"{known}; or `{name}` under `attributes`, to set it before the start",
                key=name,
            )
    missing = _missing(found, arguments)
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        yield PartError(f"{found.__name__} needs {listed}", f"arguments: {{{missing[0]}: ...}}")


def _missing(found: type, arguments: Mapping[str, object]) -> list[str]:
    """The parameters without a default that get no argument; the first two are the run's."""
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except ValueError:
        return []
    if not {one.name for one in parameters} >= _SET_BY_THE_RUN:
        positional = [one for one in parameters if one.kind in _POSITIONAL]
        parameters = [one for one in parameters if one not in positional[:2]]
    return [
        one.name
        for one in parameters
        if one.default is one.empty
        and one.kind in (*_POSITIONAL, *_NAMED)
        and one.name not in _SET_BY_THE_RUN | arguments.keys()
    ]


def attribute_faults(
    classes: Iterable[type], attributes: Mapping[str, object]
) -> Iterator[PartError]:
    """What is wrong with these attributes of an agent of the first class, one by one.

    Nobody can know who reads an attribute. It counts as misspelt when nothing in the modules of
    `classes` and of those that they are made from mentions it, SPADE's apart, and something there
    is all but called so.
    """
    classes = list(classes)
    found = classes[0]
    modules = {one.__module__ for known in classes for one in known.__mro__[:-1]}
    modules = {one for one in modules if not one.startswith("spade.")}
    words = sorted(mentioned(modules)) if attributes else []
    for name in attributes:
        there = inspect.getattr_static(found, name, None)
        if name in _SET_BY_THE_RUN:
            yield PartError(f"`{name}` is set by the run", key=name)
        elif isinstance(there, property) and there.fset is None:
            yield PartError(f"`{name}` of {found.__name__} cannot be set", "another name", key=name)
        elif inspect.isroutine(there):
            yield PartError(f"`{name}` of {found.__name__} is a method", "another name", key=name)
        elif name not in words and near(name, words, _ALL_BUT):
            yield PartError(f"{found.__name__} has no `{name}`", nearest(name, words), key=name)


def accepted_arguments(found: type) -> frozenset[str] | None:
    """The names that the class can be called with; None where it takes any, or nobody can know.

    A constructor with ``**kwargs`` takes what it picks out of them by name and what the
    constructors take that it hands the rest to.
    """
    try:
        signature = inspect.signature(found)
    except ValueError:
        return None
    if not _collector(signature):
        return _named(signature)
    written = found.__init__  # type: ignore[misc]
    if not _is_plain(found) or not isinstance(written, FunctionType):
        return None
    return _accepted(found, written, found.__mro__)


def _is_plain(found: type) -> bool:
    """Whether calling the class does nothing but call its `__init__` with the same arguments."""
    new: object = found.__new__
    return type(found).__call__ is type.__call__ and new is object.__new__


def _named(signature: inspect.Signature) -> frozenset[str]:
    names = [one.name for one in signature.parameters.values() if one.kind in _NAMED]
    return frozenset(names)


def _collector(signature: inspect.Signature) -> str:
    """The name of the parameter that takes any keyword argument, or nothing."""
    kinds = {one.kind: one.name for one in signature.parameters.values()}
    return kinds.get(inspect.Parameter.VAR_KEYWORD, "")


def _accepted(found: type, function: object, rest: Iterable[type]) -> frozenset[str] | None:
    """As `accepted_arguments`, for the `__init__` that is the first in these classes."""
    if not isinstance(function, FunctionType):
        return None
    signature = inspect.signature(function)
    own = _named(signature) - {next(iter(signature.parameters), "")}
    collector = _collector(signature)
    if not collector:
        return own
    use = _Use(collector)
    source = _source(function)
    if source is None:
        return None
    use.visit(source)
    if use.is_open or not (use.taken or use.handed_on):
        return None
    taken = own | use.taken
    for callee in use.handed_on:
        accepted = _of_callee(callee, found, function, list(rest))
        if accepted is None:
            return None
        taken |= accepted
    return taken


def _of_callee(
    callee: str, found: type, function: FunctionType, classes: list[type]
) -> frozenset[str] | None:
    """What the constructor takes that is called as `callee`: a class's name, "" for super()."""
    if callee:
        named = function.__globals__.get(callee)
        return accepted_arguments(named) if inspect.isclass(named) else None
    # super(): the next class after the one that the function was written in.
    owners = [place for place, one in enumerate(classes) if vars(one).get("__init__") is function]
    after = classes[owners[0] + 1 :] if owners else []
    for place, one in enumerate(after):
        if "__init__" in vars(one):
            return _accepted(found, vars(one)["__init__"], after[place:])
    return None


def _source(function: FunctionType) -> ast.AST | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


class _Use(ast.NodeVisitor):
    """What a function does with its ``**kwargs``.

    `taken`: the names that it picks out of them. `handed_on`: the classes whose constructors get
    them; "" stands for super(). `is_open`: it does something else, so any name may be right.
    """

    def __init__(self, collector: str) -> None:
        self._collector = collector
        self.taken: frozenset[str] = frozenset()
        self.handed_on: list[str] = []
        self.is_open = False

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self._collector:
            self.is_open = True

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._picked(node, node.value, node.slice)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            self._picked(node, node.comparators[0], node.left)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("pop", "get", "setdefault"):
            key = node.args[0] if node.args else None
            for default in node.args[1:]:
                self.visit(default)
            self._picked(function, function.value, key)
            return
        for keyword in node.keywords:
            if keyword.arg is None and self._is_collector(keyword.value):
                self._hand_on(function)
            else:
                self.visit(keyword.value)
        for argument in node.args:
            self.visit(argument)
        self.visit(function)

    def _picked(self, node: ast.AST, holder: ast.expr, key: ast.expr | None) -> None:
        if not self._is_collector(holder):
            self.generic_visit(node)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.taken |= {key.value}
        else:
            self.is_open = True

    def _hand_on(self, function: ast.expr) -> None:
        match function:
            case ast.Attribute(attr="__init__", value=ast.Call(func=ast.Name(id="super"))):
                self.handed_on.append("")
            case ast.Attribute(attr="__init__", value=ast.Name(id=name)):
                self.handed_on.append(name)
            case _:
                self.is_open = True

    def _is_collector(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self._collector


def mentioned(modules: Iterable[str]) -> frozenset[str]:
    """The names of attributes, and texts that may be such names, in these modules' sources."""
    found: set[str] = set()
    for name in modules:
        try:
            tree = ast.parse(inspect.getsource(sys.modules[name]))
        except (KeyError, OSError, TypeError, SyntaxError):
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr=text) | ast.Constant(value=str(text)):
                    found.add(text)
                case ast.AnnAssign(target=ast.Name(id=text)) | ast.Name(id=text, ctx=ast.Store()):
                    found.add(text)
    return frozenset(one for one in found if one.isidentifier())
