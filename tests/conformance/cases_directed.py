"""Probes, directed presence, and abrupt death."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case, each

AWAY, DND = PresenceShow.AWAY, PresenceShow.DND


# --- Probes (4.3) ---


@case("4.3.2, rule 4")
async def a_watcher_may_probe(s: Scene) -> None:
    await s.watched()
    s.send("juliet", show=AWAY)
    await s.forget()
    s.send("romeo", "probe", "juliet")
    await s.told("probed", {"romeo": ["available juliet/r away"]})


@case("4.3.2, rule 4")
async def a_probe_tells_of_every_resource(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony", "juliet/chamber")
    await s.befriend("romeo", "juliet/balcony")
    s.send("romeo", "probe", "juliet")
    await s.told("probed", {"romeo": ["available juliet/balcony", "available juliet/chamber"]})


@case("4.3.2, rule 3")
async def a_probe_of_somebody_away(s: Scene) -> None:
    await s.watched()
    await s.leave("juliet")
    await s.forget()
    s.send("romeo", "probe", "juliet")
    await s.told("probed", {"romeo": ["unavailable juliet"]})


@case("4.3.2, rule 1")
async def a_probe_of_a_stranger_tells_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", "probe", "juliet")
    await s.told("probed")


@case("4.3.2, rule 1")
async def a_probe_while_the_request_waits_tells_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    s.send("romeo", "probe", "juliet")
    await s.told("probed")
    await s.rosters("rosters", {"romeo": ["juliet none ask"]})


@case("4.3.2, rule 1")
async def a_probe_in_the_other_direction_tells_nothing(s: Scene) -> None:
    await s.watched()
    s.send("juliet", "probe", "romeo")
    await s.told("probed")


@case("4.3.2")
async def a_probe_of_nobody_tells_nothing(s: Scene) -> None:
    await s.agents("romeo")
    s.send("romeo", "probe", "nobody")
    await s.told("probed")


# --- Directed presence (4.6) ---


@case("4.6.3")
async def directed_presence_reaches_a_stranger(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", to="juliet", show=AWAY)
    await s.told("directed", {"juliet": ["available romeo/r away"]})
    await s.rosters("rosters", {"romeo": [], "juliet": []})


@case("4.6.3")
async def directed_presence_reaches_every_resource_or_one(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony", "juliet/chamber")
    s.send("romeo", to="juliet/chamber")
    await s.told("to one", {"juliet/chamber": ["available romeo/r"]})
    s.send("romeo", to="juliet", show=AWAY)
    await s.told("to all", each(["available romeo/r away"], "juliet/balcony", "juliet/chamber"))


@case("4.6.4")
async def what_follows_directed_presence_is_not_told(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", to="juliet")
    await s.forget()
    s.send("romeo", show=AWAY)
    await s.told("away", {"romeo": ["available romeo/r away"]})


@case("4.6.3, rule 2")
async def directed_presence_ends_with_the_broadcast(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", to="juliet")
    await s.forget()
    s.send("romeo", "unavailable")
    await s.told("gone", each(["unavailable romeo/r"], "romeo", "juliet"))


@case("4.6.3")
async def directed_presence_ends_with_the_stream(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", to="juliet")
    await s.forget()
    await s.leave("romeo")
    await s.told("left", {"juliet": ["unavailable romeo/r"]})


@case("4.6.3")
async def directed_presence_ends_with_the_connection(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.send("romeo", to="juliet")
    await s.forget()
    s.die("romeo")
    await s.told("died", {"juliet": ["unavailable romeo/r"]})


@case("4.6.3")
async def directed_unavailable_ends_it_for_one(s: Scene) -> None:
    await s.agents("romeo", "juliet", "paris")
    s.send("romeo", to="juliet")
    s.send("romeo", to="paris")
    await s.forget()
    s.send("romeo", "unavailable", to="juliet")
    await s.told("taken back", {"juliet": ["unavailable romeo/r"]})
    s.send("romeo", "unavailable")
    await s.told("gone", each(["unavailable romeo/r"], "romeo", "paris"))


@case("4.6.3, rule 1")
async def directed_presence_before_the_initial_one(s: Scene) -> None:
    await s.agents("juliet")
    await s.stock("romeo")
    s.send("romeo", to="juliet")
    await s.told("directed", {"juliet": ["available romeo/r"]})
    await s.leave("romeo")
    await s.told("left", {"juliet": ["unavailable romeo/r"]})


@case("4.6.3")
async def directed_presence_to_somebody_away_is_not_kept(s: Scene) -> None:
    await s.accounts("juliet")
    await s.agents("romeo")
    s.send("romeo", to="juliet")
    await s.told("directed")
    await s.login("juliet")
    await s.told("login", {"juliet": ["available juliet/r"]})


@case("4.6.3")
async def directed_presence_to_a_watcher_is_told_once_at_the_end(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    s.send("romeo", to="juliet", show=DND)
    await s.told("directed", {"juliet": ["available romeo/r dnd"]})
    await s.leave("romeo")
    await s.told("left", {"juliet": ["unavailable romeo/r"]})


# --- Abrupt death (4.5.2) ---


@case("4.5.2")
async def a_death_is_told_to_the_watchers(s: Scene) -> None:
    await s.agents("romeo", "juliet", "paris")
    await s.befriend("romeo", "juliet")
    s.die("juliet")
    await s.told("died", {"romeo": ["unavailable juliet/r"]})


@case("4.5.2")
async def a_death_is_not_told_to_those_whom_the_dead_watched(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    s.die("romeo")
    await s.told("died")


@case("4.5.2")
async def a_death_is_of_one_resource(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony", "juliet/chamber")
    await s.befriend("romeo", "juliet/balcony")
    s.die("juliet/balcony")
    await s.told(
        "died",
        each(["unavailable juliet/balcony"], "romeo", "juliet/chamber"),
    )
    s.send("romeo", "probe", "juliet")
    await s.told("probed", {"romeo": ["available juliet/chamber"]})


@case("4.5.2")
async def nobody_is_told_of_who_was_not_available(s: Scene) -> None:
    await s.watched()
    await s.stock("juliet/quiet", roster=True)
    s.die("juliet/quiet")
    await s.told("died")


@case("4.5.2, 4.2.2")
async def back_after_a_death(s: Scene) -> None:
    await s.watched()
    s.die("juliet")
    await s.told("died", {"romeo": ["unavailable juliet/r"]})
    await s.login("juliet")
    await s.told("login", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})
    await s.rosters("rosters", {"romeo": ["juliet to"], "juliet": ["romeo from"]})


@case("4.5.2")
async def everybody_dies(s: Scene) -> None:
    await s.agents("romeo", "juliet", "paris")
    for name in ("juliet", "paris"):
        await s.befriend("romeo", name)
    s.die("juliet")
    s.die("paris")
    await s.told("died", {"romeo": ["unavailable juliet/r", "unavailable paris/r"]})
