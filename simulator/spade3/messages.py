"""What SPADE's messages say, read from their stanzas."""

from __future__ import annotations

from spade.message import SPADE_X_METADATA

from simulator.agents.observer import Content
from simulator.agents.shared.messages import make_content
from simulator.spade3 import types

_THREAD = "_thread_node"


def content_of(stanza: types.MessageStanza) -> Content:
    """What a message stanza says, as SPADE reads it: thread and metadata are a form of XEP-0004."""
    texts = stanza.body
    body = texts.get(None) or next(iter(texts.values()), None)
    fields = {
        field.var or "": next(iter(field.values), None) or ""
        for form in stanza.xep0004_data
        if form.title == SPADE_X_METADATA
        for field in form.fields
    }
    thread = fields.pop(_THREAD, "")
    return make_content(body, fields.items(), thread)


def content_inside(message: types.Message) -> Content:
    """What a message says that SPADE hands over itself."""
    return make_content(message.body, message.metadata.items(), message.thread)


def error_of(stanza: types.MessageStanza) -> str:
    """The condition of a message that came back (RFC 6120, 8.3.3); empty for any other."""
    if stanza.type_.value != "error":
        return ""
    return stanza.error.condition.value[1] if stanza.error is not None else "undefined-condition"
