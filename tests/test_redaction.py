from __future__ import annotations

from simulator.redaction import Redaction


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
