"""The agents' log is what logging would have written, without the passwords."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.journal.agents_log import Redacted, logged
from simulator.journal.redaction import Redaction

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def plain() -> None:
    raise ValueError("plain")


def with_cause() -> None:
    try:
        plain()
    except ValueError as error:
        raise RuntimeError("with a cause") from error


def with_context() -> None:
    try:
        plain()
    except ValueError:
        raise RuntimeError("with a context")  # noqa: B904


def with_hidden_context() -> None:
    try:
        plain()
    except ValueError:
        raise RuntimeError("with a context") from None


def with_note() -> None:
    error = ValueError("plain")
    error.add_note("a note")
    raise error


def another_note() -> None:
    error = ValueError("plain")
    error.add_note("another note")
    raise error


def in_a_group() -> None:
    raise ExceptionGroup("several", [ValueError("one"), OSError("other")])


def with_a_hint() -> None:
    valeu = 1
    print(value, valeu)  # type: ignore[name-defined]  # noqa: F821


def in_a_circle() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    raise first


FAILING = [
    plain,
    with_cause,
    with_context,
    with_hidden_context,
    with_note,
    another_note,
    in_a_group,
    with_a_hint,
    in_a_circle,
]


def record_of(fail: Callable[[], None]) -> logging.LogRecord:
    try:
        fail()
    except Exception:
        return logging.LogRecord("a", 40, "", 0, "it %s", ("failed",), sys.exc_info())
    raise AssertionError("it does not fail")


def test_tracebacks_are_as_logging_writes_them() -> None:
    """The second time they come from memory, each for itself."""
    stock, ours = logging.Formatter(FORMAT), Redacted(Redaction())
    for fail in 2 * FAILING:
        record = record_of(fail)
        assert ours.format(record) == stock.format(record)


def test_the_same_traceback_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    stock = traceback.print_exception

    def noted(*arguments: object, **options: object) -> None:
        made.append(arguments)
        stock(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(traceback, "print_exception", noted)
    ours = Redacted(Redaction())
    texts = {ours.format(record_of(fail)) for fail in [with_cause, with_context] for _ in range(3)}
    assert len(made) == 2
    assert sum("with a cause" in text for text in texts) > 0


def test_no_password_is_in_line_traceback_or_stack() -> None:
    redaction = Redaction()
    ours, stock = Redacted(redaction), logging.Formatter(FORMAT)

    def fail() -> None:
        raise ValueError("sesame in the error")

    record = record_of(fail)
    record.args, record.stack_info = ("sesame",), "Stack:\n  sesame"
    assert ours.format(record) == stock.format(record)
    redaction.add("sesame")  # later than the traceback was met first, and after stock wrote it
    text = ours.format(record)
    assert "sesame" not in text
    assert text.count("<password>") == 4  # the line, the source, the error, the stack
    assert "sesame" in stock.format(record)


def test_warnings_go_to_the_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with logged(tmp_path / "log", Redaction()):
        logging.getLogger("one").warning("a warning")
        logging.getLogger("one").info("no warning")
    logging.getLogger("one").warning("too late")
    assert (tmp_path / "log").read_text().endswith(" WARNING one: a warning\n")
    assert "a warning" not in capfd.readouterr().err


def test_a_lower_level_puts_more_into_the_file_and_is_over_with_the_run(tmp_path: Path) -> None:
    before = logging.getLogger().level
    with logged(tmp_path / "log", Redaction(), "debug"):
        logging.getLogger("one").debug("a detail")
    assert (tmp_path / "log").read_text().endswith(" DEBUG one: a detail\n")
    assert logging.getLogger().level == before
    with logged(tmp_path / "errors", Redaction(), "error"):
        logging.getLogger("one").warning("a warning")
    assert "a warning" not in (tmp_path / "errors").read_text()
