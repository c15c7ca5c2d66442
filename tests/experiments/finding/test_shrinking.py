"""What a document that is spelled out says, and how it gets smaller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings

from simulator.errors import ScenarioError
from simulator.experiments.finding import dropping, simplifying
from simulator.experiments.finding.documents import SECOND, Document, count_of, entries, populations
from simulator.experiments.finding.failures import Failure
from simulator.experiments.finding.shrinking import Shrinker
from simulator.experiments.finding.spelling import spelled_out
from simulator.experiments.finding.trials import Trial, Tried
from simulator.experiments.finding.writing import readable, written
from simulator.scenario import Plan, build_plan, scenario_from
from simulator.scenario.reading.loader import parse_scenario
from tests.random_scenarios import documents

WRONG = Failure("it holds", "server")


def planned(document: Document) -> Plan:
    return build_plan(scenario_from(document))


def done(plan: Plan) -> tuple[object, ...]:
    """What a plan comes to, without where it stands in the file."""
    return (
        [(one.watcher, one.contact, one.at, one.may_refuse) for one in plan.watches],
        [(one.at, one.agent, one.do, one.peer, one.change, one.resource) for one in plan.actions],
        [
            (one.at, one.kind, sorted(one.agents), one.end, one.direction, one.restart_after)
            for one in plan.faults
        ],
        [(one.name, one.start, one.presence, one.on_subscribe) for one in plan.agents],
    )


@given(documents())
@settings(max_examples=60, deadline=None)
def test_a_scenario_spelled_out_has_the_same_plan(document: Document) -> None:
    try:
        plan = planned(document)
    except ScenarioError:
        assume(False)
    assert done(planned(spelled_out(plan))) == done(plan)


@given(documents())
@settings(max_examples=60, deadline=None)
def test_a_readable_scenario_has_the_same_plan_and_reads_back(document: Document) -> None:
    try:
        plan = planned(document)
    except ScenarioError:
        assume(False)
    plain = readable(spelled_out(plan))
    assert done(planned(plain)) == done(plan)
    read = parse_scenario(written(plain), "smallest.yaml", Path())
    assert read.document == plain


THREE: Document = {
    "name": "Three and two",
    "seed": 5,
    "populations": {
        "a": {"count": 3},
        "b": {"count": 2, "on_subscribe": {"approve": {"from": "a[2]"}}},
    },
    "subscriptions": [
        {"pairs": [["a[0]", "a[2]"]], "at": "1s"},
        {"pairs": [["a[1]", "b[0]"]], "at": "1s"},
    ],
    "timeline": [{"at": "3s", "who": "a[1]", "do": "stop"}],
    "faults": [
        {"at": "2s", "reset": {"who": ["a[1]", "a[2]"]}},
        {"at": "2s", "reset": {"who": ["a[1]"]}},
    ],
    "expect": [{"figure": "outcomes.ok", "equals": 5}, {"roster": {"a[2]": {"a[0]": "from"}}}],
    "run": {"duration": "10s"},
}


def test_agents_that_go_take_with_them_what_names_only_them() -> None:
    smaller = dropping.without_agents(THREE, "a", 1, 2)
    assert smaller is not None
    assert populations(smaller) == {
        "a": {"count": 2},
        "b": {"count": 2, "on_subscribe": {"approve": {"from": "a[1]"}}},
    }
    assert smaller["subscriptions"] == [{"pairs": [["a[0]", "a[1]"]], "at": "1s"}]
    assert "timeline" not in smaller
    assert smaller["faults"] == [{"at": "2s", "reset": {"who": ["a[1]"]}}]
    assert smaller["expect"] == [
        {"figure": "outcomes.ok", "equals": 4},
        {"roster": {"a[1]": {"a[0]": "from"}}},
    ]
    assert dropping.without_agents(THREE, "c", 0, 1) is None
    nobody_to_answer = dropping.without_agents(THREE, "a", 2, 3)
    assert nobody_to_answer is not None
    assert populations(nobody_to_answer)["b"]["on_subscribe"] == "ignore"


def test_a_population_goes_with_its_last_agent_but_one_stays() -> None:
    smaller = dropping.without_agents(THREE, "b", 0, 2)
    assert smaller is not None
    assert list(populations(smaller)) == ["a"]
    assert dropping.without_agents(smaller, "a", 0, 3) is None


def test_a_run_is_not_cut_before_all_can_be_right_again() -> None:
    edit = simplifying.shorter_run(3 * SECOND)
    shorter = edit({**THREE, "run": {"duration": "1min"}})
    assert shorter is not None
    assert shorter["run"] == {"duration": "6s"}
    assert edit({**THREE, "run": {"duration": "6s"}}) is None


class Judge:
    """An engine that runs nothing: `wrong` says whether a document fails."""

    where = dashboard = "nowhere"

    def __init__(self, wrong: Any, together: int = 1) -> None:
        self.wrong, self.together = wrong, together

    def perform(self, jobs: Iterable[Any], *, ahead: bool = True) -> Iterator[Sequence[Any]]:
        """As workers do that take several jobs at once and are done with the last one first."""
        waiting: list[Trial] = []
        for job in jobs:
            waiting.append(job)
            if len(waiting) == self.together:
                yield [self.tried(one) for one in reversed(waiting)]
                waiting.clear()
        yield [self.tried(one) for one in reversed(waiting)]

    def tried(self, trial: Trial) -> Tried:
        return Tried(trial.number, WRONG if self.wrong(trial.document) else None)


def shrunk(document: Document, wrong: Any, together: int = 1) -> tuple[Document, int]:
    counted: list[Tried] = []
    shrinker = Shrinker(
        *(Judge(wrong, together), document, WRONG, Path(), 3 * SECOND), counted.append
    )
    shrinker.shrink()
    return shrinker.document, len(counted)


def needs_a_reset(document: Document) -> bool:
    """It fails whenever two agents are there and one of them has a reset."""
    many = sum(map(count_of, populations(document).values()))
    return many >= 2 and any("reset" in entry for entry in entries(document, "faults"))


def test_all_goes_but_what_is_needed() -> None:
    document, _ = shrunk(THREE, needs_a_reset)
    assert (
        document
        == {
            "name": "Three and two",
            "seed": 0,
            "populations": {"b": {"count": 2}},
            "faults": [{"at": "0s", "reset": {}}],
            "run": {"duration": "3s"},
        }
        or sum(map(count_of, populations(document).values())) == 2
    )
    assert len(entries(document, "faults")) == 1
    assert "timeline" not in document
    assert "subscriptions" not in document
    assert document["seed"] == 0


def test_the_result_does_not_depend_on_who_is_quicker() -> None:
    assert shrunk(THREE, needs_a_reset, 4) == shrunk(THREE, needs_a_reset)


def test_a_number_that_is_expected_keeps_the_agents() -> None:
    counting = Failure("declared.in_force equals 2", "", counts=True)
    shrinker = Shrinker(*(Judge(lambda _: True), THREE, counting, Path(), 0), lambda _: None)
    shrinker._engine = Always(counting)
    shrinker.shrink()
    assert sum(map(count_of, populations(shrinker.document).values())) == 5
    assert len(entries(shrinker.document, "subscriptions")) == 2
    assert "faults" not in shrinker.document


class Always(Judge):
    """Everything fails in one way."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(lambda _: True)
        self.failure = failure

    def tried(self, trial: Trial) -> Tried:
        return Tried(trial.number, self.failure)


def test_another_cause_is_another_failure() -> None:
    found = Failure("it holds", "server", frozenset({"server", "link"}))
    assert found.includes(Failure("it holds", "server", frozenset({"server"})))
    assert not found.includes(Failure("it holds", "link", frozenset({"link"})))
    assert not found.includes(Failure("it holds", "server", frozenset({"server", "user code"})))
    assert not found.includes(Failure("something else", "server"))
