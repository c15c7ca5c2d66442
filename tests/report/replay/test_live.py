"""The page of a run that goes on: served to this machine alone, and renewed as the run goes on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.journal.file import FILE_NAME
from simulator.report.replay.live import LiveReplay
from simulator.report.run import Run
from tests.browser import Page


@pytest.fixture
def journal(run: Run) -> list[bytes]:
    return (run.folder / FILE_NAME).read_bytes().splitlines(keepends=True)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveReplay]:
    with LiveReplay(tmp_path) as page:
        yield page


def got(live: LiveReplay, path: str, host: str = "") -> tuple[int, str]:
    """Status and text of what is asked for."""
    parts = urlsplit(live.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", path, headers={"Host": host or parts.netloc})
    answer = connection.getresponse()
    found = answer.status, answer.read().decode("utf-8")
    connection.close()
    return found


def test_only_who_has_the_address_gets_the_page(live: LiveReplay) -> None:
    own = urlsplit(live.url)
    assert own.hostname == "127.0.0.1"
    assert got(live, own.path)[0] == 200
    assert got(live, "/")[0] == 404
    assert got(live, "/document")[0] == 404
    assert got(live, own.path, host="evil.example")[0] == 403
    assert not live.over.is_set()


def test_a_run_that_has_not_begun_has_no_document(live: LiveReplay, tmp_path: Path) -> None:
    path = urlsplit(live.url).path + "document"
    assert got(live, path) == (204, "")
    (tmp_path / FILE_NAME).write_bytes(b"")
    assert got(live, path) == (204, "")


def test_the_page_follows_the_run(
    live: LiveReplay, tmp_path: Path, journal: list[bytes], tab: Page
) -> None:
    part = len(journal) // 3
    with (tmp_path / FILE_NAME).open("wb") as file:
        file.writelines(journal[:part])
        file.write(journal[part][:20])  # a torn line
        file.flush()
        tab.errors.clear()
        tab.open(live.url, "document.querySelector('.replay').dataset.ready")
        first = tab.run("replay.shared.t")
        assert 0 < first < 40_000_000
        assert tab.run("replay.models[0].run.verdict") == "unknown"
        assert not live.over.is_set()
        tab.run("replay.select(['boss-1']); replay.openTab('events')")
        file.write(journal[part][20:])
        file.writelines(journal[part + 1 :])
    tab.wait("replay.models[0].run.over")
    assert live.over.is_set()
    assert tab.run("replay.shared.t") == tab.run("replay.models[0].end") > first
    assert tab.run("replay.models[0].run.verdict") == "fail"
    assert tab.run("[replay.shared.names[0], replay.shared.tab]") == ["boss-1", "events"]
    assert tab.errors == []


def test_a_time_that_was_chosen_stays(
    live: LiveReplay, tmp_path: Path, journal: list[bytes], tab: Page
) -> None:
    part = len(journal) // 2
    (tmp_path / FILE_NAME).write_bytes(b"".join(journal[:part]))
    tab.open(live.url, "document.querySelector('.replay').dataset.ready")
    tab.run("replay.go(5e5)")
    (tmp_path / FILE_NAME).write_bytes(b"".join(journal))
    tab.wait("replay.models[0].run.over")
    assert tab.run("replay.shared.t") == 500_000
    tab.press(".")
    tab.wait("replay.shared.t > 500000")  # once, and not by the page of before as well
    events = tab.run("[...new Set(replay.models[0].events.t)]")
    later = [t for t in events if t > 500_000]
    assert tab.run("replay.shared.t") == later[0]
