from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.journal.redaction import MARK, Redaction


def test_passwords_are_marked_and_no_mark_is_marked() -> None:
    redaction = Redaction()
    assert redaction.text("open sesame") == "open sesame"
    for password in ("sesame", "sesame street", "word", ".*"):
        redaction.add(password)
    assert redaction.text("sesame street, sesame and word") == (
        "<password>, <password> and <password>"
    )
    assert redaction.text("a .* b") == "a <password> b"
    quotes = "it's\nme"
    redaction.add(quotes)
    assert redaction.text(f"{KeyError(quotes)} {quotes}") == '"<password>" <password>'
    redaction.add("")
    assert redaction.text("anything") == "anything"


@given(st.text("ab'", max_size=12), st.lists(st.text("ab'", max_size=6), max_size=4))
def test_no_password_is_left(text: str, passwords: list[str]) -> None:
    redaction = Redaction()
    for password in passwords:
        redaction.add(password)
    redacted = redaction.text(text)
    between = redacted.split(MARK)
    assert not any(password in part for password in passwords if password for part in between)
    assert redacted == text or any(password in text for password in passwords if password)
