"""A run that the tests of the replay page look into, and its page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.report.replay.page import replay_page
from simulator.report.run import Run
from tests.browser import Page, browser
from tests.runs import run_text

HOSTILE = "</script><img src=x onerror=document.title='owned'>"
SCENARIO = f"""
    name: "A crash, and a link that is <b>dead</b>"
    seed: 3
    populations:
      boss: {{count: 2, on_subscribe: approve}}
      asker: {{count: 3, on_subscribe: approve}}
      mute: {{count: 1, on_subscribe: ignore}}
    subscriptions:
      - {{from: asker, to: boss, at: 1s}}
      - {{from: "asker[0]", to: mute, at: 2s}}
      - {{from: "boss[0]", to: "asker[1]", at: 3s}}
    network: {{latency: 20ms}}
    faults:
      - {{at: 10s, for: 10s, black_hole: "asker[0]"}}
      - {{at: 25s, crash: {{who: "boss[1]", restart_after: 10s}}}}
      - {{at: 30s, reset: "asker[1]"}}
    timeline:
      - {{at: 12s, who: "boss[0]", do: set_presence, show: dnd, status: "{HOSTILE}"}}
      - {{at: 14s, who: "asker[2]", do: unsubscribe, peer: "boss[0]"}}
    expect:
      - {{figure: staleness, equals: 0%}}
      - {{figure: outcomes.ok, equals: 6}}
    run: {{duration: 40s}}
"""


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(SCENARIO, tmp_path_factory.mktemp("replay"))


@pytest.fixture(scope="package")
def file(run: Run) -> Path:
    path = run.folder / "replay.html"
    path.write_text(replay_page(run), encoding="utf-8")
    return path


@pytest.fixture(scope="package")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser, which the tests share."""
    with browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def shown(tab: Page, file: Path) -> Page:
    """The page of the run, as somebody finds it who opens it."""
    return opened(tab, file)


def opened(tab: Page, file: Path, fragment: str = "") -> Page:
    """A replay page, opened in a window of a usual size."""
    tab.errors.clear()
    tab.size(1280, 900)
    tab.open(file, "document.querySelector('.replay').dataset.ready", fragment)
    return tab
