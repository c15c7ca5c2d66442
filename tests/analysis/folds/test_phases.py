from __future__ import annotations

from msgspec.structs import replace

from simulator.analysis.folds.phases import Phase, PhaseSpans
from simulator.journal.records import Agent, FaultChanged, Planned, Watch
from tests.analysis.journals import did, died, us


def phases(end: float, *records: object) -> list[tuple[str, float, float, float]]:
    spans = PhaseSpans()
    takers = {
        "Action": spans.action,
        "FaultChanged": spans.fault,
        "Died": spans.fault,
        "Agent": spans.agent,
        "Planned": spans.planned,
        "Watch": spans.watch,
    }
    for record in records:
        takers[type(record).__name__](record)  # type: ignore[operator]
    return [
        (phase.name, phase.begin / 1e6, phase.disturbance / 1e6, phase.end / 1e6)
        for phase in spans.phases(us(end))
    ]


def fault(t: float, state: str) -> FaultChanged:
    return FaultChanged(t=us(t), origin="faults[0]", fault="partition", state=state)  # type: ignore[arg-type]


def test_a_run_without_actions_has_its_start() -> None:
    assert phases(9) == [("start", 0, 0, 9)]


def test_the_disturbance_is_the_last_action_of_an_entry() -> None:
    found = phases(
        9,
        did(1, "a", origin="timeline[0]"),
        did(3, "b", origin="timeline[0]"),
        did(5, "a", "x", "z"),
    )
    assert found == [("start", 0, 0, 1), ("timeline[0]", 1, 3, 5), ("z", 5, 5, 9)]


def test_entries_that_overlap_are_one_phase() -> None:
    found = phases(9, *(did(t, "a", origin=o) for t, o in [(1, "x"), (2, "y"), (3, "x"), (4, "y")]))
    assert found == [("start", 0, 0, 1), ("x + y", 1, 4, 9)]


def test_an_entry_at_zero_belongs_to_the_start() -> None:
    assert phases(9, did(0, "a", origin="subscriptions[0]"))[0][0] == "start + subscriptions[0]"


def test_what_is_declared_from_the_start_belongs_to_it_though_it_is_asked_for_later() -> None:
    """Agents ask when they have started. Before that, nothing is late."""
    declared = Watch(t=0, agent="a", peer="b", origin="subscriptions[0]", at=0)
    asked = did(0.2, "a", origin="subscriptions[0]")
    assert phases(9, declared, asked) == [("start + subscriptions[0]", 0, 0.2, 9)]


def test_a_fault_lasts_from_its_begin_to_its_end() -> None:
    found = phases(90, fault(40, "begin"), died(40, "a"), fault(55, "end"))
    assert found[1] == ("faults[0]", 40, 55, 90)


def test_skipped_actions_disturb_nothing() -> None:
    assert len(phases(9, replace(did(5, "a"), skipped="the agent is stopped"))) == 1


def test_first_starts_without_an_action_are_a_phase_of_their_population() -> None:
    """m starts with the run, at 0.2 s. a and b are late; b by an action. a starts again at 50."""
    planned = [
        Planned(t=0, agent=agent, population=population, resource="r")
        for agent, population in [("m", "member"), ("a", "late"), ("b", "late")]
    ]
    found = phases(
        90,
        *planned,
        starting(0.2, "m"),
        starting(30, "a"),
        did(40, "b", "start", "t"),
        starting(41, "b"),
        starting(50, "a"),
    )
    assert found == [
        ("start", 0, 0.2, 30),
        ("populations.late", 30, 30, 40),
        ("t", 40, 40, 90),
    ]


def starting(t: float, agent: str) -> Agent:
    return Agent(t=us(t), agent=agent, state="starting")


def test_the_last_phase_knows_that_it_is_the_last() -> None:
    spans = PhaseSpans()
    spans.action(did(1, "a"))
    first, second = spans.phases(us(9))
    assert isinstance(first, Phase)
    assert (first.last, second.last) == (False, True)


def test_watches_are_declared_in_any_order() -> None:
    """Watches are recorded by name, whenever each is declared."""
    spans = PhaseSpans()
    for at in (3, 1, 5):
        spans.watch(Watch(t=0, agent="a", peer="b", at=us(at), origin="subscriptions[0]"))
    _, phase = spans.phases(us(9))
    assert (phase.begin, phase.disturbance) == (us(1), us(5))
