"""``simulator replay``, and the page of a run that goes on."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Self

import pytest

import simulator
from simulator.cli.live import served
from tests.calls import Call
from tests.test_cli_runs import SCENARIO, scenario


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    return simulator.run(scenario(folder), out=folder / "run").folder


def test_the_page_is_in_the_run_folder_and_for_its_owner_alone(call: Call, original: Path) -> None:
    done = call("replay", original)
    page = original / "replay.html"
    assert done.out == f"replay: {page}\n"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    before = page.read_bytes()
    call("replay", original)
    assert page.read_bytes() == before


def test_two_runs_are_in_one_page(call: Call, original: Path, tmp_path: Path) -> None:
    other = shutil.copytree(original, tmp_path / "other")
    call("replay", original, other, "-o", tmp_path / "both.html")
    assert (tmp_path / "both.html").read_text().count("data-replay=") == 2


def test_three_runs_are_refused(call: Call, original: Path, tmp_path: Path) -> None:
    done = call("replay", original, original, original, "-o", tmp_path / "three.html")
    assert done.code == 2
    assert "a replay shows one run or 2 side by side, not 3" in done.err


def test_another_file_is_not_replaced(call: Call, original: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")
    done = call("replay", original, "-o", tmp_path / "mine.html")
    assert done.code != 0
    assert "exists already, and is no report" in done.err
    assert (tmp_path / "mine.html").read_text() == "mine"


def test_a_torn_journal_has_a_page(call: Call, original: Path, tmp_path: Path) -> None:
    folder = tmp_path / "torn"
    folder.mkdir()
    journal = (original / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(journal[: len(journal) * 2 // 3])
    assert call("replay", folder).code == 0
    assert (folder / "replay.html").is_file()


def test_watch_tells_where_the_page_is(call: Call, original: Path) -> None:
    done = call("watch", original, "--live", "--quiet")
    assert re.fullmatch(r"live: http://127\.0\.0\.1:\d+/[\w-]{20,}/\n", done.out)


def test_a_run_goes_on_without_anybody_at_its_page(call: Call, tmp_path: Path) -> None:
    done = call("run", scenario(tmp_path, SCENARIO), "--live", "--out", tmp_path / "run")
    assert done.code == 0
    assert "PASS" in done.out


def test_an_interrupt_of_the_run_is_not_one_of_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __enter__(self) -> Self:
            started.append(self)
            return self

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    page = served(tmp_path / "run")
    page.__enter__()
    assert os.getpgid(started[0].pid) == started[0].pid
    page.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert started[0].wait(10) != 0


def test_several_runs_have_no_live_page(call: Call, tmp_path: Path) -> None:
    done = call("run", scenario(tmp_path), "--live", "--seeds", "1-2", "--out", tmp_path / "runs")
    assert done.code == 2
    assert "--live: only with one file and seed" in done.err
