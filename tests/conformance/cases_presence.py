"""Presence: what is said, who is told, and what ends it."""

from __future__ import annotations

from aioxmpp import PresenceShow, PresenceState

from tests.conformance.scene import Scene, case

AWAY, DND = PresenceShow.AWAY, PresenceShow.DND


# --- Show, status, priority (4.7) ---


async def _watched(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("romeo", "juliet")


def _shows(show: PresenceShow) -> None:
    async def script(s: Scene) -> None:
        await _watched(s)
        other = AWAY if show is PresenceShow.NONE else PresenceShow.NONE
        s.client("juliet").presence.set_available(show=other)  # type: ignore[attr-defined]
        await s.forget()
        s.client("juliet").presence.set_available(show=show)  # type: ignore[attr-defined]
        line = " ".join(["available juliet/r", *([show.value] if show.value else [])])
        await s.told("shown", {"romeo": [line], "juliet": [line]})

    script.__name__ = f"show_{show.value or 'none'}_crosses"
    case("4.7.2.1")(script)


for _show in PresenceShow:
    _shows(_show)


def _priorities(priority: int) -> None:
    async def script(s: Scene) -> None:
        await _watched(s)
        s.client("juliet").presence.set_presence(priority=priority)  # type: ignore[attr-defined]
        line = f"available juliet/r {priority}"
        await s.told("set", {"romeo": [line], "juliet": [line]})

    script.__name__ = f"priority_{priority}_crosses".replace("-", "minus_")
    case("4.7.2.3")(script)


for _priority in (-128, -1, 1, 127):
    _priorities(_priority)


@case("4.7.2.2")
async def a_status_crosses_in_every_language(s: Scene) -> None:
    await _watched(s)
    status = {None: "Working", "es": "Trabajando", "fr": "Au travail"}
    s.client("juliet").presence.set_presence(status=status)  # type: ignore[attr-defined]
    line = 'available juliet/r "Working" "Trabajando"@es "Au travail"@fr'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("4.7.2.2")
async def a_status_of_markup_and_quotes_crosses(s: Scene) -> None:
    await _watched(s)
    text = "<b>&amp; ]]> \"it's\" \N{SNOWMAN}\N{PILE OF POO}"
    s.client("juliet").presence.set_presence(status=text)  # type: ignore[attr-defined]
    line = f'available juliet/r "{text}"'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("4.7.2.2")
async def a_status_is_taken_away(s: Scene) -> None:
    await _watched(s)
    s.client("juliet").presence.set_presence(status="Here")  # type: ignore[attr-defined]
    await s.forget()
    s.client("juliet").presence.set_presence(status={})  # type: ignore[attr-defined]
    await s.told("empty", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})


@case("4.7")
async def show_status_and_priority_cross_together(s: Scene) -> None:
    await _watched(s)
    state = PresenceState(available=True, show=DND)
    presence = s.client("juliet").presence  # type: ignore[attr-defined]
    presence.set_presence(state=state, status="Busy", priority=5)
    line = 'available juliet/r dnd "Busy" 5'
    await s.told("set", {"romeo": [line], "juliet": [line]})


