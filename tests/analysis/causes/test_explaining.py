"""Explanations: of a run, of an agent and of one watch, in sentences."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import simulator
from simulator.analysis.run import Run
from simulator.errors import InputError
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
    assert run.explain("asker", "boss[1]", at_s=3).answer == ("nothing is wrong",)


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
