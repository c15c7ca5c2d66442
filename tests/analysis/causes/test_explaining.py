"""Explanations: of a run, of an agent and of one watch, in sentences."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from msgspec.structs import replace

import simulator
from simulator.analysis.causes.explaining import explain
from simulator.analysis.measurement import observed
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.records import Actual, Agent, AnyRecord, Received, Sent
from simulator.rfc6121.words import PresenceType
from tests.analysis.journals import (
    actual,
    end,
    fault,
    head,
    measured,
    push,
    seeing,
    up,
    us,
    watch,
)
from tests.runs import run_text

SCENARIO = """
    name: A link that is dead for a while
    populations:
      asker: {count: 3}
      boss: {count: 2, on_subscribe: approve}
      mute: {}
    subscriptions:
      - {from: asker, to: boss, at: 1s}
      - {from: "asker[0]", to: mute, at: 2s}
    faults:
      - {at: 5s, for: 10s, partition: {cut_off: "asker[1]"}}
    timeline:
      - {at: 8s, who: "boss[0]", do: set_presence, show: dnd}
    run: {duration: 20s}
    """


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(SCENARIO, tmp_path_factory.mktemp("explained"))


def place(run: Run, line: int) -> str:
    return f"{run.folder.parent / 'scenario.yaml'}:{line}"


def test_a_run_is_explained_by_its_causes_the_worst_first(run: Run) -> None:
    found = run.explain()
    assert found.title == "7 watches: 1 declared and not in force at the end"
    pending, link, latency = found.answer
    assert pending == (
        "scenario: 1 request pending (asker-0 -> mute): no agent of mute answers (no"
        " `on_subscribe`, no handler); give mute `on_subscribe: approve`"
        f" [subscriptions[1], {place(run, 9)}]"
    )
    assert link == (
        "link: 7.000 watch-seconds wrong in 1 watch: a fault of the watcher's link: partition at"
        f" 5 s (faults[0], {place(run, 11)}); worst: asker-1 sees boss-0 otherwise than it is"
        " from 8.02 s to 15.02 s"
    )
    assert latency.startswith("link: ")
    assert found.history == ()


def test_a_watch_is_told_with_its_history(run: Run) -> None:
    found = run.explain("asker[0]", "mute")
    assert found.title.endswith("pending: asked, not answered at the end")
    assert found.answer[0].startswith("not in force since 2 s: scenario: no agent of mute answers")
    told = [one.text for one in found.history]
    assert told[-4:] == [
        "asker-0 is told to ask for the presence of mute",
        "asker-0 asks mute for its presence",
        "the request reaches mute",
        "the server tells asker-0 that the request is pending",
    ]
    assert str(found).splitlines()[0] == found.title


def test_the_history_has_faults_and_presence(run: Run) -> None:
    told = [one.text for one in run.explain("asker[1]", "boss[0]").history]
    entry = f"faults[0], {place(run, 11)}"
    assert f"partition hits asker-1 ({entry})" in told
    assert "the partition of asker-1 is over" in told
    assert "boss-0 is available (dnd); asker-1 hears of it at 15.02 s" in told
    assert any(text.startswith("asker-1 sees boss-0 otherwise than it is until") for text in told)


def test_a_time_is_told_with_what_had_happened_by_then(run: Run) -> None:
    found = run.explain("asker[1]", "boss[0]", at_s=10)
    assert found.answer[0] == (
        "asker-1 is connected; boss-0 is available (dnd), as the server holds it"
    )
    assert found.answer[1].startswith(
        "asker-1 sees boss-0 otherwise than it is from 8.02 s to 15.02 s: link: a fault of"
    )
    assert max(one.t for one in found.history) <= 10_000_000
    assert run.explain("asker[1]", "boss[0]", at_s=18).answer[1:] == ("asker-1 sees it rightly",)


def test_an_agent_is_either_end_and_a_contact_is_one(run: Run) -> None:
    assert run.explain("boss[0]").title.startswith("3 watches of boss-0")
    assert run.explain(contact="boss").title.startswith("6 watches")
    assert run.explain("asker", "boss[1]").title.startswith("3 watches")
    assert run.explain("asker", "boss[1]", at_s=3).answer == ("no watch was wrong then",)


RAISING = """
    name: An asker whose code raises, though its watch is in force
    populations:
      asker: {count: 4, behaviours: ["raising:Raises"]}
      boss: {on_subscribe: approve}
    subscriptions:
      - {from: asker, to: boss, at: 1s}
    run: {duration: 3s}
    """

RAISES = """
from spade.behaviour import OneShotBehaviour


