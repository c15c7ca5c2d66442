from __future__ import annotations

import aioxmpp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.planning.jids import bare_jid_problem, localpart_problem, resource_problem


@pytest.mark.parametrize("name", ["a", "member-0", "o.k_", "jos\u00e9", "x" * 1023, "שלום", "人"])
def test_localparts(name: str) -> None:
    assert localpart_problem(name) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "empty"),
        ("x" * 1024, "1024 bytes"),
        ("é" * 512, "1024 bytes"),
        ("Member", "'member' (lower case)"),
        ("a b", "' ' (U+0020)"),
        ("a@b", "'@' (U+0040)"),
        ("a/b", "'/'"),
        ("a&b", "'&'"),
        ("a\x07", "U+0007"),
        ("a\u00adb", "prepared form"),
        ("ﬁ", "prepared form"),
        ("😀", "U+1F600"),
        ("שלום-0", "right-to-left"),
    ],
)
def test_not_localparts(name: str, said: str) -> None:
    problem = localpart_problem(name)
    assert problem is not None
    assert said in " ".join(problem)


@settings(deadline=None)
@given(st.text(max_size=6))
def test_what_is_accepted_is_what_aioxmpp_accepts(name: str) -> None:
    if localpart_problem(name) is None:
        assert aioxmpp.JID.fromstr(f"{name}@example.org").localpart == name


@settings(deadline=None)
@given(st.text(max_size=6))
def test_resources_are_what_aioxmpp_accepts(resource: str) -> None:
    if resource_problem(resource) is None:
        assert aioxmpp.JID.fromstr(f"a@example.org/{resource}").resource == resource


@pytest.mark.parametrize("resource", ["simulator", "home 2", "Ünit"])
def test_resources(resource: str) -> None:
    assert resource_problem(resource) is None


@pytest.mark.parametrize("resource", ["", " x", "x\n", "ﬁ", "x" * 1024])
def test_not_resources(resource: str) -> None:
    assert resource_problem(resource) is not None


@pytest.mark.parametrize("jid", ["friend@example.org", "a@localhost", "b@xn--bcher-kva.example"])
def test_bare_jids(jid: str) -> None:
    assert bare_jid_problem(jid) is None


@pytest.mark.parametrize(
    "jid", ["@example.org", "a@", "a@b/c", "a@Example.org", "a@b..c", "a@b c", "A@b.c", "a@b@c.d"]
)
def test_not_bare_jids(jid: str) -> None:
    assert bare_jid_problem(jid) is not None
