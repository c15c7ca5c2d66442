"""XML streams, bytes to elements and elements to text (RFC 6120, section 4).

The parser is expat. It refuses what RFC 6120, section 11.1 forbids (document types, comments,
processing instructions), elements that are too large or too deep, and malformed XML, each with
the stream error of section 4.9.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from simulator.errors import SimulatorError

CLIENT = "jabber:client"
STREAMS = "http://etherx.jabber.org/streams"
STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"
XML = "http://www.w3.org/XML/1998/namespace"

MAX_STANZA_BYTES = 1 << 18
"""Larger elements are refused with policy-violation (RFC 6120, section 13.12)."""
MAX_DEPTH = 64
"""Deeper elements are refused with policy-violation."""

_SEPARATOR = " "


class StreamError(SimulatorError):
    """A stream error to send to the peer before closing (RFC 6120, section 4.9)."""

    def __init__(self, condition: str, text: str = "") -> None:
        self.condition = condition
        self.text = text
        super().__init__(f"{condition}: {text}" if text else condition)


class StreamParser:
    """Feeds on bytes; calls `on_header(attributes)`, `on_element(element)` and `on_end()`.

    Elements are `xml.etree.ElementTree.Element` with ``{namespace}local`` tags. After a stream
    restart a new parser is needed.
    """

    def __init__(
        self,
        on_header: Callable[[dict[str, str]], None],
        on_element: Callable[[Element], None],
        on_end: Callable[[], None],
    ) -> None:
        self._on_header = on_header
        self._on_element = on_element
        self._on_end = on_end
        self._depth = 0
        self._builder: TreeBuilder | None = None
        self._started_at = 0
        self._fed = 0
        self._parser = _new_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _refuse("a document type declaration")
        self._parser.CommentHandler = _refuse("a comment")
        self._parser.ProcessingInstructionHandler = _refuse("a processing instruction")

    def close(self) -> None:
        """Let go of the memory: expat and all handlers refer back to this. Feed it no more."""
        del self._parser, self._on_header, self._on_element, self._on_end

    def feed(self, data: bytes) -> None:
        """Parse some more. Raises StreamError for what the stream must be closed for."""
        self._fed += len(data)
        try:
            self._parser.Parse(data, False)
        except expat.ExpatError as error:
            raise StreamError("not-well-formed", expat.errors.messages[error.code]) from None
        if self._depth != 1 and self._fed - self._started_at > MAX_STANZA_BYTES:
            raise StreamError("policy-violation", f"an element over {MAX_STANZA_BYTES} bytes")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._start_stream(name, attributes)
            return
        if self._depth > MAX_DEPTH:
            raise StreamError("policy-violation", f"elements nested over {MAX_DEPTH} deep")
        if self._builder is None:
            self._builder = TreeBuilder()
            self._started_at = self._parser.CurrentByteIndex
        self._builder.start(_clark(name), {_clark(key): attributes[key] for key in attributes})

    def _start_stream(self, name: str, attributes: dict[str, str]) -> None:
        if name != f"{STREAMS}{_SEPARATOR}stream":
            raise StreamError("bad-format", "the root element is not a stream")
        self._on_header(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._on_end()
            return
        builder = self._builder
        assert builder is not None
        element = builder.end(_clark(name))
        if self._depth == 1:
            self._builder = None
            self._check_size()
            self._started_at = self._fed
            self._on_element(element)

    def _check_size(self) -> None:
        if self._parser.CurrentByteIndex - self._started_at > MAX_STANZA_BYTES:
            raise StreamError("policy-violation", f"an element over {MAX_STANZA_BYTES} bytes")

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)
        elif self._depth == 1 and not text.isspace():
            raise StreamError("bad-format", "text between stanzas")


def _new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
    if hasattr(parser, "SetReparseDeferralEnabled"):
        # From 2.6 on expat waits for more bytes before it looks again at an element that came in
        # pieces, so that it would be heard only with the next one.
        parser.SetReparseDeferralEnabled(False)
    return parser


def _refuse(what: str) -> Callable[..., None]:
    def handler(*_arguments: object) -> None:
        raise StreamError("restricted-xml", what)

    return handler


def _clark(name: str) -> str:
    namespace, found, local = name.rpartition(_SEPARATOR)
    return f"{{{namespace}}}{local}" if found else name


def split_tag(tag: str) -> tuple[str, str]:
    """``{namespace}local`` -> (namespace, local)."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return namespace, local
    return "", tag


def serialise(elements: Iterable[Element], namespace: str = CLIENT) -> str:
    """Elements as text that stands inside an element of `namespace`."""
    parts: list[str] = []
    for element in elements:
        _write(element, namespace, parts)
    return "".join(parts)


def _write(element: Element, inherited: str, parts: list[str]) -> None:
    namespace, local = split_tag(element.tag)
    parts.append(f"<{local}")
    if namespace != inherited:
        parts.append(f" xmlns={quoteattr(namespace)}")
    for number, (key, value) in enumerate(element.items()):
        parts.append(_attribute(number, key, value))
    if not len(element) and not element.text:
        parts.append("/>")
        return
    parts.append(f">{escape(element.text or '')}")
    for child in element:
        _write(child, namespace, parts)
        parts.append(escape(child.tail or ""))
    parts.append(f"</{local}>")


def _attribute(number: int, key: str, value: str) -> str:
    namespace, local = split_tag(key)
    if not namespace:
        return f" {local}={quoteattr(value)}"
    if namespace == XML:
        return f" xml:{local}={quoteattr(value)}"
    prefix = f"a{number}"
    return f" xmlns:{prefix}={quoteattr(namespace)} {prefix}:{local}={quoteattr(value)}"


def stream_header(domain: str, stream_id: str) -> str:
    """The server's stream header (RFC 6120, section 4.7)."""
    return (
        "<?xml version='1.0'?>"
        f"<stream:stream xmlns={quoteattr(CLIENT)} xmlns:stream={quoteattr(STREAMS)}"
        f" from={quoteattr(domain)} id={quoteattr(stream_id)} version='1.0'>"
    )


def stream_error(error: StreamError) -> str:
    """A stream error element (RFC 6120, section 4.9)."""
    text = f"<text xmlns={quoteattr(STREAM_ERRORS)}>{escape(error.text)}</text>"
    return (
        f"<stream:error><{error.condition} xmlns={quoteattr(STREAM_ERRORS)}/>"
        f"{text if error.text else ''}</stream:error>"
    )


STREAM_FOOTER = "</stream:stream>"
