"""Pre-approval (RFC 6121, 3.4)."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case

AWAY = PresenceShow.AWAY


@case("3.4.2")
async def a_pre_approval_is_told_to_nobody_else(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("juliet", "approve", "romeo")
    await s.told("pre-approved", {"juliet": ["push romeo none approved"]})
    await s.rosters("rosters", {"romeo": [], "juliet": ["romeo none approved"]})


@case("3.4.2, 3.1.3")
async def a_pre_approved_request_is_granted_at_once(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("juliet", "approve", "romeo")
    await s.forget()
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.rosters("rosters", {"romeo": ["juliet to"], "juliet": ["romeo from approved"]})
    s.send("juliet", show=AWAY)
    await s.told(
        "seen", {"romeo": ["available juliet/r away"], "juliet": ["available juliet/r away"]}
    )


@case("3.4.2")
async def a_pre_approval_holds_while_its_owner_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("juliet", "approve", "romeo")
    await s.forget()
    await s.leave("juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.rosters("rosters", {"romeo": ["juliet to"]})
    await s.login("juliet")
    await s.forget()
    await s.rosters("juliet", {"juliet": ["romeo from approved"]})


@case("3.4.2")
async def a_pre_approval_that_was_taken_back_grants_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("juliet", "approve", "romeo")
    await s.do("juliet", "deny", "romeo")
    await s.forget()
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.rosters("rosters", {"romeo": ["juliet none ask"]})


@case("3.4.2, 2.5")
async def a_pre_approval_ends_with_its_item(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("juliet", "approve", "romeo")
    await s.forget()
    await s.do("juliet", "remove", "romeo")
    await s.forget()
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.rosters("rosters", {"romeo": ["juliet none ask"], "juliet": []})
