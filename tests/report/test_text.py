from __future__ import annotations

import pytest

from simulator.report.text import printable, printable_lines


@pytest.mark.parametrize("text", ["Lunch", "Ärger, 昼食 🍜", "a <b> & 'c'"])
def test_what_can_be_read_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb", "a\\nb"),
        ("\u202eabc", "\\u202eabc"),
        ("\ufffe\uffff", "\\ufffe\\uffff"),
        ("\x85\u200b", "\\x85\\u200b"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_acts_or_hides_is_escaped(text: str, escaped: str) -> None:
    assert printable(text) == escaped


def test_lines_are_kept_where_they_are_meant() -> None:
    assert printable_lines("a\nb\x0bc\r\n") == "a\nb\\x0bc\\r"
