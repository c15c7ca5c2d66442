"""Each side looks only at its own roster, so two that disagree do no harm, and they heal.

On one server they never disagree by themselves; here one is changed behind the server's back.
"""

from __future__ import annotations

import pytest

from simulator.rfc6121 import subscribing
from simulator.rfc6121.account import Account, Accounts, Session
from simulator.rfc6121.availability import become_available
from simulator.rfc6121.probe import probe
from simulator.rfc6121.stanza import Jid, Presence
from tests.rfc6121.world import DOMAIN, bare, transcript


class Pair:
    def __init__(self) -> None:
        self.accounts = Accounts(DOMAIN)
        self.romeo, self.romeo_session = self._connect("romeo")
        self.juliet, self.juliet_session = self._connect("juliet")

    def _connect(self, name: str) -> tuple[Account, Session]:
        account = self.accounts.add(bare(name))
        session = account.sessions["here"] = Session(Jid(bare(name), "here"))
        session.interested = True
        become_available(self.accounts, session, Presence("available", session.jid))
        return account, session

    def send(self, session: Session, kind: str, to: str) -> list[str]:
        stanza = Presence(kind, session.jid, Jid(bare(to)))  # type: ignore[arg-type]
        return transcript(subscribing.send(self.accounts, session, stanza))

    def probe(self, session: Session, to: str) -> list[str]:
        stanza = Presence("probe", session.jid, Jid(bare(to)), "probe1")
        return transcript(probe(self.accounts, session, stanza))


@pytest.fixture
def pair() -> Pair:
    return Pair()


def see(account: Account, contact: str) -> None:
    account.roster.apply("outbound", "subscribe", bare(contact))
    account.roster.apply("inbound", "subscribed", bare(contact))


def show(account: Account, contact: str) -> None:
    account.roster.apply("inbound", "subscribe", bare(contact))
    account.roster.apply("outbound", "subscribed", bare(contact))


def test_a_2_3_a_pre_approval_is_not_routed_even_to_who_waits(pair):
    pair.romeo.roster.apply("outbound", "subscribe", bare("juliet"))
    assert pair.send(pair.juliet_session, "subscribed", "romeo") == [
        "juliet/here: push romeo none approved"
    ]


def test_a_2_4_with_nothing_to_cancel_nothing_is_routed_even_to_who_sees(pair):
    see(pair.romeo, "juliet")
    assert pair.send(pair.juliet_session, "unsubscribed", "romeo") == []


def test_3_1_3_rule_2_the_automatic_reply_heals_a_roster_that_forgot(pair):
    show(pair.juliet, "romeo")
    assert pair.send(pair.romeo_session, "subscribe", "juliet") == [
        "romeo/here: push juliet none ask",
        "romeo/here: subscribed juliet",
        "romeo/here: push juliet to",
    ]


def test_3_3_2_unsubscribing_heals_who_still_shows(pair):
    show(pair.juliet, "romeo")
    assert pair.send(pair.romeo_session, "unsubscribe", "juliet") == [
        "juliet/here: unsubscribe romeo",
        "juliet/here: push romeo none",
        "romeo/here: unavailable juliet/here",
    ]


def test_4_3_2_rule_1_a_probe_heals_who_believes_to_see(pair):
    see(pair.romeo, "juliet")
    assert pair.probe(pair.romeo_session, "juliet") == [
        "romeo/here: unsubscribed juliet",
        "romeo/here: push juliet none",
    ]


def test_4_2_2_who_believes_to_see_is_told_nothing(pair):
    see(pair.romeo, "juliet")
    pair.romeo_session.presence = None
    presence = Presence("available", pair.romeo_session.jid)
    assert transcript(become_available(pair.accounts, pair.romeo_session, presence)) == [
        "romeo/here: available romeo/here"
    ]
