"""Several resources, and priorities."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case, each

AWAY, DND = PresenceShow.AWAY, PresenceShow.DND


@case("4.2.2")
async def a_watcher_sees_every_resource(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony")
    await s.befriend("romeo", "juliet/balcony")
    await s.login("juliet/chamber", priority=-5, show="away")
    await s.told(
        "second",
        {
            "romeo": ["available juliet/chamber away -5"],
            "juliet/balcony": ["available juliet/chamber away -5"],
            "juliet/chamber": ["available juliet/chamber away -5", "available juliet/balcony"],
        },
    )
    await s.leave("juliet/balcony")
    await s.told(
        "first left",
        {
            "romeo": ["unavailable juliet/balcony"],
            "juliet/chamber": ["unavailable juliet/balcony"],
        },
    )


@case("4.2.2")
async def every_resource_of_a_watcher_sees(s: Scene) -> None:
    await s.agents("romeo/garden", "juliet")
    await s.agents("romeo/street", priority=-1)
    await s.befriend("romeo/garden", "juliet")
    s.send("juliet", show=AWAY)
    await s.told(
        "away",
        each(["available juliet/r away"], "romeo/garden", "romeo/street", "juliet"),
    )


@case("8.5.2.1.1")
async def a_message_goes_to_the_highest_priority(s: Scene) -> None:
    await s.agents("romeo")
    await s.agents("juliet/low", priority=1)
    await s.agents("juliet/high", priority=5)
    s.write("romeo", "juliet", "hello")
    await s.told("written", {"juliet/high": ["message romeo/r hello"]})


@case("8.5.2.1.1")
async def a_message_never_goes_to_a_negative_priority(s: Scene) -> None:
    await s.agents("romeo")
    await s.agents("juliet/zero", priority=0)
    await s.agents("juliet/negative", priority=-1)
    s.write("romeo", "juliet", "hello")
    await s.told("written", {"juliet/zero": ["message romeo/r hello"]})


@case("8.5.2.1.1")
async def a_priority_that_changes_moves_the_messages(s: Scene) -> None:
    await s.agents("romeo")
    await s.agents("juliet/one", priority=2)
    await s.agents("juliet/two", priority=1)
    s.presence("juliet/one").set_presence(priority=-1)
    await s.forget()
    s.write("romeo", "juliet", "hello")
    await s.told("written", {"juliet/two": ["message romeo/r hello"]})


@case("8.5.3.1")
async def a_message_to_a_full_address_reaches_a_negative_priority(s: Scene) -> None:
    await s.agents("romeo")
    await s.agents("juliet/zero", priority=0)
    await s.agents("juliet/negative", priority=-1)
    s.write("romeo", "juliet/negative", "hello")
    await s.told("written", {"juliet/negative": ["message romeo/r hello"]})


@case("8.5.2.1.1")
async def a_headline_goes_to_everybody_who_is_not_negative(s: Scene) -> None:
    await s.agents("romeo")
    await s.agents("juliet/zero", priority=0)
    await s.agents("juliet/five", priority=5)
    await s.agents("juliet/negative", priority=-1)
    s.write("romeo", "juliet", "news", kind="headline")
    await s.told("written", each(["message romeo/r news"], "juliet/zero", "juliet/five"))


@case("8.5.2.2.1")
async def a_message_waits_where_all_are_negative(s: Scene) -> None:
    """To bounce or to store is the server's choice; it must not go to the negative resource."""
    await s.agents("romeo")
    await s.agents("juliet/negative", priority=-1)
    s.write("romeo", "juliet", "hello")
    await s.told("written", {"romeo": ["message error juliet service-unavailable"]})
