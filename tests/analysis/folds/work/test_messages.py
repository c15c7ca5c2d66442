"""What became of messages, by hand-made journals."""

from __future__ import annotations

import msgspec

from simulator.analysis.figures.named import figures
from simulator.journal.records import AnyRecord, RunStarted
from simulator.journal.work_records import MessageReceived, MessageSent
from tests.analysis.journals import end, head, measured, us

SCENARIO = {"run": {"duration": "20s", "settle": "1s"}}


def sends(t: float, agent: str, peer: str, id: str) -> MessageSent:
    return MessageSent(t=us(t), agent=agent, resource="r", peer=peer, id=id)


def gets(t: float, agent: str, peer: str, id: str, error: str = "") -> MessageReceived:
    return MessageReceived(t=us(t), agent=agent, resource="r", peer=peer, id=id, error=error)


def fates(*records: AnyRecord) -> list[str]:
    found = measured(*head("a", "b", scenario=SCENARIO), *records, *end(20, "a", "b"))
    return [found.fate_of(one) for one in found.messages.sent]


def test_a_receipt_is_matched_by_sender_receiver_and_id() -> None:
    assert fates(sends(1, "a", "b", "1"), sends(2, "b", "a", "1"), gets(3, "a", "b", "1")) == [
        "undelivered",
        "delivered",
    ]


def test_the_first_of_several_receipts_counts() -> None:
    found = measured(
        *head("a", "b", scenario=SCENARIO),
        sends(1, "a", "b", "1"),
        gets(2, "b", "a", "1"),
        gets(3, "b", "a", "1"),
        *end(20, "a", "b"),
    )
    (message,) = found.messages.sent
    assert (message.received, message.receipts) == (us(2), 2)
    values = {name: figure.value for name, figure in figures(found).items()}
    assert (values["messages.received"], values["message_latency.max"]) == (1, us(1))


def test_what_came_back_is_undelivered() -> None:
    came_back = gets(2, "a", "c@elsewhere", "1", "service-unavailable")
    assert fates(sends(1, "a", "c@elsewhere", "1"), came_back) == ["undelivered"]


def test_nobody_sees_whether_a_stranger_got_it() -> None:
    assert fates(sends(1, "a", "c@elsewhere", "1")) == ["unseen"]


def test_what_was_sent_at_the_very_end_may_be_under_way() -> None:
    assert fates(sends(19, "a", "b", "1"), sends(19.5, "a", "b", "2")) == [
        *("undelivered", "under_way")
    ]


def test_a_journal_of_format_1_has_no_messages() -> None:
    first, *rest = head("a", scenario=SCENARIO)
    assert isinstance(first, RunStarted)
    old = msgspec.structs.replace(first, format=1)
    found = figures(measured(old, *rest, *end(20, "a")))
    for name in ("messages.sent", "messages.undelivered", "message_latency.p50"):
        assert found[name].value is None
        assert "no messages" in found[name].absent
