from __future__ import annotations

import subprocess
import sys
import threading
import time
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from simulator.analysis.run import open_run
from simulator.errors import RunFolderError
from simulator.journal.file import FILE_NAME, Journal, JournalTail
from simulator.journal.folder import SUMMARY, write_json
from simulator.journal.records import AnyRecord
from simulator.report.terminal import watching
from simulator.report.terminal.watching import watch
from tests.analysis.journals import end, head, seeing
from tests.analysis.journals import watch as planned_watch
from tests.analysis.synthetic import write
from tests.runs import ROOT, process_environment

RECORDS: list[AnyRecord] = [*head("a", "b"), planned_watch("a", "b"), *seeing("a", "b")]
WRITER = """
import sys, time
from pathlib import Path
from simulator.journal.file import FILE_NAME, Journal, JournalTail
from tests.analysis.journals import head, seeing
folder = Path(sys.argv[1])
folder.mkdir()
with Journal(folder / FILE_NAME) as journal:
    for record in [*head("a", "b"), *seeing("a", "b")]:
        journal.append(record)
    journal.flush()
    print("written", flush=True)
    time.sleep(60)
"""


def finished(folder: Path) -> Path:
    write([*RECORDS, *end(9, "a", "b")], folder)
    write_json(folder / SUMMARY, open_run(folder).summary)
    return folder


def plain() -> tuple[Console, StringIO]:
    text = StringIO()
    return Console(file=text, width=80), text


def test_a_finished_run_tells_its_end_at_once(tmp_path: Path) -> None:
    console, text = plain()
    summary = watch(finished(tmp_path), console)
    assert summary is not None
    assert summary["run"] == open_run(tmp_path).summary["run"]
    assert summary["verdict"]["value"] == "fail"
    told = "0/2 agents · 9 s of 60 s · watches in force 100% · seen right 100% · events 12\n"
    assert text.getvalue() == told


def test_on_a_terminal_it_is_a_table_that_fits(tmp_path: Path) -> None:
    for width in (80, 120):
        text = StringIO()
        console = Console(file=text, width=width, height=24, force_terminal=True, color_system=None)
        watch(finished(tmp_path / str(width)), console)
        lines = text.getvalue().splitlines()
        shown = "\n".join(lines)
        assert "By hand: none 0, seed 1" in shown
        assert "9.0 s of at most 60 s" in shown
        assert "2 waiting" in shown
        assert "100% (1 of 1)" in shown


def test_it_waits_for_a_folder_and_follows_it_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer flushes half a line, waits, and goes on."""
    monkeypatch.setattr(watching, "_LINE_EVERY", 0.0)
    monkeypatch.setattr(watching, "_LOOK_EVERY", 0.02)
    source = finished(tmp_path / "source")
    content, folder = (source / FILE_NAME).read_bytes(), tmp_path / "run"
    pieces = [content[:1000], content[1000:1100], content[1100:]]

    def writer() -> None:
        time.sleep(0.1)
        folder.mkdir()
        time.sleep(0.1)
        with Journal(folder / FILE_NAME) as journal:  # its lock says that somebody writes
            for piece in pieces:
                with open(folder / FILE_NAME, "ab") as file:
                    file.write(piece)
                time.sleep(0.2)
            assert journal.records == 0
        write_json(folder / SUMMARY, open_run(source).summary)

    console, text = plain()
    thread = threading.Thread(target=writer)
    thread.start()
    summary = watch(folder, console)
    thread.join()
    assert summary is not None
    assert text.getvalue().splitlines()[-1].endswith("events 12")


def test_a_run_in_another_process_that_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        cwd=ROOT,
        env=process_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    killer = threading.Timer(0.7, process.kill)
    killer.start()
    console, text = plain()
    begun = time.monotonic()
    assert watch(folder, console) is None
    assert 0.6 < time.monotonic() - begun < 20
    process.wait(timeout=10)
    process.stdout.close()
    assert "events 8 (" in text.getvalue()


def test_where_nothing_appears(tmp_path: Path) -> None:
    console, _ = plain()
    with pytest.raises(RunFolderError, match="there is no such folder"):
        watch(tmp_path / "nowhere", console, patience=0.2)
    with pytest.raises(RunFolderError, match=r"holds no journal\.jsonl"):
        watch(tmp_path, console, patience=0.2)
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="is not a folder"):
        watch(tmp_path / "file", console)


def test_the_journal_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is spoilt on disk: whoever reads it again stumbles."""
    monkeypatch.setattr(watching, "_LOOK_EVERY", 0.02)
    write(RECORDS, tmp_path)
    path = tmp_path / FILE_NAME
    begun = path.stat().st_size

    def go_on() -> None:
        time.sleep(0.3)
        content = path.read_bytes()
        with open(path, "r+b") as file:
            file.write(b"x" * begun)
            file.seek(0, 2)
            file.write((finished(tmp_path / "other") / FILE_NAME).read_bytes()[begun:])
        assert len(content) == begun

    monkeypatch.setattr(JournalTail, "is_written", True)
    write_json(tmp_path / SUMMARY, {"verdict": {"value": "pass"}})
    thread = threading.Thread(target=go_on)
    thread.start()
    console, text = plain()
    assert watch(tmp_path, console) == {"verdict": {"value": "pass"}}
    thread.join()
    assert text.getvalue().endswith("events 12\n")


def test_a_hostile_name_harms_no_terminal(tmp_path: Path) -> None:

    first = msgspec.structs.replace(RECORDS[0], name="[red]\x1b[2Jname")
    write([first, *end(1)], tmp_path)
    write_json(tmp_path / SUMMARY, {})
    text = StringIO()
    watch(tmp_path, Console(file=text, force_terminal=True, color_system=None, width=80))
    assert "\x1b[2Jname" not in text.getvalue()
    assert "[red]\\x1b[2Jname" in text.getvalue()
