"""The walk through section 3 of RFC 6121, spelled out; several resources."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case

AWAY = PresenceShow.AWAY


# --- The walk through section 3, spelled out ---


@case("3.1")
async def asking_and_approving(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked", {"romeo": ["push juliet none ask"], "juliet": ["subscribe romeo"]})
    await s.rosters("asked: rosters", {"romeo": ["juliet none ask"], "juliet": []})
    await s.do("juliet", "approve", "romeo")
    await s.told(
        "approved",
        {
            "romeo": ["subscribed juliet", "push juliet to", "available juliet/r"],
            "juliet": ["push romeo from"],
        },
    )
    await s.rosters("approved: rosters", {"romeo": ["juliet to"], "juliet": ["romeo from"]})


@case("3.1.5, 3.1.6")
async def asking_and_being_denied(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.do("juliet", "deny", "romeo")
    await s.told("denied", {"romeo": ["unsubscribed juliet", "push juliet none"]})
    await s.rosters("denied: rosters", {"romeo": ["juliet none"], "juliet": []})


@case("3.2")
async def taking_an_approval_back(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.do("juliet", "deny", "romeo")
    await s.told(
        "cancelled",
        {
            "romeo": ["unavailable juliet/r", "unsubscribed juliet", "push juliet none"],
            "juliet": ["push romeo none"],
        },
    )


@case("3.3")
async def unsubscribing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.do("romeo", "unsubscribe", "juliet")
    await s.told(
        "unsubscribed",
        {
            "romeo": ["push juliet none", "unavailable juliet/r"],
            "juliet": ["unsubscribe romeo", "push romeo none"],
        },
    )


@case("2.5")
async def removing_a_mutual_friend(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    await s.do("romeo", "remove", "juliet")
    await s.rosters("rosters", {"romeo": [], "juliet": ["romeo none"]})
    await s.forget()
    s.send("juliet", show=AWAY)
    s.send("romeo", show=AWAY)
    await s.told(
        "nobody sees anybody",
        {"romeo": ["available romeo/r away"], "juliet": ["available juliet/r away"]},
    )


@case("3.1.3")
async def a_repeated_request_is_shown_once(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked", {"romeo": ["push juliet none ask"], "juliet": ["subscribe romeo"]})
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked again")


@case("3.1.3")
async def who_sees_already_is_told_so(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked again")


# --- Several resources ---


@case("3.1.3, 2.1.6")
async def every_resource_hears_of_a_request_and_of_its_answer(s: Scene) -> None:
    await s.agents("romeo/garden", "romeo/street", "juliet/balcony", "juliet/chamber")
    await s.do("romeo/garden", "subscribe", "juliet")
    await s.told(
        "asked",
        {
            "romeo/garden": ["push juliet none ask"],
            "romeo/street": ["push juliet none ask"],
            "juliet/balcony": ["subscribe romeo"],
            "juliet/chamber": ["subscribe romeo"],
        },
    )
    await s.do("juliet/chamber", "approve", "romeo")
    heard = [
        "subscribed juliet",
        "push juliet to",
        "available juliet/balcony",
        "available juliet/chamber",
    ]
    await s.told(
        "approved",
        {
            "romeo/garden": heard,
            "romeo/street": heard,
            "juliet/balcony": ["push romeo from"],
            "juliet/chamber": ["push romeo from"],
        },
    )


@case("3.2.3")
async def every_resource_goes_from_sight_at_a_cancellation(s: Scene) -> None:
    await s.agents("romeo/garden", "romeo/street", "juliet/balcony", "juliet/chamber")
    await s.befriend("romeo/garden", "juliet/balcony")
    await s.do("juliet/chamber", "deny", "romeo")
    heard = [
        "unavailable juliet/balcony",
        "unavailable juliet/chamber",
        "unsubscribed juliet",
        "push juliet none",
    ]
    await s.told(
        "cancelled",
        {
            "romeo/garden": heard,
            "romeo/street": heard,
            "juliet/balcony": ["push romeo none"],
            "juliet/chamber": ["push romeo none"],
        },
    )


@case("2.2, 2.1.6")
async def who_is_interested_but_not_available_gets_pushes_alone(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony")
    await s.stock("juliet/quiet", roster=True)
    await s.do("romeo", "subscribe", "juliet")
    await s.told(
        "asked", {"romeo": ["push juliet none ask"], "juliet/balcony": ["subscribe romeo"]}
    )
    await s.do("juliet/balcony", "approve", "romeo")
    await s.told(
        "approved",
        {
            "romeo": ["subscribed juliet", "push juliet to", "available juliet/balcony"],
            "juliet/balcony": ["push romeo from"],
            "juliet/quiet": ["push romeo from"],
        },
    )


@case("2.2, 3.1.3")
async def who_is_available_but_not_interested_gets_no_push(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony")
    await s.stock("juliet/plain", available=True)
    await s.do("romeo", "subscribe", "juliet")
    await s.told(
        "asked",
        {
            "romeo": ["push juliet none ask"],
            "juliet/balcony": ["subscribe romeo"],
            "juliet/plain": ["subscribe romeo"],
        },
    )
    await s.do("juliet/balcony", "approve", "romeo")
    await s.told(
        "approved",
        {
            "romeo": [
                "subscribed juliet",
                "push juliet to",
                "available juliet/balcony",
                "available juliet/plain",
            ],
            "juliet/balcony": ["push romeo from"],
        },
    )


@case("4.2.2")
async def who_sends_no_presence_hears_of_nobody(s: Scene) -> None:
    await s.agents("romeo/garden", "juliet")
    await s.befriend("romeo/garden", "juliet")
    await s.stock("romeo/quiet", roster=True)
    s.send("juliet", show=AWAY)
    await s.told(
        "away",
        {"romeo/garden": ["available juliet/r away"], "juliet": ["available juliet/r away"]},
    )
