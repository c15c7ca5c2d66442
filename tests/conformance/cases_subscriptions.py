"""Subscriptions while somebody is offline, pre-approval, and several resources."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case

_AWAY = PresenceShow.AWAY

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
    s.send("juliet", show=_AWAY)
    s.send("romeo", show=_AWAY)
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


# --- Offline ---


@case("3.1.3")
async def a_request_waits_for_the_login(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked", {"romeo": ["push juliet none ask"]})
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r", "subscribe romeo"]})


@case("3.1.3")
async def a_request_comes_at_each_login_until_it_is_answered(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "juliet")
    for number in (1, 2):
        await s.login("juliet")
        await s.forget() if number == 1 else await s.told(
            "second login", {"juliet": ["available juliet/r", "subscribe romeo"]}
        )
        await s.leave("juliet")
    await s.login("juliet")
    await s.do("juliet", "deny", "romeo")
    await s.forget()
    await s.leave("juliet")
    await s.login("juliet")
    await s.told("after the answer", {"juliet": ["available juliet/r"]})


@case("3.1.3")
async def a_request_comes_to_a_resource_that_becomes_available_later(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony")
    await s.do("romeo", "subscribe", "juliet")
    await s.told(
        "asked", {"romeo": ["push juliet none ask"], "juliet/balcony": ["subscribe romeo"]}
    )
    await s.login("juliet/chamber")
    await s.told(
        "second resource",
        {
            "juliet/balcony": ["available juliet/chamber"],
            "juliet/chamber": [
                "available juliet/chamber",
                "available juliet/balcony",
                "subscribe romeo",
            ],
        },
    )


@case("3.1.3")
async def a_repeated_request_to_somebody_offline_comes_once(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    for _ in range(3):
        await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r", "subscribe romeo"]})


@case("3.1.3, rule 4")
async def a_request_is_kept_whole(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    s.send("romeo", "subscribe", "juliet", status={None: "It is I"})
    await s.forget()
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r", 'subscribe romeo "It is I"']})


@case("3.1.3")
async def requests_of_two_askers_wait_both(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo", "paris")
    await s.do("romeo", "subscribe", "juliet")
    await s.do("paris", "subscribe", "juliet")
    await s.forget()
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r", "subscribe romeo", "subscribe paris"]})


@case("3.3.3")
async def a_request_that_was_withdrawn_does_not_come(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "juliet")
    await s.do("romeo", "unsubscribe", "juliet")
    await s.forget()
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r"]})


@case("2.5.2")
async def a_removal_withdraws_the_request(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "juliet")
    await s.do("romeo", "remove", "juliet")
    await s.forget()
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r"]})


@case("2.5.2")
async def a_removal_denies_the_request_that_waits(s: Scene) -> None:
    """Juliet's item comes from her own request, which Romeo never answered."""
    await s.agents("romeo", "juliet")
    await s.do("juliet", "subscribe", "romeo")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.do("juliet", "remove", "romeo")
    await s.forget()
    await s.do("romeo", "subscribe", "juliet")
    await s.told("asked anew", {"romeo": ["push juliet none ask"], "juliet": ["subscribe romeo"]})


@case("3.1.6, 4.2.2")
async def an_approval_while_the_asker_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.leave("romeo")
    await s.do("juliet", "approve", "romeo")
    await s.told("approved", {"juliet": ["push romeo from"]})
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r", "available juliet/r"]})
    await s.rosters("rosters", {"romeo": ["juliet to"], "juliet": ["romeo from"]})


@case("3.1.6")
async def a_denial_while_the_asker_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.leave("romeo")
    await s.do("juliet", "deny", "romeo")
    await s.told("denied")
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r"]})
    await s.rosters("rosters", {"romeo": ["juliet none"], "juliet": []})


@case("3.2.3")
async def a_cancellation_while_the_watcher_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.leave("romeo")
    await s.do("juliet", "deny", "romeo")
    await s.told("cancelled", {"juliet": ["push romeo none"]})
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r"]})
    await s.rosters("rosters", {"romeo": ["juliet none"], "juliet": ["romeo none"]})


@case("3.3.3")
async def an_unsubscription_while_the_contact_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.leave("juliet")
    await s.told("left", {"romeo": ["unavailable juliet/r"]})
    await s.do("romeo", "unsubscribe", "juliet")
    await s.told("unsubscribed", {"romeo": ["push juliet none"]})
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r"]})
    await s.rosters("rosters", {"romeo": ["juliet none"], "juliet": ["romeo none"]})


@case("2.5.2")
async def a_removal_while_the_other_is_away(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    await s.leave("juliet")
    await s.forget()
    await s.do("romeo", "remove", "juliet")
    await s.told("removed", {"romeo": ["push juliet remove"]})
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r"]})
    await s.rosters("rosters", {"romeo": [], "juliet": ["romeo none"]})


@case("3.1.2")
async def a_request_to_an_account_that_does_not_exist(s: Scene) -> None:
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "nobody")
    await s.told("asked", {"romeo": ["error nobody service-unavailable"]})


@case("4.2.2")
async def an_account_is_nobody_to_subscribe_to_for_itself(s: Scene) -> None:
    await s.agents("romeo")
    s.send("romeo", "subscribe", "romeo")
    await s.told("asked oneself")
    await s.rosters("rosters", {"romeo": []})


# --- Pre-approval ---


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
    s.send("juliet", show=_AWAY)
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
    s.send("juliet", show=_AWAY)
    await s.told(
        "away",
        {"romeo/garden": ["available juliet/r away"], "juliet": ["available juliet/r away"]},
    )
