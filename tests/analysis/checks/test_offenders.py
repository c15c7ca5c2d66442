"""A figure that fails names who, whom, when, which fault and which line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from simulator.analysis.checks.defaults import default_checks
from simulator.analysis.checks.offenders import offenders
from simulator.analysis.checks.verdict import reason
from simulator.analysis.run import Run
from simulator.journal.records import Belief
from simulator.report.exports.junit import junit_xml
from simulator.report.page import build_page
from simulator.report.terminal.summary import print_summary
from simulator.scenario.figures import FIGURES
from simulator.testing import describe
from tests.analysis.journals import actual, end, head, measured, us, view
from tests.runs import run_text

SCENARIO = """
    name: All that can fail
    populations:
      asker: {count: 4, presence_manager: spade}
      boss: {count: 2, on_subscribe: {approve: {delay: 1s}}}
      mute: {}
    subscriptions:
      - {from: asker, to: boss, at: 1s}
      - {from: asker, to: mute, at: 2s}
    faults:
      - {at: 20s, for: 30s, black_hole: "asker[0:2]"}
      - {at: 40s, crash: "boss[1]"}
    timeline:
      - {at: 25s, who: "boss[0]", do: set_presence, show: dnd}
    run: {duration: 60s}
    expect:
      - {figure: deliveries.lost, equals: 0}
    """


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(SCENARIO, tmp_path_factory.mktemp("offenders"))


def first(run: Run, figure: str) -> str:
    """The worst offender, with the file's name for its path."""
    found = list(offenders(run.measurement, figure))
    return found[0].text.replace(f"{run.folder.parent}/", "") if found else ""


BLACK_HOLE = "black hole at 20 s (faults[0], scenario.yaml:11)"
SEES = "asker-0 sees boss-0 otherwise than it is from 25.02 s to 61 s"
NAMED = {
    "deliveries.lost": (
        "boss-0's change to dnd at 25 s (timeline[0], scenario.yaml:14) never reached asker-0,"
        f" while {BLACK_HOLE} hit asker-0"
    ),
    "deliveries.superseded": "",
    "declared_convergence": "scenario: 4 requests pending: no agent of mute answers",
    "declared.pending": "scenario: 4 requests pending: no agent of mute answers",
    "cause.declared.scenario": "4 requests pending: no agent of mute answers",
    "cause.declared.server": "",
    "time_to_converge.declared": "scenario: 4 requests pending: no agent of mute answers",
    "time_to_converge.roster": "asker-0 had boss-0 as to only at 2.08 s",
    "staleness": f"{SEES}: link: a fault of the watcher's link: {BLACK_HOLE}",
    "staleness.ghost": "asker-0 sees boss-1, who is not there, from 40.02 s to 61 s: link:",
    "staleness.blind": "",
    "cause.staleness.link": f"{SEES}: link:",
    "availability_convergence": f"{SEES}: link:",
    "time_to_converge.availability": f"{SEES}: link:",
    "detection_time.max": (
        "asker-0 never saw that boss-1 was gone at 40 s (crash, faults[1], scenario.yaml:12)"
    ),
    "propagation_latency.p95": (
        "boss-0's change to dnd at 25 s (timeline[0], scenario.yaml:14) reached asker-2 after"
    ),
    "believed_ghosts": (
        "asker-0 believes boss-1 available, who is not there since 40.02 s (SPADE's own manager),"
        f" while {BLACK_HOLE} hit asker-0"
    ),
    "amplification": "boss-0 changed 2 times, which concerned 8 watchers in all",
}


@pytest.mark.parametrize(("figure", "sentence"), NAMED.items(), ids=list(NAMED))
def test_the_worst_is_named_first(run: Run, figure: str, sentence: str) -> None:
    found = first(run, figure)
    assert found.startswith(sentence) if sentence else found == ""


def test_every_figure_is_asked_and_says_nothing_wrong(run: Run) -> None:
    for figure in FIGURES:
        assert all(one.text for one in offenders(run.measurement, figure))


def test_a_pass_tells_the_worst_of_several_wrong_beliefs_alone() -> None:
    agents = [f"a{index}" for index in range(8)]
    ghosts = [
        Belief(t=us(9), agent=agent, peer="b", subscription="to", available=True)
        for agent in agents
    ]
    views = [view(9, agent, "believed") for agent in agents]
    leaving = [actual(1, "b"), actual(2, "b", False)]
    found = measured(*head(*agents, "b"), *leaving, *views, *ghosts, *end(9, *agents, "b"))
    check = default_checks(found)[-1]
    assert check.told == "8 beliefs are wrong"
    assert check.offenders[-1] == "and 5 more"
    worst = "a0 believes b available, who is not there since 2 s (the documented manager)"
    text = "agents are right about their contacts' availability"
    assert reason(check) == f"{text}: 8 beliefs are wrong; {worst}"


MOMENTS = {
    "deliveries.lost": (25.0, ("asker-0", "boss-0")),
    "staleness": (25.02, ("asker-0", "boss-0")),
    "staleness.ghost": (40.02, ("asker-0", "boss-1")),
    "detection_time.max": (40.0, ("asker-0", "boss-1")),
    "time_to_converge.roster": (2.08, ("asker-0", "boss-0")),
    "believed_ghosts": (61.0, ("asker-0", "boss-1")),
    "amplification": (None, ("boss-0",)),
}


@pytest.mark.parametrize(("figure", "moment"), MOMENTS.items(), ids=list(MOMENTS))
def test_an_offender_has_its_moment(
    run: Run, figure: str, moment: tuple[float | None, tuple[str, ...]]
) -> None:
    worst = next(iter(offenders(run.measurement, figure)))
    assert (None if worst.t is None else worst.t / 1e6, worst.agents) == moment


def test_a_check_that_fails_has_the_moment_of_its_worst_offender(run: Run) -> None:
    (check,) = run.verdict.checks
    assert check.moment == check.found[0]


def test_terminal_report_junit_and_pytest_say_the_same(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (check,) = run.verdict.checks
    assert check.place == f"{run.folder.parent / 'scenario.yaml'}:17"
    assert len(check.offenders) == 4
    assert check.offenders[-1] == "and 1 more"
    print_summary(Console(width=400), run)
    printed = [capsys.readouterr().out, junit_xml(run), describe(run)]
    page = build_page([run]).replace("&#39;", "'")
    for sentence in check.offenders:
        assert all(sentence in text for text in (*printed, page))


def test_code_that_raised_is_named_with_file_and_line_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_text(RAISES, tmp_path)
    print_summary(Console(width=400), run)
    texts = [capsys.readouterr().out, junit_xml(run), build_page([run]), describe(run)]
    assert all("programs.py:17" in text for text in texts)


RAISES = """
    name: A handler raises
    populations: {asker: {}, boss: {agent: "tests.data.causes.programs:Raises"}}
    subscriptions: [{from: asker, to: boss, at: 1s}]
    run: {duration: 5s}
    """


def test_a_wrong_roster_says_why_its_watch_is_not_in_force(tmp_path: Path) -> None:
    rest = "    expect: [{roster: {asker: {boss: both}, boss: {asker: both}}}]\n"
    run = run_text(RAISES.rstrip(" ") + rest, tmp_path)
    (check,) = run.verdict.checks
    assert check.evidence == (
        "asker has boss as none + ask, not both, boss has asker as absent, not both"
    )
    (why,) = check.offenders
    assert why.startswith("user code: 1 request pending (asker -> boss): code of boss raised")
    assert run.verdict.reasons == (f"{check.text}: {check.evidence}; {why}",)
