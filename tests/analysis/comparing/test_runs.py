from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest

import simulator
from simulator.analysis.comparing.event_texts import event_orders
from simulator.analysis.comparing.runs import PARTS, OrderDifference, compare
from simulator.analysis.run import Run, open_run
from simulator.errors import InputError
from simulator.journal.records import AnyRecord, Belief, HandlerCalls, RunStarted, Watch
from simulator.journal.work_records import Value
from tests.analysis.journals import (
    actual,
    asks,
    belief,
    end,
    final,
    head,
    hears,
    push,
    says,
    sees,
    up,
    us,
    view,
    watch,
)
from tests.analysis.synthetic import write


def story(at: float = 0.0, ask_id: str = "q1") -> list[AnyRecord]:
    """a asks b, who approves; `at` shifts the times."""
    return [
        *head("a", "b"),
        watch("a", "b"),
        up(0, "a"),
        up(0, "b"),
        actual(0, "a"),
        actual(0, "b", id="p0"),
        asks(1 + at, "a", "subscribe", "b", ask_id),
        push(1 + at, "a", "b", "none", ask=True),
        hears(1.1 + at, "b", "subscribe", "a", ask_id),
        asks(1.2 + at, "b", "subscribed", "a"),
        push(1.2 + at, "b", "a", "from"),
        hears(1.3 + at, "a", "subscribed", "b"),
        push(1.3 + at, "a", "b", "to"),
        sees(1.4 + at, "a", "b", id="p0"),
    ]


def ending(subscription: Any = "to", believed: Any = "to") -> list[AnyRecord]:
    return [
        view(9, "a", "served", 1),
        final(9, "a", "b", subscription),
        view(9, "a", "believed", 1),
        belief(9, "a", "b", believed),
        view(9, "b", "served", 1),
        final(9, "b", "a", "from"),
        view(9, "b", "believed", 1),
        belief(9, "b", "a", "from"),
        *end(9, "a", "b"),
    ]


@pytest.fixture
def runs(tmp_path: Path) -> Any:
    def make(*journals: list[AnyRecord]) -> list[Run]:
        return [open_run(write(one, tmp_path / str(number))) for number, one in enumerate(journals)]

    return make


def test_the_same_run_on_another_server_has_no_differences(runs: Any) -> None:
    """Other stanza ids, another server, another seed: none of it counts."""
    first, second = story() + ending(), story(ask_id="zz") + ending()
    started = second[0]
    assert isinstance(started, RunStarted)
    second[0] = msgspec.structs.replace(started, backend="prosody", seed=2)
    one, other = runs(first, second)
    found = compare(one, other)
    assert found.differences == 0
    assert (found.watches, found.rosters, found.orders, found.figures) == ((), (), (), ())
    assert found.verdicts == ("pass", "pass")
    assert found.agents == 2
    changed = [one.name for one in found.conditions if one.one != one.other]
    assert changed == ["server", "seed"]


def test_other_times_are_other_figures_and_no_other_order(runs: Any) -> None:
    """The observation ends at 9 s in both, so a watch is authorised 7.7 s and 7.65 s."""
    one, other = runs(story() + ending(), story(at=0.05) + ending())
    found = compare(one, other)
    assert (found.rosters, found.orders) == ((), ())
    figures = {item.name: (item.one, item.other) for item in found.figures}
    assert set(figures) == {
        "time_to_converge.declared",
        "time_to_converge.roster",
        "time_to_converge.availability",
        "staleness",
        "staleness.blind",
        "cause.staleness.link",
    }
    assert figures["staleness"] == (f"{10 / 7.7:.4g}%", f"{10 / 7.65:.4g}%")


def test_a_roster_entry_differs_in_each_view(runs: Any) -> None:
    one, other = runs(story() + ending(), story() + ending("both", believed="none"))
    found = compare(one, other, ["rosters"])
    assert [tuple(item) for item in found.rosters] == [
        ("believed", "a", "b", "to, available", "none"),
        ("served", "a", "b", "to", "both"),
    ]
    assert found.differences == 2
    assert found.compared == ("rosters",)


def test_whom_an_agent_believes_available_differs(runs: Any) -> None:
    there = [
        msgspec.structs.replace(record, available=True, show="chat")
        if isinstance(record, Belief) and record.agent == "a"
        else record
        for record in ending()
    ]
    one, other = runs(story() + ending(), story() + there)
    assert [tuple(item) for item in compare(one, other).rosters] == [
        ("believed", "a", "b", "to, available", "to, available [chat]")
    ]


def test_an_entry_that_is_absent_or_was_not_read(runs: Any) -> None:
    gone = [record for record in ending() if getattr(record, "peer", "") != "b"]
    unread = [
        msgspec.structs.replace(record, absent="the agent died") if record.agent == "a" else record  # type: ignore[union-attr]
        for record in gone
        if hasattr(record, "view")
    ]
    one, two, three = runs(
        story() + ending(), story() + gone, story() + unread + list(end(9, "a", "b"))
    )
    texts = {(item.view, item.other) for item in compare(one, two).rosters}
    assert texts == {("served", "absent"), ("believed", "absent")}
    believed = [item for item in compare(one, three).rosters if item.view == "believed"]
    assert {(item.agent, item.other) for item in believed} == {("a", "not read"), ("b", "absent")}


