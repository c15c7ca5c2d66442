"""The quicker parser hears what aioxmpp's hears."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from typing import Any

import aioxmpp
import aioxmpp.stream
import aioxmpp.xml
import aioxmpp.xso
import pytest
from aioxmpp import errors
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.spade3 import patches
from simulator.spade3.patches import templates

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='1' from='a'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
LANGUAGE = HEADER.replace(" id=", " xml:lang='de' id=")
ROSTER = "<query xmlns='jabber:iq:roster'>{}</query>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{}</bind>"
STANZAS = (
    '<presence from="a@b/c" to="d@e" id="1"><show>dnd</show></presence>',
    '<presence from="x@y/z" to="d@e" id="2"><show>dnd</show></presence>',
    '<presence from="x@y/z" to="d@e"><show>dnd</show></presence>',
    '<presence from="x@y" to="d@e" type="unavailable"/>',
    '<presence from="a@b" to="d@e" type="subscribe" id="3"/>',
    '<presence from="@/" to="d@e" type="subscribe" id="3"/>',
    "<presence from='a@b/c' id='1' xml:lang='de'><show>dnd</show><status>ja &amp; nein</status>"
    "<x:y xmlns:x='urn:other' x:z='1'>text</x:y></presence>",
    '<presence from="a@b/c"><status>one</status><priority>7</priority></presence>',
    '<presence from="a@b/d"><status>one</status><priority>7</priority></presence>',
    '<presence from="a@b/d"><status xml:lang="fr">un</status></presence>',
    '<presence from="a@b/d"><x xmlns="vcard-temp:x:update"/></presence>',
    '<presence from="a@b/d"><priority>much</priority></presence>',
    '<presence from="a@b/d" type="odd"/>',
    '<iq type="result" to="a@b/c" id="s1"/>',
    '<iq type="result" to="a@b/c" id="s2"/>',
    '<iq type="result" to="a@b/c"/>',
    '<iq type="get" id="p"><ping xmlns="urn:xmpp:ping"/></iq>',
    '<iq type="set" id="r">' + ROSTER.format('<item jid="u@v" subscription="to"/>') + "</iq>",
    '<iq type="set" id="s">' + ROSTER.format('<item jid="w@v" subscription="to"/>') + "</iq>",
    '<iq type="set" id="t">' + ROSTER.format('<item jid="" subscription="to"/>') + "</iq>",
    '<iq type="set" id="u">'
    + ROSTER.format('<item jid="w@v" name="n"><group>g</group></item><item jid="q@v"/>')
    + "</iq>",
    '<iq type="result" id="v">' + ROSTER.format("") + "</iq>",
    '<iq type="set" id="x"><unknown xmlns="urn:unknown"/></iq>',
    '<iq type="result" id="y">' + BIND.format("<jid>a@b/c</jid>") + "</iq>",
    '<iq type="result" id="z">' + BIND.format("<jid>d@e/F</jid>") + "</iq>",
    '<iq type="result" id="z">' + BIND.format("<jid>D@e/f</jid>") + "</iq>",
    '<iq type="result" id="z">' + BIND.format("<jid/>") + "</iq>",
    '<iq type="result" id="z">' + BIND.format("<resource>f</resource>") + "</iq>",
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><x xmlns='urn:x'/>"
    "</stream:features>",
    "<stream:features/>",
    '<message from="a@b/c" to="d@e"><body>hello</body></message>',
    " ",
)


class Queue:
    def __init__(self) -> None:
        self._data: deque[Any] = deque()
        self.put_nowait = self._data.append


def contents(value: Any) -> Any:
    """A stanza as something to compare: aioxmpp's have no equality."""
    if isinstance(value, aioxmpp.xso.XSO):
        inside = value._xso_contents.items()
        return type(value), {prop: contents(inner) for prop, inner in inside}
    if isinstance(value, list):
        return type(value), [contents(inner) for inner in value]
    if isinstance(value, dict):
        return type(value), dict(value)
    return etree.tostring(value) if isinstance(value, etree._Element) else value


