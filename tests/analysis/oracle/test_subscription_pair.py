"""The oracle's model of a pair against the server, which has its own way of saying the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.oracle.subscription_pair import ACTIONS, STRANGERS, act
from simulator.analysis.states import Entry
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import Jid, Presence, RosterChange

STEPS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(sorted(ACTIONS))), max_size=12)


class Pair:
    """Two accounts on a server."""

    def __init__(self) -> None:
        self.server = PresenceServer("d")
        self.accounts = [self.server.add_account(name) for name in ("a", "b")]
        self.sessions = [self.server.bind(account, "r").session for account in self.accounts]
        for session in self.sessions:
            self.server.roster_get(session, "1")

    def do(self, actor: int, action: str) -> None:
        session, peer = self.sessions[actor], self.accounts[1 - actor]
        if action.startswith("roster"):
            change = RosterChange(peer, remove=action == "roster_remove")
            self.server.roster_set(session, "1", [change])
        else:
            self.server.presence(session, Presence(action, session.jid, Jid(peer)))  # type: ignore[arg-type]

    def entry(self, side: int) -> Entry | None:
        items = self.server.roster(self.accounts[side])
        return Entry(items[0].subscription, items[0].ask) if items else None


@given(STEPS)
@settings(max_examples=400, deadline=None)
def test_model_and_server_agree_after_every_action(steps: list[tuple[int, str]]) -> None:
    pair, both = Pair(), STRANGERS
    for actor, action in steps:
        pair.do(actor, action)
        both = act(both, actor, action)
        for side in (0, 1):
            assert both.sides[side].entry == pair.entry(side), (steps, side)
            state = pair.server.state(pair.accounts[side], pair.accounts[1 - side])
            assert both.sides[side].state is state


def test_asking_and_approving_makes_to_and_from() -> None:
    both = act(act(STRANGERS, 0, "subscribe"), 1, "subscribed")
    assert both.sides[0].entry == Entry("to", False)
    assert both.sides[1].entry == Entry("from", False)


def test_a_request_alone_lists_the_asker_only() -> None:
    both = act(STRANGERS, 0, "subscribe")
    assert both.sides[0].entry == Entry("none", True)
    assert both.sides[1].entry is None
    assert both.sides[1].state.pending_in
