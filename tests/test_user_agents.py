"""Users' own agents and behaviours, written for plain SPADE, under the harness."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.analysis.run import Run
from simulator.errors import Livelock
from simulator.journal.file import FILE_NAME, read_journal
from simulator.journal.folder import LOG
from simulator.journal.records import Failure, RunEnded, Sent
from tests.runs import run_text

PAIR = """
    name: pair
    populations:
      asker: {{agent: "tests.user_agents:Asker", attributes: {{friend: approver@localhost}}}}
      approver: {{agent: "tests.user_agents:{approver}"}}
    network: {{latency: 20ms}}
    presence_manager: {manager}
    run: {{duration: 5s}}
    expect:
      - roster: {{asker: {{approver: {subscription}}}}}
"""


def of(run: Run, kind: type, agent: str) -> list[Any]:
    found: list[Any] = [record for record in run.records if isinstance(record, kind)]
    return [record for record in found if record.agent == agent]


def test_a_users_behaviour_is_added_with_its_arguments(tmp_path: Path) -> None:
    run = run_text(
        """
        name: greeting
        populations:
          greeter:
            behaviours: [{class: "tests.user_agents:Greeting", arguments: {text: hello}}]
        run: {duration: 1s}
        """,
        tmp_path,
    )
    assert [record.status for record in of(run, Sent, "greeter")] == [(), (("", "hello"),)]


def test_a_periodic_behaviour_follows_virtual_time(tmp_path: Path) -> None:
    run = run_text(
        """
        name: ticks
        populations: {ticker: {agent: "tests.user_agents:Ticker"}}
        network: {latency: 0s}
        run: {duration: 65s, settle: 0s}
        """,
        tmp_path,
    )
    ticks = [record for record in of(run, Sent, "ticker") if record.status]
    assert [record.t for record in ticks[:3]] == [5_000_000, 6_000_000, 7_000_000]
    assert ticks[-1].status in ((("", "tick 60"),), (("", "tick 61"),))


def test_agents_exchange_messages(tmp_path: Path) -> None:
    run = run_text(
        """
        name: call
        populations:
          answerer: {agent: "tests.user_agents:Answerer"}
          caller: {agent: "tests.user_agents:Caller", attributes: {friend: answerer@localhost}}
        run: {duration: 5s}
        """,
        tmp_path,
    )
    assert of(run, Sent, "caller")[-1].status == (("", "answerer"),)


def test_an_exception_in_a_handler_is_reported_and_the_handler_stays(tmp_path: Path) -> None:
    run = run_text(
        """
        name: raising
        presence_manager: documented
        populations:
          first: {}
          second: {}
          raiser: {agent: "tests.user_agents:RaisesInHandler"}
        subscriptions:
          - {pairs: [[first, raiser]], at: 1s}
          - {pairs: [[second, raiser]], at: 2s}
        run: {duration: 5s}
        """,
        tmp_path,
    )
    (failure,) = of(run, Failure, "raiser")
    assert failure.error == "ValueError: cannot think about first@localhost"
    assert failure.where == "on_subscribe"
    assert "user_agents.py" in failure.traceback
    assert "in on_subscribe: raise ValueError" in failure.traceback
    assert [record.peer for record in of(run, Sent, "raiser") if record.peer] == ["second"]
    assert run.summary["agent_outcomes"]["failed"] == 1
    assert run.verdict.value == "fail"


CASES = Path(__file__).parent / "data" / "cases"


@pytest.mark.parametrize(
    ("agent", "error", "where"),
    [
        ("RaisesInBehaviour", "KeyError: 'lost'", "behaviour Fail"),
        ("RaisesInSetup", "RuntimeError: no set-up today", "start"),
    ],
)
def test_an_exception_ends_neither_the_run_nor_the_others(
    tmp_path: Path, agent: str, error: str, where: str
) -> None:
    run = run_text(
        f"""
        name: raising
        populations:
          raiser: {{agent: "tests.user_agents:{agent}"}}
          other: {{behaviours: [{{class: "tests.user_agents:Greeting", arguments: {{text: on}}}}]}}
        run: {{duration: 2s}}
        """,
        tmp_path,
    )
    (failure,) = of(run, Failure, "raiser")
    assert (failure.error, failure.where) == (error, where)
    assert of(run, Sent, "other")[-1].status == (("", "on"),)
    outcomes = run.summary["agent_outcomes"]
    assert (outcomes["ok"], outcomes["failed"], outcomes["population"]) == (1, 1, 2)
    assert error in outcomes["not_ok"][0]["reason"]


def test_a_behaviour_that_polls_is_named_as_a_livelock(tmp_path: Path) -> None:
    with pytest.raises(Livelock) as caught:
        run_text(
            """
            name: polling
            populations: {poller: {agent: "tests.user_agents:Poller"}, other: {}}
            run: {duration: 5s}
            """,
            tmp_path,
        )
    text = str(caught.value)
    assert "Poll" in text
    assert "poller@localhost" in text
    assert "give receive() a timeout" in text
    last = list(read_journal(tmp_path / "run" / FILE_NAME))[-1]
    assert isinstance(last, RunEnded)
    assert not last.complete
    assert "livelock" in last.reason


def test_a_password_reaches_neither_the_log_nor_the_journal(tmp_path: Path) -> None:
    """Its form is that of `secrets.token_urlsafe(18)`: 24 characters."""
    text = """
        name: talkative
        populations: {one: {agent: "tests.user_agents:Talkative"}}
        run: {duration: 1s}
        """
    run = run_text(text, tmp_path)
    journal = (run.folder / FILE_NAME).read_text()
    assert not re.search(r"[\w-]{24} is too short", journal)
    assert journal.count("ValueError: <password> is too short") > 2
    log = (run.folder / LOG).read_text()
    assert "I log in with <password>" in log
    assert "ValueError: <password> is too long" in log
    assert [failure.error for failure in of(run, Failure, "one")] == [
        "ValueError: <password> is too short"
    ]


@pytest.mark.parametrize(
    ("agent", "error"),
    [
        ("TalksInTask", "ValueError: <password> is in a task"),
        # asyncio tells of it when the task is collected, and here that takes a collection.
        ("FailsInACircle", "ValueError: in a circle"),
    ],
)
def test_a_failure_that_nobody_waits_for_is_told(agent: str, error: str, tmp_path: Path) -> None:
    text = f"""
        name: nobody waits
        populations: {{one: {{agent: "tests.user_agents:{agent}"}}}}
        run: {{duration: 1s}}
        """
    run = run_text(text, tmp_path)
    (failure,) = [record for record in run.records if isinstance(record, Failure)]
    assert failure.error == error


def test_a_status_in_several_languages_is_sent_under_spades_own_manager() -> None:
    """The harness's own first presence; SPADE's manager itself takes no plain language."""
    run = simulator.run(CASES / "lang.yaml", out=False)
    assert run.verdict.value == "pass", run.verdict.reasons
    assert [record.status for record in of(run, Sent, "a")] == [(("", "hi"), ("es", "hola"))]
