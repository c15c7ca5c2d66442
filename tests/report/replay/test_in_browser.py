"""The replay page in a real browser: what it shows is what Python knows, and it can be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.analysis.causes.sights import UNDER_WAY
from simulator.errors import InputError
from simulator.journal.file import FILE_NAME
from simulator.report.replay.page import replay_page
from simulator.report.run import Run
from tests.browser import Page
from tests.report.replay.conftest import SCENARIO, opened
from tests.runs import run_text

TIMES = [0, 1_040_000, 3_000_000, 10_000_000, 12_021_000, 14_500_000, 24_999_999, 25_000_000]
TIMES += [30_000_000, 35_100_000, 39_999_999, 41_000_000]
IN_JAVASCRIPT = """
(() => {
  const model = replay.models[0];
  const words = (track, found) => Array.from(found, (v) => v === 255 ? null : track.words[v]);
  return %s.map((t) => {
    const state = replay.stateAt(model, t);
    const share = replay.shareAt(model, "availability", t);
    return {
      sights: words(model.watches.sights, state.sights),
      declared: words(model.watches.declared, state.declared),
      shows: words(model.shows.states, state.shows),
      sessions: words(model.sessions.states, state.sessions),
      share: share && [share.right, share.total],
    };
  });
})()
"""


def python_states(run: Run, t: int) -> dict[str, object]:
    """The same from the run's states."""
    states = run.measurement.states
    sights = [one.sights.at(t) for one in states.all_watches()]
    declared = [one.states.at(t) for one in states.all_declared()]
    share = states.convergence["availability"].at(t)
    agents = states.agents.values()
    return {
        "sights": [None if one is None else one.name.lower() for one in sights],
        "declared": [None if one is None else one.name.lower() for one in declared],
        "shows": [steps.at(t) for one in agents for steps in one.shows.values()],
        "sessions": [steps.at(t) for one in agents for steps in one.sessions.values()],
        "share": None if share is None else list(share),
    }


def test_states_are_those_of_python(shown: Page, run: Run) -> None:
    found = shown.run(IN_JAVASCRIPT % json.dumps(TIMES))
    for t, states in zip(TIMES, found, strict=True):
        assert states == python_states(run, t), t


def test_the_page_asks_no_network_and_raises_nothing(shown: Page) -> None:
    assert shown.requests == []
    assert shown.errors == []


def test_texts_of_agents_stay_texts(shown: Page) -> None:
    shown.run("replay.openTab('events')")
    shown.run("replay.go(12.1e6)")
    shown.wait("document.querySelector('[data-r=events]').textContent.includes('<img src=x')")
    assert shown.run("document.title").startswith("A crash, and a link that is <b>dead</b>")
    assert shown.run("document.querySelectorAll('.replay img').length") == 0


def test_it_begins_where_an_expectation_failed(shown: Page, run: Run) -> None:
    worst = max(run.measurement.causes.wrong_times, key=lambda one: one.lasted)
    assert shown.run("replay.shared.t") == worst.begin
    inspector = text(shown, "inspector")
    assert f"{worst.watch.watcher} watches {worst.watch.contact}" in inspector
    assert worst.cause.reason in inspector


def test_the_verdict_is_first_and_its_failure_a_link(shown: Page) -> None:
    assert text(shown, "verdict").startswith("FAIL")
    shown.run("replay.go(0)")
    shown.run("document.querySelector('[data-r=checks] a').click()")
    assert shown.run("replay.shared.t") > 0


def test_a_link_leads_to_a_time_and_agents(tab: Page, file: Path) -> None:
    page = opened(tab, file, "#t=12.5&agent=asker-0&peer=boss-0&agent=nobody")
    assert page.run("replay.shared.t") == 12_500_000
    assert text(page, "selected") == "asker-0 → boss-0"
    page.run("replay.go(13e6)")
    page.wait("location.hash === '#t=13&agent=asker-0&peer=boss-0'")
    page.run("location.hash = '#t=2&agent=mute'")
    page.wait("replay.shared.t === 2000000")
    assert text(page, "selected") == "mute"


