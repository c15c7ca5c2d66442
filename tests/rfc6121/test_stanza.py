from __future__ import annotations

import pytest

from simulator.errors import StanzaRefused
from simulator.rfc6121.stanza import Jid, Presence, addressed, parse_jid, parse_priority


@pytest.mark.parametrize(
    ("text", "local", "domain", "resource"),
    [
        ("romeo@example.org/orchard", "romeo", "example.org", "orchard"),
        ("romeo@example.org", "romeo", "example.org", ""),
        ("example.org", "", "example.org", ""),
        ("example.org/admin", "", "example.org", "admin"),
        ("romeo@example.org/a/b@c", "romeo", "example.org", "a/b@c"),
    ],
)
def test_rfc6122_2_1_the_parts_of_a_jid(text, local, domain, resource):
    jid = parse_jid(text)
    assert (jid.local, jid.domain, jid.resource) == (local, domain, resource)
    assert str(jid) == text


@pytest.mark.parametrize("text", ["", "@example.org", "romeo@", "romeo@example.org/", "a@b@c"])
def test_rfc6122_2_1_a_malformed_jid_is_refused(text):
    with pytest.raises(StanzaRefused) as refused:
        parse_jid(text)
    assert refused.value.condition == "jid-malformed"


@pytest.mark.parametrize(
    ("text", "value"), [("-128", -128), ("127", 127), ("0", 0), ("+5", 5), (" 7 ", 7)]
)
def test_4_7_2_3_a_priority(text, value):
    assert parse_priority(text) == value


@pytest.mark.parametrize(
    "text", ["128", "-129", "", "high", "1.5", "--1", "-+5", "1_0", "9" * 5000, "٣"]
)
def test_4_7_2_3_another_priority_is_a_bad_request(text):
    with pytest.raises(StanzaRefused) as refused:
        parse_priority(text)
    assert refused.value.condition == "bad-request"


def test_4_4_2_an_addressed_presence_is_the_full_stanza():
    sender, to = Jid("a@b", "c"), Jid("d@b")
    presence = Presence("available", sender, None, "i", "dnd", (("", "busy"),), 3, "<x/>", "es")
    assert addressed(presence, to) == Presence(
        "available", sender, to, "i", "dnd", (("", "busy"),), 3, "<x/>", "es"
    )