@case("3.1.5")
async def an_approval_shows_the_whole_presence(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    state = PresenceState(available=True, show=DND)
    presence = s.client("juliet").presence  # type: ignore[attr-defined]
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
    await _watched(s)
    state = PresenceState(available=True, show=DND)
    presence = s.client("juliet").presence  # type: ignore[attr-defined]
    presence.set_presence(state=state, status="Busy", priority=7)
    await s.forget()
    await s.leave("romeo")
    await s.login("romeo")
    await s.told("login", {"romeo": ["available romeo/r", 'available juliet/r dnd "Busy" 7']})


@case("4.5.1")
async def a_farewell_has_a_status(s: Scene) -> None:
    await _watched(s)
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
    await _watched(s)
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
    s.client("romeo").presence.set_available(show=AWAY)  # type: ignore[attr-defined]
    await s.told("away", dict.fromkeys(("romeo", "juliet"), ["available romeo/r away"]))
    s.client("juliet").presence.set_available(show=DND)  # type: ignore[attr-defined]
    await s.told("busy", dict.fromkeys(("romeo", "juliet"), ["available juliet/r dnd"]))


@case("4.5.2")
async def going_unavailable_and_coming_back(s: Scene) -> None:
    await _watched(s)
    s.send("juliet", "unavailable")
    await s.told("gone", {"romeo": ["unavailable juliet/r"], "juliet": ["unavailable juliet/r"]})
    s.send("juliet")
    await s.told("back", {"romeo": ["available juliet/r"], "juliet": ["available juliet/r"]})


@case("4.5.2")
async def who_is_unavailable_hears_of_nobody(s: Scene) -> None:
    await _watched(s)
    s.send("romeo", "unavailable")
    await s.forget()
    s.send("juliet", show=AWAY)
    await s.told("away", {"juliet": ["available juliet/r away"]})
    s.send("romeo")
    await s.told("back", {"romeo": ["available romeo/r", "available juliet/r away"]})


# --- Several resources ---


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
        dict.fromkeys(("romeo/garden", "romeo/street", "juliet"), ["available juliet/r away"]),
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
    s.client("juliet/one").presence.set_presence(priority=-1)  # type: ignore[attr-defined]
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
    await s.told("written", dict.fromkeys(("juliet/zero", "juliet/five"), ["message romeo/r news"]))


@case("8.5.2.2.1")
async def a_message_waits_where_all_are_negative(s: Scene) -> None:
    """To bounce or to store is the server's choice; it must not go to the negative resource."""
    await s.agents("romeo")
    await s.agents("juliet/negative", priority=-1)
    s.write("romeo", "juliet", "hello")
    await s.told("written", {"romeo": ["message error juliet service-unavailable"]})


# --- Probes (4.3) ---


@case("4.3.2, rule 4")
async def a_watcher_may_probe(s: Scene) -> None:
    await _watched(s)
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
    await _watched(s)
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
    await _watched(s)
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
    await s.told(
        "to all", dict.fromkeys(("juliet/balcony", "juliet/chamber"), ["available romeo/r away"])
    )


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
    await s.told("gone", dict.fromkeys(("romeo", "juliet"), ["unavailable romeo/r"]))


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
    await s.told("gone", dict.fromkeys(("romeo", "paris"), ["unavailable romeo/r"]))


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
        dict.fromkeys(("romeo", "juliet/chamber"), ["unavailable juliet/balcony"]),
    )
    s.send("romeo", "probe", "juliet")
    await s.told("probed", {"romeo": ["available juliet/chamber"]})


@case("4.5.2")
async def nobody_is_told_of_who_was_not_available(s: Scene) -> None:
    await _watched(s)
    await s.stock("juliet/quiet", roster=True)
    s.die("juliet/quiet")
    await s.told("died")


@case("4.5.2, 4.2.2")
async def back_after_a_death(s: Scene) -> None:
    await _watched(s)
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


# --- Presence leaks (11, and throughout) ---


async def _life(s: Scene, name: str) -> None:
    """Everything that could give somebody away."""
    s.send(name, show=AWAY, status={None: "secret"})
    s.send(name, "unavailable")
    s.send(name)
    await s.agents(f"{name}/second", priority=-1)
    s.die(f"{name}/second")
    await s.quiet()
    s.send(name, show=DND)
    await s.quiet()
    await s.leave(name)
    await s.login(name)
    await s.quiet()


async def _learns_nothing(s: Scene, watcher: str = "romeo", contact: str = "juliet") -> None:
    await _life(s, contact)
    s.answer("learnt", "", _learnt(s, watcher, contact))


