"""What SPADE's messages say, read from their stanzas."""

from __future__ import annotations

import spade.message

from simulator.agents.observer import Content
from simulator.agents.shared.messages import make_content
from simulator.spade4 import types


def content_of(stanza: types.Stanza) -> Content:
    """What a message stanza says, as SPADE reads it."""
    return content_inside(spade.message.Message.from_node(stanza))


def content_inside(message: types.Message) -> Content:
    """What a message says that SPADE hands over itself."""
    return make_content(message.body, message._metadata.items(), message.thread)


def error_of(stanza: types.Stanza) -> str:
    """The condition of a message that came back (RFC 6120, 8.3.3); empty for any other."""
    if stanza["type"] != "error":
        return ""
    return str(stanza["error"]["condition"]) or "undefined-condition"