def hear(
    chunks: list[bytes], header: str = HEADER, *, stock: bool = False
) -> tuple[list[Any], str]:
    """What a StanzaStream takes of these chunks, and the error that ended it.

    `stock`: of aioxmpp's own parser, on an expat that puts nothing off.
    """
    stream = aioxmpp.stream.StanzaStream.__new__(aioxmpp.stream.StanzaStream)
    queue: Any = Queue()
    stream._incoming_queue = queue
    processor = aioxmpp.xml.XMPPXMLProcessor()
    processor.stanza_parser = aioxmpp.xso.XSOParser()
    for kind in (aioxmpp.Presence, aioxmpp.IQ, aioxmpp.Message):
        processor.stanza_parser.add_class(kind, stream.recv_stanza)
    processor.on_exception = lambda error: stream.recv_erroneous_stanza(
        getattr(error, "partial_obj", None), type(error)
    )
    parser = aioxmpp.xml.make_parser()
    parser.setContentHandler(processor)
    ended = ""
    try:
        parser.feed(header.encode())
        if stock and hasattr(parser._parser, "SetReparseDeferralEnabled"):
            parser._parser.SetReparseDeferralEnabled(False)
        for chunk in chunks:
            parser.feed(chunk)
    except Exception as error:
        ended = type(error).__name__
    with contextlib.suppress(RuntimeError, errors.XMPPError, aioxmpp.stanza.StanzaError):
        processor._driver.close()  # else the generator complains when it is collected
    return [(contents(stanza), error) for stanza, error in queue._data], ended


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(
    stanzas=st.lists(st.sampled_from(STANZAS), max_size=12),
    places=st.lists(st.integers(0, 5_000), max_size=6),
    whole=st.booleans(),
)
def test_stanzas_in_any_chunks(stanzas: list[str], places: list[int], whole: bool) -> None:
    """Of two streams: the second one hears what the first has taught."""
    data = "".join(stanzas).encode()
    chunks = [stanza.encode() for stanza in stanzas] if whole else cut(data, places)
    stock = [hear(chunks, header, stock=True) for header in (HEADER, LANGUAGE, HEADER)]
    with patches.tuning():
        tuned = [hear(chunks, HEADER), hear(chunks, LANGUAGE), hear(chunks, HEADER)]
    assert tuned == stock


def test_a_stanza_that_comes_byte_by_byte_is_heard_with_its_last_byte() -> None:
    """Expat from 2.6 on would put it off until more has come."""
    data = b'<presence from="a@b/c" type="unavailable"/>'
    with patches.tuning():
        heard, _ = hear([bytes([byte]) for byte in data])
        early, _ = hear([bytes([byte]) for byte in data[:-1]])
    assert (len(heard), len(early)) == (1, 0)


@given(
    stanzas=st.lists(st.sampled_from(STANZAS), max_size=4),
    inserted=st.sampled_from(["<", ">", '"', "'", "&", "</presence>", "<iq ", "</stream:stream>"]),
    place=st.integers(0, 1_000),
)
def test_broken_streams_break_alike(stanzas: list[str], inserted: str, place: int) -> None:
    text = "".join(stanzas)
    broken = (text[:place] + inserted + text[place:]).encode()
    chunks = [*(stanza.encode() for stanza in STANZAS), broken]
    stock = hear(chunks, stock=True)
    with patches.tuning():
        hear([stanza.encode() for stanza in stanzas])
        assert hear(chunks) == stock


def test_what_was_heard_before_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    stock = templates.Template.stanza

    def noted(self: Any, *arguments: Any) -> Any:
        made.append(stock(self, *arguments))
        return made[-1]

    monkeypatch.setattr(templates.Template, "stanza", noted)
    with patches.tuning():
        first, _ = hear([STANZAS[0].encode()])
        second, _ = hear([STANZAS[1].encode()])
    assert len(made) == 1
    assert first != second
    assert made[0].from_ == aioxmpp.JID.fromstr("x@y/z")


def test_a_copy_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    data = STANZAS[7].encode()
    made: list[Any] = []
    stock = templates.Template.stanza

    def changed(self: Any, *arguments: Any) -> Any:
        made.append(stock(self, *arguments))
        made[-1].status[None] = "changed"
        return made[-1]

    with patches.tuning():
        hear([data])
        with monkeypatch.context() as patch:
            patch.setattr(templates.Template, "stanza", changed)
            hear([data, data])
        assert [stanza.status[None] for stanza in made] == ["changed", "changed"]
        made.clear()
        (((_, inside), _),), _ = hear([data])
        assert {None: "one"} in [value[1] for value in inside.values() if isinstance(value, tuple)]


@pytest.mark.parametrize("data", [b"<!-- -->", b"<?x y?>"])
def test_restricted_xml_is_refused(data: bytes) -> None:
    with patches.tuning():
        _, ended = hear([STANZAS[0].encode(), data])
    assert ended == errors.StreamError.__name__
