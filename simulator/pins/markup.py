"""XML in and out of aioxmpp's streams, quicker, with the same bytes and the same events."""

from __future__ import annotations

import contextlib
import functools
from typing import Any
from xml.sax import expatreader, handler

import aioxmpp.protocol
import aioxmpp.structs
import aioxmpp.xml
from aioxmpp.structs import CompatibilityMixin
from aioxmpp.xso.model import _PropBase

from simulator.pins.replacing import replace

_GENERATOR_STATE = (
    "_ns_prefixes_floating_in",
    "_ns_prefixes_floating_out",
    "_ns_decls_floating_in",
    "_curr_ns_map",
    "_ns_map_stack",
    "_ns_auto_prefixes_floating_in",
)
"""Collections that `XMPPXMLGenerator` changes while it writes."""


def enter(stack: contextlib.ExitStack) -> None:
    """Put the quicker parser and writer in place until `stack` is closed."""
    replace(stack, aioxmpp.xml, "make_parser", functools.partial(_make_parser, {}))
    replace(stack, aioxmpp.xml.XMLStreamWriter, "send", _send)
    stream = aioxmpp.protocol.XMLStream
    replace(stack, stream, "_kill_state", _killing(stream._kill_state))
    replace(stack, _PropBase, "__get__", _getter(_PropBase.__get__))
    replace(stack, CompatibilityMixin, "__eq__", _equality(CompatibilityMixin.__eq__))


class _Parser(expatreader.ExpatParser):
    """The stock parser, which remembers names and hands attributes over as a dict."""

    # What xml.sax does not tell of itself.
    _cont_handler: Any
    _parser: Any

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        # All streams have the same few names: one table for all.
        self._interning = names

    def reset(self) -> None:
        super().reset()
        # aioxmpp's handler does nothing with them.
        self._parser.StartNamespaceDeclHandler = None
        self._parser.EndNamespaceDeclHandler = None

    def start_element_ns(self, name: str, attrs: Any) -> None:
        attributes = {_pair(key): value for key, value in attrs.items()}
        self._cont_handler.startElementNS(_pair(name), None, attributes)

    def end_element_ns(self, name: str) -> None:
        self._cont_handler.endElementNS(_pair(name), None)

    def release(self) -> None:
        """Let go of expat, which refers back to this. Nothing is fed afterwards."""
        self._parser = None


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


def _make_parser(names: dict[str, str]) -> _Parser:
    parser = _Parser(names)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setFeature(handler.feature_external_ges, False)
    parser.setProperty(handler.property_lexical_handler, aioxmpp.xml.XMPPLexicalHandler)
    return parser


def _send(self: Any, xso: Any) -> None:
    """`XMLStreamWriter.send` with a list for a buffer; all or nothing, as there."""
    writer = self._writer
    if writer._buf_in_use:
        raise RuntimeError("nested use of buffer() is not supported")
    state = {name: getattr(writer, name).copy() for name in _GENERATOR_STATE}
    state["_pending_start_element"] = writer._pending_start_element
    state["_ns_counter"] = writer._ns_counter
    write, flush = writer._write, writer._flush
    parts: list[bytes] = []
    writer._buf_in_use, writer._write, writer._flush = True, parts.append, None
    try:
        xso.xso_serialise_to_sax(writer)
    except BaseException:
        vars(writer).update(state)
        raise
    finally:
        writer._buf_in_use, writer._write, writer._flush = False, write, flush
    write(b"".join(parts))
    if flush:
        flush()


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


def _equality(stock: Any) -> Any:
    """`CompatibilityMixin.__eq__` of aioxmpp's enumerations, whose members are few objects."""

    def equal(self: Any, other: Any) -> Any:
        if self is other:
            return True
        return type(self) is not type(other) and stock(self, other)

    return equal
