"""What may be given to the presence manager, checked before anything changes.

Each function takes what a user gave and returns what aioxmpp wants, or raises TypeError or
ValueError with what was wrong and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aioxmpp import JID, PresenceShow, PresenceState
from aioxmpp.structs import LanguageTag

from simulator.agents.shared.arguments import agent_address, xml_text

# XML Schema's xs:language, which xml:lang must match.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class PlainTag(LanguageTag):
    """A language that was given as a plain string, and is to be read back as one."""

    __slots__ = ()


def bare_jid(peer: object) -> JID:
    """The bare JID of `peer`, a string such as ``name@domain`` or an `aioxmpp.JID`.

    Raises TypeError for another type, ValueError for a string that is not the JID of an agent.
    """
    if isinstance(peer, JID):
        return peer.bare()
    if not isinstance(peer, str):
        raise TypeError(f"{peer!r} is not a JID: expected a str or an aioxmpp.JID")
    try:
        jid = JID.fromstr(peer).bare()
    except ValueError as error:
        raise ValueError(f"{peer!r} is not a JID: {error} (expected name@domain)") from error
    agent_address(jid.localpart, jid.domain, peer)
    return jid


def presence_show(show: object) -> PresenceShow:
    """A `PresenceShow`; its value, such as ``"chat"``, is taken too, as SPADE does."""
    try:
        return PresenceShow(show)
    except ValueError:
        known = ", ".join(str(member) for member in PresenceShow)
        raise ValueError(f"show={show!r} is not a show (expected one of {known})") from None


def presence_state(available: object, show: object) -> PresenceState:
    """The state of these two. An unavailable one has no show (RFC 6121, section 4.7.2.1)."""
    if not isinstance(available, bool):
        raise TypeError(f"availability={available!r} is not a bool")
    known = presence_show(show)
    if not available and known is not PresenceShow.NONE:
        raise ValueError(
            f"availability={available} does not go with show={known}: an unavailable agent can"
            f" only have {PresenceShow.NONE}"
        )
    return PresenceState(available, known)


def whole_state(state: object) -> PresenceState:
    """`state` when it is a `PresenceState`."""
    if not isinstance(state, PresenceState):
        raise TypeError(f"state={state!r} is not an aioxmpp.PresenceState")
    return state


def status_texts(status: object) -> dict[LanguageTag | None, str]:
    """Texts by language from one text, or a mapping of languages (None, str, LanguageTag)."""
    if isinstance(status, str):
        status = {None: status}
    if not isinstance(status, Mapping):
        raise TypeError(f"status={status!r} is neither a str nor a dict of language to text")
    texts: dict[LanguageTag | None, str] = {}
    for language, text in status.items():
        tag = _language_tag(language)
        if tag in texts:
            raise ValueError(f"status names the language {language!r} twice")
        texts[tag] = _status_text(language, text)
    return texts


def _language_tag(language: object) -> LanguageTag | None:
    if language is None:
        return None
    if not isinstance(language, str | LanguageTag):
        raise TypeError(f"status language {language!r} is neither a str nor None")
    if not _LANGUAGE.fullmatch(str(language)):
        raise ValueError(
            f"status language {str(language)!r} is not a language tag (expected one such as"
            " 'es' or 'pt-BR', or None for the default)"
        )
    return PlainTag(tag=language) if isinstance(language, str) else language


def _status_text(language: object, text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"status text {text!r} of language {language!r} is not a str")
    return xml_text(text, f"status text of language {language!r}")
