"""The quicker writer sends the bytes that aioxmpp's sends."""

from __future__ import annotations

import io
from typing import Any

import aioxmpp
import aioxmpp.ping
import aioxmpp.xml
import pytest
from aioxmpp import roster, structs
from hypothesis import given
from hypothesis import strategies as st

from simulator.spade3 import patches

JIDS = st.sampled_from(["a@b", "a@b/c", "a@b/<&>", "a@b/'\"", "a@b/ü"]).map(aioxmpp.JID.fromstr)
IDS = st.sampled_from(["s1", "s2", "<&>", "'\""])


@st.composite
def presences(draw: Any) -> aioxmpp.Presence:
    stanza = aioxmpp.Presence(
        type_=draw(st.sampled_from(structs.PresenceType)),
        show=draw(st.sampled_from(structs.PresenceShow)),
        to=draw(st.none() | JIDS),
        from_=draw(st.none() | JIDS),
        id_=draw(st.none() | IDS),
    )
    if draw(st.booleans()):
        stanza.status[None] = draw(st.sampled_from(["", "here", "<ü> & \"x\" 'y'"]))
    if draw(st.booleans()):
        stanza.status[structs.LanguageTag.fromstr("de")] = "da"
    stanza.priority = draw(st.sampled_from([0, 7]))
    return stanza


def payload(name: str) -> Any:
    """One of a few payloads of IQs."""
    if name == "ping":
        return aioxmpp.ping.Ping()
    query = roster.xso.Query()
    if name == "set":
        query.items.append(roster.xso.Item(aioxmpp.JID.fromstr("u@v"), name="n"))
    return query


@st.composite
def iqs(draw: Any) -> aioxmpp.IQ:
    name = draw(st.sampled_from(["", "ping", "get", "set"]))
    return aioxmpp.IQ(
        type_=draw(st.sampled_from(structs.IQType)),
        to=draw(st.none() | JIDS),
        id_=draw(IDS),
        payload=payload(name) if name else None,
    )


def written(stanzas: list[Any]) -> bytes:
    out = io.BytesIO()
    writer = aioxmpp.xml.XMLStreamWriter(out, "b", nsmap={None: "jabber:client"})
    writer.start()
    for stanza in stanzas:
        writer.send(stanza)
    writer.close()
    return out.getvalue()


@given(st.lists(presences() | iqs(), max_size=8))
def test_the_same_bytes(stanzas: list[Any]) -> None:
    """Of two streams: the second one writes what the first has taught."""
    stock = written(stanzas)
    with patches.tuning():
        assert written(stanzas) == stock
        assert written(stanzas) == stock


def test_what_was_said_before_is_not_serialised(monkeypatch: pytest.MonkeyPatch) -> None:
    serialised: list[Any] = []
    stock = aioxmpp.xml.XMLStreamWriter.send

    def noted(writer: Any, stanza: Any) -> None:
        serialised.append(stanza)
        stock(writer, stanza)

    pings = [
        aioxmpp.IQ(structs.IQType.GET, id_=number, payload=aioxmpp.ping.Ping())
        for number in ("s1", "s2", "s3")
    ]
    monkeypatch.setattr(aioxmpp.xml.XMLStreamWriter, "send", noted)
    with patches.tuning():
        found = written(pings)
    assert [b'id="s%d"' % number in found for number in (1, 2, 3)] == [True, True, True]
    assert serialised == pings[:1]


def test_a_broken_stanza_leaves_nothing() -> None:
    stanza = aioxmpp.Presence(show=structs.PresenceShow.DND)
    stock = written([stanza])
    broken = aioxmpp.Presence(type_=structs.PresenceType.AVAILABLE)
    broken.status[None] = "a control character: \x01"
    out = io.BytesIO()
    with patches.tuning():
        writer = aioxmpp.xml.XMLStreamWriter(out, "b", nsmap={None: "jabber:client"})
        writer.start()
        for _ in range(2):
            with pytest.raises(ValueError, match="control"):
                writer.send(broken)
        writer.send(stanza)
        writer.close()
    assert out.getvalue() == stock
