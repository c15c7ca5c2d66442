"""What stanzas are made of, quicker: defaults and enumerations of aioxmpp."""

from __future__ import annotations

import contextlib
from typing import Any

from aioxmpp.structs import CompatibilityMixin
from aioxmpp.xso import XSO, Child, ChildText
from aioxmpp.xso.model import _PropBase

from simulator.agents.shared.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put the quicker values in place until `stack` is closed."""
    replace(stack, _PropBase, "__get__", _getter(_PropBase.__get__))
    replace(stack, XSO, "validate", _validating())
    replace(stack, CompatibilityMixin, "__eq__", _equality(CompatibilityMixin.__eq__))


def _getter(stock: Any) -> Any:
    """`_PropBase.__get__`, for which a default is nothing exceptional."""
    missing = object()
    incomplete, no_default = _PropBase._PropBase__INCOMPLETE, _PropBase.NO_DEFAULT

    def get(self: Any, instance: Any, owner: Any) -> Any:
        if instance is None:
            return stock(self, instance, owner)
        value = instance._xso_contents.get(self, missing)
        if value is missing and self.default is not no_default:
            return self.default
        if value is missing or value is incomplete:
            return stock(self, instance, owner)
        return value

    return get


def _validating() -> Any:
    """`XSO.validate`, which goes through a set in the order of a list, which is slow to go through.

    What is not set and has a default is right: it is not asked.
    """
    known: dict[Any, tuple[Any, ...]] = {}

    def validate(self: Any) -> None:
        kind, contents = type(self), self._xso_contents
        children = known.get(kind)
        if children is None or len(children) != len(kind.CHILD_PROPS):
            children = known[kind] = tuple(kind.CHILD_PROPS)
        for child in children:
            if child in contents or type(child) not in _MAY_BE_UNSET or child.default is not None:
                child.validate_contents(self)

    return validate


_MAY_BE_UNSET = (Child, ChildText)


def _equality(stock: Any) -> Any:
    """`CompatibilityMixin.__eq__` of aioxmpp's enumerations, whose members are few objects."""

    def equal(self: Any, other: Any) -> Any:
        if self is other:
            return True
        return type(self) is not type(other) and stock(self, other)

    return equal
