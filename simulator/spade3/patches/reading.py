"""XML into aioxmpp's stanzas, quicker, with the same stanzas at the same moments."""

from __future__ import annotations

import contextlib
import functools
from typing import Any
from xml.sax import expatreader, handler

import aioxmpp.protocol
import aioxmpp.xml
from aioxmpp.stream import StanzaStream
from aioxmpp.utils import namespaces

from simulator.agents.shared.replacing import replace
from simulator.spade3.patches.stanza_cache import (
    Remembered,
    divide,
    divide_jids,
    is_one_element,
    split,
)
from simulator.spade3.patches.templates import Template, make_template

_IN_STREAM = aioxmpp.xml.ProcessorState.STREAM_HEADER_PROCESSED
_TAGS = {f"<{name}".encode(): (namespaces.client, name) for name in ("presence", "iq")}
_NOBODY = (None, None)
_RECEIVE = StanzaStream.recv_stanza
_STREAM = aioxmpp.protocol.XMLStream


def enter(stack: contextlib.ExitStack) -> None:
    """Put the quicker parser in place until `stack` is closed."""
    replace(stack, aioxmpp.xml, "make_parser", functools.partial(_make_parser, _Memory()))
    replace(stack, _STREAM, "_kill_state", _killing(_STREAM._kill_state))


class _Memory:
    """What the streams of a run share: names, and what they heard by what they declare."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._known: dict[Any, Remembered[Template]] = {}

    def known(self, declared: dict[Any, str], language: Any) -> Remembered[Template]:
        """What streams with these namespaces and this language heard."""
        context = (frozenset(declared.items()), language)
        return self._known.setdefault(context, Remembered())


class _Parser(expatreader.ExpatParser):
    """The stock parser, which remembers names and whole stanzas.

    It hands attributes over as a dict. A stanza that is like an earlier one goes to its stream at
    once: expat, which is between two stanzas then, never sees it.
    """

    # What xml.sax does not tell of itself.
    _cont_handler: Any
    _parser: Any

    def __init__(self, memory: _Memory) -> None:
        super().__init__()
        self._interning = memory.names
        self._memory = memory
        self._known: Remembered[Template] = Remembered()
        self._declared: dict[Any, str] = {}
        self._fed = 0
        self._is_between = False

    def reset(self) -> None:
        super().reset()
        if hasattr(self._parser, "SetReparseDeferralEnabled"):
            # From 2.6 on expat waits for more bytes before it looks again at an element that came
            # in pieces: the stanza would be heard only with the next one.
            self._parser.SetReparseDeferralEnabled(False)
        self._parser.StartNamespaceDeclHandler = self._declared.__setitem__
        self._parser.EndNamespaceDeclHandler = None
        self._parser.StartElementHandler = self._start_stream

    def feed(self, data: Any, isFinal: bool = False) -> None:  # noqa: N803  (as in xml.sax)
        """Parse some more."""
        if isFinal:
            self._parse(data, isFinal)
            return
        for piece in split(data):
            if self._is_between:
                self._hear(piece)
            else:
                self._parse(piece)
            if self._parser is None:  # released: the stream has ended
                return

    def _hear(self, piece: bytes) -> None:
        """Take what may be one stanza: from an earlier one, else from expat."""
        receive = _receiver(self._cont_handler, piece)
        divided = divide(piece) if receive is not None else None
        inner = divide_jids(divided[0]) if divided is not None else None
        if divided is None or inner is None:
            self._parse(piece)
            return
        values, (key, jids) = divided[1], inner
        template = self._known.get(key)
        stanza = template.stanza(values, jids) if template is not None else None
        if stanza is not None:
            receive(stanza)
            return
        queue = receive.__self__._incoming_queue._data
        before = len(queue)
        self._parse(piece)
        if self._is_between and len(queue) == before + 1 and is_one_element(key):
            heard, error = queue[-1]
            template = make_template(heard, values, jids) if error is None else None
            if template is not None:
                self._known.add(key, template)

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

    def _start_stream(self, name: str, attrs: Any) -> None:
        """The header: its namespaces and language are those of all stanzas."""
        self._parser.StartNamespaceDeclHandler = None
        self._parser.StartElementHandler = self.start_element_ns
        self.start_element_ns(name, attrs)
        self._known = self._memory.known(self._declared, self._cont_handler.remote_lang)

    def start_element_ns(self, name: str, attrs: Any) -> None:
        attributes = {_pair(key): value for key, value in attrs.items()}
        self._cont_handler.startElementNS(_pair(name), None, attributes)

    def end_element_ns(self, name: str) -> None:
        self._cont_handler.endElementNS(_pair(name), None)

    def release(self) -> None:
        """Let go of expat, which refers back to this. Nothing is fed afterwards."""
        self._parser = None


def _receiver(processor: Any, piece: bytes) -> Any:
    """What takes the stanza that `piece` begins with; None unless it is a `StanzaStream`."""
    tag = _TAGS.get(piece[: piece.find(b" ")])
    _, receive = processor._stanza_parser._tag_map.get(tag, _NOBODY)
    return receive if getattr(receive, "__func__", None) is _RECEIVE else None


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


def _make_parser(memory: _Memory) -> _Parser:
    parser = _Parser(memory)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setFeature(handler.feature_external_ges, False)
    parser.setProperty(handler.property_lexical_handler, aioxmpp.xml.XMPPLexicalHandler)
    return parser
