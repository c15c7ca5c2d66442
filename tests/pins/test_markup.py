"""The quicker parser and writer do what aioxmpp's do."""

from __future__ import annotations

import io
from typing import Any

import aioxmpp
import aioxmpp.xml
import aioxmpp.xso
import pytest
from aioxmpp import errors, structs

from simulator import pins

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='1' from='a'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)
PRESENCE = (
    b"<presence from='a@b/c' id='1' xml:lang='de'><show>dnd</show><status>ja &amp; nein</status>"
    b"<x:y xmlns:x='urn:other' x:z='1'>text</x:y></presence>"
)


def parsed(data: bytes) -> list[Any]:
    """What aioxmpp's parser makes of a stream with stanzas."""
    found: list[Any] = []
    processor = aioxmpp.xml.XMPPXMLProcessor()
    processor.stanza_parser = aioxmpp.xso.XSOParser()
    processor.stanza_parser.add_class(aioxmpp.Presence, found.append)
    parser = aioxmpp.xml.make_parser()
    parser.setContentHandler(processor)
    parser.feed(HEADER)
    parser.feed(data)
    return [aioxmpp.xml.serialize_single_xso(stanza) for stanza in found]


def test_the_same_stanzas_are_read() -> None:
    stock = parsed(PRESENCE * 3)
    assert len(stock) == 3
    with pins.tuning():
        assert parsed(PRESENCE * 3) == stock


@pytest.mark.parametrize("data", [b"<!-- -->", b"<?x y?>"])
def test_restricted_xml_is_refused(data: bytes) -> None:
    with pins.tuning(), pytest.raises(errors.StreamError):
        parsed(data)


def written(stanza: Any, *, broken: bool = False) -> bytes:
    out = io.BytesIO()
    writer = aioxmpp.xml.XMLStreamWriter(out, "b", nsmap={None: "jabber:client"})
    writer.start()
    if broken:
        bad = aioxmpp.Presence(type_=structs.PresenceType.AVAILABLE)
        bad.status[None] = "a control character: \x01"
        with pytest.raises(ValueError, match="control"):
            writer.send(bad)
    writer.send(stanza)
    writer.close()
    return out.getvalue()


def test_the_same_bytes_are_written_and_a_broken_stanza_leaves_none() -> None:
    stanza = aioxmpp.Presence(show=structs.PresenceShow.DND)
    stanza.status[None] = '<ü> & "x"'
    stock = written(stanza)
    with pins.tuning():
        assert written(stanza) == stock
        assert written(stanza, broken=True) == stock


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
