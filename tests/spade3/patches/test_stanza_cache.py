"""Stanzas divided into what they have in common and what differs."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.spade3.patches.stanza_cache import (
    Remembered,
    divide,
    divide_jids,
    is_one_element,
    parts_of,
    split,
)

PRESENCE = b'<presence from="a@b/c" to="d@e" id="1"><show>dnd</show></presence>'


def test_what_differs_is_left_out_of_the_key() -> None:
    divided = divide(PRESENCE)
    assert divided == (
        '<presence from="" to="" id=""><show>dnd</show></presence>',
        ("a@b/c", "d@e", "1"),
    )
    assert divide(b'<iq type="result" id="x"/>') == ('<iq type="result" id=""/>', (None, None, "x"))


@given(
    names=st.lists(st.sampled_from(["from", "to", "id", "type", "xml:lang"]), unique=True),
    values=st.lists(st.text(max_size=8), min_size=5, max_size=5),
    tail=st.sampled_from(["/>", "></presence>", "><status>x</status></presence>"]),
)
def test_a_key_and_its_values_are_the_text(names: list[str], values: list[str], tail: str) -> None:
    attributes = dict(zip(names, values, strict=False))
    text = "<presence" + "".join(f" {n}={quoteattr(v)}" for n, v in attributes.items()) + tail
    divided = divide(text.encode(errors="replace"))
    if divided is None:
        return
    key, found = divided
    assert found == tuple(attributes.get(name) for name in ("from", "to", "id"))
    parts, places = parts_of(key)
    for place, value in zip(places, found, strict=True):
        if value is not None:
            parts[place] = value
    assert '"'.join(parts) == text
    assert is_one_element(key)


@pytest.mark.parametrize(
    "data",
    [
        b"<presence from='a@b'/>",
        b'<presence from="a&amp;b"/>',
        b'<presence from="a\tb"/>',
        b'<presence from="a"  to="b"/>',
        b'<presence from="a" to="b" />',
        b"<presence/>",
        b'<message from="a@b"/>',
        b'<presence from="\xff"/>',
        b'<presence from="a',
        b'<presence x="y" <iq from="z"/>',
        b'<presence from="a<b"/>',
        b'<presence from="a"><status>' + b"x" * 4000 + b"</status></presence>",
        b" ",
        b"",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_divided(data: bytes) -> None:
    assert divide(data) is None


def test_a_value_in_other_quotes_is_no_attribute() -> None:
    assert divide(b'<presence x=\'"y" to="v"\'/>') is None


@pytest.mark.parametrize(
    "key",
    [
        '<presence from=""></presence><iq/>',
        '<presence from=""/><stream:error/>',
        '<presence from=""><x>',
        '<presence from=""></presence><a></presence>',
    ],
)
def test_more_than_an_element_is_told(key: str) -> None:
    assert not is_one_element(key)


def test_jids_inside() -> None:
    key = '<iq id=""><query><item jid="a@b" name="x"/><item jid="c@d"/></query></iq>'
    other = key.replace("a@b", "e@f")
    divided, others = divide_jids(key), divide_jids(other)
    assert divided is not None
    assert others is not None
    assert divided[1] == ["a@b", "c@d"]
    assert others == (divided[0], ["e@f", "c@d"])
    assert divide_jids(key.replace(' name="x"', ""))[0] != divided[0]  # type: ignore[index]
    assert divide_jids('<item jid="a&amp;b"/>') is None
    assert divide_jids('<item jid="a<b"/>') is None
    assert divide_jids("<query/>") == ("<query/>", [])


@given(st.lists(st.sampled_from([PRESENCE, b'<iq id="1" type="get"/>', b"<message/>"])))
def test_pieces_are_the_whole(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    found = split(data)
    assert b"".join(found) == data
    assert all(piece.count(b"<presence ") + piece.count(b"<iq ") <= 1 for piece in found)


def test_memory_is_bounded() -> None:
    remembered = Remembered[int]()
    for number in range(5_000):
        remembered.add(number, number)
    assert remembered.get(4_999) == 4_999
    assert sum(remembered.get(number) is not None for number in range(5_000)) <= 1_000
