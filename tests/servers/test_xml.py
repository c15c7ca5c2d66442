"""The parser of XML streams."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from simulator.servers.xml import StreamParser

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='localhost' version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)


def test_what_arrives_one_byte_at_a_time_is_heard_with_its_last_byte() -> None:
    """Expat 2.6 and later defers what it could parse unless it is told not to."""
    headers: list[dict[str, str]] = []
    elements: list[Element] = []
    ends: list[int] = []
    parser = StreamParser(headers.append, elements.append, lambda: ends.append(0))

    def feed(data: bytes) -> None:
        for number in data:
            parser.feed(bytes([number]))

    feed(HEADER)
    assert len(headers) == 1
    for count in range(1, 200):
        feed(b'<message to="ann@localhost" id="%d"><body>hello</body></message>' % count)
        assert [element.get("id") for element in elements[-1:]] == [str(count)]
    feed(b"</stream:stream>")
    assert len(elements) == 199
    assert ends == [0]
