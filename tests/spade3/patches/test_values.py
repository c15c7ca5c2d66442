"""Values of aioxmpp's stanzas, read and compared as before."""

from __future__ import annotations

import contextlib

import aioxmpp
import pytest
from aioxmpp import structs, xso

from simulator.spade3 import patches


def test_enumerations_and_attributes_compare_as_before() -> None:
    dnd, away = structs.PresenceShow.DND, structs.PresenceShow.AWAY
    with patches.tuning():
        assert dnd == structs.PresenceShow("dnd")
        assert dnd != away
        assert dnd != None  # noqa: E711
        with pytest.warns(DeprecationWarning, match="will not compare equal"):
            assert dnd == "dnd"
        assert aioxmpp.Presence().show is structs.PresenceShow.NONE
        with pytest.raises(AttributeError, match="unset"):
            _ = aioxmpp.IQ.__new__(aioxmpp.IQ).type_


class Part(xso.XSO):
    TAG = ("urn:test", "part")
    name = xso.Attr("name")

    def validate(self) -> None:
        super().validate()
        if self.name == "wrong":
            raise ValueError("wrong")


class More(Part):
    TAG = ("urn:test", "more")


class Item(Part):
    TAG = ("urn:test", "item")


class Whole(xso.XSO):
    TAG = ("urn:test", "whole")
    part = xso.Child([Part])
    more = xso.Child([More], required=True)
    parts = xso.ChildList([Item])
    text = xso.ChildText(("urn:test", "text"))
    note = xso.ChildText(("urn:test", "note"), default=None)


def made(kind: type[Part], name: str) -> Part:
    part = kind()
    part.name = name
    return part


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"more": "a", "text": "t"}, ""),
        ({"more": "a", "text": "t", "part": "b", "parts": "c"}, ""),
        ({"text": "t"}, "missing required member"),
        ({"more": "a"}, "attribute is unset"),
        ({"more": "wrong", "text": "t"}, "wrong"),
        ({"more": "a", "text": "t", "part": "wrong"}, "wrong"),
        ({"more": "a", "text": "t", "parts": "wrong"}, "wrong"),
    ],
)
@pytest.mark.parametrize("tuned", [True, False])
def test_what_is_inside_is_validated_as_before(
    values: dict[str, str], error: str, tuned: bool
) -> None:
    with patches.tuning() if tuned else contextlib.nullcontext():
        whole = Whole()
        for name, value in values.items():
            if name == "parts":
                whole.parts.append(made(Item, value))
            elif name == "text":
                whole.text = value
            else:
                setattr(whole, name, made({"part": Part, "more": More}[name], value))
        with pytest.raises(ValueError, match=error) if error else contextlib.nullcontext():
            whole.validate()


def test_a_child_that_is_registered_later_is_validated() -> None:
    class Late(xso.XSO):
        TAG = ("urn:test", "late")
        part = xso.Child([More])

    with patches.tuning():
        Late().validate()
        Late.added = xso.Child([Part])
        late = Late()
        late.added = made(Part, "wrong")
        with pytest.raises(ValueError, match="wrong"):
            late.validate()
