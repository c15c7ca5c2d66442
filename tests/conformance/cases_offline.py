"""Subscriptions while somebody is away: what waits, and what a login tells."""

from __future__ import annotations

from tests.conformance.scene import Scene, case


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
    await s.told("asked", {"romeo": ["error nobody service-unavailable", "push nobody none ask"]})
    await s.rosters("rosters", {"romeo": ["nobody none ask"]})


@case("3.3.2, 8.5.1")
async def a_request_to_nobody_can_be_withdrawn(s: Scene) -> None:
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "nobody")
    await s.forget()
    await s.do("romeo", "unsubscribe", "nobody")
    await s.told("withdrawn", {"romeo": ["push nobody none"]})


@case("2.5.2, 8.5.1")
async def a_request_to_nobody_can_be_removed(s: Scene) -> None:
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "nobody")
    await s.forget()
    await s.do("romeo", "remove", "nobody")
    await s.told("removed", {"romeo": ["push nobody remove"]})
    await s.rosters("rosters", {"romeo": []})


@case("3.1.2")
async def a_request_to_an_address_with_an_escape(s: Scene) -> None:
    """XEP-0106: for the servers it is an address like any other."""
    await s.agents("romeo")
    await s.do("romeo", "subscribe", r"no\20body")
    await s.rosters("rosters", {"romeo": [r"no\20body none ask"]})


@case("3.1.2; RFC 6120, 10.4")
async def a_request_to_a_domain_that_does_not_exist(s: Scene) -> None:
    await s.agents("romeo")
    await s.do("romeo", "subscribe", "juliet@elsewhere.example")
    await s.told(
        "asked",
        {
            "romeo": [
                "error juliet@elsewhere.example remote-server-not-found",
                "push juliet@elsewhere.example none ask",
            ]
        },
    )
    await s.rosters("rosters", {"romeo": ["juliet@elsewhere.example none ask"]})


@case("4.2.2")
async def an_account_is_nobody_to_subscribe_to_for_itself(s: Scene) -> None:
    await s.agents("romeo")
    s.send("romeo", "subscribe", "romeo")
    await s.told("asked oneself")
    await s.rosters("rosters", {"romeo": []})
