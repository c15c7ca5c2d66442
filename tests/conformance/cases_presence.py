"""Presence: what is said, and who is told."""

from __future__ import annotations

from aioxmpp import PresenceShow, PresenceState

from tests.conformance.scene import Scene, case, each

AWAY, DND = PresenceShow.AWAY, PresenceShow.DND


# --- Show, status, priority (4.7) ---


def _shows(show: PresenceShow) -> None:
    async def script(s: Scene) -> None:
        await s.watched()
        other = AWAY if show is PresenceShow.NONE else PresenceShow.NONE
        s.presence("juliet").set_available(show=other)
        await s.forget()
        s.presence("juliet").set_available(show=show)
        line = " ".join(["available juliet/r", *([show.value] if show.value else [])])
        await s.told("shown", {"romeo": [line], "juliet": [line]})

    script.__name__ = f"show_{show.value or 'none'}_crosses"
    case("4.7.2.1")(script)


for _show in PresenceShow:
    _shows(_show)


def _priorities(priority: int) -> None:
    async def script(s: Scene) -> None:
        await s.watched()
        s.presence("juliet").set_presence(priority=priority)
        line = f"available juliet/r {priority}"
        await s.told("set", {"romeo": [line], "juliet": [line]})

    script.__name__ = f"priority_{priority}_crosses".replace("-", "minus_")
    case("4.7.2.3")(script)


for _priority in (-128, -1, 1, 127):
    _priorities(_priority)


@case("4.7.2.2")
async def a_status_crosses_in_every_language(s: Scene) -> None:
    await s.watched()
    status = {None: "Working", "es": "Trabajando", "fr": "Au travail"}
    s.presence("juliet").set_presence(status=status)
    line = 'available juliet/r "Working" "Trabajando"@es "Au travail"@fr'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("4.7.2.2")
async def a_status_of_markup_and_quotes_crosses(s: Scene) -> None:
    await s.watched()
    text = '<b>&amp; ]]> "it\'s" \N{SNOWMAN}\N{PILE OF POO}'
    s.presence("juliet").set_presence(status=text)
    line = f'available juliet/r "{text}"'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("4.7.2.2")
async def a_status_is_taken_away(s: Scene) -> None:
    await s.watched()
    s.presence("juliet").set_presence(status="Here")
    await s.forget()
    s.presence("juliet").set_presence(status={})
    await s.told("empty", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})


@case("4.7")
async def show_status_and_priority_cross_together(s: Scene) -> None:
    await s.watched()
    state = PresenceState(available=True, show=DND)
    presence = s.presence("juliet")
    presence.set_presence(state=state, status="Busy", priority=5)
    line = 'available juliet/r dnd "Busy" 5'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("3.1.5")
async def an_approval_shows_the_whole_presence(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    state = PresenceState(available=True, show=DND)
    presence = s.presence("juliet")
    presence.set_presence(state=state, status={None: "Busy", "es": "Ocupada"}, priority=-3)
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.do("juliet", "approve", "romeo")
    await s.told(
        "approved",
        {
            "romeo": [
                "subscribed juliet",
                "push juliet to",
                'available juliet/r dnd "Busy" "Ocupada"@es -3',
            ],
            "juliet": ["push romeo from"],
        },
    )


@case("4.3.2")
async def a_login_shows_the_whole_presence(s: Scene) -> None:
    await s.watched()
    state = PresenceState(available=True, show=DND)
    presence = s.presence("juliet")
    presence.set_presence(state=state, status="Busy", priority=7)
    await s.forget()
    await s.leave("romeo")
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r", 'available juliet/r dnd "Busy" 7']})


@case("4.5.1")
async def a_farewell_has_a_status(s: Scene) -> None:
    await s.watched()
    s.send("juliet", "unavailable", status={None: "Good night"})
    line = 'unavailable juliet/r "Good night"'
    await s.told("gone", {"romeo": [line], "juliet": [line]})


# --- Who is told (4.2, 4.4, 4.5) ---


@case("4.2.2")
async def a_login_is_told_to_the_watchers_alone(s: Scene) -> None:
    await s.agents("romeo", "juliet", "paris")
    await s.befriend("romeo", "juliet")
    await s.leave("juliet")
    await s.told("left", {"romeo": ["unavailable juliet/r"]})
    await s.login("juliet")
    await s.told("login", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})


@case("4.2.2, 4.3.2")
async def a_login_hears_of_those_it_watches(s: Scene) -> None:
    await s.agents("romeo", "juliet", "paris")
    await s.befriend("romeo", "juliet")
    await s.befriend("paris", "romeo")
    await s.leave("romeo")
    await s.forget()
    await s.login("romeo")
    await s.told(
        "login",
        {"romeo": ["available romeo/r", "available juliet/r"], "paris": ["available romeo/r"]},
    )


@case("4.3.2, rule 3")
async def a_login_hears_that_a_contact_is_away(s: Scene) -> None:
    await s.watched()
    await s.leave("romeo")
    await s.leave("juliet")
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r", "unavailable juliet"]})


@case("4.2.2, 4.4.2")
async def mutual_friends_see_each_other(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    await s.rosters("rosters", {"romeo": ["juliet both"], "juliet": ["romeo both"]})
    s.presence("romeo").set_available(show=AWAY)
    await s.told("away", each(["available romeo/r away"], "romeo", "juliet"))
    s.presence("juliet").set_available(show=DND)
    await s.told("busy", each(["available juliet/r dnd"], "romeo", "juliet"))


@case("4.5.2")
async def going_unavailable_and_coming_back(s: Scene) -> None:
    await s.watched()
    s.send("juliet", "unavailable")
    await s.told("gone", {"romeo": ["unavailable juliet/r"], "juliet": ["unavailable juliet/r"]})
    s.send("juliet")
    await s.told("back", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})


@case("4.5.2")
async def who_is_unavailable_hears_of_nobody(s: Scene) -> None:
    await s.watched()
    s.send("romeo", "unavailable")
    await s.forget()
    s.send("juliet", show=AWAY)
    await s.told("away", {"juliet": ["available juliet/r away"]})
    s.send("romeo")
    await s.told("back", {"romeo": ["available romeo/r", "available juliet/r away"]})