def test_the_same_events_in_another_order(runs: Any) -> None:
    swapped = story()
    swapped[-3], swapped[-2] = swapped[-2], msgspec.structs.replace(swapped[-3], t=us(1.3))
    one, other = runs(story() + ending(), swapped + ending())
    (order,) = compare(one, other).orders
    assert (order.agent, order.same) == ("a", 2)
    assert (order.only_one, order.only_other) == (0, 0)
    assert list(order.lines()) == [
        "+roster b: to",
        " received subscribed from b",
        "-roster b: to",
        " received available from b/r",
    ]


def test_events_that_only_one_run_has_are_counted(runs: Any) -> None:
    more = [*story(), says(2, "b", "p1", "dnd"), sees(2.1, "a", "b", show="dnd", id="p1")]
    one, other = runs(story() + ending(), more + ending())
    orders = compare(one, other).orders
    assert [(order.agent, order.only_one, order.only_other) for order in orders] == [
        ("a", 0, 1),
        ("b", 0, 1),
    ]
    assert list(orders[0].lines()) == ["+received available from b/r [dnd]"]
    assert list(orders[1].lines()) == ["+sent available [dnd]"]


def test_what_the_harness_does_at_the_end_is_no_event() -> None:
    late = [*story(), *ending(), sees(9.5, "a", "b", available=False)]
    assert event_orders(late) == event_orders(story())


def test_a_long_difference_stays_quick_and_its_count_whole() -> None:
    one = tuple(f"event {number % 7}" for number in range(50_000))
    other = tuple(f"event {number % 5}" for number in range(50_000))
    order = OrderDifference("a", 0, one, other)
    assert order.only_one == sum(number % 7 > 4 for number in range(50_000))
    assert len(list(order.lines())) < 700


def test_figures_and_the_verdict_differ(runs: Any) -> None:
    one, other = runs(
        story() + ending(), story() + [record for record in ending() if hasattr(record, "view")]
    )
    figures = {item.name: item for item in compare(one, other, ["figures"]).figures}
    assert figures["verdict"][1:] == ("pass", "unknown")
    assert figures["outcomes.ok"][1:] == ("2", "0")


def test_watches_of_a_random_graph_differ(runs: Any) -> None:
    another = [watch("b", "a") if isinstance(one, Watch) else one for one in story()]
    one, other = runs(story() + ending(), another + ending())
    assert [tuple(item) for item in compare(one, other).watches] == [
        ("a", "b", "in force", "not planned"),
        ("b", "a", "not planned", "not asked"),
    ]


def test_a_watch_stands_differently(runs: Any) -> None:
    one, other = runs(story() + ending(), [*story()[:9], *end(9, "a", "b")])
    assert [tuple(item) for item in compare(one, other).watches] == [("a", "b", "in force", "lost")]


def test_calls_of_handlers_are_compared(runs: Any) -> None:
    def called(calls: int) -> list[AnyRecord]:
        count = HandlerCalls(t=us(9), agent="a", handler="on_available", calls=calls)
        return [*story(), *ending(), count]

    one, same, other, never = runs(called(2), called(2), called(1), story() + ending())
    assert compare(one, same).handlers == ()
    assert [tuple(item) for item in compare(one, other).handlers] == [("a", "on_available", 2, 1)]
    assert [tuple(item) for item in compare(never, one).handlers] == [("a", "on_available", 0, 2)]


def test_values_at_the_end_are_compared(runs: Any) -> None:
    def keeping(*kept: object) -> list[AnyRecord]:
        values = [Value(t=us(3), agent="a", name="sold", value=one) for one in kept]
        return [*story(), *values, *ending()]

    one, same, other, never = runs(keeping([], [7]), keeping([7]), keeping([8]), keeping())
    assert compare(one, same).values == ()
    assert [tuple(item) for item in compare(one, other).values] == [
        ("a", "sold", "1 entry [7]", "1 entry [8]")
    ]
    assert [tuple(item) for item in compare(never, one).values] == [
        ("a", "sold", "none", "1 entry [7]")
    ]


def test_runs_of_different_scenarios_are_refused(runs: Any) -> None:
    named = story()
    assert isinstance(named[0], RunStarted)
    named[0] = msgspec.structs.replace(named[0], name="Another one")
    one, two, three = runs(story(), named, head("a", "b", "c"))
    with pytest.raises(InputError, match=r"'By hand'.*'Another one'.*one scenario"):
        compare(one, two)
    with pytest.raises(InputError, match=r"2 agents \(2 member\).*3 agents \(3 member\)"):
        compare(one, three)


def test_an_unknown_part_is_refused(runs: Any) -> None:
    (one,) = runs(story())
    with pytest.raises(InputError, match="watches, rosters, handlers, values, orders, figures"):
        compare(one, one, ["roster"])
    fields = {field.name for field in dataclasses.fields(compare(one, one))}
    assert set(PARTS) <= fields


def test_it_is_part_of_the_api() -> None:
    assert simulator.compare is compare