class Raises(OneShotBehaviour):
    async def run(self):
        raise ValueError("no pears")
"""


def test_agents_that_did_not_end_well_are_explained_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raising.py").write_text(RAISES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    run = run_text(RAISING, tmp_path)
    reason = "ValueError: no pears in behaviour Raises (raising.py:7)"
    assert run.explain().answer[-1] == f"asker-0, asker-1, asker-2 and 1 more failed: {reason}"
    assert run.explain(contact="boss").answer == ("no watch was wrong",)
    assert run.explain("asker").title.startswith(
        "4 watches of asker-0, asker-1, asker-2 and 1 more"
    )


@pytest.mark.parametrize(
    ("agent", "contact", "at_s", "message"),
    [
        ("askr", (), None, "no agent 'askr': expected `asker"),
        ("mute", "asker[0]", None, "swap --agent and --contact"),
        ("mute", "boss", None, "mute has no watch on boss-0, boss-1"),
        ("asker", (), 99, "99 s is outside of the run: expected 0 to 21 s"),
    ],
)
def test_what_cannot_be_explained_is_said(
    run: Run, agent: str, contact: str, at_s: float | None, message: str
) -> None:
    with pytest.raises(InputError) as error:
        run.explain(agent, contact, at_s)
    assert message in str(error.value)


def test_the_causes_are_a_frame(run: Run) -> None:
    causes = run.causes()
    pending = causes.filter(what="pending").row(0, named=True)
    assert (pending["watcher"], pending["contact"], pending["cause"]) == (
        "asker-0",
        "mute",
        "scenario",
    )
    assert (pending["begin_s"], pending["prescribed"]) == (2.0, False)
    wrong = causes.filter(pl.col("fault") == "faults[0]")
    assert wrong.select("what", "begin_s", "end_s").rows() == [("mislabelled", 8.02, 15.02)]
    lasted = causes.filter(pl.col("what") != "pending").select(pl.col("end_s") - pl.col("begin_s"))
    assert lasted["end_s"].sum() == pytest.approx(
        run.staleness().select("ghost_s", "blind_s", "mislabelled_s").sum_horizontal().sum()
    )


def test_an_explanation_is_json(run: Run) -> None:
    document = json.loads(json.dumps(run.explain().document()))
    assert document["not_in_force"][0]["watches"] == [["asker-0", "mute"]]
    assert document["wrong_time"][0]["times"][0]["begin_s"] == 8.02


def test_a_run_in_memory_and_its_folder_are_explained_alike(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text((run.folder.parent / "scenario.yaml").read_text("utf-8"), "utf-8")
    memory = simulator.run(file, out=False)
    saved = simulator.open_run(memory.save(tmp_path / "saved"))
    assert saved.explain().answer == memory.explain().answer
    assert saved.places["faults[0]"] == f"{file}:11"


def told(*records: AnyRecord, until: float = 60) -> list[str]:
    """The history of a's watch on b, by hand."""
    journal = [*head("a", "b"), watch("a", "b"), *records, *end(until, "a", "b")]
    found = explain(measured(*journal).causes, observed(journal), {"a"}, {"b"})
    return [one.text for one in found.history]


def stanza(
    kind: type[Sent] | type[Received], agent: str, type: PresenceType, peer: str
) -> AnyRecord:
    return kind(t=us(3), agent=agent, resource="r", type=type, peer=peer)


def test_a_history_is_in_the_order_of_the_journal_within_one_instant_too() -> None:
    history = told(
        Agent(t=us(3), agent="b", state="starting"),
        up(3, "b"),
        stanza(Sent, "a", "subscribe", "b"),
        Agent(t=us(3), agent="b", state="started"),
        stanza(Received, "b", "subscribe", "a"),
        push(3, "a", "b", "none", ask=True),
        stanza(Sent, "b", "subscribed", "a"),
        fault(3, "stall", "begin", "b"),
    )
    assert history == [
        "the scenario declares that a watches b",
        "b starts",
        "the stream of b is established",
        "a asks b for its presence",
        "b has started",
        "the request reaches b",
        "the server tells a that the request is pending",
        "b approves",
        "stall hits b (faults[0])",
    ]


