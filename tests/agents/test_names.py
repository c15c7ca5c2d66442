"""Names and bare JIDs, by the domains that the plan gives its agents."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simulator.agents.names import Names
from simulator.scenario.plan import AgentPlan

AGENTS = [AgentPlan("ann", "people", 0, ""), AgentPlan("bob", "people", 1, "", domain="b.test")]


@dataclass(frozen=True)
class LibraryJid:
    """A JID as an XMPP library has it."""

    text: str

    @property
    def domain(self) -> str:
        return self.text.partition("/")[0].rpartition("@")[2]

    @property
    def localpart(self) -> str | None:
        return self.text.rpartition("@")[0] or None

    def bare(self) -> LibraryJid:
        return LibraryJid(self.text.partition("/")[0])

    def __str__(self) -> str:
        return self.text


@pytest.mark.parametrize(
    ("jid", "name"),
    [
        ("ann@a.test", "ann"),
        ("ann@a.test/desk", "ann"),
        ("bob@b.test/desk", "bob"),
        # Not the planned agents, and no localpart may be taken for one.
        ("ann@b.test/desk", "ann@b.test"),
        ("bob@a.test", "bob@a.test"),
        ("eve@b.test", "eve@b.test"),
        ("eve@a.test", "eve@a.test"),
        ("b.test", "b.test"),
        (None, "a.test"),
    ],
)
def test_a_jid_is_named_by_the_domain_of_its_agent(jid: str | None, name: str) -> None:
    names = Names("a.test", AGENTS)
    assert names.name(None if jid is None else LibraryJid(jid)) == name


def test_without_a_plan_every_account_of_the_domain_has_a_name() -> None:
    assert Names("a.test").name("eve@a.test") == "eve"
    assert Names("a.test").name("eve@b.test") == "eve@b.test"


@pytest.mark.parametrize(
    ("name", "jid"),
    [("ann", "ann@a.test"), ("bob", "bob@b.test"), ("eve@c.test", "eve@c.test")],
)
def test_a_name_becomes_a_bare_jid_on_the_domain_of_its_agent(name: str, jid: str) -> None:
    assert Names("a.test", AGENTS).jid(name) == jid
