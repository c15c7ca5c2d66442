"""Presence leaks: nobody who may not see ever learns anything."""

from __future__ import annotations

from aioxmpp import PresenceShow

from tests.conformance.scene import Scene, case

AWAY, DND = PresenceShow.AWAY, PresenceShow.DND


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
    await s.watched()
    await s.do("juliet", "deny", "romeo")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.3")
async def who_unsubscribed_learns_nothing(s: Scene) -> None:
    await s.watched()
    await s.do("romeo", "unsubscribe", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("2.5.2")
async def who_was_removed_learns_nothing(s: Scene) -> None:
    await s.watched()
    await s.do("juliet", "remove", "romeo")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("2.5.2")
async def who_removed_learns_nothing(s: Scene) -> None:
    await s.watched()
    await s.do("romeo", "remove", "juliet")
    await s.forget()
    s.client("romeo").log.seen.clear()
    await _learns_nothing(s)


@case("3.1")
async def who_is_watched_learns_nothing_of_the_watcher(s: Scene) -> None:
    await s.watched()
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
    """Juliet sees Romeo, and he not her. When she removes him he must not learn where she is."""
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
