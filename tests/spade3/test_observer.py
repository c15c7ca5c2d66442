from __future__ import annotations

from aioxmpp import Presence, PresenceType
from aioxmpp.structs import LanguageTag

from simulator.spade3.observer import status_text


def test_the_streams_own_language_is_the_default_one() -> None:
    english, spanish = map(LanguageTag.fromstr, ("en", "es"))
    stanza = Presence(type_=PresenceType.AVAILABLE)
    assert status_text(stanza.status, english) == ()
    stanza.status.update({english: "Lunch", spanish: "Comida"})
    assert status_text(stanza.status, english) == (("", "Lunch"), ("es", "Comida"))
    assert status_text(stanza.status) == (("en", "Lunch"), ("es", "Comida"))
    assert status_text(stanza.status, LanguageTag.fromstr("EN")) == (
        ("", "Lunch"),
        ("es", "Comida"),
    )


def test_an_empty_text_is_a_text() -> None:
    stanza = Presence(type_=PresenceType.AVAILABLE)
    stanza.status[None] = None
    assert status_text(stanza.status) == (("", ""),)