@pytest.mark.parametrize("fragment", ["#t=x", "#t=-4", "#t=1e99", "#agent=", "#%%%=1", "#t="])
def test_a_wrong_link_does_no_harm(tab: Page, file: Path, fragment: str) -> None:
    page = opened(tab, file, fragment)
    assert 0 <= page.run("replay.shared.t") <= 41_000_000
    assert page.errors == []


def test_keys_move_in_time(shown: Page, run: Run) -> None:
    shown.run("replay.select([]); replay.go(0)")
    shown.press(".")
    first = shown.run("replay.shared.t")
    times = {record.t for record in run.records}
    assert first in times
    assert first > 0
    shown.press(".")
    shown.press(",")
    assert shown.run("replay.shared.t") == first
    wrong = [one for one in run.measurement.causes.wrong_times if one.cause != UNDER_WAY]
    shown.run("replay.go(0)")
    shown.press("w")
    assert shown.run("replay.shared.t") == min(one.begin for one in wrong)
    shown.press("Escape")
    assert text(shown, "selected") == "nobody"
    shown.press("f")
    assert text(shown, "selected") != "nobody"


def test_it_plays_and_pauses(shown: Page) -> None:
    shown.run("replay.go(0)")
    shown.press(" ")
    shown.wait("replay.shared.t > 0")
    shown.press(" ")
    stopped = shown.run("replay.shared.t")
    assert (
        shown.run("new Promise((done) => setTimeout(() => done(replay.shared.t), 200))") == stopped
    )


def test_the_slider_moves_the_time(shown: Page) -> None:
    shown.run("document.querySelector('[data-r=slider]').focus()")
    before = shown.run("replay.shared.t")
    shown.command(
        "Input.dispatchKeyEvent", type="rawKeyDown", key="ArrowRight", windowsVirtualKeyCode=39
    )
    shown.wait(f"replay.shared.t > {before}")
    assert shown.run("document.querySelector('[data-r=slider]').ariaValueText").endswith(" s")


def test_an_agent_is_chosen_in_the_graph(shown: Page) -> None:
    shown.run("replay.select([])")
    at = shown.run("""(() => {
      const box = document.querySelector('[data-r=graph]').getBoundingClientRect();
      const [x, y] = replay.placeOf(replay.models[0].names.indexOf('boss-1'));
      return [box.left + x, box.top + y];
    })()""")
    shown.click(*at)
    assert text(shown, "selected") == "boss-1"
    shown.wait("document.querySelector('[data-r=inspector] h3').textContent === 'boss-1'")
    assert "Roster" in text(shown, "inspector")


def test_events_are_searched(shown: Page, run: Run) -> None:
    shown.run("replay.openTab('events')")
    shown.run("""(() => {
      const search = document.querySelector('.r-search');
      search.value = 'asker-2 unsubscribes from';
      search.dispatchEvent(new Event('input'));
    })()""")
    shown.wait("document.querySelectorAll('.r-event').length === 1")
    assert text(shown, "events-status").startswith("1 of ")
    shown.run("document.querySelector('.r-event').click()")
    assert shown.run("replay.shared.t") == 14_000_000
    assert text(shown, "selected") == "asker-2 → boss-0"


def test_the_diagram_has_a_stub_for_what_never_arrived(tab: Page, file: Path) -> None:
    page = opened(tab, file, "#t=12.5&agent=asker-0&peer=boss-0")
    page.run("replay.openTab('sequence')")
    page.wait("document.querySelector('.r-diagram')")
    assert "dnd: never arrived" in text(page, "sequence")
    assert page.run("document.querySelectorAll('.r-diagram .r-tip').length") > 2


