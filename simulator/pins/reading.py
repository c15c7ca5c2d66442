"""XML into aioxmpp's stanzas, quicker, with the same stanzas at the same moments."""

from __future__ import annotations

import contextlib
import functools
import re
from typing import Any
from xml.sax import expatreader, handler

import aioxmpp.protocol
import aioxmpp.xml
from aioxmpp.stream import StanzaStream
from aioxmpp.utils import namespaces

from simulator.pins.replacing import replace
from simulator.pins.templates import Templates

_IN_STREAM = aioxmpp.xml.ProcessorState.STREAM_HEADER_PROCESSED
_BOUNDARY = re.compile(rb"(?<=>)(?=<(?:presence|iq) )")
_STANZA = re.compile(rb"<(presence|iq) ")


def enter(stack: contextlib.ExitStack) -> None:
    """Put the quicker parser in place until `stack` is closed."""
    make = functools.partial(_make_parser, {}, Templates())
    replace(stack, aioxmpp.xml, "make_parser", make)
    stream = aioxmpp.protocol.XMLStream
    replace(stack, stream, "_kill_state", _killing(stream._kill_state))


class _Parser(expatreader.ExpatParser):
    """The stock parser, which remembers names and whole stanzas.

    It hands attributes over as a dict. A stanza that is like an earlier one goes to its stream at
    once: expat, which is between two stanzas then, never sees it.
    """

    # What xml.sax does not tell of itself.
    _cont_handler: Any
    _parser: Any

    def __init__(self, names: dict[str, str], templates: Templates) -> None:
        super().__init__()
        # All streams have the same few names: one table for all.
        self._interning = names
        self._templates = templates
        self._fed = 0
        self._is_between = False

    def reset(self) -> None:
        super().reset()
        # aioxmpp's handler does nothing with them.
        self._parser.StartNamespaceDeclHandler = None
        self._parser.EndNamespaceDeclHandler = None

    def feed(self, data: Any, isFinal: bool = False) -> None:  # noqa: N803  (as in xml.sax)
        """Parse some more."""
        if not self._is_between:
            self._parse(data, isFinal)
            return
        pieces = _divide(data)
        for number, piece in enumerate(pieces):
            if self._is_between:
                self._hear(piece)
            elif self._parser is not None:
                self._parse(b"".join(pieces[number:]))
                return

    def _hear(self, piece: bytes) -> None:
        """Take what may be one stanza: from an earlier one, else from expat."""
        processor, templates = self._cont_handler, self._templates
        receive = _receiver(processor, piece)
        divided = templates.divide(piece) if receive is not None else None
        if divided is None:
            self._parse(piece)
            return
        language = processor.remote_lang
        stanza = templates.recall(*divided, language)
        if stanza is not None:
            receive(stanza)
            return
        queue = receive.__self__._incoming_queue._data
        before = len(queue)
        self._parse(piece)
        if self._is_between and len(queue) == before + 1 and queue[-1][1] is None:
            templates.learn(*divided, language, queue[-1][0])

    def _parse(self, data: bytes, is_final: bool = False) -> None:
        self._fed += len(data)
        super().feed(data, is_final)
        processor, parser = self._cont_handler, self._parser
        # Expat has read everything, and no element but the stream's is open.
        self._is_between = (
            parser is not None
            and parser.CurrentByteIndex == self._fed
            and processor._depth == 1
            and processor._state is _IN_STREAM
        )

    def start_element_ns(self, name: str, attrs: Any) -> None:
        attributes = {_pair(key): value for key, value in attrs.items()}
        self._cont_handler.startElementNS(_pair(name), None, attributes)

    def end_element_ns(self, name: str) -> None:
        self._cont_handler.endElementNS(_pair(name), None)

    def release(self) -> None:
        """Let go of expat, which refers back to this. Nothing is fed afterwards."""
        self._parser = None


def _divide(data: bytes) -> list[bytes]:
    """`data` before each presence and IQ; each piece may be one stanza."""
    if b"><presence " in data or b"><iq " in data:
        return _BOUNDARY.split(data)
    return [data]


def _receiver(processor: Any, piece: bytes) -> Any:
    """What takes the stanza that `piece` begins with; None unless it is a `StanzaStream`."""
    match = _STANZA.match(piece)
    if match is None:
        return None
    tag = (namespaces.client, match[1].decode())
    _, receive = processor._stanza_parser._tag_map.get(tag, (None, None))
    return receive if getattr(receive, "__func__", None) is StanzaStream.recv_stanza else None


def _killing(stock: Any) -> Any:
    """`XMLStream._kill_state`, which frees the parser at once and not at a collection."""

    def kill(self: Any) -> None:
        parser = getattr(self, "_parser", None)
        stock(self)
        if isinstance(parser, _Parser):
            parser.release()

    return kill


@functools.lru_cache(1 << 12)
def _pair(name: str) -> tuple[str | None, str]:
    """A name of expat's ("uri local prefix") as namespace and local name."""
    parts = name.split()
    return (None, name) if len(parts) == 1 else (parts[0], parts[1])


def _make_parser(names: dict[str, str], templates: Templates) -> _Parser:
    parser = _Parser(names, templates)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setFeature(handler.feature_external_ges, False)
    parser.setProperty(handler.property_lexical_handler, aioxmpp.xml.XMPPLexicalHandler)
    return parser
