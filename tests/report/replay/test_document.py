"""The document of a replay page holds the run's states, and is equal for equal runs."""

from __future__ import annotations

import json
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.states import DeclaredState, Sight
from simulator.report.replay.bundle import packed
from simulator.report.replay.document import replay_document
from simulator.report.run import Run
from tests.report.replay.conftest import SCENARIO
from tests.runs import run_text


@pytest.fixture(scope="module")
def document(run: Run) -> dict[str, Any]:
    return json.loads(json.dumps(replay_document(run)))  # type: ignore[no-any-return]


def words(track: dict[str, Any], t: int) -> list[str | None]:
    """What each row of a track is at `t`."""
    found, at = [], 0
    for count in track["n"]:
        value, time = None, 0
        for step in range(at, at + count):
            time += track["t"][step]
            if time <= t:
                value = track["words"][track["v"][step]]
        found.append(value)
        at += count
    return found


both = partial(zip, strict=True)
TIMES = range(0, 40_000_001, 500_000)


def test_watches_and_availability_are_those_of_the_run(run: Run, document: dict[str, Any]) -> None:
    states, names = run.measurement.states, document["names"]
    watches, shows = document["watches"], document["shows"]
    pairs = [(names[a], names[b]) for a, b in both(watches["watcher"], watches["contact"])]
    held = [(names[a], resource) for a, resource in both(shows["agent"], shows["resource"])]
    assert pairs
    assert held
    for t in TIMES:
        sights = [states.watches[a][b].sights.at(t) for a, b in pairs]
        declared = [states.declared[a][b].states.at(t) for a, b in pairs]
        assert words(watches["sights"], t) == [*map(word, sights)]
        assert words(watches["declared"], t) == [*map(word, declared)]
        assert words(shows["states"], t) == [
            states.agents[agent].shows[resource].at(t) for agent, resource in held
        ]


def word(state: Sight | DeclaredState | None) -> str | None:
    return None if state is None else state.name.lower()


def test_convergence_is_that_of_the_run(run: Run, document: dict[str, Any]) -> None:
    for of, steps in run.measurement.states.convergence.items():
        found = document["convergence"][of]
        assert list(both(found["right"], found["total"])) == [tuple(one) for one in steps.values]
        assert found["t"] == [b - a for a, b in pairwise([0, *steps.times])]


def test_who_is_only_cut_off_is_not_dead(run: Run, document: dict[str, Any]) -> None:
    agents = document["names"]
    at_15 = dict(zip(agents, words(document["agents"]["life"], 15_000_000), strict=True))
    at_30 = dict(zip(agents, words(document["agents"]["life"], 30_000_000), strict=True))
    assert (at_15["asker-0"], at_15["asker-1"]) == ("cut_off", "started")
    assert at_30["boss-1"] == "dead"


def test_wrong_times_have_their_causes(run: Run, document: dict[str, Any]) -> None:
    wrong = run.measurement.causes.wrong_times
    found = document["wrong"]
    assert len(found["watch"]) == len(wrong) > 0
    reasons = {cause["reason"] for cause in document["causes"]}
    assert reasons >= {one.cause.reason for one in wrong}
    assert sum(found["lasted"]) == sum(one.lasted for one in wrong)


def test_a_failed_check_leads_to_its_moment(run: Run, document: dict[str, Any]) -> None:
    failed, held = document["checks"]
    worst = max(run.measurement.causes.wrong_times, key=lambda one: one.lasted)
    assert failed["t"] == worst.begin
    assert [document["names"][agent] for agent in failed["agents"]] == [
        worst.watch.watcher,
        worst.watch.contact,
    ]
    assert (held["verdict"], held["t"]) == ("pass", None)


def test_what_never_arrived_is_told(document: dict[str, Any]) -> None:
    never, names = document["never"], document["names"]
    found = [
        (names[agent], names[peer], document["texts"][text])
        for agent, peer, text in zip(never["agent"], never["peer"], never["text"], strict=True)
    ]
    assert ("boss-0", "asker-0", "dnd") in found


def test_an_arrival_points_to_its_sending(document: dict[str, Any]) -> None:
    events = document["events"]
    kinds = [events["kinds"][kind] for kind in events["kind"]]
    pairs = [(row - of, row) for row, of in enumerate(events["of"]) if of]
    assert pairs
    for sent, received in pairs:
        assert (kinds[sent], kinds[received]) == ("sent", "received")
        assert events["agent"][sent] == events["peer"][received]


def test_what_the_server_had_kept_points_to_no_sending(run: Run, document: dict[str, Any]) -> None:
    """Who comes back gets presences that left before: they were not under way all the time."""
    events, names = document["events"], document["names"]
    times = [*accumulate(events["t"])]
    agents = run.measurement.states.agents
    for row, of in enumerate(events["of"]):
        if not of:
            continue
        receiver = agents[names[events["agent"][row]]]
        logins = [
            t
            for steps in receiver.sessions.values()
            for t, state in zip(steps.times, steps.values, strict=True)
            if state == "established"
        ]
        assert not any(times[row - of] < t < times[row] for t in logins)
    kept = [
        row
        for row, of in enumerate(events["of"])
        if names[events["agent"][row]] == "asker-1" and not of and times[row] > 30_000_000
        if "hears available" in document["texts"][events["text"][row]]
    ]
    assert kept, "the run must have somebody who comes back"


def test_equal_runs_have_equal_pages(run: Run, tmp_path: Path) -> None:
    again = run_text(SCENARIO, tmp_path)
    mine, other = replay_document(run), replay_document(again)
    for one in (mine, other):
        text = json.dumps(one).replace(str(tmp_path), "").replace(str(run.folder.parent), "")
        one.clear()
        one["text"] = text
    assert packed(mine) == packed(other)


def test_a_run_in_memory_has_a_document(tmp_path: Path) -> None:
    run = run_text(SCENARIO, tmp_path, out=False)
    assert replay_document(run)["format"] == 1
