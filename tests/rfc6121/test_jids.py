"""Preparing JIDs, held against aioxmpp's implementation of RFC 6122."""

from __future__ import annotations

import aioxmpp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import StanzaRefused
from simulator.rfc6121.jids import LONGEST, prepare


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("Ann@Example.ORG/Desk", "ann@example.org/Desk"),
        ("größe@localhost", "grösse@localhost"),
        ("ﬁ@localhost/ﬁ", "fi@localhost/fi"),
        ("a\u00adnn@localhost", "ann@localhost"),
        ("localhost", "localhost"),
        ("שלום@localhost", "שלום@localhost"),
    ],
)
def test_what_is_the_same_address(text: str, prepared: str) -> None:
    assert str(prepare(text)) == prepared


@pytest.mark.parametrize(
    "text",
    [
        *("", "@localhost", "a@", "a@b/", "a@b@c", "a b@localhost", "a&b@localhost"),
        *("\u00ad@localhost", "a@\u00ad", "a@b/\u00ad", "a\u0000@b", "a@b/\u0007", "😀@b"),
        *("שלוםa@localhost", "1שלום@localhost", "\ud800@b", "a@b\uff20c", "a@b\uff0fc"),
        *("a" * (LONGEST + 1) + "@b", "a@b/" + "é" * 512),
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(StanzaRefused, match="jid-malformed"):
        prepare(text)


letters = st.one_of(st.sampled_from("aAß ﬁ.\u200b\u00adש\u06dd\u0130&"), st.characters())


@settings(deadline=None, max_examples=500)
@given(st.text(letters, max_size=4), st.text(letters, max_size=4), st.text(letters, max_size=4))
def test_it_prepares_as_aioxmpp_does(local: str, domain: str, resource: str) -> None:
    text = f"{local}@{domain}/{resource}"
    try:
        prepared = str(prepare(text))
    except StanzaRefused:
        return
    assert prepared == str(aioxmpp.JID.fromstr(text))
