"""What the generations of SPADE call differently, for agents of tests that run with either."""

from __future__ import annotations

from typing import Any


def approve(presence: Any, jid: str) -> None:
    """Approve a subscription request."""
    word = "approve" if hasattr(presence, "approve") else "approve_subscription"
    getattr(presence, word)(jid)


def show(presence: Any, show: str, status: str | None = None) -> None:
    """Become available with a show, and a status."""
    import spade.presence  # noqa: PLC0415  (without the other generation's library)

    if hasattr(spade.presence, "PresenceInfo"):
        presence.set_presence(show=spade.presence.PresenceShow(show), status=status)
        return
    from aioxmpp import PresenceShow, PresenceState  # noqa: PLC0415

    presence.set_presence(state=PresenceState(True, PresenceShow(show)), status=status)