def _learnt(s: Scene, watcher: str, contact: str) -> str:
    """What a client was told of somebody; all its presence in one word."""
    lines = [line for line in s.client(watcher).log.seen if line.split()[1].startswith(contact)]
    kinds = ["presence" if line.split()[0] in _PRESENCE else line for line in lines]
    return "; ".join(dict.fromkeys(kinds))


_PRESENCE = ("available", "unavailable")


@case("11")
async def a_stranger_learns_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await _learns_nothing(s)


@case("3.1.3")
async def who_asked_learns_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.1.5")
async def who_was_denied_learns_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.do("juliet", "deny", "romeo")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.2")
async def who_was_cancelled_learns_nothing(s: Scene) -> None:
    await _watched(s)
    await s.do("juliet", "deny", "romeo")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.3")
async def who_unsubscribed_learns_nothing(s: Scene) -> None:
    await _watched(s)
    await s.do("romeo", "unsubscribe", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("2.5.2")
async def who_was_removed_learns_nothing(s: Scene) -> None:
    await _watched(s)
    await s.do("juliet", "remove", "romeo")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("2.5.2")
async def who_removed_learns_nothing(s: Scene) -> None:
    await _watched(s)
    await s.do("romeo", "remove", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.1")
async def who_is_watched_learns_nothing_of_the_watcher(s: Scene) -> None:
    await _watched(s)
    s.client("juliet").log.seen.clear()
    await _learns_nothing(s, "juliet", "romeo")


@case("3.1.4")
async def a_removed_request_lets_nobody_see(s: Scene) -> None:
    """Romeo asked, and removed Juliet again. What she does then must not make her visible."""
    await s.agents("romeo", "juliet")
    await s.do("romeo", "subscribe", "juliet")
    await s.forget()
    await s.do("romeo", "remove", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await s.do("juliet", "approve", "romeo")
    await s.quiet()
    await _learns_nothing(s)


@case("2.5.2")
async def a_removal_tells_nobody_who_may_not_see(s: Scene) -> None:
    """Juliet sees Romeo, he does not see her. When she removes him he must not learn where she is."""
    await s.agents("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    s.client("romeo").log.seen.clear()
    await s.do("juliet", "remove", "romeo")
    await s.quiet()
    seen = [line for line in s.client("romeo").log.seen if "juliet/" in line]
    s.answer("learnt", "", "; ".join(seen))


@case("8.5.3.1")
async def a_question_tells_a_stranger_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    s.answer("there", "service-unavailable", await s.ask("romeo", "juliet/r"))
    s.answer("not there", "service-unavailable", await s.ask("romeo", "juliet/elsewhere"))
    s.answer("nobody", "service-unavailable", await s.ask("romeo", "nobody/r"))


@case("3.1.5")
async def an_approval_that_nobody_asked_for_shows_nothing(s: Scene) -> None:
    await s.agents("romeo", "juliet")
    await s.befriend("juliet", "romeo")
    s.client("romeo").log.seen.clear()
    await s.do("juliet", "approve", "romeo")
    await s.quiet()
    await _learns_nothing(s)


@case("4.3.2")
async def a_watcher_of_one_learns_nothing_of_another(s: Scene) -> None:
    await s.agents("romeo", "juliet", "rosaline")
    await s.befriend("romeo", "juliet")
    await s.befriend("rosaline", "juliet")
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s, "romeo", "rosaline")


@case("4.6.4")
async def who_got_directed_presence_learns_of_that_resource_alone(s: Scene) -> None:
    await s.agents("romeo", "juliet/balcony", "juliet/chamber")
    s.send("juliet/balcony", to="romeo")
    await s.told("directed", {"romeo": ["available juliet/balcony"]})
    s.send("juliet/chamber", show=DND)
    await s.quiet()
    s.die("juliet/chamber")
    await s.told(
        "the other one",
        {"juliet/balcony": ["available juliet/chamber dnd", "unavailable juliet/chamber"]},
    )
