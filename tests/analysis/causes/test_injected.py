"""One injected cause each: the class follows from the journal alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import simulator
from simulator.analysis.causes.absences import NEVER_AGAIN
from simulator.analysis.causes.attribution import Causes
from simulator.analysis.causes.cause import CauseClass
from simulator.analysis.causes.evidence import Evidence
from simulator.analysis.run import Run
from simulator.rfc6121.account import Delivery
from simulator.rfc6121.stanza import Presence
from simulator.scenario.reading.loader import load_scenario
from simulator.servers.base import RunContext
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.servers.embedded.server import EmbeddedServer
from tests.runs import ROOT

FOLDER = ROOT / "tests" / "data" / "causes"
C = CauseClass

NOT_IN_FORCE = {
    "nobody_approves": C.SCENARIO,
    "denied": C.SCENARIO,
    "crashed_for_good": C.SCENARIO,
    "thinks_too_long": C.SCENARIO,
    "leaves_while_thinking": C.SCENARIO,
    "raises": C.USER_CODE,
    "never_answers": C.USER_CODE,
    "never_asks": C.USER_CODE,
    "goes_home": C.USER_CODE,
    "refuses": C.USER_CODE,
    "changes_its_mind": C.USER_CODE,
    "before_setup": C.PRESENCE_MANAGER,
    "before_setup_again": C.PRESENCE_MANAGER,
    "disconnected_when_unavailable": C.PRESENCE_MANAGER,
    "zombie": C.CLIENT_LIBRARY,
    "conflict": C.CLIENT_LIBRARY,
    "lost_in_reconnect": C.CLIENT_LIBRARY,
    "cut": C.LINK,
    "loss": C.LINK,
    "death_unnoticed": C.SERVER,
    "rosters_lost": C.SERVER,
    "frozen": C.SERVER,
    "forgetful_server": C.SERVER,
}
"""Scenarios whose watches are not in force at the end, and the class of the cause."""
WRONGLY_SEEN = {
    "latency": C.LINK,
    "black_hole": C.LINK,
    "partition": C.LINK,
    "deaf_server": C.SERVER,
}
"""Scenarios in which presence is seen wrongly, and the class of most of that time."""


class Swallowing(EmbeddedBackend):
    """An embedded server that does not pass some presence on."""

    def __init__(self, types: Iterable[str], show: str | None = None) -> None:
        super().__init__()
        self._types = frozenset(types)
        self._show = show

    async def start(self, context: RunContext) -> None:
        await super().start(context)
        assert self._server_of is not None
        server = self._server_of("")
        deliver = server.deliver

        def some(deliveries: Iterable[Delivery]) -> None:
            deliver([one for one in deliveries if not self._is_swallowed(one.stanza)])

        server.deliver = some  # type: ignore[method-assign]
        assert isinstance(server, EmbeddedServer)

    def _is_swallowed(self, stanza: object) -> bool:
        fits = isinstance(stanza, Presence) and stanza.type in self._types
        return fits and (self._show is None or getattr(stanza, "show", "") == self._show)


BACKENDS = {
    "deaf_server": lambda: Swallowing(["available"], "dnd"),
    "forgetful_server": lambda: Swallowing(["subscribe"]),
}


def played(name: str) -> Run:
    """The run of one of the scenarios."""
    backend = BACKENDS.get(name, EmbeddedBackend)()
    return simulator.run(FOLDER / f"{name}.yaml", backend=backend, out=False)


@pytest.mark.parametrize(("name", "kind"), NOT_IN_FORCE.items(), ids=list(NOT_IN_FORCE))
def test_the_cause_of_a_watch_that_is_not_in_force(name: str, kind: CauseClass) -> None:
    found = played(name).measurement.causes.not_in_force
    assert found
    assert {one.cause.kind for one in found} == {kind}, [one.cause for one in found]


@pytest.mark.parametrize(("name", "kind"), WRONGLY_SEEN.items(), ids=list(WRONGLY_SEEN))
def test_the_cause_of_wrong_time(name: str, kind: CauseClass) -> None:
    groups = played(name).measurement.causes.time_groups
    assert groups
    assert groups[0].cause.kind is kind, [group.cause for group in groups]


def reason(name: str) -> str:
    (group,) = played(name).measurement.causes.watch_groups
    return group.text


def test_a_handler_that_raised_is_never_called_again() -> None:
    """Of the two requests, SPADE hands only the first one on."""
    run = played("raises")
    assert run.measurement.info.handlers["boss", "on_subscribe"] == 1
    assert reason("raises") == (
        "2 requests pending: code of boss raised AttributeError: 'Raises' object has no attribute"
        " 'friends' in on_subscribe (programs.py:17), and SPADE's own manager never calls a handler"
        " again once it has raised"
    )
    (check,) = (one for one in run.verdict.checks if one.text == "no handler or behaviour raised")
    assert check.offenders == (NEVER_AGAIN,)
    told = [one.text for one in run.explain("asker[1]", "boss").history if "raises" in one.text]
    assert told[0].endswith(f"; {NEVER_AGAIN}")


def test_the_documented_manager_calls_it_again() -> None:
    scenario = load_scenario(FOLDER / "raises.yaml", {"presence_manager": "documented"})
    run = simulator.run(scenario, out=False)
    assert run.measurement.info.handlers["boss", "on_subscribe"] == 2
    (group,) = run.measurement.causes.watch_groups
    assert group.text.endswith("in on_subscribe (programs.py:17)")


def test_a_request_before_setup_names_the_agent_and_what_to_do() -> None:
    assert reason("before_setup") == (
        "1 request pending (asker -> boss): the request reached boss before its setup() had set a"
        " handler or `approve_all`, and SPADE's own manager does not keep it; use the documented"
        " manager, or ask again once it has started"
    )


def test_every_scenario_has_its_label() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == {*NOT_IN_FORCE, *WRONGLY_SEEN}
    assert {*NOT_IN_FORCE.values(), *WRONGLY_SEEN.values()} == set(C) - {C.UNKNOWN}


@pytest.mark.parametrize(
    "file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda file: file.stem
)
def test_in_the_library_nothing_is_unknown(file: Path) -> None:
    run = simulator.run(file, out=False)
    figures = run.figures
    assert not figures["cause.declared.unknown"].value
    assert not figures["cause.staleness.unknown"].value
    parts = [figures[f"cause.staleness.{kind}"].value or 0.0 for kind in C]
    assert sum(parts) == pytest.approx(figures["staleness"].value or 0.0)


@pytest.mark.parametrize("name", sorted({*NOT_IN_FORCE, *WRONGLY_SEEN}))
def test_calm_times_have_the_cause_that_the_rules_give(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = simulator.run(FOLDER / f"{name}.yaml")
    calm = run.measurement.causes.wrong_times
    monkeypatch.setattr(Evidence, "is_calm", lambda *arguments: False)
    assert Causes(run.measurement.causes.evidence).wrong_times == calm