def test_tabs_are_used_by_keyboard(shown: Page) -> None:
    shown.run("document.querySelector('#r-tab-lanes').focus()")
    shown.press("ArrowRight")
    assert shown.run("document.activeElement.id") == "r-tab-sequence"
    assert shown.run("document.querySelector('#r-lanes').hidden") is True


def test_everything_has_a_name(shown: Page) -> None:
    nameless = shown.run("""
      [...document.querySelectorAll('.replay :is(button, input, select, canvas)')]
        .filter((one) => !one.ariaLabel && !one.textContent.trim() && !one.labels?.length)
        .map((one) => one.outerHTML)
    """)
    assert nameless == []


@pytest.mark.parametrize("tab_name", ["lanes", "sequence", "events"])
def test_a_narrow_window_does_not_scroll_sideways(shown: Page, tab_name: str) -> None:
    shown.size(390, 844)
    shown.run(f"replay.openTab('{tab_name}')")
    assert shown.run("document.documentElement.scrollWidth") <= 390


def test_dark_and_light_have_colours_of_their_own(shown: Page) -> None:
    colour = "getComputedStyle(document.querySelector('.replay')).getPropertyValue('--r-ghost')"
    light = shown.run(colour)
    shown.size(1280, 900, dark=True)
    assert shown.run(colour) != light


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same run without its crash."""
    text = "\n".join(line for line in SCENARIO.splitlines() if "crash:" not in line)
    return run_text(text, tmp_path_factory.mktemp("calm"))


def test_two_runs_have_their_first_divergence(
    tab: Page, run: Run, calm: Run, tmp_path: Path
) -> None:
    file = tmp_path / "both.html"
    run.replay(calm, save=file)
    page = opened(tab, file)
    assert page.errors == []
    assert page.run("replay.shared.t") == 25_000_000
    said = text(page, "divergence")
    assert said.startswith("First divergence at 25 s: boss-1: life dead / started.")
    assert page.run("document.querySelectorAll('.r-side').length") == 2
    ids = page.run("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    found = page.run("replay.all.filter((one) => one.what === 'availability')")
    held = {one["names"][0] for one in found}
    assert held == {"boss-1"}


def test_equal_runs_do_not_differ(tab: Page, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "same.html"
    run.replay(run, save=file)
    page = opened(tab, file)
    assert page.run("replay.all") == []
    assert "do not differ" in text(page, "divergence")


def test_a_notebook_shows_the_page_in_a_frame(tab: Page, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><body>{run.replay()._repr_html_()}", encoding="utf-8")
    tab.errors.clear()
    tab.open(file)
    frame = "document.querySelector('iframe')"
    assert tab.run(f"{frame}.sandbox.value") == "allow-scripts"
    assert tab.run(f"{frame}.contentDocument") is None, "the run's page is kept apart"
    assert set(tab.requests) <= {"about:srcdoc"}
    assert tab.errors == []


@pytest.mark.parametrize("lines", [1, 3, 12, 40])
def test_a_torn_journal_has_a_page(tab: Page, run: Run, tmp_path: Path, lines: int) -> None:
    journal = (run.folder / FILE_NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE_NAME).write_bytes(b"".join(journal[:lines]) + journal[lines][:10])
    page = tmp_path / "torn.html"
    Run(tmp_path).replay(save=page)
    opened(tab, page)
    for name in ("lanes", "sequence", "events"):
        tab.run(f"replay.openTab('{name}')")
        text(tab, "inspector")
    for key in (".", ",", "w", "f", "d", " ", "Escape"):
        tab.press(key)
    assert tab.errors == []
    assert text(tab, "verdict").startswith("UNKNOWN")


def test_a_page_shows_no_more_than_two_runs(run: Run) -> None:
    with pytest.raises(InputError, match="one run or 2 side by side, not 3"):
        replay_page(run, run, run)


def text(page: Page, part: str) -> str:
    """The text of a part of the page, once it is drawn."""
    drawn = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)))"
    found = f"document.querySelector('[data-r={part}]').textContent"
    return str(page.run(f"{drawn}.then(() => {found})"))
