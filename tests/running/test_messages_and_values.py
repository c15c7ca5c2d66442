"""Messages between agents and what agents keep, from their programs to the verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.analysis.checks.check import Check
from simulator.analysis.run import Run
from simulator.errors import ScenarioError
from simulator.journal.work_records import MessageReceived, MessageSent, Value
from simulator.report.plots import plot_sequence, plot_values
from simulator.report.terminal.narration import Narrator
from tests.runs import run_text

TALK = """
    name: Two talk
    populations:
      listener: {agent: tests.talking_agents:Listener}
      speaker: {agent: tests.talking_agents:Speaker, start: 1s, attributes: {to: [%s]}}
    network: {latency: 20ms}
    run: {duration: 5s}
"""
HERE, NOBODY = "listener@localhost", "nobody@localhost"


def talk(folder: Path, to: str = HERE, more: str = "") -> Run:
    return run_text(TALK % to + more, folder)


def records(run: Run, kind: type[Any]) -> list[Any]:
    return [record for record in run.records if type(record) is kind]


def checks(run: Run) -> list[Check]:
    return list(run.verdict.checks)


# --- messages ---


def test_a_message_is_recorded_at_both_ends(tmp_path: Path) -> None:
    run = talk(tmp_path)
    (sent,), (received,) = records(run, MessageSent), records(run, MessageReceived)
    assert (sent.agent, sent.peer, sent.performative) == ("speaker", "listener", "inform")
    assert (sent.metadata, sent.thread) == ((("ontology", "weather"),), "talk")
    assert (sent.size, sent.body, sent.route) == (5, "Hello", "server")
    assert (received.agent, received.peer, received.id) == ("listener", "speaker", sent.id)
    assert received.t - sent.t == 40_000
    assert run.figures["message_latency.max_s"].value == 0.04
    assert run.summary["messages"] == {"sent": 1, "received": 1, "undelivered": 0}


def test_the_containers_short_cut_is_taken_only_if_the_scenario_says_so(tmp_path: Path) -> None:
    run = talk(tmp_path, more="    messages: {route: container}\n")
    (sent,), (received,) = records(run, MessageSent), records(run, MessageReceived)
    assert (sent.route, received.t - sent.t) == ("container", 0)
    assert (received.performative, received.body) == ("inform", "Hello")
    assert run.messages()["latency_s"].to_list() == [0.0]


def test_a_message_to_nobody_comes_back_and_is_undelivered(tmp_path: Path) -> None:
    run = talk(tmp_path, to=f"{NOBODY}, {HERE}")
    rows = run.messages().rows_by_key("receiver", named=True, unique=True)
    assert (rows[NOBODY]["delivery"], rows[NOBODY]["error"]) == (
        "undelivered",
        "service-unavailable",
    )
    assert (rows["listener"]["delivery"], rows["listener"]["error"]) == ("delivered", None)
    assert run.summary["messages"] == {"sent": 2, "received": 1, "undelivered": 1}


def test_a_message_to_an_agent_that_is_offline_is_undelivered(tmp_path: Path) -> None:
    stop = "    timeline: [{at: 500ms, who: listener, do: stop}]\n"
    run = talk(tmp_path, more=stop)
    assert run.summary["messages"] == {"sent": 1, "received": 0, "undelivered": 1}
    assert "absent" in run.summary["message_latency"]


@pytest.mark.parametrize(("bodies", "kept"), [("none", 0), ("head", 200), ("whole", 500)])
def test_as_much_of_a_body_is_recorded_as_is_wanted(tmp_path: Path, bodies: str, kept: int) -> None:
    text = (TALK % HERE).replace("{to:", "{body: " + "é" * 500 + ", to:")
    run = run_text(text + f"    messages: {{bodies: {bodies}}}\n", tmp_path)
    (sent,) = records(run, MessageSent)
    assert (sent.body, sent.size) == ("é" * kept, 1000)


def test_messages_are_narrated(tmp_path: Path) -> None:
    run, narrator = talk(tmp_path, to=f"{HERE}, {NOBODY}"), Narrator()
    lines = "\n".join(line for record in run.records for line in narrator.lines(record))
    assert 'speaker: sends listener a message (inform) "Hello"' in lines
    assert 'listener: gets a message (inform) "Hello" from speaker' in lines
    assert "speaker: the message to nobody@localhost came back: service-unavailable" in lines
    assert "listener: times = 1" in lines


def test_messages_are_expected_in_order(tmp_path: Path) -> None:
    steps = """
    expect:
      - in_order:
          - {agent: speaker, sent: message, to: listener, performative: inform}
          - {agent: listener, received: message, from: speaker, thread: talk}
      - in_order:
          - {agent: speaker, became: started}
          - {agent: listener, received: message, performative: cfp}
      - {figure: messages.undelivered, equals: 0}
      - {figure: message_latency.p95, at_most: 40ms}
    """
    assert [check.verdict for check in checks(talk(tmp_path, more=steps))] == [
        *("pass", "fail", "pass", "pass")
    ]


# --- values ---


def test_the_knowledge_base_is_recorded_when_it_changes(tmp_path: Path) -> None:
    values = records(talk(tmp_path), Value)
    assert [(value.agent, value.name, value.value) for value in values] == [
        ("listener", "times", 0),
        ("listener", "times", 1),
    ]


def test_attributes_are_read_at_the_end(tmp_path: Path) -> None:
    run = talk(tmp_path, more="    observe: {listener: [heard, body], speaker: [body]}\n")
    values = {
        (value.agent, value.name): value
        for value in records(run, Value)
        if value.source == "attribute"
    }
    assert values["listener", "heard"].value == ["Hello"]
    assert values["speaker", "body"].value == "Hello"
    missing = values["listener", "body"].absent
    assert missing.startswith("no such attribute; there is `")
    assert "`heard`" in missing
    frame = run.values().filter(name="heard")
    assert frame.select("value", "number").rows() == [('["Hello"]', 1.0)]


COUNT = """
    name: One counts
    populations: {counter: {count: 2, agent: tests.talking_agents:Counter}}
    observe: {counter: [broken]}
    run: {duration: 4s, settle: 0s}
    expect: [{value: {agent: counter, name: %s}}]