def test_a_change_of_the_status_alone_is_told_as_that() -> None:
    lunch = Actual(
        t=us(5), agent="b", resource="r", available=True, show="dnd", status=(("", "At lunch"),)
    )
    history = told(
        *seeing("a", "b"),
        actual(4, "b", show="dnd", id="1"),
        lunch,
        replace(lunch, t=us(6), priority=3),
    )
    assert [text.partition(";")[0] for text in history if text.startswith("b ")] == [
        "b is available",
        "b is available (dnd)",
        "b changes its status to 'At lunch'",
        "b changes its priority to 3",
    ]


LATER = """
    name: What is wrong comes and goes
    populations:
      asker: {count: 2}
      slow: {on_subscribe: {approve: {delay: 10s}}}
      late: {start: 20s, on_subscribe: approve}
    subscriptions:
      - {from: asker, to: [slow, late], at: 2s}
      - {from: slow, to: late, at: 40s}
    faults:
      - {at: 25s, crash: {who: "asker[0]", restart_after: 10s}}
      - {at: 26s, for: 5s, black_hole: "asker[1]"}
    timeline:
      - {at: 27s, who: late, do: set_presence, show: dnd}
      - {at: 45s, who: slow, do: unsubscribe, peer: late}
    network: {latency: 100ms}
    run: {duration: 50s}
    """


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(LATER, tmp_path_factory.mktemp("changing"))


@pytest.mark.parametrize(
    ("at_s", "stood", "causes"),
    [
        (0, "5 not declared yet", ["no watch was wrong then"]),
        (
            2.05,
            "4 pending, 1 not declared yet",
            [
                "link: 2 requests pending: the request was under way (latency)",
                "scenario: 2 requests pending: late has not started by then",
            ],
        ),
        (
            5,
            "4 pending, 1 not declared yet",
            [
                "scenario: 2 requests pending: `on_subscribe` of slow answers only later",
                "scenario: 2 requests pending: late has not started by then",
            ],
        ),
        (23, "4 in force, 1 not declared yet", ["no watch was wrong then"]),
        (
            28,
            "4 in force, 1 not declared yet",
            [
                "scenario: 2 watches in force whose watchers see nothing: asker has crashed, and"
                " comes back only later (faults[0]",
                "link: 1 watch seen wrongly: a fault of the watcher's link: black hole at 26 s",
            ],
        ),
        (44, "5 in force", ["link: 1 watch seen wrongly: a fault of the watcher's link"]),
        (47, "4 in force, 1 no longer declared", ["link: 1 watch seen wrongly: a fault of"]),
    ],
)
def test_a_time_has_the_states_and_causes_of_that_time(
    changing: Run, at_s: float, stood: str, causes: list[str]
) -> None:
    found = changing.explain(at_s=at_s)
    assert found.title == f"5 watches at {at_s:g} s: {stood}"
    for text, cause in zip(found.answer, causes, strict=True):
        assert text.startswith(cause)


def test_one_watch_at_a_time_has_the_cause_of_that_time(changing: Run) -> None:
    early = changing.explain("asker[0]", "slow", at_s=5)
    assert early.title.endswith("pending: asked, not answered at 5 s")
    assert early.answer[0] == (
        "not in force since 2 s: scenario: `on_subscribe` of slow answers only later"
    )
    crashed = changing.explain("asker[0]", "late", at_s=28)
    assert crashed.answer[1].startswith("asker-0 sees nothing of it: scenario: asker has crashed")


def test_the_end_as_a_time_says_what_the_end_says(run: Run) -> None:
    end = run.measurement.end / 1e6
    then, at_the_end = run.explain(at_s=end).document(), run.explain().document()
    assert then["not_in_force"] == at_the_end["not_in_force"]
    assert run.explain(at_s=end).title == "7 watches at 21 s: 6 in force, 1 pending"
