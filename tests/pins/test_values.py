"""Values of aioxmpp's stanzas, read and compared as before."""

from __future__ import annotations

import aioxmpp
import pytest
from aioxmpp import structs

from simulator import pins


def test_enumerations_and_attributes_compare_as_before() -> None:
    dnd, away = structs.PresenceShow.DND, structs.PresenceShow.AWAY
    with pins.tuning():
        assert dnd == structs.PresenceShow("dnd")
        assert dnd != away
        assert dnd != None  # noqa: E711
        with pytest.warns(DeprecationWarning, match="will not compare equal"):
            assert dnd == "dnd"
        assert aioxmpp.Presence().show is structs.PresenceShow.NONE
        with pytest.raises(AttributeError, match="unset"):
            _ = aioxmpp.IQ.__new__(aioxmpp.IQ).type_