"""


@pytest.mark.parametrize(
    ("value", "verdict", "evidence"),
    [
        ("ticks, at_least: 4", "pass", "counter-0 has 4 entries, counter-1 has 4 entries"),
        ("ticks, equals: 3", "fail", "counter-0 has 4 entries, counter-1 has 4 entries"),
        ("ticks, above: 3, below: 5", "pass", "counter-0 has 4 entries, counter-1 has 4 entries"),
        ("broken, equals: 3", "unknown", "counter-0: reading it raised ValueError: no value"),
        ("times, equals: 3", "fail", "counter-0 keeps no times, but `ticks`; an attribute needs"),
    ],
)
def test_values_are_expected(tmp_path: Path, value: str, verdict: str, evidence: str) -> None:
    (check,) = checks(run_text(COUNT % value, tmp_path))
    assert (check.verdict, check.evidence[: len(evidence)]) == (verdict, evidence)


def test_whom_to_observe_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="listner"):
        talk(tmp_path, more="    observe: {listner: [heard]}\n")


def test_numbers_are_drawn_over_time(tmp_path: Path) -> None:
    run = talk(tmp_path, to=f"{HERE}, {HERE}", more="    observe: {listener: [heard]}\n")
    (axes,) = plot_values(run).axes
    assert axes.get_ylabel() == "times"  # attributes are known at the end only
    (line,) = axes.lines
    assert np.asarray(line.get_ydata()).tolist() == [0, 1, 2, 2]


def test_messages_are_arrows_of_the_sequence(tmp_path: Path) -> None:
    figure = plot_sequence(talk(tmp_path, to=f"{HERE}, {NOBODY}, {HERE}"))
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said.count("inform") == 2
