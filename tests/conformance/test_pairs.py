"""Every ordered pair of actions, from either side, out of every joint state of two accounts.

Each case has two agents of its own, goes to its state, and does its two actions. After each step
the stanzas that came to both and both rosters are compared with the table of Appendix A. The
cases of a server are played at once, and each test is about one state and one first action.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from simulator.analysis.oracle.subscription_pair import PairState
from tests.conformance import deviations, verdicts
from tests.conformance.pairs import Case, Step, all_cases, reachable, state_text
from tests.conformance.parallel import Played, Troupe
from tests.conformance.selection import selected
from tests.conformance.servers import Server

Group = tuple[PairState, Step]


def _groups() -> dict[Group, list[Case]]:
    groups: dict[Group, list[Case]] = defaultdict(list)
    for case in all_cases():
        groups[case.state, case.first].append(case)
    return groups


GROUPS = _groups()


def _name(group: Any) -> str:
    state, first = group
    return f"{state_text(state)}: {first}"


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest, server: Server) -> dict[Group, list[Played]]:
    """What the server told in the cases of all selected tests."""
    wanted = selected(request, server.name, "group") or list(GROUPS)
    cases = [case for group in wanted for case in GROUPS[group]]
    groups: dict[Group, list[Played]] = defaultdict(list)
    for one in server.run(Troupe(server.backend, cases).play):
        groups[one.case.state, one.case.first].append(one)
    return groups


@pytest.mark.parametrize("group", GROUPS, ids=_name)
def test_pair(server: Server, played: dict[Group, list[Played]], group: Group) -> None:
    known = deviations.of(server.name)
    problems = {}
    for one in played[group]:
        verdict = verdicts.judge(known, one.case.steps, one.told)
        if verdict.problems:
            problems[", ".join(map(str, one.case.steps))] = verdict.problems
    assert not problems


def test_every_known_deviation_is_still_there(
    server: Server, played: dict[Group, list[Played]]
) -> None:
    if set(played) != set(GROUPS):
        pytest.skip("some cases were left out of this call: a deviation may be in one of them")
    known = deviations.of(server.name)
    for group in played.values():
        for one in group:
            verdicts.judge(known, one.case.steps, one.told)
    assert known.unmet() == []


def test_the_embedded_server_has_no_known_deviation() -> None:
    assert deviations.entries("embedded") == []


def test_there_are_as_many_cases_as_the_states_ask_for() -> None:
    """34 joint states, 20 up to exchanging the two sides; six of them are alike on both."""
    assert len(reachable()) == 20
    assert len(all_cases()) == 14 * 10 * 10 + 6 * 5 * 10
