"""The journal: append, read while it grows, survive a torn end."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from simulator.errors import JournalError
from simulator.journal.file import Journal, JournalTail, read_journal
from simulator.journal.records import Agent, AnyRecord, Note, Received, RunEnded
from tests.analysis.journals import started

STARTED = started({"name": "n"})
RECORDS: list[AnyRecord] = [
    STARTED,
    Agent(t=5, agent="a", state="started"),
    Received(
        t=7,
        agent="a",
        resource="r",
        type="available",
        peer="b",
        status=(("", 'x\n"y'), ("es", "ñ")),
    ),
    RunEnded(t=9, complete=True, reason="duration"),
]


def write(path: Path, records: list[AnyRecord]) -> None:
    with Journal(path) as journal:
        for record in records:
            journal.append(record)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    assert list(read_journal(path)) == RECORDS


def test_a_record_is_a_line_with_its_kind_first_and_no_defaults(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, [Agent(t=5, agent="a", state="started")])
    assert path.read_bytes() == b'{"kind":"agent","t":5,"agent":"a","state":"started"}\n'


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_record_is_left_out(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    size = path.stat().st_size
    last = len(path.read_bytes().splitlines(keepends=True)[-1])
    os.truncate(path, size - min(cut, last - 1))
    assert list(read_journal(path)) == RECORDS[:-1]


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"nonsense"}',
        b'{"kind":"note","t":0,"text":"\xff"}',
        b'{"kind":"note","t":-1,"text":"x"}',
        b'{"kind":"note","t":9223372036854775808,"text":"x"}',
        b"null",
        b"",
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + line + b"\n" + lines[1])
    with pytest.raises(JournalError, match=r"journal\.jsonl:2: not a record"):
        list(read_journal(path))


def test_a_line_that_is_nested_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, [STARTED])
    deep = b"[" * 100_000 + b"]" * 100_000
    path.write_bytes(
        path.read_bytes().replace(b'"scenario":{"name":"n"}', b'"scenario":{"a":%s}' % deep)
    )
    with pytest.raises(JournalError, match=r"journal\.jsonl:1: not a record"):
        list(read_journal(path))


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    path.write_bytes(path.read_bytes().replace(b'"format":2', b'"format":99'))
    with pytest.raises(JournalError, match="format 99; this version reads up to 2"):
        list(read_journal(path))


def test_a_journal_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    before = path.read_bytes()
    with pytest.raises(JournalError, match="exists"):
        Journal(path)
    assert path.read_bytes() == before


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_listeners_get_every_record_in_order_also_without_a_file() -> None:
    heard: list[tuple[int, AnyRecord]] = []
    with Journal(None) as journal:
        journal.listen(lambda record: heard.append((1, record)))
        journal.listen(lambda record: heard.append((2, record)))
        journal.append(RECORDS[1])
    assert heard == [(1, RECORDS[1]), (2, RECORDS[1])]


def test_it_can_be_read_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.append(RECORDS[0])
        journal.flush()
        assert list(read_journal(path)) == RECORDS[:1]
        journal.append(RECORDS[1])
        journal.flush()
        assert list(read_journal(path)) == RECORDS[:2]


def test_what_is_written_reaches_the_disk_though_nothing_follows(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.append(RECORDS[0])
        deadline = time.monotonic() + 10
        while not path.stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert list(read_journal(path)) == RECORDS[:1]
    assert "journal" not in [thread.name for thread in threading.enumerate()]


def test_a_full_disk_is_a_clear_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full to stand for a full disk")
    journal = Journal(None)
    journal._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    journal._path = Path("/dev/full")
    with pytest.raises(JournalError, match="/dev/full: cannot be written: No space left"):
        journal.append(Note(t=0, text="x"))


def test_a_tail_gives_each_record_once_and_waits_for_a_torn_line(tmp_path: Path) -> None:
    path, whole = tmp_path / "journal.jsonl", tmp_path / "whole.jsonl"
    write(whole, RECORDS)
    content = whole.read_bytes()
    found: list[AnyRecord] = []
    with open(path, "wb", buffering=0) as file, JournalTail(path) as tail:
        assert tail.read() == []
        for start in range(0, len(content), 50):
            file.write(content[start : start + 50])
            found += tail.read()
        assert tail.read() == []
    assert found == RECORDS


def test_a_tail_reads_no_more_than_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS)
    found: list[AnyRecord] = []
    with JournalTail(path) as tail:
        reads = 0
        while len(found) < len(RECORDS):
            found += tail.read(64)
            reads += 1
    assert found == RECORDS
    assert reads == -(-path.stat().st_size // 64)


def test_a_tail_names_the_line_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, RECORDS[:2])
    with JournalTail(path) as tail:
        assert len(tail.read()) == 2
        with open(path, "ab") as file:
            file.write(b"nonsense\n")
        with pytest.raises(JournalError, match=r"journal\.jsonl:3: not a record"):
            tail.read()
    with pytest.raises(JournalError, match="cannot be read: No such file"):
        JournalTail(tmp_path / "nowhere")


def test_a_tail_knows_whether_the_journal_is_still_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal, JournalTail(path) as tail:
        assert tail.is_written
        assert tail.is_written
        journal.append(RECORDS[0])
        journal.close()
        assert not tail.is_written
