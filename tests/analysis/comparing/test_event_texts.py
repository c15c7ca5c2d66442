from __future__ import annotations

import msgspec

from simulator.analysis.comparing.event_texts import event_orders
from simulator.journal.records import AnyRecord, Planned, Received
from tests.analysis.journals import head, says, sees, up


def server_made(*names: str) -> list[AnyRecord]:
    """b logs in again and again, under names that a server made; a sees each of them."""
    beginning = [
        msgspec.structs.replace(record, resource="") if isinstance(record, Planned) else record
        for record in head("a", "b")
    ]
    logins = [
        record
        for number, name in enumerate(names)
        for record in (up(number, "b", name), sees(number, "a", "b", resource=name))
    ]
    return [*beginning, *logins]


def test_texts_of_events_say_what_was_shown() -> None:
    record = Received(
        t=0,
        agent="a",
        resource="r",
        type="available",
        peer="b",
        show="away",
        status=(("", "Lunch"), ("es", "Comida")),
        priority=-1,
        id="x",
    )
    assert event_orders([record]) == {
        "a": ["received available from b [away] 'Lunch' es: 'Comida' priority -1"]
    }


def test_resources_that_a_server_named_are_numbered_by_account() -> None:
    one = event_orders(server_made("xyz", "abc", "xyz"))
    assert one == {"a": [f"received available from b/#{number}" for number in (1, 2, 1)]}
    assert one == event_orders(server_made("k3", "k2", "k3"))
    assert one != event_orders(server_made("k3", "k2", "k2"))


def test_resources_that_the_plan_names_keep_their_names() -> None:
    resources = {
        "populations": {"member": {"resources": [{"name": "r"}, {"name": "phone-{index}"}]}}
    }
    records = [
        *head("a", "b", scenario=resources),
        says(0, "b", "p0"),
        *(sees(1, "a", "b", resource=name) for name in ("phone-1", "phone-0", "r")),
    ]
    assert event_orders(records)["a"] == [
        f"received available from b/{name}" for name in ("phone-1", "#1", "r")
    ]
