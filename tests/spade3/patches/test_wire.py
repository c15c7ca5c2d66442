"""The tuning changes nothing on the wire: every byte, and when it leaves."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from simulator.journal.file import Journal
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.scenario import build_plan, load_scenario
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.servers.embedded.link import Link

SCENARIO = """
name: Wire
seed: 1
populations:
  member: {count: 12, on_subscribe: approve_and_subscribe}
  plain: {count: 3, presence_manager: spade, on_subscribe: approve_all}
subscriptions:
  - {graph: {generator: gnm_random_graph, m: 40, seed: 1}, among: member, at: 0s}
  - {from: plain, to: [member-1, member-2], at: 1s}
timeline:
  - at: 2s
    who: member
    do: set_presence
    show: dnd
    status: {default: "a <b> & 'c' \\"d\\"", de: "später"}
  - {at: 3s, who: member-3, do: unsubscribe, peer: member-4}
  - {at: 4s, who: member-5, do: stop}
  - {at: 5s, who: member-5, do: start}
network: {latency: LATENCY}
run: {duration: 2min}
"""

Wire = list[tuple[int, bytes]]


class Never:
    def converged(self, now: int) -> bool:
        return False


def wires(scenario: Path, monkeypatch: pytest.MonkeyPatch, *, tuned: bool) -> list[Wire]:
    """What went into each link, and when, in the order in which the links were first used.

    What is sent at one instant travels as one chunk, so its pieces are put together.
    """
    links: dict[Link, Wire] = {}
    send = Link.send

    def noted(link: Link, data: bytes) -> None:
        wire, now = links.setdefault(link, []), link._loop.now
        if wire and wire[-1][0] == now:
            wire[-1] = (now, wire[-1][1] + data)
        else:
            wire.append((now, data))
        send(link, data)

    with monkeypatch.context() as patch, Journal(None) as journal:
        patch.setattr(Link, "send", noted)
        patch.setattr(secrets, "token_urlsafe", lambda size: "x" * size)
        plan = build_plan(load_scenario(scenario))
        options = RunOptions(tuned=tuned)
        execute(plan, EmbeddedBackend(), journal, Never(), Interruption(), options)
    return list(links.values())


@pytest.mark.parametrize("latency", ["20ms", "0s", "{uniform: {low: 5ms, high: 40ms}}"])
def test_the_tuned_wire_is_the_stock_one(
    latency: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO.replace("LATENCY", latency), encoding="utf-8")
    stock = wires(file, monkeypatch, tuned=False)
    assert sum(len(wire) for wire in stock) > 100
    assert any(b"&lt;b&gt; &amp;" in data for wire in stock for _, data in wire)
    assert wires(file, monkeypatch, tuned=True) == stock
