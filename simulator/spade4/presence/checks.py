"""What may be given to the presence manager, checked before anything changes.

Each function takes what a user gave and returns what SPADE and slixmpp want, or raises TypeError
or ValueError with what was wrong and what was expected.
"""

from __future__ import annotations

from enum import Enum

from slixmpp import JID, InvalidJID
from spade.presence import PresenceInfo, PresenceShow, PresenceType

from simulator.agents.shared.arguments import agent_address, priority_value, xml_text


class Kept(Enum):
    """What an argument is that was not given."""

    KEPT = "as it was"


KEPT = Kept.KEPT
_TYPES = (PresenceType.AVAILABLE, PresenceType.UNAVAILABLE)


def bare_jid(peer: object) -> JID:
    """The bare JID of `peer`, a string such as ``name@domain`` or a `slixmpp.JID`.

    Raises TypeError for another type, ValueError for a string that is not the JID of an agent.
    """
    if not isinstance(peer, JID | str):
        raise TypeError(f"{peer!r} is not a JID: expected a str or a slixmpp.JID")
    try:
        jid = JID(peer)
    except InvalidJID as error:
        raise ValueError(f"{peer!r} is not a JID: {error} (expected name@domain)") from error
    agent_address(jid.node, jid.domain, peer)
    return JID(jid.bare)


def changed(
    was: PresenceInfo, presence_type: object, show: object, status: object, priority: object
) -> PresenceInfo:
    """The presence of these four, which must go together; `KEPT` is as it was.

    An unavailable one has no show (RFC 6121, section 4.7.2.1).
    """
    kind = was.type if presence_type is KEPT else _type(presence_type)
    gone = kind is PresenceType.UNAVAILABLE
    usual = PresenceShow.NONE if gone else was.show
    known = usual if show is KEPT else _show(show)
    if gone and known is not PresenceShow.NONE:
        raise ValueError(
            f"presence_type={kind} does not go with show={known}: an unavailable agent can only"
            f" have {PresenceShow.NONE}"
        )
    return PresenceInfo(
        kind,
        known,
        was.status if status is KEPT else _status(status),
        was.priority if priority is KEPT else priority_value(priority),
    )


def _type(presence_type: object) -> PresenceType:
    if presence_type not in _TYPES:
        known = " or ".join(map(str, _TYPES))
        raise ValueError(f"presence_type={presence_type!r} is no presence (expected {known})")
    return presence_type


def _show(show: object) -> PresenceShow:
    if not isinstance(show, PresenceShow):
        known = ", ".join(map(str, PresenceShow))
        raise ValueError(f"show={show!r} is not a show (expected one of {known})")
    return show


def _status(status: object) -> str | None:
    if status is None:
        return None
    if not isinstance(status, str):
        raise TypeError(f"status={status!r} is neither a str nor None")
    return xml_text(status, "status")
